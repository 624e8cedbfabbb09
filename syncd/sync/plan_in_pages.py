"""How is a plan stored page by page that no read made, so that nobody takes a part of it for the whole?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert

from syncd.registry.runs import RunState, counts_of, set_run
from syncd.registry.tables import Run
from syncd.sentence import joined
from syncd.sync.app import App
from syncd.sync.mode import EDIT

__all__ = ["begin_plan", "complete_plan"]


def begin_plan(app: App, connection: Connection, connection_id: int, *, by: str, undoes: int | None = None) -> int:
    """A row for the plan, which nobody executes and nobody can approve before the plan is whole.

    Args:
        undoes: The run that the plan takes back.
    """
    now = app.now()
    values: dict[str, Any] = {
        "connection_id": connection_id,
        "mode": EDIT,
        "undoes": undoes,
        "asked_by": by,
        "asked_at": now,
        "state": RunState.CANCELLED,
        "finished_at": now,
        "error": "its process ended before the plan was whole",
        "error_code": "interrupted",
    }
    found = insert(Run).values(dry_run=False, attempts=0, applied_seq=0, counts={}, **values).returning(Run.id)
    return int(connection.execute(found).scalar_one())


def complete_plan(
    app: App,
    connection: Connection,
    run_id: int,
    *,
    state: RunState,
    counts: Mapping[str, int],
    objected: Sequence[str] = (),
    approved_by: str | None = None,
) -> None:
    """Let the plan be executed, or wait.

    Args:
        state: ``queued``, ``held`` by a limit, or ``planned`` for a dry run.
        counts: What becomes of the contractors that it is about.
        objected: Why it is held.
        approved_by: Who approved it; what was approved is compared with the sides before it is applied.
    """
    set_run(
        connection,
        run_id,
        state=state,
        dry_run=state is RunState.PLANNED,
        planned_at=app.now(),
        finished_at=None,
        error=None,
        error_code=None,
        approved_by=approved_by,
        counts=counts_of(dict(counts)),
        held_because=joined(objected) or None,
    )
