"""What did somebody else find at the same moment, so that it need not be asked again?

Of pages that twenty people look at, much is the same for all of them and stays so until something is written: how many
customers there are takes PostgreSQL longer than the whole rest of their list. Whether anything was written is known
exactly and costs next to nothing, so that nothing old is ever shown: an age is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, text

__all__ = ["MOMENT", "Moment", "once"]

T = TypeVar("T")

_KNOWN: Final = "syncd_known"
_MOST: Final = 100
"""Answers that are kept for one connection."""

_SNAPSHOT: Final = text("SELECT CAST(pg_current_snapshot() AS text)")


class Moment:
    """A transaction that only reads, and that all who are called inside it share.

    Attributes:
        connection: Its connection.
    """

    __slots__ = ("_known", "connection")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._known: dict[Hashable, Any] | None = None

    def known(self) -> dict[Hashable, Any]:
        """What this connection was answered before, while the database held the very same."""
        if self._known is None:
            mark = _mark(self.connection)
            before, known = self.connection.info.get(_KNOWN, (None, {}))
            if before != mark or len(known) > _MOST:
                known = {}
            self.connection.info[_KNOWN] = mark, known
            self._known = known
        return self._known


MOMENT: Final[ContextVar[Moment | None]] = ContextVar("moment", default=None)


def once(connection: Connection, key: Hashable, ask: Callable[[], T]) -> T:
    """What `ask` answers; inside a moment that is shared, it is not asked again before something was written.

    Args:
        key: Everything that the answer depends on, but for the rows of the database.
        ask: Asks `connection`. Nobody changes what it answers.
    """
    moment = MOMENT.get()
    if moment is None or moment.connection is not connection:
        return ask()
    known = moment.known()
    if key not in known:
        known[key] = ask()
    answer: T = known[key]
    return answer


def _mark(connection: Connection) -> Hashable:
    """The same twice for one connection: nothing was written in between, whoever writes.

    PostgreSQL's snapshot says which transactions are seen, of all that ever wrote; SQLite counts what others wrote and
    what this connection did.
    """
    if connection.dialect.name == "sqlite":
        others = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
        return others, connection.connection.dbapi_connection.total_changes  # type: ignore[union-attr]
    return str(connection.execute(_SNAPSHOT).scalar_one())
