"""Which runs are due? Every slot of a schedule is one row, whoever asks and however often.

A tick that comes late or twice does no harm, and one that never comes is made up for by the next: of several missed
slots the last one runs, because one pull catches up with them all, and the run says how many it stands for.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from cronsim import CronSim
from sqlalchemy import func, select

from syncd.registry import connections
from syncd.registry.engine import reading
from syncd.registry.runs import RunState, full_waits
from syncd.registry.tables import Connection, Run
from syncd.settings import is_cron, parse_duration
from syncd.sync.app import App, Connected
from syncd.sync.mode import Mode
from syncd.sync.request import request_run

__all__ = ["due_runs", "slot_after", "slot_before"]

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


def due_runs(app: App) -> list[int]:
    """Turn due slots into runs; answer the runs that this call made."""
    made = []
    for connected in app.connections.values():
        now = app.now()
        with reading(app.engine) as connection:
            if connected.settings.paused or connections.blocked(connection, connected.id, now):
                continue
            # Slots of a clock that was ahead for a while are none yet.
            last: datetime | None = connection.scalar(
                select(func.max(Run.slot)).where(Run.connection_id == connected.id, Run.slot <= now)
            )
            busy = connection.scalar(
                select(Run.id).where(
                    Run.connection_id == connected.id,
                    Run.slot.is_not(None),
                    Run.state.in_([RunState.QUEUED, RunState.RUNNING, RunState.APPLYING]),
                )
            )
        slot = slot_before(connected.settings.every, now)
        if busy is not None or (last is not None and slot <= last):
            continue
        run_id = request_run(
            app,
            connected,
            mode=_mode(app, connected, now),
            asked_by="schedule",
            slot=slot,
            missed_slots=_missed(connected.settings.every, last, slot),
        )
        if run_id is not None:
            made.append(run_id)
    return made


def slot_before(every: str, now: datetime) -> datetime:
    """The latest slot at or before `now`: intervals count from a fixed moment, so that all tickers agree."""
    if is_cron(every):
        # Backwards it names moments before the one that it is given.
        return next(CronSim(every, now.replace(second=0, microsecond=0) + timedelta(minutes=1), reverse=True))
    length = parse_duration(every)
    return now - (now - _EPOCH) % length


def slot_after(every: str, now: datetime) -> datetime:
    """The next slot after `now`."""
    if is_cron(every):
        return next(CronSim(every, now))
    return slot_before(every, now) + parse_duration(every)


def _mode(app: App, connected: Connected, now: datetime) -> Mode:
    """What the slot reads: everybody where that is due, but for a while after a list of everybody was held.

    It would mostly be held again: meanwhile changes go on, and the calls are left to them.
    """
    rest = timedelta(seconds=app.settings.retry_cap_seconds)
    with reading(app.engine) as connection:
        last_full = connection.scalar(select(Connection.last_full_at).where(Connection.id == connected.id))
        if last_full is not None and full_waits(connection, connected.id, since=now - rest):
            return "incremental"
    full_every = connected.settings.full_every
    due = last_full is None or slot_before(full_every, now) > last_full
    return "full" if due else "incremental"


def _missed(every: str, last: datetime | None, slot: datetime) -> int:
    """How many slots between two runs had none."""
    missed = 0
    if last is not None:
        while missed < 1000 and (slot := slot_before(every, slot - timedelta(seconds=1))) > last:
            missed += 1
    return missed
