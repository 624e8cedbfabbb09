"""How far was Knt_TS_Mod read, and where does the next read start?

The column is the wall clock of the server, or of whichever workstation wrote, in steps of 1/300 s. So a value is never
compared for equality: a read starts an overlap earlier, an hour earlier still because in autumn the clock repeats one,
and a moment that lies in the future by the server's own clock moves nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from syncd.errors import Misconfigured

__all__ = ["cursor_of", "moment_of", "point_of", "start_of", "wall_clock"]

_FIRST: Final = datetime(1753, 1, 1)  # noqa: DTZ001 - a wall clock
"""The first moment of SQL Server's datetime, which refuses to be compared with an earlier one."""

_REPEATED: Final = timedelta(hours=1)
_MARK: Final = "ts:"


def moment_of(value: Any) -> datetime | None:
    """A value of the column as wall-clock time; ``None`` for NULL, and for what is no moment."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    try:
        return datetime.fromisoformat(value.strip()).replace(tzinfo=None)
    except (AttributeError, ValueError):
        return None


def wall_clock(clock: datetime, zone: ZoneInfo) -> datetime:
    """The server's clock (UTC) as the column would write it."""
    return clock.astimezone(zone).replace(tzinfo=None)


def cursor_of(point: datetime | None) -> str | None:
    """A point as a cursor; ``None`` where nothing had a time yet."""
    return None if point is None else f"{_MARK}{point.isoformat()}"


def point_of(cursor: str) -> datetime:
    """The point of a cursor.

    Raises:
        Misconfigured: If it is another platform's.
    """
    point = moment_of(cursor.removeprefix(_MARK)) if cursor.startswith(_MARK) else None
    if point is None:
        raise Misconfigured("the cursor is not this platform's", code="bad-cursor", cure="Run a full read.")
    return point


def start_of(point: datetime, overlap_minutes: int) -> datetime:
    """From when on a read asks, in whole seconds: rounding of the column must not hide a change."""
    start = point - timedelta(minutes=overlap_minutes) - _REPEATED
    return max(_FIRST, start.replace(microsecond=0, tzinfo=None))
