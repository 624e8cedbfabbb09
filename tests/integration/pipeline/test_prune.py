"""Is what has had its time forgotten, and nothing else?"""

from __future__ import annotations

import pytest

from syncd.registry import tables
from syncd.registry.engine import writing
from syncd.registry.presence import say_alive
from syncd.registry.runs import set_run
from syncd.settings import GuardSettings
from syncd.sync.prune import Pruned, prune
from syncd.sync.review import discard
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House


@pytest.fixture
def lived_in(build: OpenHouse) -> House:
    """One contractor with a history: a run that made it, one that changed it, two deliveries."""
    house = build(history_days=365, plan_days=30)
    id_ = house.erp.add(firm("A1"))
    house.run("erp")
    house.push()
    house.erp.edit(id_, name="Nowa nazwa")
    house.run("erp")
    house.push()
    return house


def test_history_stays_for_its_time_and_goes_then(lived_in: House) -> None:
    lived_in.pass_time(days=364)
    assert prune(lived_in.app) == Pruned(runs=0, lines=0, deliveries=0, issues=0)
    lived_in.pass_time(days=2)
    assert prune(lived_in.app) == Pruned(runs=2, lines=2, deliveries=2, issues=0)


def test_what_the_registry_knows_stays_for_ever(lived_in: House) -> None:
    lived_in.run("shop")
    before = [lived_in.rows(table) for table in (tables.Contractor, tables.Binding, tables.Cursor, tables.Membership)]
    lived_in.pass_time(days=1000)
    prune(lived_in.app)
    assert [
        lived_in.rows(table) for table in (tables.Contractor, tables.Binding, tables.Cursor, tables.Membership)
    ] == before
    assert lived_in.run("erp", "full")["counts"]["unchanged"] == 1


def test_runs_that_changed_nothing_go_with_the_plans(lived_in: House) -> None:
    lived_in.run("erp")
    lived_in.pass_time(days=31)
    assert prune(lived_in.app).runs == 1


def test_plans_that_were_never_applied_go_early(lived_in: House) -> None:
    lived_in.erp.add(firm("A2"))
    planned = lived_in.run("erp", dry_run=True)["id"]
    discarded = lived_in.run("erp", dry_run=True)["id"]
    discard(lived_in.app, discarded, by="anna")
    lived_in.pass_time(days=29)
    assert prune(lived_in.app).runs == 0
    lived_in.pass_time(days=2)
    assert prune(lived_in.app) == Pruned(runs=2, lines=2, deliveries=0, issues=0)
    assert {planned, discarded}.isdisjoint(row["id"] for row in lived_in.rows(tables.Run))


def test_a_held_plan_that_nobody_decided_on_goes_with_them(build: OpenHouse) -> None:
    house = build(connections={"erp": {"guard": GuardSettings(first_run="apply", at_least=1, blocks_percent=0)}})
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.edit(id_, active=False)
    held = house.run("erp")
    assert held["state"] == "held"
    house.pass_time(days=31)
    prune(house.app)
    assert held["id"] not in [row["id"] for row in house.rows(tables.Run)]


def test_what_was_applied_before_its_run_failed_stays_as_long_as_any_history(lived_in: House) -> None:
    changed = lived_in.rows(tables.Run)[-1]["id"]
    with writing(lived_in.app.engine) as connection:
        set_run(connection, changed, state="failed")
    lived_in.pass_time(days=31)
    assert prune(lived_in.app).runs == 0
    lived_in.pass_time(days=335)
    assert prune(lived_in.app).runs == 2


def test_open_issues_stay_and_resolved_ones_go(lived_in: House) -> None:
    id_ = lived_in.erp.add(firm("A2", country="Atlantyda"))
    lived_in.erp.add(firm("A3", country="Atlantyda"))
    lived_in.run("erp")
    lived_in.erp.edit(id_, country="PL")
    lived_in.run("erp")
    lived_in.pass_time(days=366)
    assert prune(lived_in.app).issues == 1
    assert lived_in.issues() == ["country-unknown"]


def test_processes_that_were_not_heard_of_for_a_day_are_forgotten(lived_in: House) -> None:
    say_alive(lived_in.app.engine, "old", "worker", now=lived_in.now)
    lived_in.pass_time(hours=25)
    say_alive(lived_in.app.engine, "new", "worker", now=lived_in.now)
    prune(lived_in.app)
    assert [row["name"] for row in lived_in.rows(tables.Worker)] == ["new"]


def test_a_run_that_is_queued_or_under_way_is_never_forgotten(lived_in: House) -> None:
    run_id = lived_in.ask("erp")
    lived_in.pass_time(days=1000)
    prune(lived_in.app)
    assert lived_in.row(run_id)["state"] == "queued"


def test_a_contractors_pushes_outlive_the_run_that_caused_them(build: OpenHouse) -> None:
    house = build(connections={"shop": {"paused": True}})
    house.erp.add(firm("A1"))
    house.run("erp")
    house.pass_time(days=1000)
    prune(house.app)
    with writing(house.app.engine):
        assert house.count(tables.Push) == 1
