"""Is what a dead process or a deaf doorbell left lying taken up again, once?"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from syncd.domain.contractor import Contractor
from syncd.ports import Page, Record, Remote
from syncd.registry import connections, tables
from syncd.registry.engine import writing
from syncd.registry.runs import set_run
from syncd.sync.execute import ATTEMPTS, execute_run
from syncd.sync.sweep import Swept, sweep
from tests.fixtures.contractors import firm
from tests.fixtures.servers import CreateRegistry

from .conftest import OpenHouse
from .house import House, Through, open_house, waits_for_a_lock


class Rings:
    """A doorbell that remembers who rang."""

    def __init__(self) -> None:
        self.runs: list[int] = []
        self.pushes: list[int] = []

    def run(self, run_id: int) -> bool:
        self.runs.append(run_id)
        return True

    def push(self, connection_id: int) -> bool:
        self.pushes.append(connection_id)
        return True


class Dies(Through):
    """A side at which the process dies while it reads."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        yield next(iter(self.inner.read(cursor, full=full)))
        raise KeyboardInterrupt

    def get(self, external_id: str) -> Remote:
        raise KeyboardInterrupt


def die(house: House, run_id: int, *, at: str = "erp") -> None:
    """Let a process die over a run while it reads a side, as SIGKILL would: it releases nothing."""
    whole = house.app
    house.through(at, Dies)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("syncd.registry.leases.release", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            execute_run(house.app, run_id)
    house.change(connections=whole.connections)


def listening(house: House) -> Rings:
    rings = Rings()
    house.change(doorbell=rings)
    return rings


def test_a_run_whose_process_died_is_interrupted_and_finished_by_another(house: House) -> None:
    for number in range(15):
        house.erp.add(firm(f"A{number}"))
    run_id = house.ask("erp")
    die(house, run_id)
    assert house.row(run_id)["state"] == "running"
    house.pass_time(minutes=2)
    rings = listening(house)
    assert sweep(house.app) == Swept(interrupted=1, requeued=1, rung=0)
    assert (house.row(run_id)["state"], rings.runs) == ("interrupted", [run_id])
    run = house.execute(run_id)
    assert (run["state"], run["attempts"], run["counts"]["created"]) == ("succeeded", 2, 15)
    assert len(house.contractors()) == 15


def test_a_run_that_gives_signs_of_life_is_left_alone(house: House) -> None:
    run_id = house.ask("erp")
    die(house, run_id)
    house.pass_time(seconds=59)
    assert sweep(house.app).interrupted == 0
    assert house.execute(run_id)["state"] == "running"


def test_work_of_a_process_that_died_while_the_clock_was_ahead_is_taken_over_once_the_clock_is_right(
    house: House,
) -> None:
    house.erp.add(firm("A1"))
    house.pass_time(days=1)
    run_id = house.ask("erp")
    die(house, run_id)
    house.pass_time(days=-1)
    assert sweep(house.app).interrupted == 1
    house.pass_time(seconds=1)
    assert house.execute(run_id)["state"] == "succeeded"


def test_pushes_that_a_clock_ahead_put_off_are_due_once_the_clock_is_right(house: House) -> None:
    house.erp.add(firm("A1"))
    house.pass_time(days=1)
    house.execute(house.ask("erp"))
    house.pass_time(days=-1)
    assert sweep(house.app).rung == 1


@pytest.mark.postgres
def test_a_run_that_ends_just_then_is_not_interrupted(create_registry: CreateRegistry) -> None:
    with open_house(create_registry("sweeping")) as house:
        run_id = house.ask("erp")
        die(house, run_id)
        house.pass_time(minutes=2)
        with ThreadPoolExecutor(1) as other:
            with writing(house.app.engine) as connection:
                set_run(connection, run_id, state="succeeded")
                swept = other.submit(sweep, house.app)
                while not swept.done() and not waits_for_a_lock(connection):
                    pass
            assert swept.result().interrupted == 0
        assert house.row(run_id)["state"] == "succeeded"


def test_a_run_that_every_process_dies_over_is_given_up(house: House) -> None:
    run_id = house.ask("erp")
    for _ in range(ATTEMPTS):
        die(house, run_id)
        house.pass_time(minutes=2)
        sweep(house.app)
    run = house.execute(run_id)
    assert (run["state"], run["error_code"]) == ("failed", "run-gave-up")
    assert house.run("erp")["state"] == "succeeded"


def test_a_record_that_kills_its_process_is_set_aside_until_it_changes(house: House) -> None:
    class Fragile(Through):
        def parse(self, record: Record) -> Remote:
            if b"Trucizna" in record.raw:
                raise KeyboardInterrupt
            remote: Remote = self.inner.parse(record)
            return remote

    house.erp.add(firm("A1"))
    poison = house.erp.add(firm("A2", name="Trucizna"))
    house.erp.add(firm("A3"))
    house.through("erp", Fragile)
    run_id = house.ask("erp")
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            house.execute(run_id)
        house.pass_time(minutes=2)
        sweep(house.app)
    run = house.execute(run_id)
    assert (run["state"], run["counts"]["created"], run["counts"]["failed"]) == ("partial", 2, 1)
    assert house.one(tables.Issue, code="poison-record")["external_id"] == poison
    again = house.run("erp", "full")
    assert (again["state"], again["counts"]["skipped"]) == ("succeeded", 1)
    assert house.issues() == ["poison-record"]
    house.erp.edit(poison, name="Antidotum")
    house.run("erp")
    assert (len(house.contractors()), house.issues()) == (3, [])


def test_what_nobody_heard_of_is_rung_for_again(house: House) -> None:
    house.erp.add(firm("A1"))
    house.run("erp")
    run_id = house.ask("shop")
    rings = listening(house)
    assert sweep(house.app) == Swept(interrupted=0, requeued=1, rung=1)
    assert (rings.runs, rings.pushes) == ([run_id], [house.id("shop")])


def test_a_push_whose_worker_died_is_rung_for_when_its_lease_is_over(house: House) -> None:
    class DiesWriting(Through):
        def create(self, contractor: Contractor) -> Remote:
            raise KeyboardInterrupt

    house.erp.add(firm("A1"))
    house.run("erp")
    whole = house.app
    house.through("shop", DiesWriting)
    with pytest.raises(KeyboardInterrupt):
        house.push("shop")
    house.change(connections=whole.connections)
    assert sweep(house.app).rung == 0
    house.pass_time(seconds=61)
    assert sweep(house.app).rung == 1
    house.push()
    assert list(house.at_shop()) == ["A1"]


def test_nobody_is_rung_for_what_is_done_or_waits(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    house.run("erp", dry_run=True)
    rings = listening(house)
    assert sweep(house.app) == Swept(interrupted=0, requeued=0, rung=0)
    assert (rings.runs, rings.pushes) == ([], [])


def test_work_of_a_connection_that_is_no_longer_configured_is_left_alone(build: OpenHouse) -> None:
    house = build()
    house.erp.add(firm("A1"))
    house.run("erp")
    house.ask("shop")
    rest = {name: one for name, one in house.app.connections.items() if name != "shop"}
    house.change(connections=rest)
    rings = listening(house)
    sweep(house.app)
    assert (rings.runs, rings.pushes) == ([], [])


def test_a_run_that_is_asked_for_and_a_change_that_is_due_ring(house: House) -> None:
    house.erp.add(firm("A1"))
    rings = listening(house)
    run_id = house.ask("erp")
    assert rings.runs == [run_id]
    house.execute(run_id)
    assert house.id("shop") in rings.pushes


def test_two_processes_do_not_execute_one_run_at_once(house: House) -> None:
    class Twice(Through):
        def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
            execute_run(house.app, run_id)
            yield from self.inner.read(cursor, full=full)

    house.erp.add(firm("A1"))
    run_id = house.ask("erp")
    house.through("erp", Twice)
    run = house.execute(run_id)
    assert (run["state"], run["attempts"]) == ("succeeded", 1)


def test_two_runs_of_one_connection_follow_each_other(house: House) -> None:
    class Impatient(Through):
        def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
            assert house.execute(second)["state"] == "queued"
            yield from self.inner.read(cursor, full=full)

    first, second = house.ask("erp"), house.ask("erp")
    whole = house.app
    house.through("erp", Impatient)
    rings = listening(house)
    assert house.execute(first)["state"] == "succeeded"
    assert second in rings.runs
    house.change(connections=whole.connections)
    assert house.execute(second)["state"] == "succeeded"


def test_a_process_that_slept_through_its_lease_stores_nothing_of_its_run(house: House) -> None:
    class Sleeps(Through):
        def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
            pages = list(self.inner.read(cursor, full=full))
            house.erp.edit(id_, name="Nowa nazwa")
            house.pass_time(minutes=2)
            house.change(connections=whole.connections)
            sweep(house.app)
            execute_run(house.app, run_id)
            yield from pages

    id_ = house.erp.add(firm("A1"))
    run_id = house.ask("erp")
    whole = house.app
    house.through("erp", Sleeps)
    run = house.execute(run_id)
    assert (run["state"], run["attempts"]) == ("succeeded", 2)
    assert [contractor.name for contractor in house.contractors()] == ["Nowa nazwa"]


def test_a_run_of_a_paused_connection_waits_until_it_is_resumed(house: House) -> None:
    run_id = house.ask("erp")
    with writing(house.app.engine) as connection:
        connections.pause(connection, house.id("erp"), by="anna")
    assert house.execute(run_id)["state"] == "queued"
    assert house.calls("erp") == []
    with writing(house.app.engine) as connection:
        connections.resume(connection, house.id("erp"))
    assert house.execute(run_id)["state"] == "succeeded"
