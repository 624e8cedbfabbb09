"""Is our own write, when it comes back, not taken for a change?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from syncd.domain.contractor import Address, Contractor, Employee
from syncd.ports import Remote
from syncd.registry import tables
from tests.fixtures.contractors import firm

from .house import House, Through


class Reformats(Through):
    """A side that keeps what it is given in a form of its own."""

    def create(self, contractor: Contractor) -> Remote:
        created: Remote = self.inner.create(self.form(contractor))
        return created

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        updated: Remote = self.inner.update(remote, self.form(contractor))
        return updated

    def form(self, contractor: Contractor) -> Contractor:
        return msgspec.structs.replace(
            contractor,
            email=contractor.email.lower(),
            phones=tuple("+48" + "".join(c for c in phone if c.isdigit())[-9:] for phone in contractor.phones),
            name=" ".join(contractor.name.split()),
            addresses=tuple(msgspec.structs.replace(a, street=a.street.upper()) for a in contractor.addresses),
        )


RICH: dict[str, Any] = {
    "email": "Biuro@Firma.example",
    "phones": ("(22) 555 01 23", "600-100-200"),
    "name": "Firma   Wielobranżowa",
    "addresses": (Address(key="7", street="Długa 1", city="Kraków", country="PL"),),
    "employees": (Employee(key="9", email="anna@firma.example", name="Anna"),),
}


def test_a_customer_that_we_made_is_nothing_new_when_it_is_read(house: House) -> None:
    house.erp.add(firm("A1"))
    house.run("erp")
    house.push()
    run = house.run("shop")
    assert (run["counts"]["unchanged"], house.lines(run["id"])) == (1, [])
    assert house.rows(tables.Push) == []


def test_a_change_that_we_wrote_is_nothing_new_when_it_is_read(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.edit(id_, **RICH)
    house.run("erp")
    house.push()
    assert house.lines(house.run("shop")["id"]) == []
    assert house.lines(house.run("shop", "full")["id"]) == []


@pytest.mark.parametrize("side", ["shop", "erp"])
def test_a_side_that_reformats_values_does_not_change_them(house: House, side: str) -> None:
    house.through(side, Reformats)
    id_ = house.erp.add(firm("A1", **RICH))
    house.settle()
    house.erp.edit(id_, payment_days=14)
    house.settle()
    for name in ("erp", "shop"):
        assert house.lines(house.run(name, "full")["id"]) == []
    (contractor,) = house.contractors()
    assert {name: getattr(contractor, name) for name in ("email", "phones", "name")} == {
        name: RICH[name] for name in ("email", "phones", "name")
    }
    assert house.rows(tables.Push) == []


def test_an_edit_of_a_reformatted_record_counts(house: House) -> None:
    house.through("shop", Reformats)
    house.erp.add(firm("A1", **RICH))
    house.settle()
    (shop_id,) = house.shop.holds()
    house.shop.edit(shop_id, phones=("+48225550123", "+48601"))
    house.settle()
    assert "+48601" in house.at_erp()["A1"].phones


def test_a_record_that_is_new_in_bytes_only_plans_nothing(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.edit(id_)
    run = house.run("erp")
    assert (run["counts"]["unchanged"], house.lines(run["id"])) == (1, [])


def test_ids_that_a_side_gives_anew_are_no_change(house: House) -> None:
    id_ = house.erp.add(firm("A1", addresses=(Address(key="1", city="Kraków", country="PL"),)))
    house.settle()
    house.erp.edit(id_, addresses=(Address(key="2", city="Kraków", country="PL"),))
    assert house.lines(house.run("erp")["id"]) == []


@pytest.mark.parametrize("side", ["erp", "shop"])
def test_addresses_and_employees_in_another_order_are_no_change(house: House, side: str) -> None:
    places = (RICH["addresses"][0], Address(key="8", street="Krótka 2", city="Kraków", country="PL"))
    people = (RICH["employees"][0], Employee(key="10", email="ewa@firma.example", name="Ewa"))
    house.erp.add(firm("A1", addresses=places, employees=people))
    house.settle()
    (id_,) = house.sides[side].holds()
    before = house.writes()
    held = house.sides[side].holds()[id_].contractor
    house.sides[side].edit(id_, addresses=held.addresses[::-1], employees=held.employees[::-1])
    assert house.lines(house.run(side)["id"]) == []
    house.settle()
    assert house.writes() == before


def test_a_write_of_something_else_leaves_the_order_there_alone(house: House) -> None:
    places = (RICH["addresses"][0], Address(key="8", street="Krótka 2", city="Kraków", country="PL"))
    id_ = house.erp.add(firm("A1", addresses=places))
    house.settle()
    house.erp.edit(id_, addresses=places[::-1])
    house.run("erp")
    (there,) = house.shop.holds()
    house.shop.edit(there, website="https://new.example")
    house.settle()
    held = house.erp.holds()[id_].contractor
    assert (held.website, held.addresses) == ("https://new.example", places[::-1])
