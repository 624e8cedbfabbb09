"""Whom does another set of rules concern, before it is in force?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from syncd.domain.groups.terms import ShopTerms

__all__ = ["SAMPLES", "Effect", "GroupEffect", "GroupSet", "effect_of"]

SAMPLES = 5
"""Contractors that are named for each change."""


class GroupSet(msgspec.Struct):
    """Contractors that are in the same groups: rules cannot tell them apart.

    Attributes:
        count: How many there are.
        samples: Ids of the first of them.
    """

    groups: tuple[str, ...]
    count: int = 0
    samples: list[int] = []


class GroupEffect(msgspec.Struct, frozen=True, kw_only=True):
    """What changes in one group of a shop.

    Attributes:
        before: Members before.
        joining: Ids of some who join.
        leaving: Ids of some who leave.
    """

    name: str
    before: int
    join: int
    leave: int
    joining: tuple[int, ...] = ()
    leaving: tuple[int, ...] = ()


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What changes at one shop.

    Attributes:
        looked_at: Contractors with any group that the shop has or would get.
        changing: How many of them would change there.
        samples: Ids of some who would.
        groups: The shop's groups that somebody joins or leaves.
    """

    looked_at: int
    changing: int
    samples: tuple[int, ...] = ()
    groups: tuple[GroupEffect, ...] = ()


def effect_of(sets: Iterable[GroupSet], before: ShopTerms, after: ShopTerms) -> Effect:
    """What becomes of the members of `sets` when `after` takes the place of `before`."""
    looked_at = changing = 0
    samples: list[int] = []
    members: dict[str, int] = defaultdict(int)
    join: dict[str, GroupSet] = defaultdict(lambda: GroupSet(()))
    leave: dict[str, GroupSet] = defaultdict(lambda: GroupSet(()))
    for one in sets:
        looked_at += one.count
        old, new = frozenset(before.wanted(one.groups)), frozenset(after.wanted(one.groups))
        for name in old:
            members[name] += one.count
        for name in new - old:
            _add(join[name], one)
        for name in old - new:
            _add(leave[name], one)
        if old != new or (not after.many and before.listed(one.groups) != after.listed(one.groups)):
            changing += one.count
            samples.extend(one.samples[: SAMPLES - len(samples)])
    groups = tuple(
        GroupEffect(
            name=name,
            before=members.get(name, 0),
            join=join[name].count,
            leave=leave[name].count,
            joining=tuple(join[name].samples),
            leaving=tuple(leave[name].samples),
        )
        for name in sorted({*join, *leave})
    )
    return Effect(looked_at=looked_at, changing=changing, samples=tuple(samples), groups=groups)


def _add(total: GroupSet, one: GroupSet) -> None:
    total.count += one.count
    total.samples.extend(one.samples[: SAMPLES - len(total.samples)])
