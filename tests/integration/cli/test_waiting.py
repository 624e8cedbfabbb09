"""Does a command leave the work to a worker that is there, and stop when asked?"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from syncd.bootstrap import open_app
from syncd.registry.engine import reading
from syncd.registry.presence import say_alive
from syncd.registry.tables import Run
from syncd.settings import load_settings
from syncd.sync.app import App
from syncd.sync.execute import execute_run
from syncd.sync.push import push_due
from tests.integration.cli.conftest import Shell


@contextmanager
def working(shell: Shell, work: Callable[[App], None]) -> Iterator[None]:
    """Something that looks like a worker: it gives signs of life, and does `work` again and again."""
    ended = threading.Event()
    app = open_app(load_settings(shell.file, {}).settings)

    def live() -> None:
        while not ended.wait(0.05):
            say_alive(app.engine, "worker:1", "worker", now=datetime.now(UTC))
            work(app)

    say_alive(app.engine, "worker:1", "worker", now=datetime.now(UTC))
    thread = threading.Thread(target=live)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        app.close()
        with warnings.catch_warnings():  # a command closed the engine that both share while the thread was using it
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


def work_everything(app: App) -> None:
    with reading(app.engine) as connection:
        queued = connection.scalars(select(Run.id).where(Run.state == "queued")).all()
    for run_id in queued:
        execute_run(app, run_id)
    for connected in app.connections.values():
        push_due(app, connected.id)


def test_a_worker_that_is_there_does_the_work(shell: Shell) -> None:
    shell.fill()
    with working(shell, work_everything):
        told = shell.json("sync", "erp", "--wait")
    assert told["counts"]["created"] == 3
    assert len(shell.shop.holds()) == 3
    with closing(open_app(load_settings(shell.file, {}).settings)) as app, reading(app.engine) as connection:
        assert connection.scalar(select(Run.attempts).where(Run.id == told["run"])) == 1


def test_a_run_that_another_process_holds_ends_with_the_code_for_busy(shell: Shell) -> None:
    from syncd.registry import leases  # noqa: PLC0415

    app = open_app(load_settings(shell.file, {}).settings)
    held = leases.acquire(
        app.engine, f"run:{app.connection('erp').id}", owner="other/1", now=app.now(), length=app.lease
    )
    assert held is not None
    assert shell.json("sync", "erp", "--wait", code=6)["state"] == "queued"
    app.close()
    assert "is queued" in shell.run("sync", "erp").stderr


def test_ctrl_c_while_waiting_for_a_worker_ends_the_command_and_leaves_the_run(shell: Shell, tmp_path: Path) -> None:
    with working(shell, lambda _: None):
        line = [sys.executable, "-c", "from syncd.cli import main; main()", "sync", "erp", "--wait"]
        environ = {**os.environ, "SYNCD_CONFIG": str(shell.file)}
        with subprocess.Popen(line, cwd=tmp_path, env=environ, stderr=subprocess.PIPE, text=True) as process:
            until = time.monotonic() + 30
            while not shell.json("runs", "list")["runs"] and time.monotonic() < until:
                time.sleep(0.1)
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=30)
    assert (process.returncode, told.splitlines()[-1]) == (130, "interrupted")
    assert shell.json("runs", "show", 1)["state"] == "queued"
