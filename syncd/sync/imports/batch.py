"""How does a file become plans, and what can be done with them?

An import is bound to no connection, and a plan is: so a file becomes as many plans as its customers come from
connections, each like that of any other change by a person. They are shown, approved, applied, undone and forgotten as
such; what is kept beside them is what the file was and what of it was not taken. Long files become plans of a bounded
size, because a plan is stored in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from syncd.domain import consent
from syncd.domain.columns import put_cell
from syncd.domain.contractor import Contractor
from syncd.domain.holds import is_erased
from syncd.errors import InvalidRecord, NotFound
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.registry.imports import Imported, find_import, store_import
from syncd.registry.queries.runs import RunRow, find_run
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.change import Change, Draft, Subject, plan_change
from syncd.sync.edit import edited
from syncd.sync.imports.judge import Wanted, judge
from syncd.sync.imports.rows import kind_of, read_rows
from syncd.sync.review import approve, discard

__all__ = ["apply_import", "discard_import", "load_import", "plan_import", "plans_of", "state_of"]

_PLAN: Final = 5000
"""Customers of one plan."""

_NAME: Final = 100
_WAITING: Final = frozenset({"planned", "held"})


def plan_import(app: App, data: bytes, *, source: str, by: str) -> Imported:
    """Make plans of a file; nothing is changed.

    Args:
        source: What the file is called.

    Raises:
        InvalidRecord: When it cannot be read as a whole.
        SuspiciousRun: When it is XML that was cut.
    """
    app = app.up_to_date()
    source = "".join(c for c in source if c.isprintable())[:_NAME]
    kind = kind_of(source, data)
    with reading(app.engine) as connection:
        judged = judge(app, connection, read_rows(data, kind))
    runs: list[int] = []
    changes = _changes(app, judged.wanted, source, by)
    for part in _parts(list(changes)):
        runs += plan_change(app, part, lambda subject: changes[subject.id](subject), by=by, dry_run=True)
    with reading(app.engine) as connection:
        plans = [run for id_ in runs if (run := find_run(connection, id_)) is not None]
    one = Imported(
        at=app.now(),
        by=by,
        source=source,
        kind=kind.value,
        rows=judged.rows,
        changed=sum(run.lines for run in plans),
        refused=judged.refused,
        problems=judged.problems,
        passed_over=judged.passed_over,
        runs=runs,
    )
    with writing(app.engine) as connection:
        id_ = store_import(connection, one)
        write_down(connection, app.now(), by, "plan-import", f"import {id_}", rows=one.rows, changed=one.changed)
    return load_import(app, id_)


def load_import(app: App, import_id: int) -> Imported:
    """One file.

    Raises:
        NotFound: When there is none of this number.
    """
    with reading(app.engine) as connection:
        found = find_import(connection, import_id)
    if found is None:
        raise NotFound(
            Sentence("there is no import %(import_id)s", import_id=import_id), cure="`syncd import list` shows them."
        )
    return found


def plans_of(app: App, one: Imported) -> list[RunRow]:
    """Its plans, as far as they are still kept."""
    with reading(app.engine) as connection:
        return [run for id_ in one.runs if (run := find_run(connection, id_)) is not None]


def state_of(plans: Sequence[RunRow]) -> str:
    """How far an import is: ``waiting``, ``applied``, ``discarded``, ``partial``, ``applying``, or ``empty``."""
    states = {"waiting" if plan.state in _WAITING else plan.state for plan in plans}
    if not states:
        return "empty"
    if states <= {"cancelled"}:
        return "discarded"
    if states <= {"succeeded"}:
        return "applied"
    if "waiting" in states:
        return "waiting"
    return "applying" if states & {"queued", "running", "applying"} else "partial"


def apply_import(app: App, import_id: int, *, by: str, reason: str = "") -> list[int]:
    """Let the plans that wait be applied. Returns them.

    Raises:
        NotFound: When there is no such import.
        InvalidRecord: When it has no plan, none waits, or they waited too long.
    """
    waiting = _waiting(app, import_id)
    for run_id in waiting:
        approve(app, run_id, by=by, reason=reason or f"import {import_id}")
    return waiting


def discard_import(app: App, import_id: int, *, by: str) -> list[int]:
    """Throw the plans away that wait. Returns them.

    Raises:
        NotFound: When there is no such import.
        InvalidRecord: When it has no plan, or none waits.
    """
    waiting = _waiting(app, import_id)
    for run_id in waiting:
        discard(app, run_id, by=by, reason=f"import {import_id}")
    return waiting


def _waiting(app: App, import_id: int) -> list[int]:
    """Plans of an import that wait; those of one that is over are named by whoever decides on a plan."""
    one = load_import(app, import_id)
    plans = plans_of(app, one)
    if not plans:
        raise InvalidRecord(
            Sentence("the plans of import %(import_id)s are not kept any more", import_id=import_id)
            if one.runs
            else Sentence(
                "nothing of import %(import_id)s differs, so there is nothing to decide", import_id=import_id
            ),
            code="plan-not-waiting",
            cure="Import the file again: what it would change is compared anew.",
        )
    return [plan.id for plan in plans if plan.state in _WAITING] or [plan.id for plan in plans[:1]]


def _changes(app: App, wanted: dict[int, Wanted], source: str, by: str) -> dict[int, Change]:
    return {id_: _change(app, one, source, by) for id_, one in wanted.items()}


def _change(app: App, wanted: Wanted, source: str, by: str) -> Change:
    def make(contractor: Contractor) -> Contractor:
        for column, value in wanted.values:
            contractor = put_cell(contractor, column, value)
            if column.field == "newsletter":
                contractor = consent.decreed(contractor, "newsletter", by=by, at=app.now())
        return contractor

    change = edited(make, rule=Sentence("imported from %(source)s, line %(line)s", source=source, line=wanted.line))

    def unless_erased(subject: Subject) -> Draft | None:
        return None if is_erased(subject.holds) else change(subject)

    return unless_erased


def _parts(ids: Sequence[int]) -> Iterator[list[int]]:
    each = iter(ids)
    while part := list(islice(each, _PLAN)):
        yield part
