"""Do many workers at once do the work of one, each piece once?"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from syncd.registry import tables
from syncd.sync.execute import execute_run
from syncd.sync.push import push_due
from tests.fixtures.contractors import firm

from .house import House, behind


def at_once(*work: Callable[[], object]) -> None:
    """Start all at one moment, each in a thread; raise what any of them raised."""
    start = threading.Barrier(len(work))
    failures: list[Exception] = []

    def begin(one: Callable[[], object]) -> None:
        start.wait()
        try:
            one()
        except Exception as error:  # noqa: BLE001 - the test raises it
            failures.append(error)

    threads = [threading.Thread(target=begin, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_workers_that_push_at_once_make_every_customer_once(house: House) -> None:
    behind(house, 40)
    at_once(*[lambda: push_due(house.app, house.id("shop"), limit=10)] * 4)
    assert len(house.calls("shop", "create")) == len(house.at_shop()) == 40
    assert house.rows(tables.Push) == []
    assert house.count(tables.Delivery) == 40


def test_workers_that_execute_one_run_at_once_do_it_once(house: House) -> None:
    for number in range(30):
        house.erp.add(firm(f"A{number}"))
    run_id = house.ask("erp")
    at_once(*[lambda: execute_run(house.app, run_id)] * 4)
    assert (house.row(run_id)["attempts"], len(house.contractors())) == (1, 30)


@pytest.mark.parametrize("attempt", range(3))
def test_two_first_reads_at_once_make_one_contractor_of_each_customer(house: House, attempt: int) -> None:
    for number in range(30):
        house.erp.add(firm(f"A{number}"))
        house.shop.add(firm(f"A{number}", groups=()))
    runs = [house.ask("erp", "full"), house.ask("shop", "full")]
    at_once(*[lambda run_id=run_id: execute_run(house.app, run_id) for run_id in runs])
    house.settle()
    assert len(house.contractors()) == len(house.erp.holds()) == len(house.shop.holds()) == 30
    assert house.is_at_rest()


def test_a_run_and_the_pushes_that_follow_go_on_beside_each_other(house: House) -> None:
    behind(house, 20)
    for id_ in house.erp.holds():
        house.erp.edit(id_, name=f"Nowa {id_}")
    run_id = house.ask("erp")
    at_once(lambda: execute_run(house.app, run_id), lambda: push_due(house.app, house.id("shop")))
    house.settle()
    assert sorted(customer.name for customer in house.at_shop().values()) == sorted(
        f"Nowa {id_}" for id_ in house.erp.holds()
    )
    assert house.is_at_rest()


def test_a_shop_that_is_read_while_it_is_written_to_sees_no_edits(house: House) -> None:
    behind(house, 30)
    house.push()
    house.run("shop")
    for id_ in house.erp.holds():
        house.erp.edit(id_, name=f"Nowa {id_}")
    house.run("erp")
    run_id = house.ask("shop", "full")
    at_once(lambda: execute_run(house.app, run_id), lambda: push_due(house.app, house.id("shop")))
    house.settle()
    assert all(contractor.name.startswith("Nowa") for contractor in house.contractors())
    assert house.issues() == []
    assert not any(call.writes for call in house.calls("erp"))
