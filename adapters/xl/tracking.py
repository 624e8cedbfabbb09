"""What changed, by SQL Server's Change Tracking? It sees deletions too, which leave no stamp.

A database administrator switches it on for the database and for the four tables. It remembers keys and no content: of a
deleted address nobody can say whose it was, and then everything is read, which costs time and loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from sqlalchemy import Connection, TextClause, text

from adapters.xl.groups import TOO_MANY, Groups
from adapters.xl.queries import Queries
from adapters.xl.tables import ADDRESS, CARD, CONTRACTOR, GROUP, MEMBER, PERSON, Tables
from syncd.errors import Misconfigured
from syncd.sentence import Sentence

__all__ = ["Changes", "ServerChanges", "contractors_changed", "cursor_of", "version_of"]

_KIND: Final = "tracking:"
_CHUNK: Final = 1000
"""Numbers in one query; SQL Server takes 2,100 parameters."""


class Changes(Protocol):
    """What the database remembers of changes."""

    def version(self, connection: Connection) -> int:
        """The number of the last change that is committed."""

    def valid_from(self, connection: Connection, table: str) -> int:
        """The oldest version from which changes of a table are still known."""

    def keys(self, connection: Connection, table: str, columns: Sequence[str], since: int) -> Sequence[Sequence[Any]]:
        """Values of these columns of the key of all rows that were made, changed or deleted after a version."""


class ServerChanges:
    """Change Tracking of SQL Server."""

    def __init__(self, schema: str) -> None:
        self._schema = schema

    def version(self, connection: Connection) -> int:
        told = connection.execute(text("SELECT CHANGE_TRACKING_CURRENT_VERSION()")).scalar_one()
        if told is None:
            raise _off("the database")
        return int(told)

    def valid_from(self, connection: Connection, table: str) -> int:
        statement = text("SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(:name))")
        told = connection.execute(statement, {"name": f"{self._schema}.{table}"}).scalar_one()
        if told is None:
            raise _off(table)
        return int(told)

    def keys(self, connection: Connection, table: str, columns: Sequence[str], since: int) -> Sequence[Sequence[Any]]:
        return connection.execute(self.statement(table, columns, since)).all()

    def statement(self, table: str, columns: Sequence[str], since: int) -> TextClause:
        """The query for changed keys; names are ours, and the version is a number."""
        names = ", ".join(f"ct.[{name}]" for name in columns)
        source = f"CHANGETABLE(CHANGES [{self._schema}].[{table}], {int(since)}) AS ct"
        return text(f"SELECT {names} FROM {source}")  # noqa: S608 - fixed names, and a number


def contractors_changed(
    connection: Connection, changes: Changes, tables: Tables, queries: Queries, groups: Groups, since: int
) -> frozenset[int] | None:
    """Numbers of contractors of whom anything changed; ``None`` if that cannot be said, and all have to be read."""
    tracked = (CARD, ADDRESS, PERSON, MEMBER)
    if any(changes.valid_from(connection, columns.table) > since for columns in tracked):
        return None  # the database has forgotten a part
    found: set[int] = set()
    for table, column in ((CARD.table, "Knt_GIDNumer"), (PERSON.table, "KnS_KntNumer")):
        if column not in tables.key(table):
            return None
        found |= {int(number) for (number,) in changes.keys(connection, table, [column], since)}
    addresses = [int(number) for (number,) in changes.keys(connection, ADDRESS.table, ["KnA_GIDNumer"], since)]
    for start in range(0, len(addresses), _CHUNK):
        some = addresses[start : start + _CHUNK]
        owners = queries.owners_of(connection, ADDRESS, "KnA_GIDNumer", some)
        if len(owners) < len(set(some)):
            return None  # one was deleted
        found |= set(owners.values())
    columns = ["KnG_GIDTyp", "KnG_GIDNumer"]
    if not set(columns) <= set(tables.key(MEMBER.table)):
        return None
    rows = changes.keys(connection, MEMBER.table, columns, since)
    found |= {int(number) for kind, number in rows if kind == CONTRACTOR}
    renamed = groups.below({int(number) for kind, number in rows if kind == GROUP})
    if len(renamed) > TOO_MANY:
        return None
    return frozenset(found | (queries.owners(connection, renamed) if renamed else set()))


def cursor_of(version: int) -> str:
    """A version as a cursor."""
    return f"{_KIND}{version}"


def version_of(cursor: str | None) -> int | None:
    """The version of a cursor; ``None`` if it is another kind's, whose owner has to read everything once."""
    number = (cursor or "").removeprefix(_KIND)
    return int(number) if cursor is not None and cursor.startswith(_KIND) and number.isdecimal() else None


def _off(what: str) -> Misconfigured:
    return Misconfigured(
        Sentence("Change Tracking is not on for %(what)s, or the account may not see it", what=what),
        field="changes",
        cure='Have it switched on, and grant VIEW CHANGE TRACKING; or set changes = "stamps".',
    )
