"""How old are changes when they arrive, and how old is the oldest that has not?"""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection, func, select

from syncd.registry import tables as t
from syncd.registry.runs import last_read

__all__ = ["Age", "Freshness", "age", "freshness"]

WINDOW: Final = timedelta(days=1)
_SAMPLE: Final = 2000
"""Deliveries that a quantile is taken of, at most."""

_BACK: Final = 50_000
"""Deliveries of all connections among which they are looked for."""


class Age(msgspec.Struct, frozen=True, kw_only=True):
    """How far behind one connection may be.

    Attributes:
        oldest_seconds: Age of the oldest change that is due there and has not arrived; ``None`` where all has. What
            waits for a person is an issue and does not count.
        unread_seconds: How long ago the last read of the side began that was read the longest ago of all from which
            changes come; ``None`` where none was ever read.
        unread: That side.
    """

    oldest_seconds: float | None
    unread_seconds: float | None
    unread: str | None

    @property
    def seconds(self) -> float:
        """Nothing that happened longer ago than this is known to be missing there."""
        return max(self.oldest_seconds or 0.0, self.unread_seconds or 0.0)


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """One connection, over the last day.

    Attributes:
        p50_seconds: Half of the changes were there within this time.
        p95_seconds: 95 of 100 were.
        deliveries: Of how many that is.
        target_seconds: Within what they should be; ``None`` where nothing was asked for.
        late: Whether there is an alarm.
    """

    connection: str
    p50_seconds: float | None
    p95_seconds: float | None
    deliveries: int
    oldest_seconds: float | None
    unread_seconds: float | None
    target_seconds: float | None
    late: bool


def age(connection: Connection, connection_id: int, sources: Collection[tuple[str, int]], now: datetime) -> Age:
    """How far behind a connection may be just now.

    Args:
        sources: Name and id of the connections from which changes come to it, but for those that a person paused.
    """
    push = t.Push
    oldest = connection.scalar(
        select(func.min(func.coalesce(push.changed_at, push.since), type_=t.UtcDateTime())).where(
            push.connection_id == connection_id, push.due_at.is_not(None)
        )
    )
    read = {name: at for name, id_ in sources if (at := last_read(connection, id_)) is not None}
    slowest = min(read, key=read.__getitem__, default=None)
    return Age(
        oldest_seconds=None if oldest is None else max((now - oldest).total_seconds(), 0.0),
        unread_seconds=None if slowest is None else (now - read[slowest]).total_seconds(),
        unread=slowest,
    )


def freshness(
    connection: Connection, name: str, connection_id: int, at: Age, *, target: timedelta | None, now: datetime
) -> Freshness:
    """What to show of one connection."""
    delivery = t.Delivery
    last = connection.scalar(select(func.max(delivery.id))) or 0
    ages = sorted(
        seconds
        for seconds in connection.scalars(
            select(delivery.age_seconds)
            .where(
                delivery.id > last - _BACK,
                delivery.connection_id == connection_id,
                delivery.age_seconds.is_not(None),
                delivery.at >= now - WINDOW,
            )
            .order_by(delivery.id.desc())
            .limit(_SAMPLE)
        )
        if seconds is not None
    )
    alarm = connection.scalar(select(t.Alarm.since).where(t.Alarm.name == f"freshness:{connection_id}"))
    return Freshness(
        connection=name,
        p50_seconds=_quantile(ages, 0.5),
        p95_seconds=_quantile(ages, 0.95),
        deliveries=len(ages),
        oldest_seconds=at.oldest_seconds,
        unread_seconds=at.unread_seconds,
        target_seconds=None if target is None else target.total_seconds(),
        late=alarm is not None,
    )


def _quantile(ordered: list[float], share: float) -> float | None:
    """The smallest of the values that at least this share of them does not exceed."""
    return ordered[math.ceil(len(ordered) * share) - 1] if ordered else None
