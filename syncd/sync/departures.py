"""Which edits that do not count stay at a side all the same?

Where a field's rule says "leave", a shop keeps its own value while the registry wants another. That is remembered by
both values: the departure stands until one of them changes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from syncd.domain.contractor import Contractor
from syncd.sync.routes import Station

__all__ = ["Stated", "departures"]


class Stated(msgspec.Struct, frozen=True):
    """One statement of a side.

    Attributes:
        raw: As the side states it.
        heard: In the registry's terms, without ids of addresses and employees.
    """

    raw: Contractor
    heard: Contractor


def departures(
    station: Station,
    standing: Mapping[str, str],
    was: Stated,
    now: Stated,
    *,
    before: Contractor,
    after: Contractor,
    left: Collection[str] = (),
) -> Mapping[str, str]:
    """Edits that stay: those of now, and those of before that neither side touched.

    Args:
        standing: Departures until now.
        before: What the registry held, and `after` what it holds now.
        left: Fields whose edit is left where it is.
    """
    found = {}
    for field in station.lenient:
        untouched = getattr(was.heard, field) == getattr(now.heard, field) and getattr(before, field) == getattr(
            after, field
        )
        stood = field in standing and untouched and standing[field] == station.departure(field, was.raw, before)
        if stood or field in left:
            found[field] = station.departure(field, now.raw, after)
    return found
