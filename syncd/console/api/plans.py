"""What can a program ask about plans, and decide about them?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from starlette.responses import Response, StreamingResponse

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Done, Endpoint, Few, Place, Reason, number_of
from syncd.console.asking import MOST
from syncd.console.connections.finding import connection_of
from syncd.console.plans.asked import KNOWN
from syncd.console.plans.one import find
from syncd.console.unheard import Waits
from syncd.errors import InvalidRecord
from syncd.registry.engine import reading
from syncd.registry.queries.plan_list import PlanRow, list_plans
from syncd.registry.queries.plans import (
    Chosen,
    PlannedRow,
    PlanSummary,
    choose,
    chosen_lines,
    list_lines,
    summarise,
)
from syncd.registry.queries.runs import RunRow
from syncd.sentence import Sentence
from syncd.sync.connecting.looks import paused_by
from syncd.sync.plan_document import plan_document
from syncd.sync.review import approve, discard, expires_at, leave_out, take_in
from syncd.sync.waiting import in_its_place

__all__ = ["ENDPOINTS"]


class PlanQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which plans, newest first.

    Attributes:
        after: The ``next`` of the page before.
    """

    state: Literal["waiting", "applied", "discarded", "expired"] = "waiting"
    connection: str | None = None
    after: Place | None = None
    limit: Few = 50


class PlanListed(msgspec.Struct, frozen=True, kw_only=True):
    """A plan.

    Attributes:
        expires_at: Until when it may be applied.
    """

    plan: PlanRow
    expires_at: datetime


class Plans(msgspec.Struct, frozen=True):
    """A page of plans."""

    items: list[PlanListed]
    next: int | None


class PlanShown(msgspec.Struct, frozen=True, kw_only=True):
    """A plan and what it amounts to.

    Attributes:
        expires_at: Until when it may be applied; ``null`` while it is being made.
        replaced_by: The run of a newer plan that waits in its place; until that is decided about, this one may still
            be applied as it was shown.
    """

    run: RunRow
    summary: PlanSummary
    expires_at: datetime | None
    replaced_by: int | None


class LineQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which lines; one is meant if it fits all that is given.

    Attributes:
        action: What it does, such as ``create``, ``update`` or ``block``.
        field: It changes this field.
        group: The customer joins or leaves this group.
        risk: It carries this risk, or reaches this level exactly.
        outcome: It was not applied for this reason; ``planned``: it was or will be.
        q: Part of a name in any spelling, a code, an external id or a number.
        after: The ``next`` of the page before.
    """

    action: tuple[str, ...] = ()
    field: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    risk: tuple[str, ...] = ()
    outcome: str | None = None
    q: str = ""
    after: Annotated[int, msgspec.Meta(ge=0, le=MOST)] = 0
    limit: Few = 50


class PlanLines(msgspec.Struct, frozen=True):
    """A page of lines, in the order of the plan."""

    items: list[PlannedRow]
    next: int | None


class Lines(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lines by what they have in common; a line is meant if it fits every kind that is given."""

    seqs: tuple[int, ...] = ()
    customers: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()

    def chosen(self) -> Chosen:
        """The same, as plans are searched."""
        _check("risk", self.risks)
        _check("kind", self.actions)
        _check("field", self.fields)
        return Chosen(**{name: frozenset(getattr(self, name)) for name in self.__struct_fields__})


