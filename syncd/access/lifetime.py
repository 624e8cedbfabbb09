"""How long does a log-in last?

By itself: whoever only tidies up needs nothing of what it takes to let somebody in.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete

from syncd.registry.tables import UserSession

__all__ = ["Lifetime", "forget_ended"]


class Lifetime:
    """How long a session lasts.

    Attributes:
        idle: After the last request.
        whole: After the log-in, however busy.
    """

    def __init__(self, *, idle_minutes: int, hours: int) -> None:
        self.idle = timedelta(minutes=idle_minutes)
        self.whole = timedelta(hours=hours)


def forget_ended(connection: Connection, lifetime: Lifetime, now: datetime) -> None:
    """Delete sessions that are over."""
    over = (UserSession.seen_at <= now - lifetime.idle) | (UserSession.made_at <= now - lifetime.whole)
    connection.execute(delete(UserSession).where(over))
