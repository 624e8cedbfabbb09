"""Does one customer stay one, whatever is lost, raced or there before?"""

from __future__ import annotations

import pytest

from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from syncd.registry import tables
from syncd.sync.attention import retry
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House

ANSWER_LOST = Fault(kind="lose_answer", only="write")


def test_a_create_whose_answer_was_lost_makes_one_customer(house: House) -> None:
    house.erp.add(firm("A1"))
    house.run("erp")
    house.shop.faults.plan(ANSWER_LOST)
    house.push()
    assert len(house.shop.holds()) == 1
    house.settle()
    assert len(house.shop.holds()) == len(house.contractors()) == 1
    assert len(house.calls("shop", "create")) == 1
    assert house.one(tables.Binding, connection_id=house.id("shop"))["contractor_id"] == 1


def test_what_a_shop_may_not_say_is_set_back_also_in_a_record_whose_making_was_in_doubt(house: House) -> None:
    house.erp.add(Contractor(name="Firma", number="A1", country="PL"))
    house.run("erp")
    house.shop.faults.plan(ANSWER_LOST)
    house.push()
    (id_,) = house.shop.holds()
    house.shop.edit(id_, groups=("VIP",), payment_days=90, website="firma.example")
    house.settle()
    at_shop, at_erp = house.at_shop()["A1"], house.at_erp()["A1"]
    assert (at_shop.payment_days, at_erp.payment_days, house.contractors()[0].groups) == (None, None, ())
    assert at_shop.website == at_erp.website == "firma.example"


def test_a_registration_whose_answer_was_lost_makes_one_contractor(house: House) -> None:
    house.shop.add(Contractor(name="Nowy klient", email="nowy@klient.example", country="PL"))
    house.run("shop")
    house.erp.faults.plan(ANSWER_LOST)
    house.settle()
    assert len(house.erp.holds()) == len(house.contractors()) == len(house.shop.holds()) == 1


@pytest.mark.parametrize("key", ["number", "tax_id", "email"])
def test_a_customer_that_the_shop_had_before_is_linked_and_not_made_again(house: House, key: str) -> None:
    house.shop.add(Contractor(name="Firma w sklepie", country="PL", **{key: getattr(firm("A1"), key)}))
    house.erp.add(firm("A1"))
    house.run("erp")
    house.push()
    assert len(house.shop.holds()) == 1
    house.settle()
    assert len(house.shop.holds()) == len(house.erp.holds()) == len(house.contractors()) == 1
    assert house.at_shop()["A1"].name == "Firma A1"


def test_of_two_customers_that_fit_none_is_taken_until_a_person_has_decided(house: House) -> None:
    twins = [house.shop.add(Contractor(name=name, email="a1@firma.example")) for name in ("Jeden", "Drugi")]
    house.erp.add(firm("A1"))
    house.run("erp")
    house.push()
    assert house.issues() == ["ambiguous"]
    issue = house.one(tables.Issue, code="ambiguous")
    assert (issue["field"], issue["contractor_id"]) == ("email", 1)
    assert len(house.shop.holds()) == 2
    house.shop.remove(twins[1])
    retry(house.app, issue["id"], by="anna")
    house.settle()
    assert (len(house.shop.holds()), house.issues()) == (1, [])


def test_a_record_that_could_be_two_contractors_is_linked_to_neither(house: House) -> None:
    for number in ("A1", "A2"):
        house.erp.add(firm(number, email="wspolny@firma.example", tax_id=""))
    house.run("erp")
    id_ = house.shop.add(Contractor(name="Który", email="wspolny@firma.example"))
    run = house.run("shop")
    assert (run["counts"]["conflict"], house.lines(run["id"])) == (1, [])
    assert house.one(tables.Issue, code="ambiguous")["external_id"] == id_
    house.shop.edit(id_, email="a2@firma.example", number="A2")
    house.run("shop")
    assert house.issues() == []
    assert house.one(tables.Binding, external_id=id_, connection_id=house.id("shop"))["contractor_id"] == 2


def test_two_contractors_with_one_tax_id_become_two_customers(house: House) -> None:
    for number in ("A1", "A2"):
        house.erp.add(firm(number, tax_id="5260250274"))
    house.settle()
    assert set(house.at_shop()) == {"A1", "A2"}
    assert house.is_at_rest()


def test_one_customer_that_two_contractors_would_take_goes_to_the_one_that_it_is(house: House) -> None:
    house.shop.add(firm("A1", tax_id="5260250274", groups=()))
    for number in ("A1", "A2"):
        house.erp.add(firm(number, tax_id="5260250274"))
    house.run("erp")
    house.push()
    house.settle()
    assert set(house.at_shop()) == {"A1", "A2"}
    assert len(house.contractors()) == 2


def test_a_recycled_address_does_not_inherit_a_customer(house: House) -> None:
    house.shop.add(firm("S1", tax_id="9542742927", email="a1@firma.example", groups=()))
    house.run("shop")
    house.erp.add(firm("A1", tax_id="5260250274"))
    house.run("erp")
    assert len(house.contractors()) == 2


def test_two_records_of_one_erp_are_two_contractors(house: House) -> None:
    for number in ("A1", "A2"):
        house.erp.add(firm(number, tax_id="5260250274", email="biuro@firma.example"))
        house.run("erp")
    assert len(house.contractors()) == 2


def test_an_open_question_in_the_shop_is_asked_once(build: OpenHouse) -> None:
    house = build(push_tries=2)
    for name in ("Jeden", "Drugi"):
        house.shop.add(Contractor(name=name, email="a1@firma.example"))
    house.erp.add(firm("A1"))
    house.run("erp")
    for _ in range(3):
        house.push()
        house.pass_time(days=1)
    assert len(house.calls("shop", "find")) == 1
