"""Does a value survive its way through a table's cell?"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.columns import COLUMNS, DEFAULT, Entry, choose_columns, parse_cell, put_cell, text_of
from syncd.domain.contractor import Address, AddressKind, Contractor
from syncd.domain.filter import InvalidFilter
from syncd.errors import InvalidRecord
from tests.fixtures.contractors import firm, value_of

READ_IN_ONE_FORM = {"tax_id", "country"}
SETTABLE = sorted(
    code for code, column in COLUMNS.items() if column.settable and not column.part and code not in READ_IN_ONE_FORM
)
AT = datetime(2026, 5, 4, tzinfo=UTC)


def entry(contractor: Contractor) -> Entry:
    return Entry(
        id=231, contractor=contractor, status="active", zone="domestic", holds=(), created_at=AT, updated_at=AT
    )


@given(st.data(), st.sampled_from(SETTABLE))
def test_a_value_that_is_written_into_a_cell_is_the_one_that_is_read(data: st.DataObject, code: str) -> None:
    column = COLUMNS[code]
    value = data.draw(value_of(column.field))
    text = text_of(column.value(entry(Contractor(**{"name": "x", column.field: value}))))
    assert parse_cell(column, text) == value if text else value in (None, "", (), {})


@given(st.lists(st.text(min_size=1), unique=True).map(tuple))
def test_lists_of_texts_can_be_told_apart_again_whatever_is_in_them(names: tuple[str, ...]) -> None:
    text = text_of(names)
    assert (parse_cell(COLUMNS["phones"], text) if text else ()) == names


@pytest.mark.parametrize(
    ("code", "text", "value"),
    [
        ("phones", "+48 600 100 200; 22 555 01 23;", ("+48 600 100 200", "22 555 01 23")),
        ("groups", "VIP;Hurt", ("Hurt", "VIP")),
        ("newsletter", "Yes", True),
        ("approved", "0", False),
        ("credit_limit", "1500,50", Decimal("1500.50")),
        ("payment_days", "14", 14),
        ("country", "pl", "PL"),
        ("tax_id", "526-000-12-46", "5260001246"),
    ],
)
def test_what_people_type_is_understood(code: str, text: str, value: Any) -> None:
    assert parse_cell(COLUMNS[code], text) == value


def test_a_value_that_cannot_be_names_the_form_that_it_takes() -> None:
    with pytest.raises(InvalidRecord, match="payment_days") as caught:
        parse_cell(COLUMNS["payment_days"], "soon")
    assert "a whole number" in caught.value.cure


def test_a_part_of_the_main_address_leaves_the_others_alone() -> None:
    elsewhere = Address(kind=AddressKind.DELIVERY, street="Nowa 3", city="Gdynia")
    changed = put_cell(
        firm("A", addresses=(elsewhere, Address(street="Długa 1", city="Kraków"))), COLUMNS["city"], "Łódź"
    )
    assert changed.addresses == (elsewhere, Address(street="Długa 1", city="Łódź"))


def test_a_part_of_the_main_address_makes_one_where_there_is_none() -> None:
    assert put_cell(firm("A", addresses=()), COLUMNS["city"], "Łódź").addresses == (Address(city="Łódź"),)


def test_columns_are_chosen_in_the_order_named() -> None:
    assert [column.code for column in choose_columns(["name", "code", "name"])] == ["name", "code"]
    assert [column.code for column in choose_columns([])] == list(DEFAULT)
    assert choose_columns(["all"]) == tuple(COLUMNS.values())


def test_an_unknown_column_is_named_with_the_nearest() -> None:
    with pytest.raises(InvalidFilter) as caught:
        choose_columns(["code", "emial"])
    assert (caught.value.field, "Did you mean email?" in caught.value.cure) == ("columns", True)


def test_every_column_can_be_read_of_every_customer() -> None:
    assert [text_of(column.value(entry(Contractor(name="x")))) for column in COLUMNS.values()].count("") > 20
