"""Is what a person types for a field understood, or refused with the form that it takes?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.contractor import Address, AddressKind, Contractor, Kind
from syncd.domain.values import SETTABLE, convert_value, parse_value
from syncd.errors import InvalidRecord
from tests.fixtures.contractors import any_contractor


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("name", "Łódź", "Łódź"),
        ("website", "", ""),
        ("number", "007", "007"),
        ("tax_id", "526-025-02-74", "5260250274"),
        ("country", "pl", "PL"),
        ("country", "Ruritania", "Ruritania"),
        ("kind", "person", Kind.PERSON),
        ("payment_days", "30", 30),
        ("payment_days", "", None),
        ("credit_limit", "1500.00", Decimal("1500.00")),
        ("newsletter", "false", False),
        ("newsletter", "", None),
        ("groups", '["VIP", " Hurt ", "VIP"]', ("Hurt", "VIP")),
        ("phones", "", ()),
        ("registrations", '{"regon": "1"}', {"regon": "1"}),
        ("addresses", '[{"kind": "delivery", "city": "Kraków"}]', (Address(kind=AddressKind.DELIVERY, city="Kraków"),)),
    ],
)
def test_a_value_is_understood(field: str, text: str, value: Any) -> None:
    assert parse_value(field, text) == value


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("payment_days", "soon"),
        ("credit_limit", "1.500,00 zł"),
        ("credit_limit", "NaN"),
        ("discount", "-Infinity"),
        ("newsletter", "perhaps"),
        ("kind", "robot"),
        ("addresses", '[{"kind": "castle"}]'),
        ("addresses", "Długa 1"),
        ("groups", '{"a": "b"}'),
        ("registrations", '["1"]'),
        ("active", "true"),
        ("activity", "{}"),
        ("no_such_field", "x"),
    ],
)
def test_what_is_no_value_of_a_field_is_refused_with_the_form_that_it_takes(field: str, text: str) -> None:
    with pytest.raises(InvalidRecord) as caught:
        parse_value(field, text)
    assert field in caught.value.message
    assert caught.value.cure
    assert text not in caught.value.message


@given(any_contractor(), st.sampled_from(SETTABLE))
def test_a_value_that_was_stored_is_the_same_again(contractor: Contractor, field: str) -> None:
    value = getattr(contractor, field)
    stored = msgspec.json.decode(msgspec.json.encode(value))
    assert convert_value(field, stored) == value