class Choose(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lines, and whether they are to be applied.

    Attributes:
        act: ``leave-out`` those, ``take-in`` those that were left out, or leave out all but those (``only``).
    """

    act: Literal["leave-out", "take-in", "only"]
    lines: Lines


class Chose(msgspec.Struct, frozen=True):
    """How many lines that concerned."""

    lines: int


class Apply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is applied, and why.

    Attributes:
        only: Nothing but these.
        exclude: Everything but these.
        shown: How many changes whoever decides was told of, before `only` and `exclude`; another number by now is
            refused, and nothing is left out.
    """

    reason: Reason
    shown: int | None = None
    only: Lines = Lines()
    exclude: Lines = Lines()


class Applied(Done, frozen=True, omit_defaults=True):
    """It was approved, and this is how the run stands now."""

    waits: Waits | None = None


class Discard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is thrown away."""

    reason: Reason


def _list(call: Call) -> Plans:
    asked: PlanQuery = call.query
    of = connection_of(call.app, asked.connection).id if asked.connection else None
    expired = call.now - timedelta(hours=call.app.settings.plan_hours)
    with reading(call.app.engine) as connection:
        found = list_plans(connection, asked.state, of=of, expired=expired, before=asked.after, limit=asked.limit)
    items = [PlanListed(plan=one, expires_at=expires_at(call.app, one.planned_at)) for one in found]
    return Plans(items, found[-1].id if len(found) == asked.limit else None)


def _show(call: Call) -> PlanShown:
    run = _find(call)
    until = expires_at(call.app, run.planned_at) if run.planned_at else None
    with reading(call.app.engine) as connection:
        newer = in_its_place(connection, run.id)
    return PlanShown(run=run, summary=summarise(call.app.engine, run.id), expires_at=until, replaced_by=newer)


def _lines(call: Call) -> PlanLines:
    asked: LineQuery = call.query
    chosen = Lines(actions=asked.action, fields=asked.field, groups=asked.group, risks=asked.risk).chosen()
    _check("outcome", (asked.outcome,) if asked.outcome is not None else ())
    run = _find(call)
    with reading(call.app.engine) as connection:
        found = list_lines(
            connection, run.id, chosen, search=asked.q, outcome=asked.outcome, after=asked.after, limit=asked.limit
        )
    return PlanLines(found, found[-1].change.seq if len(found) == asked.limit else None)


def _document(call: Call) -> Response:
    return StreamingResponse(plan_document(call.app, _find(call)), media_type="application/json")


def _choose(call: Call) -> Chose:
    run, asked = _find(call), call.body
    takes_in = asked.act == "take-in"
    with reading(call.app.engine) as connection:
        outcome = "left_out" if takes_in else "planned"
        seqs = chosen_lines(connection, run.id, asked.lines.chosen(), outcome=outcome, but=asked.act == "only")
    (take_in if takes_in else leave_out)(call.app, run.id, seqs, by=call.by)
    return Chose(len(seqs))


def _apply(call: Call) -> Applied:
    run, asked = _find(call), call.body
    out = choose(call.app.engine, run.id, only=asked.only.chosen(), exclude=[asked.exclude.chosen()])
    approve(call.app, run.id, by=call.by, reason=asked.reason, shown=asked.shown, but=out)
    whose = paused_by(call.app, run.connection) if run.reads else None
    return Applied(_find(call).state, None if whose is None else _until_resumed(run.connection, whose))


def _until_resumed(connection: str, whose: str) -> Waits:
    return Waits(
        code="connection-paused",
        detail=Sentence(
            "%(connection)s is paused by %(paused_by)s: it is applied when that is resumed",
            connection=connection,
            paused_by=whose,
        ),
        cure=Sentence("`syncd connections resume %(connection)s` ends that.", connection=connection),
    )


def _discard(call: Call) -> Done:
    discard(call.app, _find(call).id, by=call.by, reason=call.body.reason)
    return Done(_find(call).state)


def _find(call: Call) -> RunRow:
    return find(call.app, number_of(call, "run_id"))


def _check(what: str, names: Collection[str]) -> None:
    """Refuse a word that there is not: to leave out what is looked for in vain would apply it.

    Args:
        what: What the console's address calls it.
    """
    for name in names:
        if name not in KNOWN[what]:
            called = "action" if what == "kind" else what
            raise InvalidRecord(
                f"there is no {called} {name[:40]!r}",
                code="value-unusable",
                field=called,
                cure=f"One of {', '.join(KNOWN[what])}.",
            )


ENDPOINTS = (
    Endpoint("GET", "/plans", Role.VIEWER, "List plans; those that wait for a decision.", _list, Plans, PlanQuery),
    Endpoint("GET", "/plans/{run_id}", Role.VIEWER, "Say what a plan amounts to.", _show, PlanShown),
    Endpoint(
        "GET",
        "/plans/{run_id}/lines",
        Role.VIEWER,
        "List what a plan does to each customer.",
        _lines,
        PlanLines,
        LineQuery,
    ),
    Endpoint(
        "GET",
        "/plans/{run_id}/document",
        Role.VIEWER,
        "Tell a whole plan, as docs/reference/plan-format.md says.",
        _document,
        None,
        files=("application/json",),
    ),
    Endpoint(
        "POST",
        "/plans/{run_id}/lines",
        Role.ADMIN,
        "Leave lines out of a plan, or put them back.",
        _choose,
        Chose,
        body=Choose,
        example={"act": "leave-out", "lines": {"actions": ["block"]}},
    ),
    Endpoint(
        "POST",
        "/plans/{run_id}/apply",
        Role.ADMIN,
        "Apply a plan as it was shown, or part of it; lines of which a side moved since are left out.",
        _apply,
        Applied,
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
