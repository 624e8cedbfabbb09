"""Is a record that no binding names a contractor that we know already?

Keys are asked in the order of how much they prove. The first key with a hit decides: one contractor is linked, and
where there are two, or where something speaks against the one, it is AMBIGUOUS and a person decides. Guessing here
merges two customers into one. `docs/explanation/matching.md` says why each rule is as it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum, StrEnum, auto
from typing import Final

import msgspec

from syncd.domain import tax
from syncd.domain.contractor import Contractor
from syncd.domain.country import alpha2, prefix_country
from syncd.domain.proof import proves_email, proves_number, proves_phone, proves_tax_id
from syncd.domain.similarity import names_agree

__all__ = [
    "Ambiguity",
    "Key",
    "Link",
    "Match",
    "New",
    "decide",
    "decide_all",
    "is_somebody_else",
    "keys",
    "number_key",
    "same_tax_id",
    "values",
]


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
        evidence: The key that decided; ``None`` where a person did.
    """

    contractor_id: int
    evidence: Key | None


class Ambiguity(msgspec.Struct, frozen=True):
    """Could be any of several contractors, or could be none although one has the same key."""

    contractor_ids: tuple[int, ...]
    evidence: Key


Match = New | Link | Ambiguity

_KEYS: Final = tuple(Key)
_DIGITS: Final = re.compile(r"[0-9]+")


def keys(contractor: Contractor) -> list[tuple[Key, str]]:
    """Comparable forms of what can identify `contractor`, strongest first; what proves nothing is left out."""
    return [(key, value) for key, value in zip(_KEYS, values(contractor), strict=True) if value is not None]


def values(contractor: Contractor) -> tuple[str | None, str | None, str | None, str | None]:
    """The same as a column for each `Key`, in their order; ``None`` for what proves nothing.

    A phone is compared by its last nine digits, because systems state the country's prefix or leave it out.
    """
    number = contractor.number if contractor.number and proves_number(contractor.number) else None
    tax_id = _taxpayer(contractor) if _proves_tax(contractor) else None
    email = contractor.email.strip().casefold() if contractor.email and proves_email(contractor.email) else None
    digits = "".join(_DIGITS.findall(contractor.phones[0])) if contractor.phones else ""
    return number, tax_id, email, digits[-9:] if proves_phone(digits) else None


def number_key(number: str) -> str:
    """The form in which customer numbers are looked up. Which of them is the same, only `keys` says: case counts."""
    return number.casefold()


def decide(
    contractor: Contractor,
    found: Mapping[tuple[Key, str], AbstractSet[int]],
    others: Mapping[int, Contractor],
    taken: Collection[int] = (),
    apart: Collection[int] = (),
    numbered: Mapping[int, Sequence[Contractor]] = {},
) -> Match:
    """Match one record.

    Args:
        contractor: What the side states.
        found: Contractors that have a key, by that key.
        others: What is known of each of them.
        taken: Contractors that this connection has bound to other records; a side's own two records are two.
        apart: Contractors that it is not, as a person said.
        numbered: Contractors who have their number from another system than the record, or from a record that is
            gone, with what was said of them last there.
    """
    if not found:
        return New()
    for key in keys(contractor):
        free = [id_ for id_ in found.get(key, ()) if id_ not in taken and id_ not in apart]
        judged = {id_: _JUDGES[key[0]](contractor, others[id_]) for id_ in free}
        fits = {id_: fit for id_, fit in judged.items() if fit is not Fit.NONE}
        if key[0] is Key.NUMBER:
            for id_ in fits.keys() & numbered.keys():
                if not any(_agree_beside_number(contractor, said) for said in (others[id_], *numbered[id_])):
                    fits[id_] = Fit.DOUBTFUL
        if len(fits) == 1 and Fit.GOOD in fits.values():
            return Link(next(iter(fits)), key[0])
        if fits:
            return Ambiguity(tuple(sorted(fits)), key[0])
    return New()


def is_somebody_else(before: Contractor, now: Contractor) -> bool:
    """Whether a record that was one contractor now states another one.

    That is no edit: a side that was restored from a backup gives its ids away again. People change a name, or an
    e-mail, or get another number, but not all at once; so every key that both statements have must differ, and there
    must be two of them and a new name.
    """
    if before.name == now.name or (before.number and before.number == now.number):
        return False
    both = [
        (old, new)
        for old, new in (
            (before.number, now.number),
            (_taxpayer(before), _taxpayer(now)),
            (before.email.casefold(), now.email.casefold()),
        )
        if old and new
    ]
    return len(both) >= 2 and all(old != new for old, new in both)


