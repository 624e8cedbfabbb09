"""Do processes that run take up what was changed, between two pieces of work?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.memory.simulator import simulate
from syncd.bootstrap import inherited
from syncd.console import make_console
from syncd.console.serving import _Heart
from syncd.registry.engine import reading
from syncd.registry.queries.status import workers as processes
from syncd.sync.app import App
from syncd.sync.doorbell import Silent
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


@pytest.mark.usefixtures("worker")
def test_a_worker_that_rehearsed_takes_up_what_changed_before_its_first_task(folder: Path) -> None:
    process.rehearse()
    with simulate() as books:
        write(folder, books.options["store"])
        assert set(process.opened().connections) == {"shop", "books"}


@pytest.mark.usefixtures("worker")
def test_a_worker_carries_no_database_connection_into_its_children(app: App) -> None:
    process.rehearse()
    assert "Connections in pool: 0" in app.engine.pool.status()
    assert process.opened().engine is app.engine


def test_children_of_one_worker_have_names_and_chances_of_their_own(app: App) -> None:
    one, other = (inherited(app, doorbell=Silent(), stopping=lambda: False) for _ in range(2))
    assert len({app.owner, one.owner, other.owner}) == 3
    assert one.random.random() != other.random.random()


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
