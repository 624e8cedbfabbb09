"""What would a run find now? Asked by a dry run that leaves nobody a plan to approve."""

from __future__ import annotations

from collections.abc import Callable

from syncd.registry.engine import writing
from syncd.registry.queries.runs import RunRow, find_run
from syncd.registry.runs import ENDED, RunState, set_run
from syncd.sync.app import App, Connected
from syncd.sync.mode import Mode
from syncd.sync.request import request_run

__all__ = ["look"]


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
