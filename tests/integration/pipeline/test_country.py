"""Does all evidence of where a contractor is reach the verdict, and the verdict the registry?"""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from syncd.domain.contractor import Address, Contractor
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import tables
from syncd.sync.answers import answer, answer_all
from syncd.sync.country_names import map_country, serve_country, unmap_country, unserve_country, unsettle_country
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House

SPANISH: dict[str, Any] = {"tax_id": "B58378431", "tax_prefix": "ES", "country": "Hiszpania"}


def zone(house: House, **more: Any) -> str:
    row = house.one(tables.Contractor, **more)
    return str(row["zone"])


def test_a_special_territory_shows_in_the_postal_code_of_the_main_address(house: House) -> None:
    address = Address(street="Calle 1", postal_code="35001", city="Las Palmas", country="ES")
    house.erp.add(firm("A1", **SPANISH, addresses=(address,)))
    house.run("erp")
    row = house.one(tables.Contractor, number="A1")
    assert (row["zone"], row["country"]) == ("extra_eu", "ES")
    assert "the main address is in the Canary Islands" in json.loads(row["reasons"])


def test_the_erps_own_class_is_held_against_the_rest(house: House) -> None:
    id_ = house.erp.add(firm("A1", tax_class="pozaunijny"))
    house.settle()
    assert (zone(house), house.issues()) == ("unresolved", ["country-contradiction"])
    house.erp.edit(id_, tax_class="krajowy")
    house.settle()
    assert (zone(house), house.issues()) == ("domestic", [])


def test_a_country_that_no_shop_serves_is_an_issue_and_no_obstacle(build: OpenHouse) -> None:
    house = build(connections={"shop": {"served": ["DE", "FR"]}})
    house.erp.add(firm("A1"))
    house.settle()
    assert (zone(house), house.issues(), list(house.at_shop())) == ("domestic", ["country-unserved"], ["A1"])


def test_a_name_that_an_admin_mapped_goes_to_the_shop_as_its_code(house: House) -> None:
    house.erp.add(firm("A1", country="Lechia"))
    house.settle()
    assert (zone(house), house.at_shop()["A1"].country) == ("unresolved", "Lechia")
    map_country(house.app, "LECHIA", "PL", by="anna")
    house.run("erp", "reverify")
    house.settle()
    assert (zone(house), house.issues(), house.at_shop()["A1"].country) == ("domestic", [], "PL")
    assert house.is_at_rest()


def test_a_name_that_lost_its_meaning_is_asked_about_when_it_is_stated_again(house: House) -> None:
    map_country(house.app, "Lechia", "PL", by="anna")
    unmap_country(house.app, "Lechia", by="anna")
    house.erp.add(firm("A1", country="Lechia"))
    house.settle()
    assert house.issues() == ["country-unknown"]
    assert [(row["actor"], row["action"]) for row in house.rows(tables.Audit)] == [
        ("anna", "map-country"),
        ("anna", "unmap-country"),
    ]


def contradictory(**changes: Any) -> Contractor:
    """Declared to be in Poland, with a German address and tax id."""
    there = Address(street="Hauptstr. 1", postal_code="10115", city="Berlin", country="DE")
    stated = {"number": "A1", "country": "PL", "tax_prefix": "DE", "tax_id": "136695976", "addresses": (there,)}
    return Contractor(name="Firma", **{**stated, **changes})


def settled(house: House) -> House:
    """A contradiction that somebody settled: it is in Germany."""
    house.erp.add(contradictory())
    house.run("erp")
    (issue,) = [row for row in house.rows(tables.Issue) if row["code"] == "country-contradiction"]
    answer(house.app, issue["id"], "trust-tax-prefix", by="anna")
    house.finish()
    return house


def test_a_contradiction_is_settled_by_one_answer_and_its_issue_closes(house: House) -> None:
    settled(house)
    assert zone(house) == "intra_eu"
    assert "country-contradiction" not in house.issues()
    (row,) = house.rows(tables.Contractor)
    assert "a person who saw this decided that it is in DE" in row["reasons"]


def test_the_statement_that_is_right_is_said_of_others_whatever_it_states(house: House) -> None:
    house.erp.add(one := contradictory())
    house.erp.add(msgspec.structs.replace(one, number="A2", country="FR"))
    house.run("erp")
    first, second = (row["id"] for row in house.rows(tables.Issue) if row["code"] == "country-contradiction")
    said = answer_all(house.app, first, "trust-declared", [second], by="anna")
    house.finish()
    assert (said.refused, [row["zone"] for row in house.rows(tables.Contractor)]) == ({}, ["domestic", "intra_eu"])


def test_a_shop_serves_a_country_by_an_answer_until_that_is_taken_back(build: OpenHouse) -> None:
    house = build(connections={"shop": {"served": ("DE",)}})
    house.erp.add(firm("A1"))
    house.settle()
    (issue,) = house.rows(tables.Issue)
    answer(house.app, issue["id"], "serve-country", by="anna")
    house.finish()
    assert house.issues() == []
    unserve_country(house.app, "shop", "PL", by="piotr")
    house.run("erp", "reverify")
    assert house.issues() == ["country-unserved"]


def test_a_country_that_is_not_served_may_be_left_so(build: OpenHouse) -> None:
    house = build(connections={"shop": {"served": ("DE",)}})
    house.erp.add(firm("A1"))
    house.settle()
    answer(house.app, house.rows(tables.Issue)[0]["id"], "leave-unserved", by="anna")
    house.run("erp", "full")
    assert house.issues() == []


def test_a_shop_that_serves_all_countries_needs_no_word_on_one(house: House) -> None:
    with pytest.raises(InvalidRecord, match="serves every country"):
        serve_country(house.app, "shop", "CH", by="anna")


def test_what_was_decided_stands_while_nothing_new_is_stated(house: House) -> None:
    settled(house)
    house.erp.edit(next(iter(house.erp.holds())), name="Firma Nowa")
    house.run("erp", "full")
    assert zone(house) == "intra_eu"


def test_another_statement_is_another_question(house: House) -> None:
    settled(house)
    house.erp.edit(next(iter(house.erp.holds())), country="FR")
    house.run("erp")
    assert zone(house) == "unresolved"
    assert "country-contradiction" in house.issues()


def test_a_decision_can_be_taken_back(house: House) -> None:
    (row,) = settled(house).rows(tables.Contractor)
    unsettle_country(house.app, row["id"], by="piotr")
    house.finish()
    assert zone(house) == "unresolved"
    with pytest.raises(NotFound):
        unsettle_country(house.app, row["id"], by="piotr")


def test_of_several_main_addresses_the_first_counts_and_another_order_is_no_change(house: House) -> None:
    warsaw = Address(street="Prosta 2", postal_code="00-001", city="Warszawa", country="PL")
    berlin = Address(street="Unter den Linden 1", postal_code="10117", city="Berlin", country="DE")
    id_ = house.erp.add(firm("A1", addresses=(warsaw, berlin)))
    house.settle()
    assert (zone(house), house.issues()) == ("domestic", [])
    house.erp.edit(id_, addresses=(berlin, warsaw))
    house.settle()
    assert (zone(house), house.contractors()[0].addresses) == ("domestic", (warsaw, berlin))
    house.erp.edit(id_, addresses=(berlin,))
    house.settle()
    assert (zone(house), house.issues()) == ("unresolved", ["country-contradiction"])
