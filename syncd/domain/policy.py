"""Who may change what, and what becomes of two changes at once?

The only place that knows that the two sides of a route are not alike: which side owns a field, which edits of a
customer count, what becomes of those that do not, and what an empty value means. Everything else in syncd is the same
in both directions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum, StrEnum, auto
from functools import cached_property, lru_cache
from itertools import compress, repeat
from operator import ne
from typing import Any, Final

import msgspec

from syncd.domain import consent
from syncd.domain.contractor import Contractor, values_of
from syncd.domain.country import Zone
from syncd.domain.members import COLLECTIONS, MAPPINGS, Entry, Renamed, merge_mapping, merge_members
from syncd.domain.side import Side

__all__ = [
    "EDITS",
    "RULES",
    "Conflict",
    "Empty",
    "FieldRules",
    "Forbidden",
    "Had",
    "Merged",
    "Rule",
    "combine",
    "merge",
]


class Empty(StrEnum):
    """What it means that a side holds nothing where it held something before."""

    CLEARS = "clears"
    IS_NOT_SAID = "is-not-said"


class Forbidden(StrEnum):
    """What becomes of an edit that a shop may not make.

    It is set back there; left there, while the registry does not take it; or set back and told to a person.
    """

    SET_BACK = "set-back"
    LEAVE = "leave"
    REFUSE = "refuse"


class Had(Enum):
    """What a side may have had of a contractor of which nothing is agreed with it."""

    NOTHING = auto()
    """The two meet for the first time: they differ, and nobody edited anything."""

    OUR_WRITE = auto()
    """A push of ours may just have made the record: what nobody said yet is an edit."""

    ANOTHER_RECORD = auto()
    """Somebody deleted that and made it again: an edit as well. What an ERP's new record leaves empty of what no shop
    may edit is its word, since nobody would ever fill it there."""


class Rule(msgspec.Struct, frozen=True):
    """The policy of one field.

    Attributes:
        owner: The side whose value stands when both changed the field.
        shop_edit: Zones whose customers a shop may edit in this field.
    """

    owner: Side
    shop_edit: frozenset[Zone]
    empty: Empty = Empty.CLEARS
    forbidden: Forbidden = Forbidden.SET_BACK


EDITS: Final[Mapping[str, frozenset[Zone]]] = {
    "never": frozenset(),
    "domestic": frozenset({Zone.DOMESTIC}),
    "always": frozenset(Zone),
}
"""Names for the sets of zones that rules mostly have."""

_PROFILE: Final = Rule(Side.ERP, EDITS["domestic"])
_NAME: Final = Rule(Side.ERP, EDITS["domestic"], Empty.IS_NOT_SAID)
_IDENTITY: Final = Rule(Side.ERP, EDITS["never"], Empty.IS_NOT_SAID)
_TERMS: Final = Rule(Side.ERP, EDITS["never"])
_ACCOUNT: Final = Rule(Side.SHOP, EDITS["always"])
_CONSENT: Final = Rule(Side.SHOP, EDITS["always"], Empty.IS_NOT_SAID)

RULES: Final[Mapping[str, Rule]] = {
    "name": _NAME,
    "kind": _PROFILE,
    "number": _IDENTITY,
    "tax_id": _IDENTITY,
    "tax_id_stated": _IDENTITY,
    "tax_prefix": _IDENTITY,
    "country": _IDENTITY,
    "tax_class": _IDENTITY,
    "registrations": _TERMS,
    "accounts": _TERMS,
    "first_name": _PROFILE,
    "last_name": _PROFILE,
    "contact_person": _PROFILE,
    "email": _NAME,
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
    "newsletter": _CONSENT,
    "consents": _CONSENT,
    "approved": _ACCOUNT,
    "registered": _ACCOUNT,
    "origin": _ACCOUNT,
    "notes": _TERMS,
    "custom": _TERMS,
    "activity": _ACCOUNT,
}
"""Policy of every field but ``active``, which is not merged: it places and lifts holds (`syncd.domain.holds`).

