"""Who may change what, and what becomes of two changes at once?

The only place that knows that the two sides of a route are not alike: which side owns a field, which edits of a
customer count, and what an empty value means. Everything else in syncd is the same in both directions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

import msgspec

from syncd.domain.contractor import Address, Contractor, Employee, values_of
from syncd.domain.country import Zone
from syncd.domain.side import Side

__all__ = ["PUSHED_TO_ERP", "RULES", "Conflict", "Edit", "Empty", "Merged", "Rule", "address_key", "merge", "unite"]


class Edit(StrEnum):
    """When a shop's edit of a field counts."""

    NEVER = "never"
    DOMESTIC = "domestic"
    ALWAYS = "always"


class Empty(StrEnum):
    """What it means that a side holds nothing where it held something before."""

    CLEARS = "clears"
    IS_NOT_SAID = "is_not_said"


class Rule(msgspec.Struct, frozen=True):
    """The policy of one field.

    Attributes:
        owner: The side whose value stands when both changed the field.
    """

    owner: Side
    shop_edit: Edit
    empty: Empty = Empty.CLEARS


_PROFILE: Final = Rule(Side.ERP, Edit.DOMESTIC)
_TERMS: Final = Rule(Side.ERP, Edit.NEVER)
_ACCOUNT: Final = Rule(Side.SHOP, Edit.ALWAYS)

RULES: Final[Mapping[str, Rule]] = {
    "name": Rule(Side.ERP, Edit.DOMESTIC, Empty.IS_NOT_SAID),
    "kind": _PROFILE,
    "number": Rule(Side.ERP, Edit.NEVER, Empty.IS_NOT_SAID),
    "tax_id": Rule(Side.ERP, Edit.NEVER, Empty.IS_NOT_SAID),
    "tax_id_stated": Rule(Side.ERP, Edit.NEVER, Empty.IS_NOT_SAID),
    "tax_prefix": Rule(Side.ERP, Edit.NEVER, Empty.IS_NOT_SAID),
    "country": Rule(Side.ERP, Edit.NEVER, Empty.IS_NOT_SAID),
    "tax_class": Rule(Side.ERP, Edit.NEVER, Empty.IS_NOT_SAID),
    "registrations": _TERMS,
    "accounts": _TERMS,
    "first_name": _PROFILE,
    "last_name": _PROFILE,
    "contact_person": _PROFILE,
    "email": Rule(Side.ERP, Edit.DOMESTIC, Empty.IS_NOT_SAID),
    "login_email": _ACCOUNT,
    "username": _ACCOUNT,
    "phones": _PROFILE,
    "website": _PROFILE,
    "addresses": _PROFILE,
    "employees": _PROFILE,
    "groups": _TERMS,
    "caretaker": _TERMS,
    "price_list": _TERMS,
    "payment_form": _TERMS,
    "payment_days": _TERMS,
    "credit_limit": _TERMS,
    "currency": _TERMS,
    "discount": _TERMS,
    "newsletter": _ACCOUNT,
    "consents": _ACCOUNT,
    "approved": _ACCOUNT,
    "registered": _ACCOUNT,
    "origin": _ACCOUNT,
    "notes": _TERMS,
    "custom": _TERMS,
    "activity": _ACCOUNT,
}
"""Policy of every field but ``active``, which is not merged: it places and lifts holds (`syncd.domain.holds`)."""

PUSHED_TO_ERP: Final = frozenset(name for name, rule in RULES.items() if rule.shop_edit is not Edit.NEVER)
"""Fields that a change at a shop may carry into an ERP. A new contractor is created there with all of them."""


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """One field that both sides changed since they last agreed, to different values.

    Attributes:
        base: What the telling side held when last seen.
        known: What the registry holds, which another side said.
        told: What the side says now.
        kept: The value that stands.
    """

    field: str
    base: Any
    known: Any
    told: Any
    kept: Any


