"""How far has a source been read, in its own terms?

A point is a number that rises with the column: seconds for times, the value itself for counters. It is never taken
from our clock: the source's own clock bounds it, and a record from the future does not move it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from adapters.sql.options import Watermark
from syncd.errors import Misconfigured

__all__ = ["Points"]

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clocks of databases have no zone
_CLARION_SECONDS: Final = datetime(1990, 1, 1)  # noqa: DTZ001
_CLARION_DAYS: Final = date(1800, 12, 28)
_FIRST: Final = datetime(1900, 1, 1)  # noqa: DTZ001
"""Before it no ERP kept when a record changed, and types of SQL Server refuse to be compared with such a moment."""

_DAY: Final = 86_400
_HOUR: Final = 3_600


class Points:
    """Reads and writes points of one watermark column.

    Args:
        aware: The column keeps time zones.
        dates: The column keeps days only.
        text: The database keeps moments as text (SQLite).
    """

    def __init__(self, watermark: Watermark, *, aware: bool = False, dates: bool = False, text: bool = False) -> None:
        self._kind = watermark.kind
        self._zone = ZoneInfo(watermark.zone)
        self._aware = aware
        self._dates = dates
        self._text = text
        self._overlap = watermark.overlap
        wall_clock = watermark.kind in ("datetime", "clarion_seconds") and not aware
        if wall_clock and watermark.zone != "UTC":
            self._overlap += _HOUR  # In autumn the wall clock repeats an hour.
        if dates or watermark.kind == "clarion_date":
            self._overlap += _DAY
        if watermark.kind == "rowversion":
            self._overlap = 0  # MIN_ACTIVE_ROWVERSION bounds it from above instead.

    def of(self, value: Any) -> float | int | None:
        """The point of a column's value; ``None`` for NULL, and for what is no moment."""
        if value is None:
            return None
        try:
            if self._kind == "datetime":
                return self._moment(value)
            if self._kind == "rowversion":
                return int.from_bytes(bytes(value), "big")
            return int(value)
        except (ValueError, TypeError, OverflowError):
            return None

    def of_clock(self, clock: datetime) -> float | int:
        """The point of the source's clock (UTC), in the column's terms."""
        if self._kind == "epoch":
            return int(clock.timestamp())
        if self._kind == "epoch_ms":
            return int(clock.timestamp() * 1000)
        wall = clock.astimezone(self._zone).replace(tzinfo=None)
        if self._kind == "clarion_seconds":
            return int((wall - _CLARION_SECONDS).total_seconds())
        if self._kind == "clarion_date":
            return (wall.date() - _CLARION_DAYS).days
        return (wall - _EPOCH).total_seconds()

    def start(self, point: float) -> Any:
        """The value that a read from `point` starts at, the overlap included, as the database compares it.

        ``None`` where there is none so early: programs fill columns with the first day of all.
        """
        try:
            return self._start(point)
        except OverflowError:
            return None

    def _start(self, point: float) -> Any:
        if self._kind == "rowversion":
            return int(point).to_bytes(8, "big")
        if self._kind == "epoch_ms":
            return int(point) - self._overlap * 1000
        if self._kind == "clarion_date":
            return int(point) - -(-self._overlap // _DAY)
        if self._kind != "datetime":
            return int(point) - self._overlap
        wall = (_EPOCH + timedelta(seconds=point - self._overlap)).replace(microsecond=0)
        if wall < _FIRST:
            return None
        if self._dates:
            return wall.date().isoformat() if self._text else wall.date()
        if self._text:
            # The shortest spelling: compared as text, it stands before all others of the same second.
            return wall.isoformat(sep=" ")
        return wall.replace(tzinfo=self._zone).astimezone(UTC) if self._aware else wall

    def dump(self, point: float) -> str:
        """A point as a cursor."""
        return f"{self._kind}:{point!r}"

    def load(self, cursor: str) -> float | int:
        """The point of a cursor.

        Raises:
            Misconfigured: If it is another kind's.
        """
        kind, _, text = cursor.partition(":")
        try:
            value: float | int | None = msgspec.json.decode(text, type=float | int)
        except msgspec.DecodeError:
            value = None
        if kind != self._kind or value is None:
            raise Misconfigured("the cursor is not of this watermark", field="watermark", cure="Run a full read.")
        return value

    def _moment(self, value: Any) -> float:
        if isinstance(value, str):
            value = datetime.fromisoformat(value.strip())
        if isinstance(value, datetime):
            wall = value if value.tzinfo is None else value.astimezone(self._zone).replace(tzinfo=None)
            return (wall - _EPOCH).total_seconds()
        if isinstance(value, date):
            return float((value - _EPOCH.date()).days * _DAY)
        raise TypeError
