"""Does a configured map read a flat record as the contractor that was meant, and say what it cannot read?"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from syncd.domain.contractor import Address, AddressKind, Consent, Contractor, Kind
from syncd.domain.fieldmap import ActiveRule, FieldMap
from syncd.errors import InvalidRecord, Misconfigured


def _read(fields: Mapping[str, Any], row: Mapping[str, str], **options: Any) -> Contractor:
    return FieldMap({"name": "n", **fields}, **options).contractor(
        lambda column: [row[column]] if column in row else [], record="7"
    )


def test_lines_of_a_name_are_joined() -> None:
    read = _read({"name": ["n1", "n2", "n3"]}, {"n1": "Firma", "n2": " ", "n3": "Handlowa "})
    assert read.name == "Firma Handlowa"


def test_a_tax_id_is_compact_and_loses_its_prefix() -> None:
    read = _read({"tax_id": "nip"}, {"n": "A", "nip": "PL 526-025-02-74"})
    assert (read.tax_prefix, read.tax_id) == ("PL", "5260250274")


def test_a_mapped_prefix_wins() -> None:
    read = _read({"tax_id": "nip", "tax_prefix": "p"}, {"n": "A", "nip": "094259216", "p": "el"})
    assert (read.tax_prefix, read.tax_id) == ("EL", "094259216")


def test_leading_zeros_and_the_plus_of_a_phone_stay() -> None:
    fields = {"number": "k", "phones": "t", "address.postal_code": "kod"}
    read = _read(fields, {"n": "A", "k": "00017", "t": "+48 600 100 200", "kod": "01-001"})
    assert (read.number, read.phones, read.addresses[0].postal_code) == ("00017", ("+48 600 100 200",), "01-001")


@pytest.mark.parametrize("ruined", ["5,26025E+09", "5.26025E+09", "5e+09", "5260250274.0", "5260250274,0"])
def test_a_number_that_a_spreadsheet_ruined_is_refused_with_field_and_cure(ruined: str) -> None:
    with pytest.raises(InvalidRecord, match="spreadsheet") as caught:
        _read({"tax_id": "nip"}, {"n": "A", "nip": ruined})
    assert (caught.value.field, caught.value.record) == ("tax_id", "7")
    assert "as text" in caught.value.cure
    assert ruined not in str(caught.value)


def test_groups_are_split_sorted_and_without_repetition() -> None:
    assert _read({"groups": "g"}, {"n": "A", "g": "VIP; Hurt;VIP;"}).groups == ("Hurt", "VIP")


def test_address_parts_make_addresses_and_empty_ones_are_left_out() -> None:
    fields = {
        "addresses.0.city": "m",
        "addresses.0.street": ["ul", "nr"],
        "addresses.1.city": "m2",
        "addresses.1.kind": "=delivery",
    }
    row = {"n": "A", "m": "Kraków", "ul": "Długa", "nr": "5"}
    assert _read(fields, row).addresses == (Address(street="Długa 5", city="Kraków"),)
    both = _read(fields, {**row, "m2": "Łódź"}).addresses
    assert both[1] == Address(kind=AddressKind.DELIVERY, city="Łódź")


def test_money_is_read_in_the_configured_notation_only() -> None:
    assert _read({"credit_limit": "l"}, {"n": "A", "l": "1.234,50"}, decimal_comma=True).credit_limit == Decimal(
        "1234.50"
    )
    assert _read({"credit_limit": "l"}, {"n": "A", "l": "1 234.50"}).credit_limit == Decimal("1234.50")
    for text, comma in (("1234.50", True), ("1234,50", False)):
        with pytest.raises(InvalidRecord, match="decimal_comma"):
            _read({"credit_limit": "l"}, {"n": "A", "l": text}, decimal_comma=comma)


def test_kinds_are_words_or_a_yes_for_a_person() -> None:
    assert _read({"kind": "k"}, {"n": "A", "k": "tak"}).kind is Kind.PERSON
    assert _read({"kind": "k"}, {"n": "A", "k": "Organisation"}).kind is Kind.ORGANISATION
    assert _read({"kind": "k"}, {"n": "A"}).kind is Kind.ORGANISATION


def test_consents_that_were_never_asked_for_are_not_stated() -> None:
    fields = {"consents.newsletter": "a", "consents.terms": "b"}
    assert _read(fields, {"n": "A", "a": "nie"}).consents == (Consent(kind="newsletter", given=False),)


def test_custom_fields_are_texts_whatever_they_are_called() -> None:
    fields = {"custom.discount": "a", "custom.active": "b", "custom.kind": "c"}
    read = _read(fields, {"n": "A", "a": "5%", "b": "tak", "c": "x"})
    assert read.custom == {"discount": "5%", "active": "tak", "kind": "x"}


@pytest.mark.parametrize(
    ("rule", "text", "active"),
    [
        (ActiveRule(column="a", inactive=("1", "T")), "t", False),
        (ActiveRule(column="a", inactive=("1",)), "0", True),
        (ActiveRule(column="a", inactive=("1",)), "", True),
        (ActiveRule(column="a", active=("tak",)), "TAK ", True),
        (ActiveRule(column="a", active=("tak",)), "", False),
    ],
)
def test_the_rule_tells_who_is_switched_off(rule: ActiveRule, text: str, active: bool) -> None:
    assert _read({}, {"n": "A", "a": text}, active=rule).active is active


def test_a_record_without_a_name_is_refused() -> None:
    with pytest.raises(InvalidRecord, match="record 7 field name"):
        _read({}, {"n": " "})


@pytest.mark.parametrize("field", ["nmae", "addresses.0.town", "addresses.x.city", "active", "activity", "custom"])
def test_a_field_that_does_not_exist_is_found_when_the_map_is_made(field: str) -> None:
    with pytest.raises(Misconfigured, match=field):
        FieldMap({"name": "n", field: "x"})


def test_a_map_without_a_name_is_refused() -> None:
    with pytest.raises(Misconfigured, match="no column is the name"):
        FieldMap({"email": "e"})


def test_a_rule_with_both_or_no_values_is_refused() -> None:
    for rule in (ActiveRule(column="a"), ActiveRule(column="a", active=("1",), inactive=("0",))):
        with pytest.raises(Misconfigured, match="switched-off"):
            FieldMap({"name": "n"}, active=rule)


def test_the_map_knows_its_fields_and_columns() -> None:
    made = FieldMap(
        {"name": ["a", "b"], "tax_id": "t", "address.country": "=PL"}, active=ActiveRule(column="z", active=("1",))
    )
    assert made.fields == {"name", "tax_id", "tax_id_stated", "tax_prefix", "addresses", "active"}
    assert made.columns == ("a", "b", "t", "z")


def test_a_country_by_name_is_read_as_its_code_and_the_class_as_it_stands() -> None:
    fields = {"country": "kraj", "address.city": "m", "address.country": "kraj", "tax_class": "typ"}
    read = _read(fields, {"n": "A", "kraj": "Niemcy", "m": "Berlin", "typ": "wewnątrzunijny"})
    assert (read.country, read.addresses[0].country, read.tax_class) == ("DE", "DE", "wewnątrzunijny")
    assert _read(fields, {"n": "A", "kraj": "Atlantyda", "m": "B", "typ": ""}).country == "Atlantyda"
