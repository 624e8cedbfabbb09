"""Does everything that is said to Optima come back from it the same, or is it refused?"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.optima.card import Card
from adapters.optima.elements import ADDRESS, CONTRACTOR, POSTAL
from adapters.optima.mapping import contractor_of
from adapters.optima.options import Options
from adapters.optima.saying import say, split_name
from adapters.optima.words import EXPORT, export_code
from syncd.certify.samples import LONG_NAME
from syncd.domain.contractor import Address, AddressKind, Contractor, Kind
from syncd.domain.country import Zone
from syncd.domain.country.codes import COUNTRIES
from syncd.domain.country.erp_class import claim
from syncd.errors import Unstorable

OPTIONS = Options(write="xml", write_postal=True, extra_groups="-")
BARE = Card(values={"AKRONIM": "A", "NAZWA1": "Firma"})


def back(field: str, value: object, card: Card = BARE) -> object:
    """What Optima tells of a field after it was written."""
    wanted = Contractor(**{"name": "Firma", field: value})  # type: ignore[arg-type]
    return getattr(contractor_of(card.changed(say([field], wanted, card, OPTIONS))), field)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=50
)


@given(st.lists(WORDS, min_size=1, max_size=60).map(" ".join).map(lambda name: name[:250].strip()))
def test_a_name_comes_back_from_three_lines_or_is_refused(name: str) -> None:
    try:
        lines = split_name(name)
    except Unstorable as error:
        assert error.field == "name"  # noqa: PT017
        return
    assert " ".join(line for line in lines if line) == name
    assert [len(line.encode("utf-16-le")) // 2 <= limit for line, limit in zip(lines, (50, 50, 500), strict=True)]


def test_the_longest_name_fits() -> None:
    assert back("name", LONG_NAME) == LONG_NAME


@pytest.mark.parametrize(
    "name", ["Firma  A " * 20 + "x", f"{'x' * 40} y  {'y' * 40}", "Firma 😀 " * 15 + "x", "A B" * 83]
)
def test_blanks_and_signs_of_a_name_survive_the_lines(name: str) -> None:
    assert back("name", name) == name


@pytest.mark.parametrize("name", ["x" * 51, f"{'x' * 60} sp. z o.o.", f"{'x' * 40}  {'y' * 40}"])
def test_a_first_word_longer_than_a_line_is_refused(name: str) -> None:
    with pytest.raises(Unstorable) as caught:
        split_name(name)
    assert caught.value.field == "name"


@pytest.mark.parametrize(
    ("street", "country"),
    [
        ("ul. Długa 5", "PL"),
        ("Długa 5/7", "PL"),
        ("Długa 5 m. 7", "PL"),
        ("5A", "PL"),
        ("5/7", "PL"),
        ("ul. 3 Maja 12B/4", "PL"),
        ("Schloßstraße 12", "DE"),
        ("Flat 3, 5 High Street", "GB"),
        ("вул. Хрещатик 5", "UA"),
        ("Skrytka pocztowa 12", "PL"),
        ("Długa 5\nbudynek C", "PL"),
        ("", "PL"),
    ],
)
def test_a_street_comes_back_as_it_was_written(street: str, country: str) -> None:
    address = Address(street=street, city="Miasto", country=country)
    assert back("addresses", (address,)) == (address,)


def test_every_country_has_a_polish_name_that_is_understood() -> None:
    written = {code: (Address(city="Miasto", country=code),) for code in COUNTRIES - {"TF", "UM"}}
    assert [code for code, addresses in written.items() if back("addresses", addresses) != addresses] == []


@pytest.mark.parametrize("code", ["TF", "UM"])
def test_a_country_whose_name_is_too_long_is_refused(code: str) -> None:
    with pytest.raises(Unstorable):
        back("addresses", (Address(city="Miasto", country=code),))


def test_a_main_and_a_postal_address_are_kept_and_others_are_not() -> None:
    main, letters = Address(city="Łódź"), Address(kind=AddressKind.POSTAL, city="Kraków")
    delivery = Address(kind=AddressKind.DELIVERY, city="Gdynia")
    assert back("addresses", (delivery, letters, main)) == (main, letters)
    assert back("addresses", (delivery,)) == (Address(city="Gdynia"),)


def test_an_address_that_did_not_change_is_not_written_again() -> None:
    card = BARE.changed({"ULICA": "Długa 5", "NR_DOMU": "", "MIASTO": "Łódź", "GMINA": "Łódź"})
    assert say(["addresses"], contractor_of(card), card, OPTIONS) == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phones", ("1" * 21,)),
        ("phones", ("1", "2", "3")),
        ("phones", ("Ж",)),
        ("website", "https://пример.example"),
        ("notes", "x" * 255),
        ("notes", "x\x07y"),
        ("email", "x" * 120 + "@a.example"),
        ("tax_id", "1" * 14),
        ("credit_limit", Decimal("1.005")),
        ("payment_form", "barter"),
        ("groups", ("x" * 21,)),
        ("groups", ("Гурт",)),
        ("addresses", (Address(street="a\nb\nc"),)),
        ("addresses", (Address(city="x" * 41),)),
        ("addresses", (Address(postal_code="Ж1"),)),
        ("name", "x\x00y"),
    ],
)
def test_what_has_no_room_or_no_letters_is_refused_and_named(field: str, value: object) -> None:
    with pytest.raises(Unstorable) as caught:
        back(field, value)
    assert caught.value.field == field
    assert caught.value.cure


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "ООО Ромашка å ñ 😀"),
        ("notes", "дом & <br> \"'"),
        ("kind", Kind.PERSON),
        ("credit_limit", Decimal("0.00")),
        ("payment_days", 0),
        ("registrations", {"regon": "012100784", "gln": "5901234123457"}),
        ("groups", ("DEALER ŁÓDŹ", "VIP")),
        ("active", False),
    ],
)
def test_what_fits_comes_back(field: str, value: object) -> None:
    assert back(field, value) == value


def test_changing_one_of_several_emails_leaves_the_others() -> None:
    card = BARE.changed({"EMAIL": "a@firma.example, b@firma.example"})
    wanted = Contractor(name="Firma", email="c@firma.example")
    assert say(["email"], wanted, card, OPTIONS) == {"EMAIL": "c@firma.example; b@firma.example"}


def test_the_number_for_text_messages_stays_where_it_is() -> None:
    card = BARE.changed({"TELEFON1": "1", "TELEFON2": "2", "@TELEFON_SMS": "3"})
    assert say(["phones"], Contractor(name="x", phones=("1", "4", "3")), card, OPTIONS) == {"TELEFON2": "4"}
    with pytest.raises(Unstorable):
        say(["phones"], Contractor(name="x", phones=("1", "2")), card, OPTIONS)


def test_the_main_group_stays_the_main_group() -> None:
    card = BARE.changed({"GRUPY": "VIP\nDETAL"})
    assert say(["groups"], Contractor(name="x", groups=("HURT", "VIP")), card, OPTIONS) == {"GRUPY": "VIP\nHURT"}


def test_a_prefix_typed_into_the_number_is_not_written_twice() -> None:
    card = BARE.changed({"NIP": "PL5260250274"})
    wanted = Contractor(name="x", tax_id="5260250274", tax_prefix="PL")
    assert say(["tax_prefix"], wanted, card, OPTIONS) == {"NIP": "5260250274", "NIP_KRAJ": "PL"}


@pytest.mark.parametrize(
    ("codes", "zone"), [((0, 5), Zone.DOMESTIC), ((3, 4, 8), Zone.INTRA_EU), ((1, 2, 9), Zone.EXTRA_EU), ((6, 7), None)]
)
def test_a_class_claims_the_zone_that_it_means(codes: tuple[int, ...], zone: Zone | None) -> None:
    for code in codes:
        found = claim(f"Knt_Export={code}")
        assert (found.zones if found else None) == ({zone} if zone else None)
        assert export_code(EXPORT[code].upper()) == code


def test_no_element_and_no_column_is_there_twice() -> None:
    elements = [*CONTRACTOR, *ADDRESS, *POSTAL]
    assert len({element.name for element in elements}) == len(elements)
    columns = [element.column for element in elements if element.column]
    assert len(set(columns)) == len(columns)
