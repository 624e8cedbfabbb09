"""What did a clock leave behind that was ahead, and was set right?"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection as Database
from sqlalchemy import update

from syncd.http import RETRY_AFTER_CAP
from syncd.registry.runs import RunState
from syncd.registry.tables import Connection, Lease, Notice, Push, Run
from syncd.sync.app import App

__all__ = ["put_right"]

_WAITS = (Lease.until, Push.leased_until, Push.due_at, Notice.due_at, Connection.next_try_at)


def put_right(app: App, database: Database, now: datetime) -> None:
    """Let nothing wait, or be held, for longer than anything may.

    A process that dies while its machine's clock is a day ahead leaves moments that are a day away. Nobody waits so
    long: neither for a process that gives no sign, nor for a side that asks for a pause.
    """
    longest = max(timedelta(seconds=max(RETRY_AFTER_CAP, app.settings.retry_cap_seconds)), app.lease)
    latest = now + longest
    for moment in _WAITS:
        database.execute(update(moment.class_).where(moment > latest).values({moment: now}))
    under_way = Run.state.in_([RunState.RUNNING, RunState.APPLYING])
    database.execute(update(Run).where(under_way, Run.heartbeat_at > latest).values(heartbeat_at=None))
