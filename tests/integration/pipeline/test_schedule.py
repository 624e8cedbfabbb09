"""Does every slot of a schedule get one run, whoever ticks and however often, and are missed ones said?"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncd.certify.faults import Fault
from syncd.registry import connections, tables
from syncd.registry.engine import writing
from syncd.settings import GuardSettings
from syncd.sync.request import request_run
from syncd.sync.schedule import due_runs, slot_before
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House, Row

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def every(build: OpenHouse, schedule: str, **more: Any) -> House:
    """A house whose ERP alone has a schedule that matters."""
    return build(connections={"erp": {"every": schedule, **more}, "shop": {"paused": True}})


def runs(house: House) -> list[Row]:
    return [row for row in house.rows(tables.Run) if row["slot"] is not None]


def finish_all(house: House) -> None:
    for row in runs(house):
        house.execute(row["id"])


@pytest.mark.parametrize(
    ("schedule", "now", "slot"),
    [
        ("5m", NOON + timedelta(minutes=7, seconds=3), NOON + timedelta(minutes=5)),
        ("5m", NOON, NOON),
        ("90s", NOON + timedelta(seconds=89), NOON),
        ("1d", NOON, NOON - timedelta(hours=12)),
        ("0 12 * * *", NOON, NOON),
        ("0 12 * * *", NOON + timedelta(seconds=30), NOON),
        ("0 12 * * *", NOON - timedelta(seconds=30), NOON - timedelta(days=1)),
        ("0 12 * * *", NOON - timedelta(microseconds=1), NOON - timedelta(days=1)),
        ("*/15 6-22 * * *", NOON + timedelta(minutes=44, seconds=59), NOON + timedelta(minutes=30)),
    ],
)
def test_a_slot_is_the_latest_that_is_not_in_the_future(schedule: str, now: datetime, slot: datetime) -> None:
    assert slot_before(schedule, now) == slot


def test_a_slot_makes_one_run_however_often_it_ticks(build: OpenHouse) -> None:
    house = every(build, "5m")
    (run_id,) = due_runs(house.app)
    assert due_runs(house.app) == []
    assert (house.row(run_id)["slot"], house.row(run_id)["asked_by"]) == (NOON, "schedule")


def test_the_next_slot_makes_the_next_run(build: OpenHouse) -> None:
    house = every(build, "5m")
    due_runs(house.app)
    finish_all(house)
    house.pass_time(minutes=4, seconds=50)
    assert due_runs(house.app) == []
    house.pass_time(seconds=20)
    assert len(due_runs(house.app)) == 1


def test_many_tickers_at_once_make_one_run_of_a_slot(build: OpenHouse) -> None:
    house = every(build, "5m")
    start = threading.Barrier(8)
    made: list[list[int]] = []

    def tick() -> None:
        start.wait()
        made.append(due_runs(house.app))

    threads = [threading.Thread(target=tick) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(ids) for ids in made) == [0] * 7 + [1]
    assert len(runs(house)) == 1


@pytest.mark.parametrize(("schedule", "gap"), [("5m", timedelta(minutes=20)), ("*/5 * * * *", timedelta(minutes=20))])
def test_missed_slots_are_caught_up_by_one_run_that_says_how_many(
    build: OpenHouse, schedule: str, gap: timedelta
) -> None:
    house = every(build, schedule)
    due_runs(house.app)
    finish_all(house)
    house.pass_time(seconds=gap.total_seconds())
    (run_id,) = due_runs(house.app)
    assert house.row(run_id)["counts"]["missed_slots"] == 3
    assert house.execute(run_id)["state"] == "succeeded"


def test_nothing_is_said_to_be_missed_where_nothing_was(build: OpenHouse) -> None:
    house = every(build, "0 12 * * *")
    due_runs(house.app)
    finish_all(house)
    house.pass_time(days=1)
    (run_id,) = due_runs(house.app)
    assert "missed_slots" not in house.row(run_id)["counts"]


def test_how_many_slots_were_missed_is_still_known_when_the_run_is_over(build: OpenHouse) -> None:
    house = every(build, "5m")
    due_runs(house.app)
    finish_all(house)
    house.pass_time(minutes=20)
    (run_id,) = due_runs(house.app)
    assert house.execute(run_id)["counts"]["missed_slots"] == 3


def test_no_run_is_added_while_one_is_under_way(build: OpenHouse) -> None:
    house = every(build, "5m")
    due_runs(house.app)
    house.pass_time(minutes=10)
    assert due_runs(house.app) == []


def test_the_first_run_reads_everything_and_then_once_a_day(build: OpenHouse) -> None:
    house = every(build, "1h", full_every="1d")
    modes = []
    for _ in range(26):
        (run_id,) = due_runs(house.app)
        modes.append(house.execute(run_id)["mode"])
        house.pass_time(hours=1)
    assert [number for number, mode in enumerate(modes) if mode == "full"] == [0, 12]


def test_a_full_read_that_failed_is_made_up_for_by_the_next_slot(build: OpenHouse) -> None:
    house = every(build, "5m")
    house.erp.add(firm("A1"))
    house.erp.faults.plan(Fault(kind="drop"))
    due_runs(house.app)
    finish_all(house)
    house.pass_time(minutes=5)
    (run_id,) = due_runs(house.app)
    assert (house.execute(run_id)["mode"], house.row(run_id)["state"]) == ("full", "succeeded")


def test_while_a_list_of_everybody_is_held_slots_go_on_with_changes_and_read_it_again_each_hour(
    build: OpenHouse,
) -> None:
    guard = GuardSettings(first_run="apply", at_least=2)
    house = every(build, "15m", full_every="1d", guard=guard)
    first, *others = [house.erp.add(firm(f"A{number}")) for number in range(6)]
    house.run("erp", "full")
    house.pass_time(days=1)
    for id_ in others[:3]:
        house.erp.remove(id_)
    made = []
    for number in range(6):
        house.erp.edit(first, name=f"Nowa {number}")
        (run_id,) = due_runs(house.app)
        run = house.execute(run_id)
        made.append((run["mode"], run["state"]))
        house.pass_time(minutes=15)
    held, changes = ("full", "held"), ("incremental", "succeeded")
    assert made == [held, *[changes] * 3, held, changes]
    assert "Nowa 5" in [contractor.name for contractor in house.contractors()]


def test_a_clock_that_was_ahead_for_a_while_stops_no_schedule(build: OpenHouse) -> None:
    house = every(build, "5m")
    house.pass_time(days=1)
    due_runs(house.app)
    finish_all(house)
    house.pass_time(days=-1)
    (run_id,) = due_runs(house.app)
    assert house.execute(run_id)["state"] == "succeeded"


def test_a_paused_connection_has_no_slots(build: OpenHouse) -> None:
    house = every(build, "5m")
    with writing(house.app.engine) as connection:
        connections.pause(connection, house.id("erp"), by="anna")
    assert due_runs(house.app) == []
    with writing(house.app.engine) as connection:
        connections.resume(connection, house.id("erp"))
    assert len(due_runs(house.app)) == 1


def test_a_connection_whose_credentials_are_refused_is_asked_again_after_a_pause_only(build: OpenHouse) -> None:
    house = every(build, "5m")
    house.erp.faults.plan(Fault(kind="status", status=401))
    due_runs(house.app)
    finish_all(house)
    assert runs(house)[0]["error_code"] == "auth-failed"
    for _ in range(2):
        house.pass_time(minutes=5)
        assert due_runs(house.app) == []
    house.pass_time(minutes=5)
    (run_id,) = due_runs(house.app)
    assert house.execute(run_id)["state"] == "succeeded"
    assert house.one(tables.Connection, name="erp")["problem"] is None


def test_a_side_that_asks_for_a_pause_has_it(build: OpenHouse) -> None:
    house = every(build, "1m")
    house.erp.faults.plan(Fault(kind="status", status=429, retry_after="150"))
    due_runs(house.app)
    finish_all(house)
    for _ in range(2):
        house.pass_time(minutes=1)
        assert due_runs(house.app) == []
    house.pass_time(minutes=1)
    assert len(due_runs(house.app)) == 1


def test_one_failing_connection_does_not_hold_up_the_schedule_of_another(build: OpenHouse) -> None:
    house = build()
    house.erp.faults.plan(Fault(kind="status", status=401))
    due_runs(house.app)
    finish_all(house)
    house.pass_time(minutes=5)
    (run_id,) = due_runs(house.app)
    assert house.row(run_id)["connection_id"] == house.id("shop")


def ask_to_read(house: House, name: str) -> int:
    """Ask for one record of the shop, as a push does."""
    run_id = request_run(house.app, house.app.connection("shop"), mode="only", only=[name], asked_by="push", join=True)
    assert run_id is not None
    return run_id


def test_what_pushes_want_to_have_read_waits_in_one_run(house: House) -> None:
    (run_id,) = {ask_to_read(house, name) for name in ("7", "8", "7")}
    assert house.row(run_id)["only"] == '["7","8"]'


def test_a_run_that_was_begun_takes_nothing_more_in(house: House) -> None:
    begun = ask_to_read(house, "7")
    house.execute(begun)
    assert ask_to_read(house, "8") != begun
