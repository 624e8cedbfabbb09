"""A write is in many pieces at some sides: is half of it taken for what somebody there said?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from syncd.domain.contractor import Address, AddressKind, Contractor
from syncd.errors import OutcomeUnknown
from syncd.ports import Remote
from syncd.registry import tables
from tests.fixtures.contractors import firm

from .house import House, Through

OFFICE = Address(street="Łąkowa 1", postal_code="61-233", city="Poznań", country="PL")
STORE = Address(kind=AddressKind.OTHER, street="Łąkowa 159", postal_code="61-913", city="Poznań", country="PL")
YARD = Address(kind=AddressKind.OTHER, street="Polna 2", postal_code="50-680", city="Wrocław", country="PL")


class BitByBit(Through):
    """Answers nothing, has a record at once, and its addresses only when `house` says so."""

    def create(self, contractor: Contractor) -> Remote:
        self.inner.create(msgspec.structs.replace(contractor, addresses=()))
        raise OutcomeUnknown("the answer did not arrive: ReadTimeout")

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        kept = tuple(address for address in remote.contractor.addresses if address in contractor.addresses)
        self.inner.update(remote, msgspec.structs.replace(contractor, addresses=kept))
        raise OutcomeUnknown("the answer did not arrive: ReadTimeout")


@pytest.fixture
def bit_by_bit(house: House) -> House:
    """The first write to the shop arrives by pieces."""
    usual = house.app.connections
    house.through("shop", BitByBit)
    house.erp.add(firm("A1", addresses=(OFFICE, STORE)))
    house.run("erp")
    house.push("shop")
    house.change(connections=usual)
    return house


def addresses(house: House, side: str) -> list[tuple[str, str]]:
    return [(address.street, str(address.kind)) for address in house.held_by(side)["A1"].addresses]


def test_what_arrives_after_the_record_was_found_is_no_edit_though_the_shop_has_no_such_kind(
    bit_by_bit: House,
) -> None:
    bit_by_bit.pass_time(minutes=2)
    bit_by_bit.push("shop")  # finds the record, which is linked by the read that it asks for
    bit_by_bit.finish()
    (id_,) = bit_by_bit.shop.holds()
    delivery: Any = msgspec.structs.replace(STORE, kind=AddressKind.DELIVERY)
    bit_by_bit.shop.edit(id_, addresses=(OFFICE, delivery))
    bit_by_bit.run("shop")
    bit_by_bit.settle()
    assert bit_by_bit.issues() == []
    assert (
        addresses(bit_by_bit, "erp") == addresses(bit_by_bit, "shop") == [("Łąkowa 1", "main"), ("Łąkowa 159", "other")]
    )


def test_half_of_an_update_is_no_edit_and_a_customers_own_beside_it_is_one(house: House) -> None:
    house.erp.add(firm("A1", addresses=(OFFICE, STORE)))
    house.settle()
    usual = house.app.connections
    (there,), (here,) = house.shop.holds(), house.erp.holds()
    house.through("shop", BitByBit)
    house.erp.edit(here, addresses=(OFFICE, YARD))
    house.run("erp")
    house.push("shop")
    house.change(connections=usual)
    assert addresses(house, "shop") == [("Łąkowa 1", "main")]
    house.run("shop")
    house.settle()
    assert addresses(house, "erp") == addresses(house, "shop") == [("Łąkowa 1", "main"), ("Polna 2", "other")]
    house.shop.edit(there, addresses=(OFFICE,))
    house.settle()
    assert addresses(house, "erp") == [("Łąkowa 1", "main")]


def test_what_may_be_under_way_is_given_time_to_arrive_before_it_is_looked_for(bit_by_bit: House) -> None:
    (push,) = bit_by_bit.rows(tables.Push)
    assert push["due_at"] >= bit_by_bit.now + bit_by_bit.app.lease
