"""What can a program ask about plans, and decide about them?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Done, Endpoint
from syncd.console.api.runs import find
from syncd.registry.engine import reading
from syncd.registry.queries.plans import Chosen, choose
from syncd.registry.queries.runs import RunRow, list_runs
from syncd.sync.review import approve, discard, expires_at, leave_out

__all__ = ["ENDPOINTS"]

_WAITING = ("held", "planned")
_MOST = 200

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class PlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that waits."""

    run: RunRow
    expires_at: datetime | None


class Plans(msgspec.Struct, frozen=True):
    """All plans that wait."""

    items: list[PlanRow]


class Lines(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lines by what they have in common; a line is meant if it fits every kind that is given."""

    seqs: tuple[int, ...] = ()
    customers: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()

    def chosen(self) -> Chosen:
        return Chosen(**{name: frozenset(getattr(self, name)) for name in self.__struct_fields__})


class Apply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is applied, and why.

    Attributes:
        only: Nothing but these.
        exclude: Everything but these.
    """

    reason: Reason
    only: Lines = Lines()
    exclude: Lines = Lines()


class Discard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is thrown away."""

    reason: Reason


def _list(call: Call) -> Plans:
    with reading(call.app.engine) as connection:
        found = list_runs(connection, states=_WAITING, limit=_MOST)
    until = [expires_at(call.app, run.planned_at) if run.planned_at else None for run in found]
    return Plans([PlanRow(run=run, expires_at=at) for run, at in zip(found, until, strict=True)])


def _apply(call: Call) -> Done:
    run, asked = find(call), call.body
    out = choose(call.app.engine, run.id, only=asked.only.chosen(), exclude=[asked.exclude.chosen()])
    if out:
        leave_out(call.app, run.id, out, by=call.by)
    approve(call.app, run.id, by=call.by, reason=asked.reason)
    return Done(find(call).state)


def _discard(call: Call) -> Done:
    discard(call.app, find(call).id, by=call.by, reason=call.body.reason)
    return Done(find(call).state)


ENDPOINTS = (
    Endpoint("GET", "/plans", Role.VIEWER, "List the plans that wait for a decision.", _list, Plans),
    Endpoint(
        "POST",
        "/plans/{run_id}/apply",
        Role.ADMIN,
        "Apply a plan as it was shown, or part of it; lines of which a side moved since are left out.",
        _apply,
        Done,
        body=Apply,
        example={"reason": "new wholesalers", "exclude": {"actions": ["block"]}},
    ),
    Endpoint(
        "POST",
        "/plans/{run_id}/discard",
        Role.ADMIN,
        "Throw a plan away; the next run sees the same records again.",
        _discard,
        Done,
        body=Discard,
        example={"reason": "the export was cut"},
    ),
)
