"""Does what a person answers to a conflict become everybody's value, and stay?"""

from __future__ import annotations

from typing import Any

import pytest

from syncd.domain.contractor import Address, Employee
from syncd.domain.policy import Forbidden
from syncd.errors import InvalidRecord
from syncd.registry import tables
from syncd.sync.answers import answer
from syncd.sync.edit import edit_customer, keeps_its_own
from syncd.sync.fields import Wish, set_rule
from tests.fixtures.contractors import firm

from .house import House, Row


def edit(house: House, side: str, **values: Any) -> None:
    (id_,) = house.sides[side].holds()
    house.sides[side].edit(id_, **values)


def contest(house: House, field: str, erps: Any, shops: Any, **first: Any) -> Row:
    """Let both sides change a field between two looks; answer the issue."""
    house.erp.add(firm("A1", **first))
    house.settle()
    edit(house, "erp", **{field: erps})
    edit(house, "shop", **{field: shops})
    house.settle()
    return house.one(tables.Issue, code="edit-conflict")


def both(house: House, field: str) -> list[Any]:
    return [getattr(house.held_by(side)["A1"], field) for side in ("erp", "shop")]


@pytest.mark.parametrize(
    ("key", "value", "expected", "rule"),
    [
        ("keep-erp", "", "Z systemu", None),
        ("keep-shop", "", "Ze sklepu", "conflict answered: kept the shop's value"),
        ("edit", "Trzecia", "Trzecia", "conflict answered: another value"),
    ],
)
def test_an_answer_goes_to_both_sides_and_stays(
    house: House, key: str, value: str, expected: str, rule: str | None
) -> None:
    issue = contest(house, "name", "Z systemu", "Ze sklepu")
    assert (issue["state"], both(house, "name")) == ("open", ["Z systemu", "Z systemu"])
    answer(house.app, issue["id"], key, value=value, by="anna")
    house.settle()
    assert both(house, "name") == [expected, expected]
    assert house.is_at_rest()
    assert house.one(tables.Issue, code="edit-conflict")["state"] == "resolved"
    rules = [row["rule"] for row in house.rows(tables.PlanLine) if row["rule"].startswith("conflict")]
    assert rules == ([rule] if rule else [])


def test_a_conflict_waits_for_an_answer_however_often_its_record_is_read(house: House) -> None:
    contest(house, "name", "Z systemu", "Ze sklepu")
    edit(house, "shop", website="https://a.example")
    house.settle()
    assert house.issues() == ["edit-conflict"]


@pytest.mark.parametrize("side", ["erp", "shop"])
def test_a_later_edit_of_the_field_settles_the_conflict(house: House, side: str) -> None:
    contest(house, "name", "Z systemu", "Ze sklepu")
    edit(house, side, name="Trzecia")
    house.settle()
    assert (house.issues(), both(house, "name")) == ([], ["Trzecia", "Trzecia"])


def test_a_new_conflict_of_an_answered_field_is_told_again(house: House) -> None:
    issue = contest(house, "name", "Z systemu", "Ze sklepu")
    answer(house.app, issue["id"], "keep-shop", by="anna")
    house.settle()
    edit(house, "erp", name="Czwarta")
    edit(house, "shop", name="Piąta")
    house.settle()
    assert house.issues() == ["edit-conflict"]


HOME, DOOR = Address(street="Długa 1", city="Kraków", country="PL"), Address(street="Krótka 2", city="Kraków")


def phone(address: Address, number: str) -> Address:
    return Address(street=address.street, city=address.city, country=address.country, phone=number)


@pytest.mark.parametrize(("key", "expected"), [("keep-erp", "2"), ("keep-shop", "3")])
def test_an_answer_about_an_address_changes_that_address_as_it_is_by_then(
    house: House, key: str, expected: str
) -> None:
    issue = contest(house, "addresses", (phone(HOME, "2"), DOOR), (phone(HOME, "3"), DOOR), addresses=(HOME, DOOR))
    (entry,) = issue["details"]["entries"]
    assert (entry["name"], entry["erp"]["phone"], entry["shop"]["phone"]) == ("Długa 1, Kraków", "2", "3")
    added = Address(street="Nowa 9", city="Kraków")
    edit(house, "erp", addresses=(phone(HOME, "2"), added))
    house.settle()
    answer(house.app, issue["id"], key, by="anna")
    house.settle()
    assert both(house, "addresses") == [(phone(HOME, expected), added)] * 2
    assert house.is_at_rest()


