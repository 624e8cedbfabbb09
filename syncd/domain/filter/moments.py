"""Which span of time does a date in a filter name?

A day is meant as a whole, in the zone of whoever asks: what is "at most" it includes its evening.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

__all__ = ["days", "is_moment"]

_AGO: Final = re.compile(r"(\d{1,4})([hd])")


def is_moment(text: str) -> bool:
    """Whether it can be read at all."""
    return _AGO.fullmatch(text) is not None or text == "today" or _day(text) is not None


def days(text: str, now: datetime) -> tuple[datetime, datetime]:
    """From when to just before when.

    Args:
        text: A day, ``today``, or how long ago: days count whole (``0d`` is today), ``24h`` is one moment.
        now: With the zone in which days begin.
    """
    ago = _AGO.fullmatch(text)
    if ago is not None and ago[2] == "h":
        moment = now - timedelta(hours=int(ago[1]))
        return moment, moment
    day = _day(text) or now.date() - timedelta(days=int(ago[1]) if ago else 0)
    return _start(day, now), _start(day + timedelta(days=1), now)


def _start(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time(), tzinfo=now.tzinfo)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 9000 else None  # what databases and zones can count with
