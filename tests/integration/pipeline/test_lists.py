"""Do lists show what runs change, and what a process that died had no time to show?"""

from __future__ import annotations

from threading import Thread

import pytest
from sqlalchemy import delete, update

from syncd.registry import listings, tables
from syncd.registry.engine import reading, writing
from syncd.registry.following import follow, made_by, show_made
from syncd.registry.lines import snapshot
from syncd.registry.plan_page import Page
from syncd.sync import apply
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


def test_who_is_made_is_listed_while_the_run_goes_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "PAGE", 2)
    for number in range(5):
        house.erp.add(firm(f"A{number}", name=f"Firma {number}"))
    house.change(stopping=lambda: any(row["applied_seq"] >= 4 for row in house.rows(tables.Run)))
    assert house.run("erp")["state"] == "interrupted"
    assert listed(house) == ["firma 0", "firma 1", "firma 2", "firma 3"]
    house.change(stopping=lambda: False)
    house.settle()
    assert listed(house) == ["firma 0", "firma 1", "firma 2", "firma 3", "firma 4"]


def test_who_is_made_beside_others_who_change_is_listed_once_the_run_is_over(
    known: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apply, "PAGE", 2)
    known.erp.edit("1", name="Zakład")
    for number in range(3, 7):
        known.erp.add(firm(f"A{number}", name=f"Firma {number}"))
    run = known.run("erp")
    assert listed(known) == ["zaklad", *(f"firma {number}" for number in range(1, 7))]
    assert known.row(run["id"])["listed_seq"] == 5


def test_whom_somebody_changed_before_lists_show_that_he_was_made_is_shown_as_he_is(known: House) -> None:
    run = known.rows(tables.Run)[0]
    with writing(known.app.engine) as connection:
        values = {"doc": snapshot(firm("A0", name="Zakład")), "version": 2}
        connection.execute(update(tables.Contractor).where(tables.Contractor.id == 1).values(**values))
        connection.execute(delete(tables.Listing).where(tables.Listing.contractor_id != 1))
        connection.execute(update(tables.Run).where(tables.Run.id == run["id"]).values(listed_seq=0))
        listings.refresh(connection, [1])
    page = Page(run["id"], run["connection_id"], 1, 3, changes=False)
    with reading(known.app.engine) as connection:
        made = made_by(connection, page)
    assert made is not None
    show_made(known.app.engine, page, made, known.app.now())
    assert (listed(known), known.row(run["id"])["listed_seq"]) == (["zaklad"], 0)
    follow(known.app.engine)
    assert (listed(known), known.row(run["id"])["listed_seq"]) == (["zaklad", "firma 1", "firma 2"], 3)


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
