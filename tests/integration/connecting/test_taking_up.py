"""Do processes that run take up what was changed, between two pieces of work?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.memory.simulator import simulate
from syncd.console import make_console
from syncd.console.serving import _Heart
from syncd.registry.engine import reading
from syncd.registry.queries.status import workers as processes
from syncd.sync.app import App
from syncd.sync.schedule import due_runs
from workers import process


@pytest.fixture
def worker(app: App, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process as one of a worker's."""
    del app
    monkeypatch.setenv("SYNCD_CONFIG", str(folder / "syncd.toml"))
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    yield
    process.close()


def write(folder: Path, store: str) -> None:
    text = f'[connections.books]\nkind = "memory"\nside = "erp"\noptions.store = "{store}"\n'
    (folder / "syncd.d" / "books.toml").write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("worker")
def test_a_worker_takes_a_new_connection_up_before_its_next_task_and_keeps_what_it_holds_open(folder: Path) -> None:
    before = process.opened()
    assert set(before.connections) == {"shop"}
    with simulate() as books:
        write(folder, books.options["store"])
        after = process.opened()
        assert set(after.connections) == {"shop", "books"}
        assert set(before.connections) == {"shop"}
        assert (after.engine, after.owner) == (before.engine, before.owner)
        assert process.opened() is after
        assert len(due_runs(after)) == 2
    (folder / "syncd.d" / "books.toml").unlink()
    assert set(process.opened().connections) == {"shop"}


@pytest.mark.usefixtures("worker")
def test_a_worker_goes_on_as_before_while_a_file_is_wrong(folder: Path) -> None:
    before = process.opened()
    (folder / "syncd.d" / "books.toml").write_text("[connections.books]\nkind = ", encoding="utf-8")
    assert set(process.opened().connections) == set(before.connections)


def test_the_console_takes_it_up_with_its_heartbeat(app: App, folder: Path) -> None:
    console = make_console(app)
    with simulate() as books:
        write(folder, books.options["store"])
        heart = _Heart(console, "console here")
        end = time.monotonic() + 20
        while "books" not in console.state.syncd.connections and time.monotonic() < end:
            time.sleep(0.05)
        with reading(app.engine) as connection:
            seen = [one.role for one in processes(connection)]
        heart.stop()
    assert (set(console.state.syncd.connections), seen) == ({"shop", "books"}, ["console"])