class Merged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The outcome of a merge.

    Attributes:
        after: What the registry should hold.
        taken: Fields in which `after` differs from what was known.
        refused: Fields in which the side's edit does not count: they are set back there.
    """

    after: Contractor
    taken: tuple[str, ...]
    refused: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def merge(
    known: Contractor,
    agreed: Contractor | None,
    told: Contractor,
    *,
    side: Side,
    said: frozenset[str],
    zone: Zone,
) -> Merged:
    """Three-way merge, field by field.

    Args:
        known: What the registry holds.
        agreed: What `side` held when last seen; ``None`` when the two meet for the first time.
        told: What `side` says now.
        said: Fields that `side` can state at all.
        zone: Where the contractor belongs; a foreign customer's profile is edited by an admin or the ERP only.
    """
    changes: dict[str, Any] = {}
    refused: list[str] = []
    conflicts: list[Conflict] = []
    fields, values = _asked(said)
    states = zip(fields, values(agreed or _BLANK), values(known), values(told), strict=True)
    for field, base, here, now in states:
        if now in (base, here):
            continue
        rule = RULES[field]
        if _empty(now) and (rule.empty is Empty.IS_NOT_SAID or agreed is None):
            continue
        if side is Side.SHOP and not _may_edit(rule, zone, first=agreed is None, known=here):
            refused.append(field)
            continue
        value, contested = _combine(field, base, here, now, wins=rule.owner is side, first=agreed is None)
        if contested and agreed is not None:
            conflicts.append(Conflict(field=field, base=base, known=here, told=now, kept=value))
        if value != here:
            changes[field] = value
    after = msgspec.structs.replace(known, **changes) if changes else known
    return Merged(after=after, taken=tuple(changes), refused=tuple(refused), conflicts=tuple(conflicts))


def _may_edit(rule: Rule, zone: Zone, *, first: bool, known: object) -> bool:
    """Whether a shop's statement of one field counts.

    At a first meeting a shop may fill what nobody said yet, and says what it owns: a consent above all.
    """
    if first:
        return _empty(known) or rule.owner is Side.SHOP
    if rule.shop_edit is Edit.DOMESTIC:
        return zone is Zone.DOMESTIC
    return rule.shop_edit is Edit.ALWAYS


def _combine(field: str, base: Any, here: Any, now: Any, *, wins: bool, first: bool) -> tuple[Any, bool]:
    """Bring two changes of one field together; say whether they contradict each other.

    Collections are merged by member, so that an address added here and one added there both live.
    """
    if first:
        return (now if wins or _empty(here) else here), False
    if field in _MEMBER_KEY:
        members = _merge_members(base, here, now, _MEMBER_KEY[field])
        return (tuple(sorted(members)) if field == "groups" else members), False
    if field in _MAPPINGS:
        return _merge_mapping(base, here, now, wins=wins), False
    contested = here != base
    return (now if wins or not contested else here), contested


def address_key(address: Address) -> Hashable:
    """What makes two statements the same address: systems re-send addresses without ids, or with new ones."""
    return tuple(
        " ".join(text.split()).casefold()
        for text in (address.street, address.postal_code, address.city, address.country)
    )


def _employee_key(employee: Employee) -> Hashable:
    return (employee.email or employee.name).casefold()


_MEMBER_KEY: Final[Mapping[str, Callable[[Any], Hashable]]] = {
    "phones": lambda phone: "".join(c for c in phone if c.isdigit()),
    "addresses": address_key,
    "employees": _employee_key,
    "groups": lambda name: name,
    "accounts": lambda account: (account.iban, account.settlement),
    "consents": lambda consent: (consent.kind, consent.source, consent.at),
}
_MAPPINGS: Final = frozenset({"registrations", "custom"})


def _merge_members(
    base: tuple[Any, ...], here: tuple[Any, ...], now: tuple[Any, ...], key: Callable[[Any], Hashable]
) -> tuple[Any, ...]:
    """Apply to `here` what changed from `base` to `now`: gone members go, new ones come, changed ones are replaced.

    A new member takes the place of a gone one where the side replaced it, so that order and an address' kind stay.
    """
    old, ours, new = (_by_key(members, key) for members in (base, here, now))
    come = [member for k, member in new.items() if k not in old and k not in ours]
    result: list[Any] = []
    for k, member in ours.items():
        if k not in old:
            result.append(member)
        elif k in new:
            result.append(_follow(member, old[k], new[k]))
        elif come:
            result.append(_in_place_of(member, come.pop(0)))
    return (*result, *come)


def unite(field: str, ours: tuple[Any, ...], theirs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The members of both collections; where both have one, ours."""
    return _merge_members((), ours, theirs, _MEMBER_KEY[field])


def _by_key(members: tuple[Any, ...], key: Callable[[Any], Hashable]) -> dict[Hashable, Any]:
    """Members by key and how often it was met before: one place may be the office and the delivery address."""
    met: Counter[Hashable] = Counter()
    found: dict[Hashable, Any] = {}
    for member in members:
        k = key(member)
        found[k, met[k]] = member
        met[k] += 1
    return found


def _follow(member: Any, old: Any, new: Any) -> Any:
    """Change in `member` what the side changed, and keep what only we hold."""
    if not isinstance(new, msgspec.Struct):
        return new if old != new else member
    changes = {f: getattr(new, f) for f in new.__struct_fields__ if getattr(new, f) != getattr(old, f)}
    return msgspec.structs.replace(member, **changes) if changes else member


def _in_place_of(gone: Any, come: Any) -> Any:
    if isinstance(gone, Address) and isinstance(come, Address) and come.kind != gone.kind:
        return msgspec.structs.replace(come, kind=gone.kind)
    return come


def _merge_mapping(
    base: Mapping[str, str], here: Mapping[str, str], now: Mapping[str, str], *, wins: bool
) -> dict[str, str]:
    result = dict(here)
    for name in {*base, *now}:
        if now.get(name) == base.get(name):
            continue
        if here.get(name) != base.get(name) and not wins:
            continue
        if name in now:
            result[name] = now[name]
        else:
            result.pop(name, None)
    return result


_BLANK: Final = Contractor(name="")


@lru_cache(maxsize=64)
def _asked(said: frozenset[str]) -> tuple[tuple[str, ...], Callable[[Contractor], tuple[Any, ...]]]:
    """Fields that a side can state and that are merged, with what gets their values."""
    fields = tuple(field for field in RULES if field in said)
    return fields, values_of(fields)


def _empty(value: object) -> bool:
    return value is None or value in ("", (), {})
