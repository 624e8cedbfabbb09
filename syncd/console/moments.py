"""How is a moment said: the moment itself, or how long ago it was?

A list has one in every row, and Babel takes as long for it as all else in the row does. So months and names of zones
are looked up once, and "3 days ago" is said once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_datetime, format_timedelta, get_month_names
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

__all__ = ["ago_in", "moment_in", "moment_of", "soon_in"]

Say = Callable[[Context, datetime | None], str | Markup]
Absolute = Callable[[datetime, ZoneInfo], Markup]


def moment_in(locale: Locale) -> Say:
    """A filter for date, time and the name of the zone."""

    @pass_context
    def moment(context: Context, at: datetime | None) -> str | Markup:
        return "" if at is None else moment_of(at, locale, context["reader"].zone)

    return moment


def moment_of(at: datetime, locale: Locale, zone: ZoneInfo) -> Markup:
    """Date, time and the name of the zone."""
    return _time(f'datetime="{_iso(at)}"', _absolute_in(locale)(at, zone))


def ago_in(locale: Locale, *, briefly: bool = False) -> Say:
    """A filter for how long ago, or how soon; the moment itself when pointed at.

    Args:
        briefly: For many of them on one page: without the moment for machines.
    """
    absolute = _absolute_in(locale)
    tag = "span" if briefly else "time"  # without a moment for machines, what stands there is none

    @lru_cache(4096)
    def relative(seconds: int) -> Markup:
        return escape(format_timedelta(timedelta(seconds=seconds), add_direction=True, locale=locale))

    @lru_cache(4096)
    def attributes(at: datetime, zone: ZoneInfo) -> str:
        title = f'title="{absolute(at, zone)}"'
        return title if briefly else f'datetime="{_iso(at)}" {title}'

    @pass_context
    def ago(context: Context, at: datetime | None) -> str | Markup:
        if at is None:
            return ""
        return _time(attributes(at, context["reader"].zone), relative(_rough(at - context["now"])), tag)

    return ago


def soon_in(locale: Locale) -> Say:
    """The same for what is still to come: what is due is at hand, and never over."""
    said = ago_in(locale)

    @pass_context
    def soon(context: Context, at: datetime | None) -> str | Markup:
        at_hand: datetime = context["now"] + timedelta(seconds=1)
        return said(context, None if at is None else max(at, at_hand))

    return soon


def _time(attributes: str, words: Markup, tag: str = "time") -> Markup:
    return Markup(f"<{tag} {attributes}>{words}</{tag}>")  # noqa: S704 - all of it is escaped where it was made


@cache
def _absolute_in(locale: Locale) -> Absolute:
    months = {number: escape(name) for number, name in get_month_names("abbreviated", locale=locale).items()}
    zones: dict[tuple[ZoneInfo, timedelta | None, timedelta | None], Markup] = {}
    dot = "." if "d." in locale.datetime_skeletons["yMMMd"].pattern else ""  # where a day is counted: 4. Mai 2026

    def absolute(at: datetime, zone: ZoneInfo) -> Markup:
        there = at.astimezone(zone)
        key = zone, there.utcoffset(), there.dst()
        if key not in zones:
            zones[key] = escape(format_datetime(there, "z", tzinfo=zone, locale=locale))
        clock = f"{there.hour:02}:{there.minute:02}"  # what strftime says, in a third of its time
        return Markup(f"{there.day}{dot} {months[there.month]} {there.year:04} {clock} {zones[key]}")  # noqa: S704 - the same

    return absolute


def _rough(gone: timedelta) -> int:
    """Seconds, as exactly as words for them are; never none, so that the words say a direction."""
    seconds = gone.days * 86_400 + gone.seconds
    size = abs(seconds)
    step = 1 if size < 60 else 60 if size < 86_400 else 3600
    return (size // step * step) * (1 if seconds > 0 else -1) or -1


def _iso(at: datetime) -> str:
    return f"{at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"
