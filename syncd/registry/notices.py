"""Which alarms are on, and who is still to be told of what?

An alarm is a row: whichever process finds first that something is late makes it, and the one that finds it well again
takes it away. Each tells in the same transaction, so that it is told once, restarts and many workers or not.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from syncd.registry.engine import is_sqlite, writing
from syncd.registry.tables import Alarm, Notice

__all__ = ["Notification", "claim", "done", "goes", "returns"]

_LEASE: Final = timedelta(minutes=2)
"""How long telling may take before another process tries."""

_MANY: Final = 20


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """One alert for one channel."""

    id: int
    at: datetime
    event: str
    details: dict[str, Any]
    channel: str
    attempts: int


def goes(
    engine: Engine,
    name: str,
    event: str,
    *,
    connection_id: int,
    channels: Collection[str],
    details: dict[str, Any],
    now: datetime,
) -> bool:
    """Raise an alarm; whether it was not on already."""
    try:
        with writing(engine) as connection:
            if connection.scalar(select(Alarm.since).where(Alarm.name == name)) is not None:
                return False
            connection.execute(insert(Alarm).values(name=name, connection_id=connection_id, since=now))
            _notify(connection, event, connection_id, channels, details, now)
    except IntegrityError:
        return False  # another process was faster
    return True


def returns(
    engine: Engine,
    name: str,
    event: str,
    *,
    connection_id: int,
    channels: Collection[str],
    details: dict[str, Any],
    now: datetime,
) -> bool:
    """Take an alarm away; whether it was on."""
    with writing(engine) as connection:
        gone = connection.execute(delete(Alarm).where(Alarm.name == name)).rowcount > 0
        if gone:
            _notify(connection, event, connection_id, channels, details, now)
        return gone


def _notify(
    connection: Connection,
    event: str,
    connection_id: int,
    channels: Collection[str],
    details: dict[str, Any],
    now: datetime,
) -> None:
    shared = {"at": now, "event": event, "connection_id": connection_id, "details": details, "due_at": now}
    connection.execute(insert(Notice), [{**shared, "channel": channel, "attempts": 0} for channel in channels])


def claim(engine: Engine, now: datetime) -> list[Notification]:
    """Take what is to be told now; until it is `done` nobody else tries for a while."""
    with writing(engine) as connection:
        due = select(Notice.id).where(Notice.due_at <= now).order_by(Notice.id).limit(_MANY)
        ids = connection.scalars(due if is_sqlite(connection) else due.with_for_update(skip_locked=True)).all()
        if not ids:
            return []
        rows = connection.execute(
            update(Notice)
            .where(Notice.id.in_(ids))
            .values(due_at=now + _LEASE, attempts=Notice.attempts + 1)
            .returning(Notice.id, Notice.at, Notice.event, Notice.details, Notice.channel, Notice.attempts)
        ).mappings()
        return sorted((Notification(**row) for row in rows), key=lambda notice: notice.id)


def done(engine: Engine, notice_id: int, outcome: str, *, again_at: datetime | None = None) -> None:
    """Say what became of telling it.

    Args:
        again_at: When to try again; ``None``: not any more.
    """
    with writing(engine) as connection:
        connection.execute(update(Notice).where(Notice.id == notice_id).values(due_at=again_at, outcome=outcome))
