"""How is a schedule said in words?"""

from __future__ import annotations

import re
from typing import Final

from babel.core import Locale
from babel.units import format_unit

from syncd.console.catalogs import Catalog, locale_of
from syncd.console.language import Reader
from syncd.settings import is_cron, parse_duration

__all__ = ["in_words", "length_in_words"]

_UNITS: Final = ((86_400, "duration-day"), (3600, "duration-hour"), (60, "duration-minute"), (1, "duration-second"))
_STEP: Final = re.compile(r"\*/(\d+)")
_HOURS: Final = re.compile(r"(\d+)(?:-(\d+))?")
_DAYS: Final = re.compile(r"([0-7])(?:-([0-7]))?")


def in_words(every: str, reader: Reader) -> str:
    """Such as ``every 15 min, 06:00–22:59, Mon–Fri (UTC)``; a cron expression that says no such thing stays one."""
    text, locale = reader.text, locale_of(reader.language)
    if is_cron(every):
        return _cron(every, text, locale) or text.gettext("cron %(cron)s (UTC)") % {"cron": every}
    return _interval(int(parse_duration(every).total_seconds()), text, locale)


def length_in_words(duration: str, reader: Reader) -> str:
    """Such as ``15 min``."""
    return _length(int(parse_duration(duration).total_seconds()), locale_of(reader.language))


def _interval(seconds: int, text: Catalog, locale: Locale) -> str:
    single = {60: text.gettext("every minute"), 3600: text.gettext("every hour"), 86_400: text.gettext("every day")}
    return single.get(seconds) or text.gettext("every %(time)s") % {"time": _length(seconds, locale)}


def _length(seconds: int, locale: Locale) -> str:
    """In the largest unit that says it exactly."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return str(format_unit(seconds // size, unit, length="short", locale=locale))


def _cron(every: str, text: Catalog, locale: Locale) -> str:
    """The usual expressions; nothing for the others."""
    minute, hour, day, month, weekday = every.split()
    days = _weekdays(weekday, locale)
    if (day, month) != ("*", "*") or days is None:
        return ""
    step, hours = _STEP.fullmatch(minute), _HOURS.fullmatch(hour)
    parts = []
    if step or minute == "*":
        parts.append(_interval(60 * int(step[1] if step else 1), text, locale))
        if hours:
            parts.append(f"{int(hours[1]):02}:00–{int(hours[2] or hours[1]):02}:59")
        elif hour != "*":
            return ""
    elif minute.isdigit() and hours and hours[2] is None:
        at = {"time": f"{int(hours[1]):02}:{int(minute):02}"}
        parts.append((text.gettext("at %(time)s") if days else text.gettext("every day at %(time)s")) % at)
    elif minute.isdigit() and hour == "*":
        parts.append(text.gettext("every hour at minute %(minute)s") % {"minute": int(minute)})
    else:
        return ""
    return ", ".join([*parts, *([days] if days else [])]) + " (UTC)"


def _weekdays(field: str, locale: Locale) -> str | None:
    """Names of days; empty for all of them, ``None`` for what is no list or span."""
    if field == "*":
        return ""
    names = locale.days["format"]["abbreviated"]
    told = []
    for part in field.split(","):
        span = _DAYS.fullmatch(part)
        if span is None:
            return None
        first, last = (names[(int(number) - 1) % 7] for number in (span[1], span[2] or span[1]))
        told.append(first if first == last else f"{first}–{last}")
    return ", ".join(told)
