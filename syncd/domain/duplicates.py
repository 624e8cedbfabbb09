"""What becomes of two contractors who are one, and of the one when that is taken back?"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import reduce
from typing import Any, Final

import msgspec

from syncd.domain import consent
from syncd.domain import holds as h
from syncd.domain.contractor import FIELDS, Address, AddressKind, Consent, Contractor, Employee
from syncd.domain.groups import normalise
from syncd.domain.members import unite

__all__ = ["Fate", "FieldFate", "Restored", "United", "restore", "unite_contractors", "unite_holds"]


class Fate(StrEnum):
    """What becomes of a field."""

    KEPT = "kept"
    TAKEN = "taken"
    UNITED = "united"
    CONFLICT = "conflict"
    """Both hold something, and not the same: the kept contractor's stands."""


class FieldFate(msgspec.Struct, frozen=True):
    """One field in which the two differ."""

    field: str
    fate: Fate
    kept: Any
    gone: Any
    after: Any


class United(msgspec.Struct, frozen=True):
    """Two contractors as one."""

    after: Contractor
    fates: tuple[FieldFate, ...]


class Restored(msgspec.Struct, frozen=True):
    """A contractor with a change taken back.

    Attributes:
        restored: Fields that are as they were before.
        changed_since: Fields that somebody changed since: they stay as they are.
    """

    contractor: Contractor
    restored: tuple[str, ...]
    changed_since: tuple[str, ...]


def unite_contractors(kept: Contractor, gone: Contractor) -> United:
    """Make one of two: what one of them lacks the other gives, and collections hold what both held."""
    changes: dict[str, Any] = {}
    fates = []
    for field in FIELDS:
        if field == "active":
            continue  # it follows from the holds
        ours, theirs = getattr(kept, field), getattr(gone, field)
        if ours == theirs:
            continue
        after, fate = _unite_field(field, ours, theirs)
        fates.append(FieldFate(field, fate, ours, theirs, after))
        if after != ours:
            changes[field] = after
    return United(msgspec.structs.replace(kept, **changes), tuple(fates))


def unite_holds(kept: h.Holds, gone: h.Holds) -> h.Holds:
    """Every reason of both stands; of one that both have, since the earlier day."""
    earliest = sorted((*kept, *gone), key=lambda hold: hold.since)
    return reduce(h.place, earliest, ())


def restore(now: Contractor, before: Contractor, after: Contractor) -> Restored:
    """Take the change from `before` to `after` back, where nobody has changed the field since."""
    changes: dict[str, Any] = {}
    changed_since = []
    for field in FIELDS:
        was, became = getattr(before, field), getattr(after, field)
        if field == "active" or was == became:
            continue
        if getattr(now, field) == became:
            changes[field] = was
        else:
            changed_since.append(field)
    return Restored(msgspec.structs.replace(now, **changes), tuple(changes), tuple(changed_since))


def _unite_field(field: str, ours: Any, theirs: Any) -> tuple[Any, Fate]:
    if _is_empty(theirs):
        return ours, Fate.KEPT
    if _is_empty(ours):
        return theirs, Fate.TAKEN
    if field in _STRICTEST:
        return ours and theirs, Fate.CONFLICT
    if field in _UNIONS:
        return _UNIONS[field](ours, theirs), Fate.UNITED
    if isinstance(ours, tuple):
        return unite(field, ours, theirs), Fate.UNITED
    if isinstance(ours, dict):
        return {**theirs, **ours}, Fate.UNITED
    return ours, Fate.CONFLICT


_STRICTEST: Final = frozenset({"newsletter", "approved"})
"""Fields in which a no outweighs a yes, whoever said it."""


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
