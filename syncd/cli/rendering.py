"""How is a run shown, with everything that it changes?"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

import msgspec

from syncd.cli.session import Session, encode
from syncd.registry.engine import reading
from syncd.registry.queries.changes import Change, changes
from syncd.registry.queries.customers import Customer, find_customer
from syncd.registry.queries.issues import list_issues
from syncd.registry.queries.plans import PlanSummary, summarise
from syncd.registry.queries.runs import RunRow
from syncd.sync.app import App
from syncd.sync.plan_document import plan_head, what_to_do

__all__ = ["short", "show_changed", "show_plan", "show_run", "summary"]

_SHOWN: Final = 50
_VALUE: Final = 60
_MARKS: Final = {
    "create": "+",
    "link": "=",
    "update": "~",
    "block": "⊘",
    "unblock": "○",
    "set_back": "↩",
    "release": "≠",
    "unlink": "≠",
    "merge": "∪",
    "restore": "↶",
}
_COLUMNS: Final = ("seq", "code", "external_id", "action", "risk", "rule", "fields", "push_to", "outcome")


def show_run(session: Session, app: App, run: RunRow) -> None:
    """Print a run and its changes: the same shape for a plan, a dry run and the run that applied it."""
    with reading(app.engine) as connection:
        met = list_issues(connection, run=run.id, limit=_SHOWN)
    told = [{key: getattr(one, key) for key in ("id", "code", "external_id", "message", "cure")} for one in met]
    _show_changes(session, app, run, {"issues": told})
    for one in met:
        session.say(f"  issue {one.id} {one.code}: {one.external_id or one.customer or ''}: {one.message}. {one.cure}")
    if len(met) == _SHOWN:
        session.say("  and possibly more: `syncd attention list` lists all")


def show_plan(session: Session, app: App, run: RunRow, standing: dict[str, Any]) -> None:
    """Print what a plan amounts to, then the plan; docs/reference/plan-format.md says what the JSON means."""
    amounts = summarise(app.engine, run.id)
    if not session.json and sys.stdout.isatty():
        _show_amounts(session, amounts)
    _show_changes(session, app, run, standing | {"summary": amounts})


def _show_amounts(session: Session, amounts: PlanSummary) -> None:
    moves = {name: f"+{group.join} −{group.leave}" for name, group in amounts.by_group.items()}
    parts: tuple[tuple[str, dict[str, Any]], ...] = (
        ("action", amounts.by_action),
        ("risk", amounts.by_risk),
        ("level", amounts.by_level),
        ("field", amounts.by_field),
        ("group", moves),
        ("left out", amounts.left_out),
    )
    rows = [(kind, name, number) for kind, counted in parts for name, number in counted.items()]
    if rows:
        session.rows(("by", "", "lines"), rows)


def _show_changes(session: Session, app: App, run: RunRow, more: dict[str, Any]) -> None:
    found = changes(app.engine, run.id)
    if session.json:
        session.stream(plan_head(run) | more, "changes", found)
    elif sys.stdout.isatty():
        _show(session, run, found)
    else:
        session.rows(_COLUMNS, map(_cells, found))
    session.say(summary(run))
    if cure := what_to_do(run):
        session.say(cure)


def summary(run: RunRow) -> str:
    """One line about a run: state, what was counted, and why it waits or failed."""
    counted = ", ".join(f"{number} {name}" for name, number in run.counts.items() if number and name != "read")
    parts = [f"run {run.id} {run.connection} {run.mode}: {run.state}", f"{run.counts['read']} read"]
    parts += [counted] if counted else []
    parts += [f"{run.seconds:.1f} s"] if run.seconds is not None else []
    held = (
        run.held_because if run.held_because and run.approved_by is None else None
    )  # else it was held, and is no more
    reason = f" - {held or run.error}" if held or run.error else ""
    return f"{', '.join(parts)}{reason}"


def show_changed(session: Session, app: App, ids: Sequence[int], runs: Sequence[RunRow]) -> None:
    """Print where customers stand after a change by a person, and the runs that made it."""
    with reading(app.engine) as connection:
        found = [customer for id_ in ids if (customer := find_customer(connection, id_)) is not None]
    if session.json:
        session.document({"customers": found, "runs": [run.id for run in runs]})
    else:
        session.rows(("code", "status", "holds"), ((c.code, c.status, _holds(c)) for c in found))
    if not runs:
        session.say("nothing to change")
    for run in runs:
        session.say(summary(run))


def _holds(customer: Customer) -> str:
    return ", ".join(f"{hold.reason} by {hold.by}" for hold in customer.holds)


def _show(session: Session, run: RunRow, found: Iterator[Change]) -> None:
    session.rows(
        ("seq", "", "code", "external id", "risk", "rule", "changes", "push to"),
        (
            (c.seq, _mark(c), c.code, c.external_id, _risk(c), c.rule, _differences(c), ", ".join(c.push_to))
            for c in islice(found, _SHOWN)
        ),
        empty="No changes.",
    )
    if run.lines > _SHOWN:
        session.say(f"... and {run.lines - _SHOWN} more: --json shows all, and so does a pipe.")


def _risk(change: Change) -> str:
    return f"{change.risk}: {', '.join(change.risks)}" if change.risks else change.risk


def _mark(change: Change) -> str:
    outcome = "" if change.outcome is msgspec.UNSET else f" ({change.outcome})"
    return f"{_MARKS.get(change.action, '')} {change.action}{outcome}"


def _cells(change: Change) -> tuple[Any, ...]:
    outcome = None if change.outcome is msgspec.UNSET else change.outcome
    fields, push_to = ",".join(change.fields), ",".join(change.push_to)
    return (
        change.seq, change.code, change.external_id, change.action, change.risk, change.rule, fields, push_to, outcome,
    )  # fmt: skip


def _differences(change: Change) -> str:
    if change.action == "create":
        return ", ".join(change.fields)
    return "\n".join(f"{name}: {short(field.before)} → {short(field.after)}" for name, field in change.fields.items())


def short(value: object) -> str:
    """A value in a table's cell."""
    text = value if isinstance(value, str) else encode(value).decode()
    return text if len(text) <= _VALUE else f"{text[: _VALUE - 1]}…"
