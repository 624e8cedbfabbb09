"""How is a run asked for? By a row; the ring only makes it start sooner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from syncd.registry.engine import writing
from syncd.registry.runs import RunState
from syncd.registry.tables import Run
from syncd.sync.app import App, Connected
from syncd.sync.mode import REVERIFY, Mode

__all__ = ["AT_ONCE", "request_run"]

AT_ONCE: Final = 1000
"""Records that one run reads by their names."""

_ASK: Final = insert(Run).returning(Run.id)


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
    join: bool = False,
    ring: bool = True,
) -> int | None:
    """Store a run and ring for it.

    Args:
        only: External ids, for mode ``only``.
        slot: The schedule's slot that this run is for.
        missed_slots: Slots before it that had no run, and for which this one stands as well.
        join: Let a run over some records that nobody began be this one too, if it has these already or the same asked
            for it, and then read these as well; and a new look at everybody that waits.
        ring: Wake a worker for it; not for a run that the caller executes.

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
            joined = _joined(connection, connected.id, mode, asked_by, only) if join and not dry_run else None
            if joined is not None:
                return joined
            row = {
                "connection_id": connected.id,
                "slot": slot,
                "mode": mode,
                "only": msgspec.json.encode(only).decode() if only else None,
                "dry_run": dry_run,
                "state": RunState.QUEUED,
                "asked_by": asked_by,
                "asked_at": app.now(),
                "attempts": 0,
                "applied_seq": 0,
                "counts": {"missed_slots": missed_slots} if missed_slots else {},
            }
            run_id: int = connection.execute(_ASK, row).scalar_one()
    except IntegrityError:
        return None  # another ticker was faster with this slot
    if ring:
        app.doorbell.run(run_id)
    return run_id


def _joined(
    connection: Connection, connection_id: int, mode: Mode, asked_by: str, only: Sequence[str] | None
) -> int | None:
    """A run that waits and does this as well; ``None`` where there is none."""
    if only:
        return _join(connection, connection_id, asked_by, only)
    if mode != REVERIFY:
        return None
    # Whoever begins it reads the rules then, and so those that were just changed.
    waits = select(func.min(Run.id)).where(
        Run.connection_id == connection_id,
        Run.mode == REVERIFY,
        Run.only.is_(None),
        Run.state == RunState.QUEUED,
        Run.attempts == 0,
        Run.planned_at.is_(None),
        Run.dry_run.is_(False),
    )
    return connection.scalar(waits)


def _join(connection: Connection, connection_id: int, asked_by: str, only: Sequence[str]) -> int | None:
    """A run that waits and reads these records as well; ``None`` where none does, or it begins just now.

    One of somebody else that has them all is this one, too; to one that the same asked for they are added.
    """
    waits = (
        (Run.connection_id == connection_id)
        & (Run.mode == "only")
        & (Run.state == RunState.QUEUED)
        & (Run.attempts == 0)
        & Run.planned_at.is_(None)  # an approved plan only waits to be applied
        & Run.dry_run.is_(False)
    )
    for row in connection.execute(select(Run.id, Run.only, Run.asked_by).where(waits).order_by(Run.id)):
        named = msgspec.json.decode(row.only or "[]")
        if row.asked_by != asked_by and not set(only) <= set(named):
            continue
        whole = msgspec.json.encode(list(dict.fromkeys([*named, *only]))).decode()
        if connection.execute(update(Run).where(Run.id == row.id, waits).values(only=whole)).rowcount:
            return int(row.id)
    return None