These are in force where an admin changed nothing.
"""


class FieldRules(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The policies in force.

    Attributes:
        everywhere: By field, complete.
        by_shop: By a shop's connection, complete for each: where other rules are in force for what that shop says.
    """

    everywhere: Mapping[str, Rule] = msgspec.field(default_factory=lambda: RULES)
    by_shop: Mapping[int, Mapping[str, Rule]] = {}

    def of(self, connection_id: int) -> Mapping[str, Rule]:
        """Policies for what one connection says."""
        return self.by_shop.get(connection_id, self.everywhere)

    @cached_property
    def pushed_to_erp(self) -> frozenset[str]:
        """Fields that a shop's change may carry into an ERP. A new contractor is created there with all fields."""
        rules = (self.everywhere, *self.by_shop.values())
        return frozenset(name for some in rules for name, rule in some.items() if rule.shop_edit)


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """One field that both sides changed since they last agreed, to different values; or that a side may not change.

    Attributes:
        base: What the telling side held when last seen.
        known: What the registry holds, which another side said.
        told: What the side says now.
        kept: The value that stands.
        entries: In a collection: what in it both changed.
    """

    field: str
    base: Any
    known: Any
    told: Any
    kept: Any
    entries: tuple[Entry, ...] = ()


class Merged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The outcome of a merge.

    Attributes:
        after: What the registry should hold.
        taken: Fields in which `after` differs from what was known.
        refused: Fields in which the side's edit does not count: they are set back there.
        left: Fields in which the side's edit does not count, and stays there all the same.
        reported: Those of the refused edits that a person should hear of.
    """

    after: Contractor
    taken: tuple[str, ...]
    refused: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    reported: tuple[Conflict, ...] = ()


def merge(
    known: Contractor,
    agreed: Contractor | None,
    told: Contractor,
    *,
    side: Side,
    said: frozenset[str],
    zone: Zone,
    rules: Mapping[str, Rule] = RULES,
    by: str = "",
    at: datetime | None = None,
    home: str = "",
    same: Mapping[str, Renamed] = {},
    newer: Mapping[str, bool] = {},
    had: Had = Had.NOTHING,
) -> Merged:
    """Three-way merge, field by field.

    Args:
        known: What the registry holds.
        agreed: What `side` held when last seen; ``None`` when nothing is agreed yet.
        told: What `side` says now.
        said: Fields that `side` can state at all.
        zone: Where the contractor belongs; a foreign customer's profile is edited by an admin or the ERP only.
        by: The connection that says it.
        at: When it is heard.
        home: The country of an address that states none.
        same: By collection: members that are the same by the side's own ids.
        newer: By field: whether what is told is newer than what is known, where that decides a conflict and not whose
            the field is.
        had: What `side` may have had of the contractor before, where nothing is agreed.
    """
    first = agreed is None
    base_of = agreed if agreed is not None else _BLANK
    changes: dict[str, Any] = {}
    forbidden: dict[Forbidden, list[Conflict]] = {}
    conflicts: list[Conflict] = []
    consents: list[str] = []
    last_word = side if had is Had.ANOTHER_RECORD else None
    for field, rule, now in _news(known, base_of, told, said, rules, first=first, last_word=last_word):
        here, base = getattr(known, field), getattr(base_of, field)
        if side is Side.SHOP and not _may_edit(rule, zone, first=first and had is Had.NOTHING, known=here):
            # Two that meet for the first time differ, and nobody edited anything.
            fate = Forbidden.SET_BACK if first else rule.forbidden
            forbidden.setdefault(fate, []).append(Conflict(field=field, base=base, known=here, told=now, kept=here))
        elif field in _CONSENTS:
            consents.append(field)
        elif first:
            if rule.owner is side or _empty(here):
                changes[field] = now
        else:
            wins = newer.get(field, rule.owner is side)
            value, contested, entries = combine(field, base, here, now, wins=wins, home=home, same=same.get(field, {}))
            if contested:
                conflicts.append(Conflict(field=field, base=base, known=here, told=now, kept=value, entries=entries))
            if value != here:
                changes[field] = value
    if consents:
        heard = consent.hear(known, agreed, told, said=consents, by=by, at=at)
        pairs = zip(("newsletter", "consents"), heard, strict=True)
        changes.update((field, value) for field, value in pairs if value != getattr(known, field))
    left = forbidden.pop(Forbidden.LEAVE, ())
    return Merged(
        after=msgspec.structs.replace(known, **changes) if changes else known,
        taken=tuple(changes),
        refused=tuple(edit.field for edits in forbidden.values() for edit in edits),
        left=tuple(edit.field for edit in left),
        conflicts=tuple(conflicts),
        reported=tuple(forbidden.get(Forbidden.REFUSE, ())),
    )


def _news(
    known: Contractor,
    base: Contractor,
    told: Contractor,
    said: frozenset[str],
    rules: Mapping[str, Rule],
    *,
    first: bool,
    last_word: Side | None,
) -> list[tuple[str, Rule, Any]]:
    """Fields in which a side says something that is neither known nor what it said before, with what it says.

    Args:
        last_word: The side of which also counts at a first meeting that it says nothing of a field that it alone edits.
    """
    news = []
    fields, values = _asked(said)
    before, now_told = values(base), values(told)
    # Most statements differ from the one before in a field or two: which, C finds out.
    differs = map(ne, now_told, before) if last_word is None else repeat(True)
    for field, now in compress(zip(fields, now_told, strict=True), differs):
        # A second no says nothing new, but when it was said may decide later.
        if field not in _CONSENTS and now == getattr(known, field):
            continue
        rule = rules[field]
        if _empty(now) and (rule.empty is Empty.IS_NOT_SAID or (first and not _edits_alone(rule, last_word))):
            continue
        news.append((field, rule, now))
    return news


_CONSENTS: Final = frozenset({"newsletter", "consents"})
"""Fields in which evidence is joined: no side's word stands because of whose it is."""


