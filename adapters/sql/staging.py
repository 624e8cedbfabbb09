"""How does a change reach an ERP whose database must not be written by hand? Through a table that its import empties.

One row for each change: key, ``create`` or ``update``, the fields as JSON in the registry's own names, and the moment.
The import deletes what it has taken; what is still there counts as held, since it will be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Column, Connection, Table, exc, func, insert, or_, select

from adapters.sql.options import Staging
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord, Unavailable, Unstorable
from syncd.sentence import Sentence
from syncd.sql.database import Database

__all__ = ["StagingTable"]

_RAISED: Final = "P0001"
"""SQLSTATE of what a trigger of PostgreSQL raises; other databases call that a constraint."""

_encode: Final = msgspec.json.Encoder(order="sorted", decimal_format="string").encode
_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


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
            Unstorable: If the table, or a trigger on it, refuses this row or keeps less of it.
        """
        waiting = connection.execute(select(func.count()).select_from(self._table)).scalar_one()
        if waiting >= self._staging.limit:
            raise Unavailable(
                "the ERP does not take its rows from the staging table",
                code="staging-full",
                cure="Start the ERP's import; writing goes on by itself when rows are gone.",
            )
        if operation == "create" and self._bodies(connection, key):
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
        # Some databases cut what is too long, or put question marks for letters, without a word.
        if row[self._staging.body] not in self._bodies(connection, key):
            raise Unstorable(
                "the staging table keeps something else than was written",
                code="refused",
                record=key,
                cure="Let its columns take texts of any length and any letter, and no trigger of the ERP change them.",
            )

    def changes(
        self, connection: Connection, key: str, held: Contractor | None, is_same: Callable[[str], bool]
    ) -> Contractor | None:
        """A contractor as it will be when the import has taken what waits; ``None`` if nobody is there.

        Args:
            is_same: Whether a key in other capitals is this contractor's, too; the ERP's table knows.

        Raises:
            InvalidRecord: If a row cannot be read.
        """
        column = self._column(self._staging.key)
        statement = (
            select(column, self._column(self._staging.body))
            .where(or_(column == key, func.lower(column) == func.lower(key)))
            .order_by(self._column(self._staging.at))
        )
        for staged, body in connection.execute(statement).all():
            own = str(staged).rstrip()
            if own == key or is_same(own):
                held = self._overlaid(held, body, key)
        return held

    def _bodies(self, connection: Connection, key: str) -> list[str]:
        column = self._column(self._staging.key)
        return list(connection.scalars(select(self._column(self._staging.body)).where(column == key)))

    def _overlaid(self, held: Contractor | None, body: str, key: str) -> Contractor:
        fields: dict[str, Any] = {} if held is None else msgspec.to_builtins(held)
        try:
            return msgspec.convert(fields | _decode(body), Contractor, strict=False)
        except (TypeError, msgspec.DecodeError) as error:
            raise InvalidRecord(
                Sentence("a row for it in the staging table cannot be read (%(kind)s)", kind=type(error).__name__),
                record=key,
                field=self._staging.body,
                cure="Mend or delete the row; if the database cut it, let this column take texts of any length.",
            ) from None

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
