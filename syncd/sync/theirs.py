"""Which records are of somebody who was erased? Asked by keyed digests of what a record can be known by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from syncd.domain import erasure, match
from syncd.domain.contractor import Contractor
from syncd.registry import shared, tombstones

__all__ = ["Hit", "Stated", "theirs"]

Which = TypeVar("Which", bound=Hashable)
"""How the caller tells records apart."""


class Stated(msgspec.Struct, frozen=True):
    """A record as a side states it; `bound_to` is the contractor that it was known to be before."""

    external_id: str
    contractor: Contractor
    bound_to: int | None = None


class Hit(msgspec.Struct, frozen=True):
    """One record and the erased contractor whose it is; `kinds` says by what it is known."""

    stated: Stated
    erasure_id: int
    grave: tombstones.Grave
    kinds: frozenset[str]


def theirs(
    connection: Connection, key: tombstones.Key, connected: str, stated: Mapping[Which, Stated]
) -> dict[Which, Hit]:
    """Those of one connection's records that are an erased contractor's.

    A key that somebody living has as well says nothing, and nor does a record that is somebody else's or that a person
    said is.

    Args:
        connected: The connection's name.
    """
    named = {which: _named(key, connected, one) for which, one in stated.items()}
    found = tombstones.found(connection, {digest for marks in named.values() for digest in marks})
    if not found:
        return {}
    suspects = {which: one for which, one in stated.items() if not found.keys().isdisjoint(named[which])}
    spared = tombstones.exempted(connection, [key.record(connected, one.external_id) for one in suspects.values()])
    owners = tombstones.graves(connection, {id_ for hits in found.values() for _, id_ in hits})
    hits: dict[Which, Hit] = {}
    for which, one in suspects.items():
        if key.record(connected, one.external_id) in spared:
            continue
        for erasure_id, kinds in _by_erasure(found, named[which]).items():
            whose = owners[erasure_id]
            telling = kinds - _shared_with_the_living(connection, one.contractor, kinds)
            if one.bound_to in {None, whose.contractor_id} and erasure.proves(telling):
                hits[which] = Hit(one, erasure_id, whose, frozenset(telling))
    return hits


def _named(key: tombstones.Key, connected: str, stated: Stated) -> set[str]:
    """Digests of what a record can be known by; one that is bound is known by its name alone."""
    digests = {key.record(connected, stated.external_id)}
    if stated.bound_to is None:
        digests.update(key.digest(kind, value) for kind, value in erasure.marks(stated.contractor))
    return digests


def _shared_with_the_living(connection: Connection, contractor: Contractor, kinds: Collection[str]) -> set[str]:
    """Kinds of keys that a contractor has who is there: what two share says nothing of the erased one."""
    asked = [(kind, value) for kind, value in match.keys(contractor) if kind.value in kinds]
    return {kind.value for kind in shared.having(connection, asked, but=(), most=1)}


def _by_erasure(found: Mapping[str, Collection[tuple[str, int]]], digests: Collection[str]) -> dict[int, set[str]]:
    kinds: dict[int, set[str]] = defaultdict(set)
    for digest in digests:
        for kind, erasure_id in found.get(digest, ()):
            kinds[erasure_id].add(kind)
    return kinds
