"""How is an operation done to many customers? As runs of a person's change, planned in pages and applied in pages.

So each customer's history has a line with before, after and who it was, an undo takes the runs back, and the sides are
told by the same pushes as of everything else. It is written into the audit log once, with the numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, insert

from syncd.domain.acts import LeftOut
from syncd.domain.code import code_of
from syncd.domain.risk import Risk, load_risks
from syncd.registry import bindings, issues, lines
from syncd.registry.engine import reading, writing
from syncd.registry.lookups import Known
from syncd.registry.runs import COUNT_OF, ENDED, RunState, load_run
from syncd.registry.tables import Audit
from syncd.sync.app import App, Connected
from syncd.sync.bulk.ask import ask
from syncd.sync.bulk.counts import Result, check_number
from syncd.sync.bulk.judge import Tally, judge_page, pages_of
from syncd.sync.bulk.operations import Operation
from syncd.sync.buyers import buyers_touched
from syncd.sync.change import Draft, Subject, apply_in_turn, by_home
from syncd.sync.collecting import collecting_seldom
from syncd.sync.decide import Decider, open_decider
from syncd.sync.guard import Facts, objections
from syncd.sync.plan_in_pages import begin_plan, complete_plan

__all__ = ["AT_ONCE", "carry_out"]

AT_ONCE: Final = 5000
"""Changes that are applied while the caller waits; of more a worker applies the plans."""

_TRIES: Final = 3
"""How often customers are planned anew that moved between plan and apply."""

_NAMED: Final = 50
"""Customers that the audit log names by their codes; of more it has the number."""


class _Plan(msgspec.Struct, kw_only=True):
    """One run that is being planned."""

    run: int
    connected: Connected
    decider: Decider
    lines: int = 0
    counts: Counter[str]
    risks: Counter[Risk]


class _Done(msgspec.Struct, kw_only=True):
    """What came of the plans so far."""

    changed: int = 0
    waiting: int = 0
    runs: list[int] = []
    held: list[int] = []


def carry_out(
    app: App,
    operation: Operation,
    ids: Sequence[int],
    *,
    by: str,
    number: int | None = None,
    approved: bool = False,
    at_once: int = AT_ONCE,
) -> Result:
    """Do it, and say what became of everybody.

    Args:
        ids: The selected customers, each once.
        number: How many there are, repeated by who asks; needed of many.
        approved: An admin has seen how many there are: no limit holds it.
        at_once: Changes that are applied before this returns; of more a worker applies them.

    Raises:
        InvalidRecord: When the number is not repeated.
    """
    check_number(len(ids), number)
    app = app.up_to_date()
    tally, done = Tally(), _Done()
    if operation.kind.asks:
        done.changed, done.runs = ask(app, operation, ids, tally, by=by)
    else:
        with collecting_seldom():
            _change(app, operation, ids, tally, done, by=by, approved=approved, at_once=at_once)
    result = Result(
        operation=operation.name,
        selected=len(ids),
        changed=done.changed,
        waiting=done.waiting,
        left_out={reason: number for reason, number in tally.left_out.items() if number},
        failed={cause: number for cause, number in tally.failed.items() if number},
        runs=done.runs,
        held=done.held,
    )
    with writing(app.engine) as connection:
        _write_down(app, connection, operation, ids, result, by)
    return result


def _change(
    app: App,
    operation: Operation,
    ids: Sequence[int],
    tally: Tally,
    done: _Done,
    *,
    by: str,
    approved: bool,
    at_once: int,
) -> None:
    waiting = list(ids)
    for _ in range(_TRIES):
        plans = _plan(app, operation, waiting, tally, by=by, approved=approved)
        now = sum(plan.lines for plan in plans) <= at_once
        waiting = []
        for plan in plans:
            if now:
                apply_in_turn(app, plan.run)
            else:
                app.doorbell.run(plan.run)
            waiting += _conclude(app, plan, tally, done)
        if not waiting:
            return
    tally.failed["kept-changing"] += len(waiting)


def _plan(app: App, operation: Operation, ids: Sequence[int], tally: Tally, *, by: str, approved: bool) -> list[_Plan]:
    """Store the plans, one for each connection that the customers come from, a page in each transaction."""
    plans: dict[int, _Plan] = {}
    for page in pages_of(ids):
        with writing(app.engine) as connection:
            drafts = {
                known.id: (known, subject, found)
                for known, subject, found in judge_page(connection, operation, page, tally)
                if isinstance(found, Draft)
            }
            if drafts and operation.prepare is not None:
                operation.prepare(connection)
                app = app.as_seen_by(connection)
            for connected, part in by_home(app, connection, drafts):
                if connected.id not in plans:
                    plans[connected.id] = _begin(app, connection, connected, by)
                _draw_up(connection, plans[connected.id], [drafts[id_] for id_ in part], tally)
            if operation.field:
                open_ = issues.open_events(connection)
                settled = [(id_, operation.field) for id_ in drafts if (id_, operation.field) in open_]
                issues.close_events(connection, settled, by=by, now=app.now())
    with writing(app.engine) as connection:
        for plan in plans.values():
            _complete(app, connection, plan, approved=approved)
    return list(plans.values())


def _begin(app: App, connection: Connection, connected: Connected, by: str) -> _Plan:
    run_id = begin_plan(app, connection, connected.id, by=by)
    decider = open_decider(app, connection, connected, said=frozenset(), run_id=run_id)
    return _Plan(run=run_id, connected=connected, decider=decider, counts=Counter(), risks=Counter())


def _draw_up(connection: Connection, plan: _Plan, drafts: Sequence[tuple[Known, Subject, Draft]], tally: Tally) -> None:
    planned = []
    for known, subject, draft in drafts:
        line = plan.decider.decreed(known, draft.contractor, draft.holds, draft.rule, before=subject.contractor)
        if line is None:
            tally.left_out[LeftOut.SO_ALREADY] += 1
            continue
        plan.lines += 1
        line.seq = plan.lines
        plan.counts[COUNT_OF[line.action]] += 1
        plan.risks.update(load_risks(line.risks))
        planned.append(line)
    lines.store_lines(connection, planned)


def _complete(app: App, connection: Connection, plan: _Plan, *, approved: bool) -> None:
    limits = plan.connected.settings.guard
    facts = Facts(
        bound=bindings.count(connection, plan.connected.id),
        risks=plan.risks,
        buyers=buyers_touched(connection, plan.run, plan.risks, limits),
    )
    objected = [] if approved else objections(facts, limits)
    state = RunState.HELD if objected else RunState.QUEUED
    complete_plan(app, connection, plan.run, state=state, counts=plan.counts, objected=objected)


def _conclude(app: App, plan: _Plan, tally: Tally, done: _Done) -> list[int]:
    """Count what came of one plan; answer the customers that moved under it."""
    with reading(app.engine) as connection:
        work = load_run(connection, plan.run)
        stale = lines.contractors_left_out(connection, plan.run, "stale")
    assert work is not None, "it was stored above"  # noqa: S101
    done.runs.append(plan.run)
    if work.state in {RunState.SUCCEEDED, RunState.PARTIAL}:
        done.changed += plan.lines - len(stale)
        return stale
    if work.state in ENDED:
        tally.failed["run-failed"] += plan.lines
        return []
    done.waiting += plan.lines
    if work.state is RunState.HELD:
        done.held.append(plan.run)
    return []


def _write_down(
    app: App, connection: Connection, operation: Operation, ids: Sequence[int], result: Result, by: str
) -> None:
    subject = f"customer {code_of(ids[0])}" if len(ids) == 1 else f"{len(ids)} customers"
    details: dict[str, Any] = {
        name: value
        for name, value in msgspec.to_builtins(result).items()
        if name not in {"operation", "selected"} and value
    }
    if operation.value:
        details["value"] = operation.value
    if 1 < len(ids) <= _NAMED:
        details["customers"] = [code_of(id_) for id_ in ids]
    row = {"at": app.now(), "actor": by, "action": f"customers-{operation.name}", "subject": subject}
    connection.execute(insert(Audit).values(**row, details=details))
