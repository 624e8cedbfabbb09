"""Do lists show what runs change, and what a process that died had no time to show?"""

from __future__ import annotations

from threading import Thread

import pytest
from sqlalchemy import update

from syncd.registry import tables
from syncd.registry.engine import writing
from syncd.registry.following import follow
from syncd.registry.lines import snapshot
from tests.fixtures.contractors import firm

from .house import House


def listed(house: House) -> list[str]:
    return [row["name"] for row in sorted(house.rows(tables.Listing), key=lambda row: row["contractor_id"])]


@pytest.fixture
def known(house: House) -> House:
    for number in range(3):
        house.erp.add(firm(f"A{number}", name=f"Firma {number}"))
    house.settle()
    return house


@pytest.fixture
def cut_short(known: House) -> House:
    """The process that renamed somebody ended with its run."""
    known.erp.edit("1", name="Zakład")
    known.change(stopping=lambda: known.rows(tables.Run)[-1]["finished_at"] is not None)
    assert known.run("erp")["state"] == "succeeded"
    known.change(stopping=lambda: False)
    return known


def test_lists_show_what_a_run_changed_once_it_is_over(known: House) -> None:
    known.erp.edit("1", name="Zakład")
    run = known.run("erp")
    assert listed(known) == ["zaklad", "firma 1", "firma 2"]
    assert known.row(run["id"])["listed_seq"] == 1


def test_what_a_process_had_no_time_to_list_is_listed_by_the_next_run_of_anybody(cut_short: House) -> None:
    assert listed(cut_short) == ["firma 0", "firma 1", "firma 2"]
    cut_short.run("shop")
    assert listed(cut_short) == ["zaklad", "firma 1", "firma 2"]
    assert [row["listed_seq"] for row in cut_short.rows(tables.Run)] == [
        row["applied_seq"] for row in cut_short.rows(tables.Run)
    ]


def test_a_run_that_is_not_over_is_left_to_whoever_is_at_it(cut_short: House) -> None:
    with writing(cut_short.app.engine) as connection:
        connection.execute(update(tables.Run).values(finished_at=None))
    follow(cut_short.app.engine)
    assert listed(cut_short) == ["firma 0", "firma 1", "firma 2"]


def test_who_is_just_being_changed_again_is_listed_as_what_comes_of_that(cut_short: House) -> None:
    following = Thread(target=follow, args=(cut_short.app.engine,))
    with writing(cut_short.app.engine) as connection:
        doc = snapshot(firm("A0", name="Zakład Drugi"))
        values = {"doc": doc, "version": tables.Contractor.version + 1}
        connection.execute(update(tables.Contractor).where(tables.Contractor.id == 1).values(**values))
        following.start()
        following.join(0.3)
        assert following.is_alive()
    following.join(20)
    assert listed(cut_short) == ["zaklad drugi", "firma 1", "firma 2"]
