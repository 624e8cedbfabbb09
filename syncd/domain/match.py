"""Is a record that no binding names a contractor that we know already?

Keys are asked in the order of how much they prove. The first key with a hit decides: one contractor is linked, two
are AMBIGUOUS and a person decides. Guessing here merges two customers into one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Final

import msgspec

from syncd.domain.contractor import Contractor

__all__ = ["Ambiguity", "Key", "Link", "Match", "New", "decide", "is_somebody_else", "keys"]


class Key(StrEnum):
    """What two records can have in common, from the strongest proof to the weakest."""

    NUMBER = "number"
    TAX = "tax"
    EMAIL = "email"
    PHONE = "phone"


class New(msgspec.Struct, frozen=True):
    """Nobody we know."""


class Link(msgspec.Struct, frozen=True):
    """The same as one contractor.

    Attributes:
        evidence: The key that decided.
    """

    contractor_id: int
    evidence: Key


class Ambiguity(msgspec.Struct, frozen=True):
    """Could be any of several contractors."""

    contractor_ids: tuple[int, ...]
    evidence: Key


Match = New | Link | Ambiguity

_DIGITS: Final = re.compile(r"\D+")
_SHORTEST_PHONE: Final = 7
"""Digits below which a number is an extension or a typing error and proves nothing."""


def keys(contractor: Contractor) -> Iterator[tuple[Key, str]]:
    """Comparable forms of what can identify `contractor`, strongest first.

    A phone is compared by its last nine digits, because systems state the country's prefix or leave it out.
    """
    if contractor.number:
        yield Key.NUMBER, contractor.number
    if contractor.tax_id:
        yield Key.TAX, contractor.tax_id
    if contractor.email:
        yield Key.EMAIL, contractor.email.casefold()
    if contractor.phones:
        digits = _DIGITS.sub("", contractor.phones[0])
        if len(digits) >= _SHORTEST_PHONE:
            yield Key.PHONE, digits[-9:]


def decide(
    contractor: Contractor,
    found: Mapping[tuple[Key, str], AbstractSet[int]],
    tax_ids: Mapping[int, str],
    taken: AbstractSet[int],
) -> Match:
    """Match one record.

    Args:
        contractor: What the side states.
        found: Contractors that have a key, by that key.
        tax_ids: Their tax ids: who shares an e-mail or a phone but not the tax id is somebody else, which is how a
            recycled address is kept from inheriting a customer.
        taken: Contractors that this connection has bound to other records; a side's own two records are two.
    """
    if not found:
        return New()
    for key in keys(contractor):
        candidates = _plausible(found.get(key, ()), key[0], contractor, tax_ids, taken)
        if len(candidates) == 1:
            return Link(candidates[0], key[0])
        if candidates:
            return Ambiguity(tuple(sorted(candidates)), key[0])
    return New()


def _plausible(
    ids: Iterable[int], key: Key, contractor: Contractor, tax_ids: Mapping[int, str], taken: AbstractSet[int]
) -> list[int]:
    weak = key in {Key.EMAIL, Key.PHONE} and bool(contractor.tax_id)
    return [
        id_ for id_ in ids if id_ not in taken and not (weak and tax_ids.get(id_, "") not in {"", contractor.tax_id})
    ]


def is_somebody_else(before: Contractor, now: Contractor) -> bool:
    """Whether a record that was one contractor now states another one.

    That is no edit: a side that was restored from a backup gives its ids away again. People change a name, or an
    e-mail, or get another number, but not all at once; so every key that both statements have must differ, and there
    must be two of them and a new name.
    """
    both = [
        (old, new)
        for old, new in (
            (before.number, now.number),
            (before.tax_id, now.tax_id),
            (before.email.casefold(), now.email.casefold()),
        )
        if old and new
    ]
    return len(both) >= 2 and before.name != now.name and all(old != new for old, new in both)