def test_both_sides_can_contradict_each_other_about_an_employee(house: House) -> None:
    anna = Employee(email="a@x.example", name="Anna", default_login=True)

    def named(name: str) -> tuple[Employee, ...]:
        return (Employee(email="a@x.example", name=name, default_login=True),)

    issue = contest(house, "employees", named("Anna Lis"), named("Anna Kos"), employees=(anna,))
    assert both(house, "employees") == [named("Anna Lis")] * 2
    answer(house.app, issue["id"], "keep-shop", by="anna")
    house.settle()
    assert both(house, "employees") == [named("Anna Kos")] * 2


def test_a_value_of_the_wrong_form_is_refused_and_the_conflict_stays(house: House) -> None:
    issue = contest(house, "addresses", (phone(HOME, "2"),), (phone(HOME, "3"),), addresses=(HOME,))
    with pytest.raises(InvalidRecord, match="addresses cannot be this value") as caught:
        answer(house.app, issue["id"], "edit", value="12", by="anna")
    assert "JSON" in caught.value.cure
    assert house.issues() == ["edit-conflict"]


def test_a_forbidden_edit_can_be_let_through_where_the_erp_is_sent_it(house: House) -> None:
    set_rule(house.app, "name", Wish(forbidden=Forbidden.REFUSE), by="anna")
    home = (Address(street="Weg 1", city="Berlin", country="DE"),)
    house.erp.add(firm("A1", country="DE", tax_prefix="DE", tax_id="136695976", addresses=home))
    house.settle()
    edit(house, "shop", name="Neu GmbH")
    house.settle()
    issue = house.one(tables.Issue, code="edit-forbidden")
    assert both(house, "name") == ["Firma A1", "Firma A1"]
    answer(house.app, issue["id"], "keep-shop", by="anna")
    house.settle()
    assert (both(house, "name"), house.issues()) == (["Neu GmbH", "Neu GmbH"], [])


# What an admin sets


def test_a_field_that_an_admin_sets_reaches_both_sides_and_settles_its_conflict(house: House) -> None:
    contest(house, "name", "Z systemu", "Ze sklepu")
    edit_customer(house.app, 1, "name", "Trzecia", by="anna")
    house.settle()
    assert (both(house, "name"), house.issues()) == (["Trzecia", "Trzecia"], [])


def test_an_erp_that_is_not_sent_a_field_is_named(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    assert (keeps_its_own(house.app, 1, "tax_id"), keeps_its_own(house.app, 1, "name")) == (["erp"], [])


def test_an_admins_word_on_the_newsletter_is_evidence(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    edit(house, "shop", newsletter=False)
    house.settle()
    house.pass_time(hours=1)
    edit_customer(house.app, 1, "newsletter", "true", by="anna")
    house.settle()
    assert both(house, "newsletter") == [True, True]
    assert house.is_at_rest()


def test_a_name_for_which_there_is_no_room_is_refused(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    with pytest.raises(InvalidRecord, match="251 characters"):
        edit_customer(house.app, 1, "name", "x" * 251, by="anna")


def test_an_answer_closes_what_another_side_contradicted_in_the_same_field(house: House) -> None:
    first = contest(house, "website", "erp.example", "shop.example")
    edit(house, "erp", website="erp2.example")
    edit(house, "shop", website="shop2.example")
    answer(house.app, first["id"], "keep-shop", by="anna")
    house.settle()
    assert house.issues() == ["edit-conflict", "edit-conflict"]
    answer(house.app, first["id"], "keep-shop", by="anna")
    house.settle()
    assert (house.issues(), both(house, "website")) == ([], ["shop2.example", "shop2.example"])
    assert house.is_at_rest()
