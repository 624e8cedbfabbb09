"""How does the registry's database keep a rate limit?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from syncd.registry.engine import is_sqlite, reading, writing
from syncd.registry.tables import Throttled
from syncd.throttle.bucket import Bucket, Turn

__all__ = ["InDatabase"]


class InDatabase:
    """A bucket as a row, locked while a token is taken.

    Args:
        name: Whose it is, the same in all processes.
        bucket: ``None`` for one without a limit, which still can be paused.
        now: The clock where the database is a file; a server's own clock is used else, since several machines share it.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        bucket: Bucket | None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._name = name
        self._bucket = bucket
        self._now = now

    def take(self, longest: float, *, fresh: bool) -> Turn:
        """Take a token; see `Store.take`."""
        if self._bucket is None:
            pause = self.paused()
            return Turn(pause <= 0, pause)
        with writing(self._engine) as connection:
            row, now = self._locked(connection)
            pause = _left(row.paused_until, now)
            if pause > 0:
                return Turn(granted=False, seconds=pause)
            tokens, wait = self._bucket.take(row.tokens, (now - row.at).total_seconds())
            if fresh:
                tokens = min(tokens, 0.0)
            if wait > longest:
                return Turn(granted=False, seconds=wait)
            self._store(connection, tokens=tokens, at=now)
            return Turn(granted=True, seconds=wait)

    def paused(self) -> float:
        """Seconds of pause left."""
        with reading(self._engine) as connection:
            until = connection.execute(
                select(Throttled.paused_until).where(Throttled.name == self._name)
            ).scalar_one_or_none()
            return _left(until, self._clock(connection)) if until else 0.0

    def pause(self, seconds: float) -> None:
        """Pause, unless a longer one is under way."""
        with writing(self._engine) as connection:
            row, now = self._locked(connection)
            if _left(row.paused_until, now) < seconds:
                self._store(connection, paused_until=now + timedelta(seconds=seconds))

    def _locked(self, connection: Connection) -> tuple[Row[float, datetime, datetime | None], datetime]:
        """The row, made if need be and locked until the transaction ends, and the moment after that."""
        insert = sqlite.insert if is_sqlite(connection) else postgresql.insert
        connection.execute(
            insert(Throttled).values(name=self._name, tokens=1.0, at=self._clock(connection)).on_conflict_do_nothing()
        )
        statement = select(Throttled.tokens, Throttled.at, Throttled.paused_until).where(Throttled.name == self._name)
        # SQLite has locked the whole file when the transaction began, and leaves FOR UPDATE out.
        row = connection.execute(statement.with_for_update()).one()
        return row, self._clock(connection)

    def _store(self, connection: Connection, **values: Any) -> None:
        connection.execute(update(Throttled).where(Throttled.name == self._name).values(**values))

    def _clock(self, connection: Connection) -> datetime:
        if is_sqlite(connection):
            return self._now()
        moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return moment


def _left(until: datetime | None, now: datetime) -> float:
    return max(0.0, (until - now).total_seconds()) if until else 0.0
