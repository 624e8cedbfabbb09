"""What does a plan amount to, and which of its lines does somebody mean?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from sqlalchemy import Engine

from syncd.domain.risk import Level, Risk
from syncd.registry.lines import Action
from syncd.registry.queries.changes import Change, changes

__all__ = ["Chosen", "GroupMoves", "PlanSummary", "choose", "summarise"]


class GroupMoves(msgspec.Struct, frozen=True):
    """How many contractors a plan brings into a group, and takes out of it."""

    join: int
    leave: int


class PlanSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A plan counted in every way that a person asks for; lines that are left out do not count.

    Attributes:
        by_action: Lines by what they do.
        by_level: Lines by the gravest of their risks.
        by_risk: Lines by each risk that they carry.
        by_field: Known contractors by field that changes; new ones are in no field.
        by_group: Memberships by group.
        left_out: Lines that are not applied, by reason.
    """

    lines: int
    by_action: dict[str, int]
    by_level: dict[str, int]
    by_risk: dict[str, int]
    by_field: dict[str, int]
    by_group: dict[str, GroupMoves]
    left_out: dict[str, int]


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Lines by what they have in common; every part that is given has to fit.

    Attributes:
        seqs: Numbers of lines.
        customers: Codes, or ids at the side for those that are new.
        fields: One of these changes.
        groups: The contractor joins or leaves one of these.
        risks: One of these is carried, or a level is reached exactly.
    """

    seqs: frozenset[int] = frozenset()
    customers: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    risks: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__struct_fields__)

    def fits(self, change: Change) -> bool:
        """Whether a line is meant."""
        return (
            (not self.seqs or change.seq in self.seqs)
            and (not self.customers or not self.customers.isdisjoint({change.code, change.external_id}))
            and (not self.actions or change.action in self.actions)
            and (not self.fields or not self.fields.isdisjoint(change.fields))
            and (not self.groups or not self.groups.isdisjoint({*joined(change), *left(change)}))
            and (not self.risks or not self.risks.isdisjoint({change.risk, *change.risks}))
        )


RISKS = (*Level, *Risk)
"""What `Chosen.risks` may name."""


def choose(engine: Engine, run_id: int, *, only: Chosen, exclude: Iterable[Chosen]) -> list[int]:
    """Numbers of the lines that are to be left out of a plan.

    Args:
        only: What does not fit is left out.
        exclude: What fits one of them is left out.
    """
    unwanted = [part for part in exclude if part]
    return [
        change.seq
        for change in changes(engine, run_id)
        if change.outcome is msgspec.UNSET and (not only.fits(change) or any(part.fits(change) for part in unwanted))
    ]


def summarise(engine: Engine, run_id: int) -> PlanSummary:
    """Count a plan."""
    actions: Counter[str] = Counter()
    levels: Counter[str] = Counter()
    risks: Counter[str] = Counter()
    fields: Counter[str] = Counter()
    come: Counter[str] = Counter()
    go: Counter[str] = Counter()
    out: Counter[str] = Counter()
    for change in changes(engine, run_id):
        if isinstance(change.outcome, str):
            out[change.outcome] += 1
            continue
        actions[change.action] += 1
        levels[change.risk] += 1
        risks.update(change.risks)
        if change.action != Action.CREATE:
            fields.update(change.fields.keys())
        come.update(joined(change))
        go.update(left(change))
    return PlanSummary(
        lines=actions.total() + out.total(),
        by_action=_sorted(actions),
        by_level=_sorted(levels),
        by_risk=_sorted(risks),
        by_field=_sorted(fields),
        by_group={name: GroupMoves(come[name], go[name]) for name in sorted({*come, *go})},
        left_out=_sorted(out),
    )


def joined(change: Change) -> Iterator[str]:
    """Groups that the contractor is in afterwards only."""
    moved = change.fields.get("groups")
    if moved is not None:
        yield from _without(moved.after, moved.before)


def left(change: Change) -> Iterator[str]:
    """Groups that the contractor is in before only."""
    moved = change.fields.get("groups")
    if moved is not None:
        yield from _without(moved.before, moved.after)


def _without(one: Any, other: Any) -> Iterator[str]:
    return (name for name in one or () if name not in (other or ()))


def _sorted(counted: Counter[str]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
