"""What moment does one of XL's whole numbers stand for?

Stamps count seconds since 1990 on the wall clock of the ERP, without a zone. In autumn that clock shows an hour twice,
so an order of stamps is no order of changes there: reads go back by more than that hour (see `Options.overlap`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

__all__ = ["cursor_of", "moment_of", "point_of", "stamp_of"]

_EPOCH: Final = datetime(1990, 1, 1)  # noqa: DTZ001 - wall clocks have no zone
_KIND: Final = "stamps:"


def stamp_of(moment: datetime, zone: ZoneInfo) -> int:
    """The stamp that XL gives to a change at that moment."""
    wall = moment.astimezone(zone).replace(tzinfo=None)
    return int((wall - _EPOCH).total_seconds())


def moment_of(stamp: int, zone: ZoneInfo) -> datetime | None:
    """The moment of a stamp, in UTC; ``None`` for what is none. Of the hour that comes twice it is the first."""
    if stamp <= 0:
        return None
    return (_EPOCH + timedelta(seconds=stamp)).replace(tzinfo=zone).astimezone(UTC)


def cursor_of(point: int | None) -> str | None:
    """How far the stamps were read, as a cursor."""
    return None if point is None else f"{_KIND}{point}"


def point_of(cursor: str | None) -> int | None:
    """The point of a cursor; ``None`` if it is another kind's, whose owner has to read everything once."""
    number = (cursor or "").removeprefix(_KIND)
    return int(number) if cursor is not None and cursor.startswith(_KIND) and number.isdecimal() else None
