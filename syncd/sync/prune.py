"""What may be forgotten? Everything but the registry itself has an end, so that no table grows for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, exists, func, select, update

from syncd.access import answered
from syncd.access.attempts import KEPT
from syncd.access.lifetime import Lifetime, forget_ended
from syncd.registry import inputs, listings, tries, vat_answers
from syncd.registry.engine import among, reading, writing
from syncd.registry.imports import forget_imports
from syncd.registry.runs import RunState
from syncd.registry.tables import (
    Audit,
    Base,
    Certificate,
    Delivery,
    Issue,
    LoginAttempt,
    LogInStep,
    Merge,
    Notice,
    PlanLine,
    QuietRecord,
    Run,
    SetupLink,
    SpentLogIn,
    Worker,
)
from syncd.sync.app import App
from syncd.sync.forget import forget_retained

__all__ = ["Pruned", "prune", "would_prune"]

BATCH: Final = 5000
"""Rows deleted in one transaction, so that others get their turn."""

_OLDER_WORKERS: Final = timedelta(hours=26)
"""So far back it is looked for what workers of before did since the last time, which was a day ago."""


class Pruned(msgspec.Struct, frozen=True):
    """How many rows were deleted, or would be."""

    runs: int
    lines: int
    deliveries: int
    issues: int


def prune(app: App) -> Pruned:
    """Delete plans that were never applied after ``plan_days``, and history after ``history_days``.

    What erasures had to retain is forgotten when its time is over, and so is what a replay needs after ``replay_days``.
    Lists catch up with what an older syncd wrote.
    """
    forget_retained(app)
    _catch_up(app)
    now = app.now()
    with writing(app.engine) as connection:
        inputs.forget(
            connection, before=now - timedelta(days=app.settings.replay_days), most=app.settings.replay_records
        )
    old = now - timedelta(days=app.settings.history_days)
    runs, lines = _forget_runs(app)
    deliveries = _forget(app, Delivery, _old_deliveries(app))
    issues = _forget(app, Issue, _old_issues(app))
    with writing(app.engine) as connection:
        connection.execute(update(Merge).where(Merge.at < old, Merge.before.is_not(None)).values(before=None))
        connection.execute(delete(Certificate).where(Certificate.finished_at < old))
        forget_imports(connection, old)
        stale_plan = now - timedelta(days=app.settings.plan_days)
        connection.execute(delete(Audit).where(Audit.at < now - timedelta(days=app.settings.audit_days)))
        connection.execute(delete(Notice).where(Notice.due_at.is_(None), Notice.at < stale_plan))
        tries.forget(connection, before=now - timedelta(days=app.settings.payload_days))
        vat_answers.forget_unheld(connection)
        connection.execute(delete(LoginAttempt).where(LoginAttempt.last_at < now - KEPT))
        connection.execute(delete(LogInStep).where(LogInStep.expires_at < now))
        connection.execute(delete(SpentLogIn).where(SpentLogIn.expires_at < now))
        connection.execute(delete(SetupLink).where(SetupLink.expires_at < now))
        own = app.settings.console
        lifetime = Lifetime(idle_minutes=own.idle_minutes, hours=own.session_hours)
        forget_ended(connection, lifetime, now)
        answered.forget_old(connection, now - answered.KEPT)
        connection.execute(delete(Worker).where(Worker.seen_at < now - timedelta(days=1)))
    return Pruned(runs, lines, deliveries, issues)


def _catch_up(app: App) -> None:
    """While workers of before write into tables of today, they leave out what they do not know."""
    done = BATCH
    while done >= BATCH:
        with writing(app.engine) as connection:
            done = listings.catch_up(connection, most=BATCH)
    with writing(app.engine) as connection:
        listings.catch_up_on_told(connection, since=app.now() - _OLDER_WORKERS)
        listings.catch_up_on_groups(connection, since=app.now() - _OLDER_WORKERS)
    listings.make_indexes(app.engine)


def would_prune(app: App) -> Pruned:
    """What `prune` would delete now."""

    def count(connection: Connection, table: type[Base], which: ColumnElement[bool]) -> int:
        return connection.scalar(select(func.count()).select_from(table).where(which)) or 0

    with reading(app.engine) as connection:
        gone = select(Run.id).where(_expired(app))
        return Pruned(
            runs=count(connection, Run, _expired(app)),
            lines=count(connection, PlanLine, PlanLine.run_id.in_(gone)),
            deliveries=count(connection, Delivery, _old_deliveries(app)),
            issues=count(connection, Issue, _old_issues(app)),
        )


def _expired(app: App) -> ColumnElement[bool]:
    now = app.now()
    old = now - timedelta(days=app.settings.history_days)
    stale_plan = now - timedelta(days=app.settings.plan_days)
    never = [RunState.PLANNED, RunState.HELD, RunState.CANCELLED, RunState.FAILED]
    # What was applied before a run failed is history like any other.
    # A run without lines says no more than its row, and incremental runs are many.
    empty = ~exists(select(1).where(PlanLine.run_id == Run.id))
    done = (Run.finished_at < stale_plan) & empty
    return (
        ((Run.asked_at < stale_plan) & Run.state.in_(never) & (Run.applied_seq == 0)) | (Run.finished_at < old) | done
    )


def _old_deliveries(app: App) -> ColumnElement[bool]:
    return Delivery.at < app.now() - timedelta(days=app.settings.history_days)


def _old_issues(app: App) -> ColumnElement[bool]:
    return (Issue.state == "resolved") & (Issue.last_at < app.now() - timedelta(days=app.settings.history_days))


def _forget_runs(app: App) -> tuple[int, int]:
    """Runs and their lines, as many transactions as it takes: a schedule of seconds makes 40,000 runs a day."""
    runs = lines = 0
    while True:
        with writing(app.engine) as connection:
            ids = connection.scalars(select(Run.id).where(_expired(app)).limit(BATCH)).all()
            if not ids:
                return runs, lines
            lines += connection.execute(delete(PlanLine).where(among(connection, PlanLine.run_id, ids))).rowcount
            connection.execute(delete(QuietRecord).where(among(connection, QuietRecord.run_id, ids)))
            runs += connection.execute(delete(Run).where(among(connection, Run.id, ids))).rowcount


def _forget(app: App, table: type[Delivery | Issue], which: ColumnElement[bool]) -> int:
    gone = 0
    while True:
        with writing(app.engine) as connection:
            ids = connection.scalars(select(table.id).where(which).limit(BATCH)).all()
            if not ids:
                return gone
            gone += connection.execute(delete(table).where(among(connection, table.id, ids))).rowcount
