"""Does the first page's day add up, on both databases?"""

from __future__ import annotations

from syncd.certify.faults import Fault
from syncd.registry.engine import reading
from syncd.registry.queries.glance import day, last_runs, today, top_errors
from tests.fixtures.contractors import firm
from tests.integration.pipeline.conftest import *  # noqa: F403 - houses
from tests.integration.pipeline.house import House


def test_the_last_day_counts_runs_by_hour_and_records_that_failed(house: House) -> None:
    for number in range(4):
        house.erp.add(firm(f"A{number}"))
    house.erp.spoil("1")
    house.run("erp")
    house.pass_time(hours=3)
    house.erp.faults.plan(*[Fault(kind="status", status=401)] * 3)
    house.run("erp")
    house.shop.faults.plan(Fault(kind="status", status=422, only="write"))
    house.push()
    with reading(house.app.engine) as connection:
        told = day(connection, now=house.now)
        last = last_runs(connection)
    assert (sum(told.sparks["erp"].ok), told.sparks["erp"].failed[-1]) == (1, 1)
    assert told.sparks["erp"].ok[-4] == 1
    assert (told.read, told.failed, told.percent) == (4, 2, 50.0)
    assert (last["erp"].id, last["erp"].state) == (2, "failed")
    house.pass_time(hours=25)
    with reading(house.app.engine) as connection:
        assert day(connection, now=house.now).sparks == {}


def test_today_counts_what_was_applied_and_what_arrived(house: House) -> None:
    ids = [house.erp.add(firm(f"A{number}")) for number in range(3)]
    house.run("erp")
    house.push()
    house.erp.edit(ids[0], name="Renamed")
    house.erp.edit(ids[1], active=False)
    house.run("erp")
    house.run("erp", dry_run=True)
    with reading(house.app.engine) as connection:
        told = today(connection, since=house.now.replace(hour=0))
        assert (told.created, told.updated, told.blocked, told.delivered) == (3, 1, 1, {"shop": 3})
        assert today(connection, since=house.now.replace(hour=23)).created == 0


def test_errors_are_grouped_by_cause_and_side(house: House) -> None:
    for number in range(4):
        house.erp.spoil(house.erp.add(firm(f"A{number}")))
    house.erp.add(firm("B1"))
    house.run("erp")
    house.shop.faults.plan(Fault(kind="status", status=422, only="write"))
    house.push()
    with reading(house.app.engine) as connection:
        first, second = top_errors(connection, now=house.now)
    assert (first.connection, first.number, first.failed) == ("erp", 4, 4)
    assert (second.connection, second.number, second.failed) == ("shop", 1, 1)
