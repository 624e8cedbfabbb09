"""How is a run taken back? By a plan that compensates it, made from what its lines remember, and a run like any other.

What the run changed and nobody changed since goes back; the rest stays and is named. Nothing that left syncd can be
called back: a record that was made at a side is blocked there, not deleted.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, delete, insert

from syncd.registry import bindings, lines
from syncd.registry.engine import reading, writing
from syncd.registry.runs import RunState
from syncd.registry.tables import Audit, Run
from syncd.sentence import joined
from syncd.sync.app import App, Connected
from syncd.sync.buyers import buyers_touched
from syncd.sync.decide import open_decider
from syncd.sync.guard import Facts, objections
from syncd.sync.plan_in_pages import begin_plan, complete_plan
from syncd.sync.undo.compensate import Compensation, Impossible, Kept
from syncd.sync.undo.subject import applied, load_over, refuse_matching

__all__ = ["Undone", "plan_undo"]

_PAGE = 500


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """What taking a run back does.

    Attributes:
        run: The run that does it; ``None`` where it has nothing to do.
        of: The run that is taken back.
        connection: Where that one ran.
        state: How the new run begins: ``queued``, ``held`` by a limit, or ``planned`` for a dry run.
        reversed: Contractors of which something goes back.
        kept: Those of which something stays; one can be among the reversed as well.
        nothing: How many are as they were before already.
        links: How many records the run linked: each is taken back by a run of its own.
    """

    run: int | None
    of: int
    connection: str
    state: str | None
    reversed: int
    kept: tuple[Kept, ...]
    impossible: tuple[Impossible, ...]
    nothing: int
    links: int
    held_because: str | None


def plan_undo(app: App, run_id: int, *, by: str, approved: bool = False, dry_run: bool = False) -> Undone:
    """Store the plan that takes a run back. Whoever asks executes its run, and then `untie_links`.

    Every side that the plan concerns is asked for news before it is applied, as before any plan that was approved.

    Args:
        approved: A person has seen how many there are: no limit holds it.

    Raises:
        NotFound: When there is no such run.
        InvalidRecord: When it is not over, has changed nothing, or is one that `syncd match undo` takes back.
    """
    app = app.up_to_date()
    with reading(app.engine) as connection:
        work = load_over(connection, run_id)
        refuse_matching(connection, work)
    connected = app.connection_by_id(work.connection_id)
    with writing(app.engine) as connection:
        made_run = begin_plan(app, connection, work.connection_id, by=by, undoes=work.id)
    made = Compensation(app, work, by)
    for page in lines.pages(app.engine, run_id, size=_PAGE):
        app.go_on()
        with reading(app.engine) as connection:
            decider = open_decider(app, connection, connected, said=frozenset(), run_id=made_run)
            planned = list(made.compensate(connection, decider, applied(page, work), made_run))
        with writing(app.engine) as connection:
            lines.store_lines(connection, planned)
    reversed_ = made.counts.total() - made.counts["skipped"]
    with writing(app.engine) as connection:
        objected = (
            [] if approved else objections(_facts(connection, connected, made, made_run), connected.settings.guard)
        )
        state = RunState.PLANNED if dry_run else RunState.HELD if objected else RunState.QUEUED
        if reversed_:
            complete_plan(
                app,
                connection,
                made_run,
                state=state,
                counts={**made.counts, "unchanged": made.nothing},
                objected=objected,
                # Who asks for an undo approves it. What is approved is compared with both sides before it is applied.
                approved_by=by if state is RunState.QUEUED else None,
            )
        else:
            lines.drop_plan(connection, made_run)
            connection.execute(delete(Run).where(Run.id == made_run))
        if not dry_run:
            details = {"run": made_run if reversed_ else None, "reversed": reversed_, "kept": len(made.kept)}
            row = {"actor": by, "action": "undo-run", "subject": f"run {work.id}", "details": details}
            connection.execute(insert(Audit).values(at=app.now(), **row))
    return Undone(
        run=made_run if reversed_ else None,
        of=work.id,
        connection=connected.name,
        state=state if reversed_ else None,
        reversed=reversed_,
        kept=tuple(made.kept),
        impossible=tuple(made.impossible),
        nothing=made.nothing,
        links=made.links,
        held_because=joined(objected) or None,
    )


def _facts(connection: Connection, connected: Connected, made: Compensation, made_run: int) -> Facts:
    limits = connected.settings.guard
    return Facts(
        bound=bindings.count(connection, connected.id),
        released=made.links,
        risks=made.risks,
        buyers=buyers_touched(connection, made_run, made.risks, limits),
    )
