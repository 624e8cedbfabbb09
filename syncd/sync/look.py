"""What would a run find now? Asked by a dry run that leaves nobody a plan to approve."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from syncd.registry import leases
from syncd.registry.engine import writing
from syncd.registry.queries.runs import RunRow, find_run
from syncd.registry.runs import ENDED, RunState, set_run
from syncd.registry.tables import Run
from syncd.sync.app import App, Connected
from syncd.sync.mode import Mode, lease_name
from syncd.sync.request import request_run

__all__ = ["drop_looks", "look"]


def look(
    app: App,
    connected: Connected,
    execute: Callable[[App, int], None],
    *,
    mode: Mode,
    only: list[str] | None = None,
    asked_by: str,
) -> RunRow:
    """Make a run's plan, and answer the run as it was then; the lines of its plan stay to be read.

    Args:
        execute: Executes a run.
        only: External ids, for mode ``only``.
    """
    run_id = request_run(app, connected, mode=mode, only=only, dry_run=True, asked_by=asked_by, ring=False)
    assert run_id is not None, "only the slots of a schedule can be taken already"  # noqa: S101
    execute(app, run_id)
    with writing(app.engine) as connection:
        run = find_run(connection, run_id)
        assert run is not None, "it was made above"  # noqa: S101
        if run.state not in ENDED:
            set_run(connection, run_id, state=RunState.CANCELLED, finished_at=app.now())
    return run


def drop_looks(app: App, *, asked_by: str) -> None:
    """End the looks of a process that died over them: whoever finds one by its row would leave a plan that waits."""
    left = select(Run.id, Run.mode, Run.connection_id).where(
        Run.asked_by == asked_by, Run.dry_run, Run.state.not_in(ENDED)
    )
    with writing(app.engine) as connection:
        for run_id, mode, connection_id in connection.execute(left.order_by(Run.id)).all():
            leases.revoke(connection, lease_name(mode, connection_id), owner=f"/{run_id}")
            set_run(connection, run_id, state=RunState.CANCELLED, finished_at=app.now())
