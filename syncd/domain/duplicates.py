"""What becomes of two contractors who are one, and of the one when that is taken back?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import reduce
from typing import Any, Final

import msgspec

from syncd.domain import consent
from syncd.domain import holds as h
from syncd.domain.contractor import FIELDS, Address, AddressKind, Consent, Contractor, Employee
from syncd.domain.groups import normalise
from syncd.domain.members import unite
from syncd.domain.policy import combine

__all__ = [
    "Fate",
    "FieldFate",
    "Parted",
    "Restored",
    "Since",
    "United",
    "part",
    "restore",
    "unite_contractors",
    "unite_holds",
]


class Fate(StrEnum):
    """What becomes of a field."""

    KEPT = "kept"
    TAKEN = "taken"
    UNITED = "united"
    CONFLICT = "conflict"
    """Both hold something, and not the same: the kept contractor's stands."""


class FieldFate(msgspec.Struct, frozen=True):
    """One field in which the two differ.

    Attributes:
        why: What decided, where that is not plain: the evidence of a consent.
    """

    field: str
    fate: Fate
    kept: Any
    gone: Any
    after: Any
    why: str = ""


class United(msgspec.Struct, frozen=True):
    """Two contractors as one.

    Attributes:
        asks: Fields in which nothing tells which of the two is right: a person should say it.
    """

    after: Contractor
    fates: tuple[FieldFate, ...]
    asks: tuple[str, ...] = ()


class Restored(msgspec.Struct, frozen=True):
    """A contractor with a change taken back.

    Attributes:
        restored: Fields that are as they were before.
        changed_since: Fields that somebody changed since: they stay as they are.
    """

    contractor: Contractor
    restored: tuple[str, ...]
    changed_since: tuple[str, ...]


class Since(msgspec.Struct, frozen=True):
    """A change of two who were one.

    Attributes:
        along: A record said it that goes back to the one who went.
    """

    before: Contractor
    after: Contractor
    along: bool


class Parted(msgspec.Struct, frozen=True):
    """Two contractors who were one.

    Attributes:
        restored: Fields that are as they were before, with both.
        changed_since: Fields that somebody changed since: they are not, with one of the two.
    """

    kept: Contractor
    gone: Contractor
    restored: tuple[str, ...]
    changed_since: tuple[str, ...]


def unite_contractors(kept: Contractor, gone: Contractor) -> United:
    """Make one of two: what one of them lacks the other gives, and collections hold what both held."""
    changes: dict[str, Any] = {}
    fates = []
    agreed = consent.agree(kept, gone)
    for field in FIELDS:
        if field == "active":
            continue  # it follows from the holds
        ours, theirs = getattr(kept, field), getattr(gone, field)
        if ours == theirs:
            continue
        if field == "newsletter":
            one = _newsletter(kept, gone, agreed)
        else:
            after, fate = _unite_field(field, ours, theirs)
            one = FieldFate(field, fate, ours, theirs, after)
        fates.append(one)
        after = one.after
        if after != ours:
            changes[field] = after
    evidence = changes.get("consents", kept.consents)
    if agreed.decisive is not None and consent.answer(evidence, consent.NEWSLETTER) not in {None, agreed.newsletter}:
        # A plain no of which there was no evidence: kept as evidence, so that the two never contradict.
        changes["consents"] = consent.join(evidence, [agreed.decisive])
    after_all = msgspec.structs.replace(kept, **changes)
    return United(after_all, tuple(fates), () if agreed.clear else ("newsletter",))


def _newsletter(kept: Contractor, gone: Contractor, agreed: consent.Agreed) -> FieldFate:
    ours, theirs, after = kept.newsletter, gone.newsletter, agreed.newsletter
    one_is_silent = ours is None or theirs is None
    fate = Fate.KEPT if one_is_silent and after == ours else Fate.TAKEN if one_is_silent and after == theirs else None
    return FieldFate("newsletter", fate or Fate.CONFLICT, ours, theirs, after, _source(agreed))


def _source(agreed: consent.Agreed) -> str:
    """Where the word comes from that counts."""
    if agreed.decisive is None:
        return ""
    if not agreed.clear:
        return "nobody knows which word is the newer one"
    said = f"{agreed.decisive.at:%Y-%m-%d %H:%M} UTC"
    return f"the newest word, of {said}{f', {agreed.decisive.source}' if agreed.decisive.source else ''}"


def unite_holds(kept: h.Holds, gone: h.Holds) -> h.Holds:
    """Every reason of both stands; of one that both have, since the earlier day."""
    earliest = sorted((*kept, *gone), key=lambda hold: hold.since)
    return reduce(h.place, earliest, ())


