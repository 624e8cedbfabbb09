"""What may be forgotten? Everything but the registry itself has an end, so that no table grows for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy import delete, select, update

from syncd.registry import inputs, vat_answers
from syncd.registry.engine import writing
from syncd.registry.runs import RunState
from syncd.registry.tables import Certificate, Delivery, Issue, Merge, Notice, PlanLine, QuietRecord, Run, Worker
from syncd.sync.app import App
from syncd.sync.forget import forget_retained

__all__ = ["Pruned", "prune"]

BATCH: Final = 5000
"""Rows deleted in one transaction, so that others get their turn."""


class Pruned(msgspec.Struct, frozen=True):
    """How many rows were deleted."""

    runs: int
    lines: int
    deliveries: int
    issues: int


def prune(app: App) -> Pruned:
    """Delete plans that were never applied after ``plan_days``, and history after ``history_days``.

    What erasures had to retain is forgotten when its time is over, and so is what a replay needs after ``replay_days``.
    """
    forget_retained(app)
    now = app.now()
    with writing(app.engine) as connection:
        inputs.forget(
            connection, before=now - timedelta(days=app.settings.replay_days), most=app.settings.replay_records
        )
    old = now - timedelta(days=app.settings.history_days)
    stale_plan = now - timedelta(days=app.settings.plan_days)
    never = [RunState.PLANNED, RunState.HELD, RunState.CANCELLED, RunState.FAILED]
    lines = runs = deliveries = issues = 0
    with writing(app.engine) as connection:
        # A run without lines says no more than its row, and incremental runs are many.
        empty = select(PlanLine.run_id).distinct()
        done = (Run.finished_at < stale_plan) & Run.id.not_in(empty)
        expired = ((Run.asked_at < stale_plan) & Run.state.in_(never)) | (Run.finished_at < old) | done
        ids = connection.scalars(select(Run.id).where(expired).limit(BATCH)).all()
        if ids:
            lines = connection.execute(delete(PlanLine).where(PlanLine.run_id.in_(ids))).rowcount
            connection.execute(delete(QuietRecord).where(QuietRecord.run_id.in_(ids)))
            runs = connection.execute(delete(Run).where(Run.id.in_(ids))).rowcount
    with writing(app.engine) as connection:
        deliveries = connection.execute(delete(Delivery).where(Delivery.at < old)).rowcount
        connection.execute(update(Merge).where(Merge.at < old, Merge.before.is_not(None)).values(before=None))
        issues = connection.execute(delete(Issue).where(Issue.state == "resolved", Issue.last_at < old)).rowcount
        connection.execute(delete(Certificate).where(Certificate.finished_at < old))
        connection.execute(delete(Notice).where(Notice.due_at.is_(None), Notice.at < stale_plan))
        vat_answers.forget_unheld(connection)
        connection.execute(delete(Worker).where(Worker.seen_at < now - timedelta(days=1)))
    return Pruned(runs, lines, deliveries, issues)
