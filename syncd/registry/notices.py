"""Which alarms are on, and who is still to be told of what?

What is to be told is a row for each channel, made in the transaction in which it becomes known.

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
from syncd.sentence import unpack

__all__ = ["GIVEN_UP", "SAID", "Notification", "again", "claim", "done", "goes", "returns", "tell"]

SAID: Final = "said"
"""Under which key a message's details say how its sentences were made."""

_LEASE: Final = timedelta(minutes=2)
"""How long telling may take before another process tries."""

GIVEN_UP: Final = "given up"
"""How the outcome begins of what no channel took in all tries."""


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """One message for one channel.

    Attributes:
        details: What is told beside the event; under `SAID`, for ourselves only, how its sentences were made.
    """

    id: int
    at: datetime
    event: str
    details: dict[str, Any]
    channel: str
    attempts: int

    @property
    def told(self) -> dict[str, Any]:
        """The details as others get them."""
        return {name: value for name, value in self.details.items() if name != SAID}

    def sentence(self, name: str) -> str:
        """One of the details as it was made, so that it can be said in its reader's language."""
        return unpack(self.details[name], self.details.get(SAID, {}).get(name))


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
            tell(connection, event, connection_id=connection_id, channels=channels, details=details, now=now)
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
            tell(connection, event, connection_id=connection_id, channels=channels, details=details, now=now)
        return gone


def tell(
    connection: Connection,
    event: str,
    *,
    connection_id: int | None,
    channels: Collection[str],
    details: dict[str, Any],
    now: datetime,
) -> None:
    """Have something told, by each channel for itself."""
    shared = {"at": now, "event": event, "connection_id": connection_id, "details": details, "due_at": now}
    if channels:
        connection.execute(insert(Notice), [{**shared, "channel": channel, "attempts": 0} for channel in channels])


def claim(engine: Engine, now: datetime, *, but: Collection[str] = ()) -> Notification | None:
    """Take what is to be told next; until it is `done` nobody else tries for a while.

    Args:
        but: Channels that are left alone.
    """
    with writing(engine) as connection:
        due = select(Notice.id).where(Notice.due_at <= now, Notice.channel.not_in(but)).order_by(Notice.id).limit(1)
        next_ = connection.scalar(due if is_sqlite(connection) else due.with_for_update(skip_locked=True))
        if next_ is None:
            return None
        row = connection.execute(
            update(Notice)
            .where(Notice.id == next_)
            .values(due_at=now + _LEASE, attempts=Notice.attempts + 1)
            .returning(Notice.id, Notice.at, Notice.event, Notice.details, Notice.channel, Notice.attempts)
        ).mappings()
        return Notification(**row.one())


def again(connection: Connection, channel: str, now: datetime) -> int:
    """Try anew what a channel did not take; answer how much that is."""
    given_up = update(Notice).where(
        Notice.channel == channel, Notice.due_at.is_(None), Notice.outcome.startswith(GIVEN_UP)
    )
    return connection.execute(given_up.values(due_at=now, attempts=0, outcome=None)).rowcount


def done(connection: Connection, notice_id: int, outcome: str, *, again_at: datetime | None = None) -> None:
    """Say what became of telling it.

    Args:
        again_at: When to try again; ``None``: not any more.
    """
    connection.execute(update(Notice).where(Notice.id == notice_id).values(due_at=again_at, outcome=str(outcome)))