def restore(now: Contractor, before: Contractor, after: Contractor) -> Restored:
    """Take the change from `before` to `after` back, where nobody has changed the field since."""
    changes: dict[str, Any] = {}
    changed_since = []
    for field in _differing(before, after):
        if getattr(now, field) == getattr(after, field):
            changes[field] = getattr(before, field)
        else:
            changed_since.append(field)
    return Restored(msgspec.structs.replace(now, **changes), tuple(changes), tuple(changed_since))


def part(
    now: Contractor, before: Contractor, after: Contractor, gone: Contractor, since: Sequence[Since], *, home: str
) -> Parted:
    """Make two of one again: what records said since that go back with the other one is the other's.

    Args:
        now: The one who stays, as it is.
        before: The same before the two became one.
        after: The same just after that.
        gone: The other one before that.
        since: What changed meanwhile, in its order.
        home: The country of an address that states none.
    """
    back = restore(now, before, after)
    went = {field for one in since if one.along for field in _differing(one.before, one.after)}
    again = _replay(before, (one for one in since if not one.along), home)
    kept = msgspec.structs.replace(back.contractor, **{field: getattr(again, field) for field in went})
    other = _replay(gone, (one for one in since if one.along), home)
    differs = {*_differing(before, kept), *_differing(gone, other)}
    changed = [field for field in FIELDS if field in (differs if field in went else back.changed_since)]
    restored = dict.fromkeys((*back.restored, *(field for field in FIELDS if field in went)))
    return Parted(kept, other, tuple(field for field in restored if field not in changed), tuple(changed))


def _replay(contractor: Contractor, changes: Iterable[Since], home: str) -> Contractor:
    """Make changes that were made of somebody else; each is the newest word on what it changes."""
    for one in changes:
        newsletter, consents = consent.follow(contractor, one.before, one.after)
        values: dict[str, Any] = {
            field: combine(
                field,
                getattr(one.before, field),
                getattr(contractor, field),
                getattr(one.after, field),
                wins=True,
                home=home,
            )[0]
            for field in _differing(one.before, one.after)
        }
        contractor = msgspec.structs.replace(contractor, **{**values, "newsletter": newsletter, "consents": consents})
    return contractor


def _differing(one: Contractor, other: Contractor) -> list[str]:
    """Fields in which two states differ; whether somebody is active follows from the holds."""
    return [field for field in FIELDS if field != "active" and getattr(one, field) != getattr(other, field)]


def _unite_field(field: str, ours: Any, theirs: Any) -> tuple[Any, Fate]:
    if _is_empty(theirs):
        return ours, Fate.KEPT
    if _is_empty(ours):
        return theirs, Fate.TAKEN
    if field == "approved":
        return ours and theirs, Fate.CONFLICT  # a no outweighs a yes, whoever said it
    if field in _UNIONS:
        return _UNIONS[field](ours, theirs), Fate.UNITED
    if isinstance(ours, tuple):
        return unite(field, ours, theirs), Fate.UNITED
    if isinstance(ours, dict):
        return {**theirs, **ours}, Fate.UNITED
    return ours, Fate.CONFLICT


def _addresses(ours: tuple[Address, ...], theirs: tuple[Address, ...]) -> tuple[Address, ...]:
    """One main address: the other's becomes a further one."""
    has_main = any(address.kind is AddressKind.MAIN for address in ours)
    others = tuple(
        msgspec.structs.replace(a, kind=AddressKind.OTHER) if has_main and a.kind is AddressKind.MAIN else a
        for a in theirs
    )
    return unite("addresses", ours, others)


def _employees(ours: tuple[Employee, ...], theirs: tuple[Employee, ...]) -> tuple[Employee, ...]:
    """One default log-in: ours, where we have one."""
    has_default = any(employee.default_login for employee in ours)
    others = tuple(
        msgspec.structs.replace(e, default_login=False) if has_default and e.default_login else e for e in theirs
    )
    return unite("employees", ours, others)


def _consents(ours: tuple[Consent, ...], theirs: tuple[Consent, ...]) -> tuple[Consent, ...]:
    """All evidence of both, the newest first, what has no date last."""
    both = consent.join(ours, theirs)
    dated = sorted(((one.at, index) for index, one in enumerate(both) if one.at), reverse=True)
    return (*(both[index] for _, index in dated), *(one for one in both if one.at is None))


_UNIONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "addresses": _addresses,
    "employees": _employees,
    "consents": _consents,
    "groups": lambda ours, theirs: normalise((*ours, *theirs)),
    "registered": lambda ours, theirs: ours or theirs,
}


def _is_empty(value: object) -> bool:
    return value is None or value in ("", (), {})
