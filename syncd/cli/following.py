"""How does a command wait for a run: for a worker to do it, or by doing it here?"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType
from typing import Final

from sqlalchemy import func, or_, select

from syncd.cli.exit_codes import WrongUsage
from syncd.cli.session import Session
from syncd.registry import connections, outbox
from syncd.registry.engine import reading
from syncd.registry.queries.runs import RunRow, find_run, is_over
from syncd.registry.queries.status import workers
from syncd.registry.tables import Push, Run
from syncd.sync.app import App
from syncd.sync.connecting.looks import paused_by
from syncd.sync.execute import execute_run
from syncd.sync.mode import REGISTRY
from syncd.sync.push import push_due

__all__ = ["Stop", "catch_up", "follow", "get_run", "has_worker", "last_run", "work_off"]

WORKER_SEEN: Final = timedelta(seconds=30)
"""A worker that gave no sign for so long is not waited for."""

_LOOK_SECONDS: Final = 0.5
_ROUNDS: Final = 20
"""Rounds of pushes and of runs that follow from them: each follows from a change at the other side, so they end."""


@dataclass
class Stop:
    """Ctrl-C: the first asks the work to end at the next good moment, the second ends it at once."""

    _asked: bool = False  # No Event: its lock may be held by the very thread that the signal interrupts.

    def __call__(self) -> bool:
        return self._asked

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Catch Ctrl-C inside the block."""

        def handle(_number: int, _frame: FrameType | None) -> None:
            if self._asked:
                raise KeyboardInterrupt
            self._asked = True

        before = signal.signal(signal.SIGINT, handle)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
        if self._asked:
            raise KeyboardInterrupt


def get_run(app: App, run_id: int) -> RunRow:
    """A run that was named on the command line."""
    with reading(app.engine) as connection:
        run = find_run(connection, run_id)
    if run is None:
        raise WrongUsage(f"there is no run {run_id}", cure="`syncd runs list` shows them.")
    return run


def has_worker(app: App) -> bool:
    """Whether a worker gave a sign of life lately."""
    with reading(app.engine) as connection:
        return bool(workers(connection, since=app.now() - WORKER_SEEN, role="worker"))


def follow(session: Session, app: App, run_id: int, stop: Stop) -> RunRow:
    """Return when nothing more happens to the run and to the pushes that follow from it.

    With a worker about, that one does it; else it is done here. A run that has to wait for another one of its
    connection, or until that is resumed, is returned as it is.
    """
    with stop.listening(), _progress(session, app, run_id):
        while not is_over((run := get_run(app, run_id)).state) and not stop():
            whose = _paused_by(app, run)
            if whose is not None:
                session.say(
                    f"{run.connection} is paused by {whose}: run {run_id} is kept, and goes on when it is resumed: "
                    f"syncd connections resume {run.connection}"
                )
                return run
            if has_worker(app):
                time.sleep(_LOOK_SECONDS)
                continue
            execute_run(app, run_id)
            run = get_run(app, run_id)
            break
        while not stop() and has_worker(app) and _untried(app, run_id):
            time.sleep(_LOOK_SECONDS)
        if is_over(run.state) and not run.dry_run:
            work_off(app, run_id, stop)
    return get_run(app, run_id)


def _paused_by(app: App, run: RunRow) -> str | None:
    """Who paused the connection that a run waits for; ``None`` for one that need not wait for that."""
    if run.state not in {"queued", "interrupted"} or run.mode in REGISTRY:
        return None
    return paused_by(app, run.connection)


def work_off(app: App, run_id: int, stop: Stop) -> None:
    """Without a worker: push what is due, and do the runs that follow from that, until there is nothing left."""
    follows = or_(Run.asked_by == "push", Run.asked_by.like("run %"), Run.asked_by.like("issue %"))
    for _ in range(_ROUNDS):
        with reading(app.engine) as connection:
            due = outbox.due_connections(connection, app.now())
            following = connection.scalars(
                select(Run.id).where(Run.id > run_id, Run.state == "queued", follows).order_by(Run.id)
            ).all()
        if stop() or has_worker(app):
            return
        tried = sum(push_due(app, one.id).tried for one in app.connections.values() if one.id in due)
        for number in following:
            execute_run(app, number)
        if not tried and not following:
            return


def catch_up(app: App, run_id: int, stop: Stop) -> None:
    """Without a worker: do the runs that were asked for since this one, and what follows from them."""
    if has_worker(app):
        return
    with reading(app.engine) as connection:
        waiting = select(Run.id).where(Run.id > run_id, Run.state == "queued").order_by(Run.id)
        asked = connection.scalars(waiting).all()
    with stop.listening():
        for number in asked:
            execute_run(app, number)
        work_off(app, run_id, stop)


def last_run(app: App) -> int:
    """Number of the latest run there is."""
    with reading(app.engine) as connection:
        return connection.scalar(select(func.max(Run.id))) or 0


def _untried(app: App, run_id: int) -> bool:
    """Whether pushes of this run are due, or under way, at connections that are not left alone."""
    now = app.now()
    with reading(app.engine) as connection:
        ids = connection.scalars(
            select(Push.connection_id).where(Push.run_id == run_id, Push.due_at <= now).distinct()
        ).all()
        return any(
            not one.settings.paused and not connections.blocked(connection, one.id, now)
            for one in app.connections.values()
            if one.id in ids
        )


@contextlib.contextmanager
def _progress(session: Session, app: App, run_id: int) -> Iterator[None]:
    """Show the counts of a run while it goes on, as the database has them."""
    if not session.shows_progress:
        yield
        return
    from rich.console import Console  # noqa: PLC0415 - nobody watches in a pipe, and the import takes its time
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - the same

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True, no_color=not session.color or None),
        transient=True,
    )
    done = threading.Event()
    task = bar.add_task(f"run {run_id}", total=None)

    def look() -> None:
        while not done.wait(_LOOK_SECONDS):
            run = get_run(app, run_id)
            counted = ", ".join(f"{number:,} {name}" for name, number in run.counts.items() if number)
            bar.update(task, description=f"run {run_id} {run.connection}: {run.state}  {counted}")

    watcher = threading.Thread(target=look, daemon=True)
    with bar:
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()
