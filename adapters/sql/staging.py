"""How does a change reach an ERP whose database must not be written by hand? Through a table that its import empties.

One row for each change: key, ``create`` or ``update``, the fields as JSON in the registry's own names, and the moment.
The import deletes what it has taken; what is still there counts as held, since it will be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Column, Connection, Table, exc, func, insert, or_, select

from adapters.sql.options import Staging
from syncd.domain.contractor import Contractor
from syncd.errors import Unavailable, Unstorable
from syncd.sentence import Sentence
from syncd.sql.database import Database

__all__ = ["StagingTable", "overlaid"]

_RAISED: Final = "P0001"
"""SQLSTATE of what a trigger of PostgreSQL raises; other databases call that a constraint."""

_encode: Final = msgspec.json.Encoder(order="sorted", decimal_format="string").encode


class StagingTable:
    """The configured staging table."""

    def __init__(self, source: Database, staging: Staging) -> None:
        self._source = source
        self._staging = staging

    def put(
        self,
        connection: Connection,
        operation: Literal["create", "update"],
        key: str,
        fields: Mapping[str, Any],
        at: datetime,
    ) -> None:
        """Insert one change; a create that is already waiting is not repeated.

        Raises:
            Unavailable: If the ERP has not taken its rows for too long.
            Unstorable: If the table, or a trigger on it, refuses this row.
        """
        waiting = connection.execute(select(func.count()).select_from(self._table)).scalar_one()
        if waiting >= self._staging.limit:
            raise Unavailable(
                "the ERP does not take its rows from the staging table",
                code="staging-full",
                cure="Start the ERP's import; writing goes on by itself when rows are gone.",
            )
        if operation == "create" and self.changes(connection, key):
            return
        row = {
            self._staging.key: key,
            self._staging.operation: operation,
            self._staging.body: _encode(msgspec.to_builtins(fields)).decode(),
            self._staging.at: at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds"),
        }
        try:
            connection.execute(insert(self._table).values({self._column(name): value for name, value in row.items()}))
        except exc.DBAPIError as error:
            if not _is_about_the_row(error):
                raise
            raise Unstorable(
                Sentence("the staging table refused a row (%(kind)s)", kind=type(error.orig).__name__),
                code="refused",
                record=key,
                cure="Let its columns take texts of any length, and no other column of it demand a value;"
                " if a trigger of the ERP refused the row, its log says why.",
            ) from None

    def changes(self, connection: Connection, key: str) -> list[dict[str, Any]]:
        """What waits for one contractor, oldest first, as fields by name."""
        statement = (
            select(self._column(self._staging.body))
            .where(self._column(self._staging.key) == key)
            .order_by(self._column(self._staging.at))
        )
        return [msgspec.json.decode(body) for (body,) in connection.execute(statement)]

    def mentioning(self, connection: Connection, texts: Sequence[str]) -> list[str]:
        """Keys of waiting changes that hold one of these texts; the caller looks closer."""
        body = self._column(self._staging.body)
        quoted = [_encode(text).decode()[1:-1] for text in texts if text]
        if not quoted:
            return []
        conditions = [body.contains(text, autoescape=True) for text in quoted]
        statement = select(self._column(self._staging.key)).where(or_(*conditions)).distinct()
        return [str(key).rstrip() for (key,) in connection.execute(statement)]

    @property
    def _table(self) -> Table:
        return self._source.table(self._staging.table)

    def _column(self, name: str) -> Column[Any]:
        return self._source.column(self._staging.table, name)


def _is_about_the_row(error: exc.DBAPIError) -> bool:
    """Whether the database refused these values, and not the connection or the statement."""
    raised = getattr(error.orig, "sqlstate", None) == _RAISED
    return raised or isinstance(error, exc.IntegrityError | exc.DataError)


def overlaid(held: Contractor | None, changes: Sequence[Mapping[str, Any]]) -> Contractor | None:
    """A contractor as it will be when the import has taken what waits; ``None`` if nobody is there."""
    if not changes:
        return held
    fields: dict[str, Any] = msgspec.to_builtins(held) if held is not None else {}
    for change in changes:
        fields |= change
    return msgspec.convert(fields, Contractor, strict=False)
