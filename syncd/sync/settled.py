"""Is a side already where the registry wants it, after what it said?

A side keeps a value in its own form (a phone reformatted), so "settled" is not "equal": a field that neither side
touched stays settled if it was.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import msgspec

from syncd.domain.contractor import FIELDS, Contractor, restrict
from syncd.domain.country import Zone
from syncd.domain.groups import Vocabulary
from syncd.sync.routes import Station

__all__ = ["Agreed", "Placed", "settle", "settle_first"]

_ALL: Final = frozenset(FIELDS)


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """What a side held when last seen, and how it speaks of groups since.

    Attributes:
        held: In its own terms.
        contractor: In the registry's terms.
        misplaced: Fields of groups, and the residency, in which it is not as it should be now.
        moved: Those of them that changed there.
    """

    held: Contractor
    contractor: Contractor
    misplaced: frozenset[str]
    moved: frozenset[str]


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A contractor as the registry has it, and where it belongs."""

    contractor: Contractor
    zone: Zone


def settle_first(
    station: Station, words: Vocabulary, stated: Contractor, told: Contractor, after: Placed
) -> bytes | None:
    """At a first meeting a side is settled when it states, field by field, what is wanted there.

    Args:
        stated: What it states in its own terms.
        told: The same in the registry's.

    Returns:
        Digest of what is wanted; ``None`` while the side is not there.
    """
    written = station.compared
    if station.misplaced(stated, after.contractor, after.zone, words):
        return None
    same = after.contractor is told or restrict(after.contractor, written) == restrict(told, written)
    return station.wanted_hash(after.contractor, after.zone) if written and same else None


def settle(
    station: Station,
    agreed: Agreed,
    told: Contractor,
    before: Placed,
    after: Placed,
    *,
    settled_hash: bytes | None,
    stay: Collection[str],
) -> bytes | None:
    """The same for a side that was met before.

    Args:
        settled_hash: What it was settled with.
        stay: Fields in which an edit there is left alone.
    """
    values = station.values
    stated, wished = values(told), values(_as_stated(after.contractor))
    if stated == wished and not agreed.misplaced:
        return station.wanted_hash(after.contractor, after.zone)
    differs = "tax_class" in agreed.misplaced
    if differs and (before.zone is not after.zone or "tax_class" in agreed.moved):
        return None
    earlier = values(agreed.contractor), values(_as_stated(before.contractor))
    for field, now, wanted, then, was in zip(station.compared, stated, wished, *earlier, strict=True):
        if field in stay or (now == wanted and field not in agreed.misplaced):
            continue
        if now != then or wanted != was or field in agreed.moved:
            return None
        differs = True
    if differs and settled_hash != station.wanted_hash(before.contractor, before.zone):
        return None
    return station.wanted_hash(after.contractor, after.zone)


def _as_stated(contractor: Contractor) -> Contractor:
    """Without what the registry alone notes of consents."""
    return restrict(contractor, _ALL) if contractor.consents else contractor
