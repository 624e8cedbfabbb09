"""Is a contractor stored and read back the same, in the same bytes every time, and narrowed to what a side can hold?"""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.code import code_of, id_of
from syncd.domain.contractor import FIELDS, Address, Contractor, Employee, digest, dump, load, restrict
from tests.fixtures.contractors import any_contractor


@given(any_contractor())
def test_a_contractor_survives_storing(contractor: Contractor) -> None:
    assert load(dump(contractor)) == contractor


@given(any_contractor())
def test_the_same_contractor_is_always_the_same_bytes(contractor: Contractor) -> None:
    assert dump(load(dump(contractor))) == dump(contractor)


def test_the_order_in_which_a_mapping_was_filled_makes_no_difference() -> None:
    one = Contractor(name="Firma", registrations={"regon": "1", "inn": "2"})
    two = Contractor(name="Firma", registrations={"inn": "2", "regon": "1"})
    assert dump(one) == dump(two)


def test_what_is_not_said_takes_no_room() -> None:
    assert dump(Contractor(name="Firma")) == b'{"name":"Firma"}'


def test_an_amount_keeps_its_decimal_places() -> None:
    assert load(dump(Contractor(name="Firma", credit_limit=Decimal("1000.10")))).credit_limit == Decimal("1000.10")


@pytest.mark.parametrize("data", [b"", b"{}", b'{"name":1}', b"[]", b'{"name":"x","payment_days":"many"}'])
def test_bytes_that_are_no_contractor_are_refused(data: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        load(data)


@given(any_contractor(), any_contractor())
def test_two_contractors_have_one_digest_only_if_they_are_one(one: Contractor, two: Contractor) -> None:
    assert (digest(dump(one)) == digest(dump(two))) == (one == two)


@given(any_contractor(), st.frozensets(st.sampled_from(FIELDS)))
def test_a_side_keeps_exactly_the_fields_that_it_can_hold(contractor: Contractor, fields: frozenset[str]) -> None:
    kept = restrict(contractor, fields)
    blank = Contractor(name="")
    for field in FIELDS:
        expected = contractor if field in fields or field == "name" else blank
        assert getattr(kept, field) == getattr(expected, field)


@given(any_contractor(), st.frozensets(st.sampled_from(FIELDS)))
def test_narrowing_twice_changes_nothing(contractor: Contractor, fields: frozenset[str]) -> None:
    assert restrict(restrict(contractor, fields), fields) == restrict(contractor, fields)


def test_the_ids_that_a_side_gives_to_addresses_and_employees_are_no_difference() -> None:
    def stated(key: str) -> Contractor:
        return Contractor(
            name="Firma", addresses=(Address(key=key, city="Kraków"),), employees=(Employee(key=key, name="Anna"),)
        )

    assert restrict(stated("1"), frozenset(FIELDS)) == restrict(stated("2"), frozenset(FIELDS))


@pytest.mark.parametrize(("id_", "code"), [(1, "K000001"), (231, "K000231"), (12_345_678, "K12345678")])
def test_people_call_a_contractor_by_its_code(id_: int, code: str) -> None:
    assert code_of(id_) == code
    assert id_of(code) == id_


@pytest.mark.parametrize(("said", "id_"), [(" k231 ", 231), ("231", 231), ("X1", None), ("K", None), ("K1a", None)])
def test_a_code_is_understood_as_people_write_it(said: str, id_: int | None) -> None:
    assert id_of(said) == id_