def _may_edit(rule: Rule, zone: Zone, *, first: bool, known: object) -> bool:
    """Whether a shop's statement of one field counts.

    At a first meeting a shop may fill what nobody said yet, and says what it owns: a consent above all.
    """
    if first:
        return _empty(known) or rule.owner is Side.SHOP
    return zone in rule.shop_edit


def _edits_alone(rule: Rule, side: Side | None) -> bool:
    return side is Side.ERP and rule.owner is side and not rule.shop_edit


def combine(
    field: str,
    base: Any,
    here: Any,
    now: Any,
    *,
    wins: bool,
    home: str,
    same: Renamed = {},  # noqa: B006 - read only
) -> tuple[Any, bool, tuple[Entry, ...]]:
    """Bring two changes of one field together; say whether they contradict each other, and in which entries."""
    if field in COLLECTIONS:
        members, entries = merge_members(field, base, here, now, wins=wins, home=home, same=same)
        return (tuple(sorted(members)) if field == "groups" else members), bool(entries), entries
    if field in MAPPINGS:
        mapping, entries = merge_mapping(base, here, now, wins=wins)
        return mapping, bool(entries), entries
    contested = here != base
    return (now if wins or not contested else here), contested, ()


_BLANK: Final = Contractor(name="")


@lru_cache(maxsize=64)
def _asked(said: frozenset[str]) -> tuple[tuple[str, ...], Callable[[Contractor], tuple[Any, ...]]]:
    """Fields that a side can state and that are merged, with what gets their values."""
    fields = tuple(field for field in RULES if field in said)
    return fields, values_of(fields)


def _empty(value: object) -> bool:
    return value is None or value in ("", (), {})