def decide_all(
    contractors: Sequence[Contractor],
    found: Mapping[tuple[Key, str], AbstractSet[int]],
    others: Mapping[int, Contractor],
    taken: AbstractSet[int],
    apart: Sequence[Collection[int]],
    numbered: Mapping[int, Sequence[Contractor]] = {},
) -> list[Match]:
    """Match records that were read together; in which order they came makes no difference.

    Of several that are the same as one contractor, the one with the strongest evidence is it; where two have the same,
    a person decides. What is given to one record is not open to the others any more.
    """
    decided: list[Match] = [New()] * len(contractors)
    gone, contested = set(taken), set[int]()
    waiting: Collection[int] = range(len(contractors))
    while waiting:
        claims: dict[int, list[tuple[Key, int]]] = defaultdict(list)
        for index in waiting:
            matched = decided[index] = decide(contractors[index], found, others, gone, apart[index], numbered)
            if isinstance(matched, Link) and matched.evidence is not None:
                claims[matched.contractor_id].append((matched.evidence, index))
        losers = []
        for contractor_id, claimants in claims.items():
            claimants.sort(key=lambda claim: _RANK[claim[0]])
            if len(claimants) > 1 and claimants[0][0] is claimants[1][0]:
                for key, index in claimants:
                    decided[index] = Ambiguity((contractor_id,), key)
                    contested.add(index)
            else:
                gone.add(contractor_id)
                losers += [index for _, index in claimants[1:]]
        unsure = [i for i in waiting if isinstance(decided[i], Ambiguity) and i not in contested]
        waiting = [*losers, *(unsure if claims else ())]
    return decided


class Fit(Enum):
    """Whether a contractor with the same key can be the one."""

    GOOD = auto()
    DOUBTFUL = auto()
    """Something speaks against it."""
    NONE = auto()
    """It is somebody else."""


def same_tax_id(ours: Contractor, theirs: Contractor) -> Fit:
    """Whether equal digits are one tax id: the same digits in two countries are two companies.

    A prefix tells the country for certain. A declared country may be wrong, and is where the number cannot be one of
    that country.
    """
    one, other = _issuer(ours), _issuer(theirs)
    if one == other or one is None or other is None:
        return Fit.GOOD
    if ours.tax_prefix and theirs.tax_prefix:
        return Fit.NONE
    possible = tax.fault(ours.tax_id, one) is None and tax.fault(theirs.tax_id, other) is None
    return Fit.DOUBTFUL if possible else Fit.GOOD


def _issuer(contractor: Contractor) -> str | None:
    return prefix_country(contractor.tax_prefix) if contractor.tax_prefix else alpha2(contractor.country)


def _by_number(ours: Contractor, theirs: Contractor) -> Fit:
    """One number for two tax ids: two systems number from 1 on, or a firm changed its form. A person knows."""
    return Fit.DOUBTFUL if _are_two_taxpayers(ours, theirs) else Fit.GOOD


def _agree_beside_number(ours: Contractor, theirs: Contractor) -> bool:
    """Whether more than the number is the same: each of two systems counts from 1 on, and one gives a number anew."""
    if names_agree(ours.name, theirs.name):
        return True
    beside = {key for key in keys(ours) if key[0] is not Key.NUMBER}
    return not beside.isdisjoint(keys(theirs))


def _by_email(ours: Contractor, theirs: Contractor) -> Fit:
    """Who shares an e-mail but not the tax id is somebody else: a recycled address must not inherit a customer."""
    if _are_two_taxpayers(ours, theirs):
        return Fit.NONE
    if names_agree(ours.name, theirs.name):
        return Fit.GOOD
    return Fit.DOUBTFUL if ours.number and theirs.number and ours.number != theirs.number else Fit.GOOD


def _by_phone(ours: Contractor, theirs: Contractor) -> Fit:
    """A phone is shared by an office and given to the next subscriber: alone, with another name, it proves nothing."""
    if _are_two_taxpayers(ours, theirs):
        return Fit.NONE
    if names_agree(ours.name, theirs.name):
        return Fit.GOOD
    return Fit.NONE if ours.number and theirs.number and ours.number != theirs.number else Fit.DOUBTFUL


_RANK: Final = {key: rank for rank, key in enumerate(Key)}
_JUDGES: Final = {Key.NUMBER: _by_number, Key.TAX: same_tax_id, Key.EMAIL: _by_email, Key.PHONE: _by_phone}


def _are_two_taxpayers(ours: Contractor, theirs: Contractor) -> bool:
    """Whether both have a tax id worth the name, and not the same one."""
    if not (_proves_tax(ours) and _proves_tax(theirs)):
        return False
    return _taxpayer(ours) != _taxpayer(theirs) or same_tax_id(ours, theirs) is Fit.NONE


def _taxpayer(contractor: Contractor) -> str:
    return tax.taxpayer(contractor.tax_id, contractor.tax_prefix, contractor.country)


def _proves_tax(contractor: Contractor) -> bool:
    return bool(contractor.tax_id) and proves_tax_id(contractor.tax_id, contractor.tax_prefix, contractor.country)
