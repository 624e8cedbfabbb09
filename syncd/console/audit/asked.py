"""Which acts does an address ask for?"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from syncd.domain.via import Via
from syncd.errors import InvalidRecord
from syncd.registry.queries.audit import AuditFilter
from syncd.sentence import Sentence

__all__ = ["FIELDS", "Asked", "asked"]

FIELDS: Final = ("who", "from", "what", "object", "since", "until", "before")


class Asked(msgspec.Struct, frozen=True):
    """What an address asks for.

    Attributes:
        before: Where the last page ended.
        typed: As it stands in the address, to be shown in the form again.
    """

    which: AuditFilter
    before: int | None
    typed: dict[str, str]


def asked(query: Mapping[str, str], zone: ZoneInfo) -> Asked:
    """Read the address. Days are those of whoever looks, and both count.

    Raises:
        InvalidRecord: Naming the field.
    """
    for name in query:
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, n=1)
            raise _wrong(
                name,
                Sentence("there is no filter %(name)s", name=repr(name)),
                Sentence("Did you mean %(near)s?", near=near[0]) if near else _ALL,
            )
    typed = {name: query.get(name, "").strip() for name in FIELDS}
    came = typed["from"]
    if came and came not in set(Via):
        raise _wrong(
            "from",
            Sentence("nobody comes from %(came)s", came=repr(came)),
            Sentence("One of: %(names)s.", names=", ".join(Via)),
        )
    before = typed["before"]
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        raise _wrong("before", "this is no place in the list", "Begin at the newest.")
    until = _day(typed, "until", zone, days=1)
    which = AuditFilter(
        actor=typed["who"],
        via=Via(came) if came else None,
        action=typed["what"],
        subject=typed["object"],
        since=_day(typed, "since", zone),
        until=until,
    )
    return Asked(which, int(before) if before else None, typed)


_ALL: Final = Sentence("Filters: %(names)s.", names=", ".join(FIELDS))


def _day(typed: Mapping[str, str], name: str, zone: ZoneInfo, *, days: int = 0) -> datetime | None:
    """When a day begins, or the one that comes `days` after it."""
    if not typed[name]:
        return None
    try:
        begins = datetime.combine(date.fromisoformat(typed[name]) + timedelta(days=days), time(), zone)
        return begins.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _wrong(
            name, Sentence("%(typed)s is no day", typed=repr(typed[name][:40])), "Write it like 2026-05-04."
        ) from None


def _wrong(field: str, message: str, cure: str) -> InvalidRecord:
    return InvalidRecord(message, code="value-unusable", field=field, cure=cure)
