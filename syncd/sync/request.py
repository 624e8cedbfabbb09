"""How is a run asked for? By a row; the ring only makes it start sooner."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from syncd.registry.engine import writing
from syncd.registry.runs import RunState
from syncd.registry.tables import Run
from syncd.sync.app import App, Connected
from syncd.sync.mode import Mode

__all__ = ["request_run"]


def request_run(
    app: App,
    connected: Connected,
    *,
    mode: Mode,
    asked_by: str,
    only: list[str] | None = None,
    dry_run: bool = False,
    slot: datetime | None = None,
    missed_slots: int = 0,
) -> int | None:
    """Store a run and ring for it.

    Args:
        only: External ids, for mode ``only``.
        slot: The schedule's slot that this run is for.
        missed_slots: Slots before it that had no run, and for which this one stands as well.

    Returns:
        The run's id; ``None`` when the slot has its run already.
    """
    if mode == "incremental" and app.network.stations[connected.id].capabilities.incremental == "none":
        mode = "full"
    try:
        with writing(app.engine) as connection:
            if slot is not None and connection.scalar(
                select(Run.id).where(Run.connection_id == connected.id, Run.slot == slot)
            ):
                return None
            run_id: int = connection.execute(
                insert(Run)
                .values(
                    connection_id=connected.id,
                    slot=slot,
                    mode=mode,
                    only=msgspec.json.encode(only).decode() if only else None,
                    dry_run=dry_run,
                    state=RunState.QUEUED,
                    asked_by=asked_by,
                    asked_at=app.now(),
                    attempts=0,
                    applied_seq=0,
                    counts={"missed_slots": missed_slots} if missed_slots else {},
                )
                .returning(Run.id)
            ).scalar_one()
    except IntegrityError:
        return None  # another ticker was faster with this slot
    app.doorbell.run(run_id)
    return run_id
