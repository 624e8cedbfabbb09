"""A record's id was given to another company: does nobody inherit a customer?"""

from __future__ import annotations

import pytest

from syncd.registry import tables
from syncd.settings import GuardSettings
from syncd.sync.answers import answer
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House


@pytest.fixture
def settled(house: House) -> House:
    for number in ("A1", "A2"):
        house.erp.add(firm(number))
    house.settle()
    return house


def turn_into(house: House, side: str, number: str, other: str) -> str:
    """Give the id of one customer's record to another one, as a side does that was restored from a backup."""
    id_ = next(id_ for id_, remote in house.sides[side].holds().items() if remote.contractor.number == number)
    new = firm(other)
    house.sides[side].edit(id_, name=new.name, number=new.number, tax_id=new.tax_id, email=new.email)
    return id_


def test_a_shops_record_that_is_somebody_new_is_let_go_and_its_customer_made_there_again(settled: House) -> None:
    id_ = turn_into(settled, "shop", "A1", "B9")
    settled.settle()
    names = {contractor.number: contractor.name for contractor in settled.contractors()}
    assert names == {"A1": "Firma A1", "A2": "Firma A2", "B9": "Firma B9"}
    assert settled.shop.holds()[id_].contractor.number == "B9"
    assert sorted(settled.at_shop()) == ["A1", "A2", "B9"]
    assert settled.at_erp()["A1"].name == "Firma A1"
    assert settled.is_at_rest()


def test_a_shops_record_that_is_a_known_customer_is_linked_to_that_one(settled: House) -> None:
    settled.erp.add(firm("A3", active=False))
    settled.settle()
    id_ = turn_into(settled, "shop", "A1", "A3")
    settled.settle()
    assert sorted(contractor.number for contractor in settled.contractors()) == ["A1", "A2", "A3"]
    assert not settled.shop.holds()[id_].contractor.active
    assert sorted(settled.at_shop()) == ["A1", "A2", "A3"]


def test_that_is_a_line_of_the_plan_and_counted(settled: House) -> None:
    turn_into(settled, "shop", "A1", "B9")
    run = settled.run("shop")
    (line,) = settled.lines(run["id"])
    assert (line["action"], run["counts"]["released"]) == ("release", 1)


def test_many_at_once_wait_for_a_person_because_that_is_another_shop(build: OpenHouse) -> None:
    house = build(connections={"shop": {"guard": GuardSettings(first_run="apply", blocks_percent=5, at_least=2)}})
    for number in ("A1", "A2", "A3"):
        house.erp.add(firm(number))
    house.settle()
    for number in ("1", "2"):
        turn_into(house, "shop", f"A{number}", f"B{number}")
    run = house.run("shop")
    assert run["state"] == "held"
    assert "somebody else than before" in run["held_because"]


def test_what_an_erp_says_so_suddenly_is_not_taken_and_a_person_decides(settled: House) -> None:
    turn_into(settled, "erp", "A1", "B9")
    run = settled.run("erp")
    assert (run["counts"]["conflict"], settled.lines(run["id"])) == (1, [])
    settled.settle()
    assert settled.issues() == ["record-is-another"]
    assert sorted(contractor.number for contractor in settled.contractors()) == ["A1", "A2"]
    assert settled.at_shop()["A1"].name == "Firma A1"


def test_an_erps_record_that_is_right_again_closes_the_issue(settled: House) -> None:
    id_ = turn_into(settled, "erp", "A1", "B9")
    settled.settle()
    was = firm("A1")
    settled.erp.edit(id_, name=was.name, number=was.number, tax_id=was.tax_id, email=was.email)
    settled.settle()
    assert settled.issues() == []
    assert settled.is_at_rest()


def test_an_erps_record_that_a_person_lets_go_becomes_a_customer_of_its_own(settled: House) -> None:
    turn_into(settled, "erp", "A1", "B9")
    settled.settle()
    answer(settled.app, settled.one(tables.Issue, state="open")["id"], "release", by="anna")
    settled.settle()
    assert sorted(contractor.number for contractor in settled.contractors()) == ["A1", "A2", "B9"]
    assert sorted(settled.at_shop()) == ["A1", "A2", "B9"]
    assert settled.issues() == []


def test_a_customer_who_only_got_a_new_name_and_e_mail_is_the_same(settled: House) -> None:
    (id_, *_) = settled.erp.holds()
    settled.erp.edit(id_, name="Nowa Firma", email="nowa@firma.example")
    settled.settle()
    assert "Nowa Firma" in [contractor.name for contractor in settled.contractors()]
    assert settled.count(tables.Contractor) == 2
