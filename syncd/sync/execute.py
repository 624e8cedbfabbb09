"""How does one run go from queued to done? Plan, guard, apply; every state is stored before the next step begins.

A run may be executed again after any crash: what is planned is not planned twice, and what is applied is not applied
twice, because both are told by the row.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select, update

from syncd.domain.side import Side
from syncd.errors import FatalError, RateLimited, SyncError
from syncd.registry import connections, decisions, leases, outbox
from syncd.registry.engine import reading, writing
from syncd.registry.following import follow
from syncd.registry.lines import (
    Action,
    Outcome,
    applied_of,
    contractors_left_out,
    drop_plan,
    has_lines,
    left_out,
    not_applied,
)
from syncd.registry.runs import COUNT_OF, ENDED, GAVE_UP, NOT_LISTED, RunState, Work, load_run, set_run, unheard
from syncd.registry.tables import Cursor, Run
from syncd.sentence import Counted, Sentence
from syncd.sync.alike import look_for_twins
from syncd.sync.app import App, Connected, Stopping
from syncd.sync.apply import apply_plan
from syncd.sync.collecting import collecting_seldom
from syncd.sync.groups.watch import watch_groups
from syncd.sync.guarded import plan_run
from syncd.sync.held import hear_released
from syncd.sync.keeper import BEAT
from syncd.sync.mode import EDIT, REGISTRY, REVERIFY, lease_name
from syncd.sync.moved import leave_out_moved
from syncd.sync.request import AT_ONCE, request_run
from syncd.sync.unheard import ask_again, unanswered
from syncd.sync.waiting import looked_again, make_void

__all__ = ["execute_run"]

ATTEMPTS: Final = 6
"""Processes that may die over one run before it is given up: each but the first can single out one poison record."""

_WAITING: Final = frozenset({RunState.HELD, RunState.PLANNED})


def execute_run(app: App, run_id: int) -> None:
    """Bring a run as far as it can go; returns at once if it is done, waits for a person, or is in other hands.

    A run of a paused connection waits for it.

    Errors of the side end the run as ``failed`` with their code and cure; they are not raised.
    """
    with reading(app.engine) as connection:
        work = load_run(connection, run_id)
    if work is None or work.state in ENDED or work.state in _WAITING:
        return
    app = app.up_to_date()
    connected = app.connection_by_id(work.connection_id)
    with reading(app.engine) as connection:
        paused = connected.settings.paused or connections.paused(connection, connected.id)
    if paused and work.mode not in REGISTRY:
        return
    name = lease_name(work.mode, work.connection_id)
    held = leases.acquire(app.engine, name, owner=f"{app.owner}/{run_id}", now=app.now(), length=app.lease)
    if held is None:
        return
    try:
        # Lost, it was cancelled, or another process has it: that one says what became of it.
        with contextlib.suppress(leases.LostLease):
            started = _start(app, held, run_id)
            if started is not None:
                with collecting_seldom(), _failures(app, connected, started, held):
                    _go_on(app, connected, started, held)
    finally:
        leases.release(app.engine, held)
        _ring_next(app, connected)
    follow(app.engine, stopping=app.stopping)


_NEXT: Final = select(func.min(Run.id)).where(Run.connection_id == bindparam("of"), Run.state == RunState.QUEUED)


def _ring_next(app: App, connected: Connected) -> None:
    """A run that had to wait for this one need not wait for the sweep as well."""
    with reading(app.engine) as connection:
        waiting = connection.scalar(_NEXT, {"of": connected.id})
    if waiting is not None:
        app.doorbell.run(waiting)


def _start(app: App, held: leases.Held, run_id: int) -> Work | None:
    """Take the run: count the attempt before the work, so that one that kills the process is known."""
    now = app.now()
    with writing(app.engine) as connection:
        leases.verify(connection, held)
        work = load_run(connection, run_id)
        if work is None or work.state in ENDED or work.state in _WAITING:
            return None
        if work.attempts >= ATTEMPTS:
            set_run(
                connection,
                run_id,
                state=RunState.FAILED,
                finished_at=now,
                error=Sentence(
                    Counted("%(count)s process died over this run", "%(count)s processes died over this run"),
                    count=work.attempts,
                ),
                error_code=GAVE_UP,
            )
            return None
        state = RunState.APPLYING if work.planned_at is not None else RunState.RUNNING
        values: dict[str, Any] = {"began_at": now} | ({} if work.attempts else {"started_at": now})
        if state is RunState.RUNNING:
            values["received"] = 0
            drop_plan(connection, run_id)
        set_run(connection, run_id, state=state, attempts=work.attempts + 1, heartbeat_at=now, **values)
        return load_run(connection, run_id)


def _go_on(app: App, connected: Connected, work: Work, held: leases.Held) -> None:
    if work.planned_at is None:
        state = plan_run(app, connected, work, held)
        if state is not RunState.APPLYING:
            return
        with reading(app.engine) as connection:
            planned = load_run(connection, work.id)
        if planned is None:
            return
        work = planned
    if work.approved_by is not None and not work.applied_seq and not _still_stands(app, connected, work, held):
        return
    pushes = apply_plan(app, connected, work, held)
    look_for_twins(app, connected, work)
    if work.mode == EDIT:
        hear_released(app, work.id)
    with reading(app.engine) as connection:
        left = not_applied(connection, work.id)
        stale = len(contractors_left_out(connection, work.id, Outcome.STALE)) if left else 0
    if work.mode not in REGISTRY:
        _ask_once_more(app, connected, work, any_left=bool(left))
    counts = _as_applied(work.counts, left) | {"stale": stale, "pushes": pushes}
    heard = _conclude(app, connected, work, held, counts)
    if pushes or heard:
        for connection_id in app.network.stations:
            app.doorbell.push(connection_id)


def _ask_once_more(app: App, connected: Connected, work: Work, *, any_left: bool) -> None:
    """Ask for what a side said and nobody heard, before the run is over: one that is over is never looked at again.

    A contractor moved between plan and apply, its record is another one's, or the side did not answer when asked.

    Args:
        any_left: Lines of the plan were left out.
    """
    letting_go = work.counts.get(COUNT_OF[Action.RELEASE])
    with reading(app.engine) as connection:
        stale = left_out(connection, work.id, Outcome.STALE) if any_left else []
        released = applied_of(connection, work.id, Action.RELEASE) if letting_go else []
        failed = unheard(connection, connected.id) if work.mode != "full" else {}
        alone = unanswered(app, connection, connected.id, app.now())
    names = [*stale, *released]
    for start in range(0, len(names), AT_ONCE):
        request_run(app, connected, mode="only", only=names[start : start + AT_ONCE], asked_by=f"run {work.id}")
    if failed or alone:
        ask_again(app, connected, work.id, failed, alone)


def _still_stands(app: App, connected: Connected, work: Work, held: leases.Held) -> bool:
    """Leave out of an approved plan what moved since; whether both sides could be asked."""
    try:
        leave_out_moved(_showing_life(app, held), connected, work, execute_run)
    except Stopping:
        raise
    except SyncError as error:
        with writing(app.engine) as connection:
            leases.verify(connection, held)
            set_run(
                connection,
                work.id,
                state=RunState.HELD,
                approved_by=None,
                held_because=Sentence(
                    "approved by %(name)s, and not applied: %(why)s", name=work.approved_by, why=error.said
                ),
            )
        return False
    return True


def _showing_life(app: App, held: leases.Held) -> App:
    """The same app, but whoever asks it whether to go on shows that this run lives: other sides are read meanwhile."""
    beaten_at = app.now()

    def stopping() -> bool:
        nonlocal beaten_at
        if app.now() - beaten_at >= BEAT:
            beaten_at = app.now()
            with writing(app.engine) as connection:
                leases.verify(connection, held)
                leases.prolong(connection, held, now=beaten_at, length=app.lease)
        return app.stopping()

    return dataclasses.replace(app, stopping=stopping)


def _conclude(app: App, connected: Connected, work: Work, held: leases.Held, counts: dict[str, int]) -> int:
    """End a run that applied its plan, in one transaction with what its end means.

    Answers how many pushes waited for just this read.
    """
    now, heard = app.now(), 0
    failed = work.counts.get("failed", 0)
    with writing(app.engine) as connection:
        leases.verify(connection, held)
        if work.cursor_after is not None:
            _move_cursor(connection, connected, work, app)
        if work.mode == "full" and not work.dry_run:
            connections.full_read_done(connection, connected.id, now)
        if work.mode not in REGISTRY:
            connections.healthy(connection, connected.id, now)
            decisions.forget_bound(connection, connected.id)
            make_void(connection, work, now)
            lost = work.counts.get(NOT_LISTED)
            if lost is not None:
                connections.accept_losses(connection, connected.id, lost, approved=work.approved_by is not None)
            heard = outbox.heard(connection, connected.id, work.only, now=now)
        if work.mode == REVERIFY:
            looked_again(connection, work, now)
        if connected.settings.side is Side.ERP or work.mode == REVERIFY:
            thorough = work.mode in {"full", REVERIFY}
            news = work.mode == REVERIFY or has_lines(connection, work.id)
            watch_groups(app, connection, now=now, run_id=work.id, thorough=thorough, news=news)
        set_run(
            connection,
            work.id,
            state=RunState.PARTIAL if failed else RunState.SUCCEEDED,
            finished_at=now,
            counts=counts,
        )
    return heard


def _as_applied(planned: Mapping[str, int], not_done: Mapping[str, int]) -> dict[str, int]:
    """What became of the records, given how many lines of each action were not applied."""
    counts = dict(planned)
    for action, number in not_done.items():
        counts[COUNT_OF[action]] -= number
        counts["skipped"] += number
    return counts


def _move_cursor(connection: Connection, connected: Connected, work: Work, app: App) -> None:
    """Let the next read begin where this one ended, unless a later one was applied while this plan waited."""
    last = connection.scalar(select(Cursor.run_id).where(Cursor.connection_id == connected.id))
    values = {"value": work.cursor_after, "moved_at": app.now(), "run_id": work.id}
    if last is None:
        connection.execute(insert(Cursor).values(connection_id=connected.id, **values))
    elif last <= work.id:
        connection.execute(update(Cursor).where(Cursor.connection_id == connected.id).values(**values))


@contextlib.contextmanager
def _failures(app: App, connected: Connected, work: Work, held: leases.Held) -> Iterator[None]:
    """Store why a run failed, and what that means for its connection."""
    try:
        yield
    except leases.LostLease:
        raise
    except Stopping:
        with writing(app.engine) as connection:
            leases.verify(connection, held)
            # Nobody died over it, so the attempt does not count.
            set_run(connection, work.id, state=RunState.INTERRUPTED, attempts=work.attempts - 1)
    except SyncError as error:
        now = app.now()
        with writing(app.engine) as connection:
            leases.verify(connection, held)
            set_run(
                connection,
                work.id,
                state=RunState.FAILED,
                finished_at=now,
                error=error.said,
                error_code=error.code,
            )
            wait = timedelta(minutes=15) if isinstance(error, FatalError) else timedelta(0)
            if isinstance(error, RateLimited) and error.retry_after is not None:
                wait = timedelta(seconds=error.retry_after)
            connections.failing(connection, connected.id, error.said, now=now, next_try_at=now + wait if wait else None)
