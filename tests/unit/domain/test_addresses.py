"""Is an address that was sent again the same address, and can a street line be taken apart without loss?"""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.addresses import Street, address_key, fold_street, join_street, split_street
from syncd.domain.contractor import Address


def key(street: str, **more: str) -> object:
    address = Address(street=street, postal_code="30-001", city="Kraków", country="PL")
    return address_key(msgspec.structs.replace(address, **more), "PL")


@pytest.mark.parametrize(
    "again",
    [
        "ul. Długa 12A/4",
        "Ulica Długa 12A/4",
        "DŁUGA 12A / 4",
        "ul.Długa 12a m. 4",
        "Dluga 12 A lok. 4",
        "ul. Długa nr 12A m 4",
        "ul. Długa 12A, lokal 4",
        "  ul.  Długa\n12A/4 ",
        "ul. Długa 12A mieszkanie 4",
    ],
)
def test_an_address_sent_again_in_another_spelling_is_the_same(again: str) -> None:
    assert key(again) == key("Długa 12A/4")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ул. Ленина, д. 5, корп. 2, кв. 7", "улица Ленина 5 к. 2 кв 7"),
        ("Hauptstraße 5", "Hauptstr. 5"),
        ("Lange Strasse 5", "Lange Str. 5"),
        ("12 High Street", "12 High St."),
        ("Aleja Róż 3", "al. Róż 3"),
        ("ul. gen. Andersa 3", "Generała Andersa 3"),
        ("Św. Jana 3", "ulica Świętego Jana 3"),
        ("наб. Фонтанки 5", "набережная Фонтанки, 5"),
        ("б-р Шевченко 1", "бульвар Шевченко 1"),
        ("пр. Мира 10", "проспект Мира 10"),
        ("12 bis rue de la Paix", "12bis rue de la Paix"),
        ("Hauptstr. 12 - 14", "Hauptstraße 12\N{EN DASH}14"),
    ],
)
def test_words_of_streets_are_known_in_their_languages(one: str, other: str) -> None:
    assert fold_street(one) == fold_street(other)


def test_postal_code_city_and_country_are_compared_without_their_spelling() -> None:
    assert key("Długa 1", postal_code="30 001", city="KRAKOW") == key("Długa 1", postal_code="30001")
    assert key("Długa 1", country="") == key("Długa 1")
    assert key("Długa 1", country="DE") != key("Długa 1")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Długa 12/4", "Długa 124"),
        ("Długa 12/4", "Długa 12 4"),
        ("Długa 12/4", "Długa 1/24"),
        ("Długa 12A", "Długa 12"),
        ("Długa 12", "Długa 12/1"),
        ("Długa 12-14", "Długa 12/14"),
        ("pl. Wolności 1", "al. Wolności 1"),
        ("pl. Wolności 1", "ul. Wolności 1"),
        ("ул. Ленина 5 корп. 2", "ул. Ленина 5 кв. 2"),
    ],
)
def test_another_place_is_another_address(one: str, other: str) -> None:
    assert key(one) != key(other)


HOUSES = st.from_regex(r"[1-9][0-9]{0,2}[A-D]?(/[1-9][0-9]?)?", fullmatch=True)
STREETS = st.sampled_from(["ul. Długa", "Aleja 3 Maja", "os. Tysiąclecia", "Hauptstraße", "Storgatan", "Via Roma"])


@given(STREETS, HOUSES, HOUSES)
def test_different_house_numbers_never_fold_together(street: str, one: str, other: str) -> None:
    assert (key(f"{street} {one}") == key(f"{street} {other}")) is (one == other)


@pytest.mark.parametrize(
    ("text", "country", "parts"),
    [
        ("ul. Długa 12A/4", "PL", Street("ul. Długa", "12A", "4")),
        ("ul. Długa 12 A m. 4", "", Street("ul. Długa", "12 A", "4")),
        ("Aleja 3 Maja 7", "PL", Street("Aleja 3 Maja", "7")),
        ("ул. Ленина, д. 5, корп. 2, кв. 7", "RU", Street("ул. Ленина", "5, корп. 2", "7")),
        ("Straße des 17. Juni 135", "DE", Street("Straße des 17. Juni", "135")),
        ("Hauptstr. 12-14", "DE", Street("Hauptstr.", "12-14")),
        ("12 bis rue de la Paix", "FR", Street("rue de la Paix", "12 bis")),
        ("12, rue de la Paix, appt 4", "FR", Street("rue de la Paix", "12", "4")),
        ("Storgatan 5 lgh 1102", "SE", Street("Storgatan", "5", "1102")),
        ("Flat 4, 12 Main Street", "GB", Street("Main Street", "12", "4")),
        ("1200 Market St, Apt 4", "US", Street("Market St", "1200", "4")),
        ("Via Roma 12/A int. 3", "IT", Street("Via Roma", "12/A", "3")),
    ],
)
def test_a_street_line_is_taken_apart_and_joined_to_the_same_address(text: str, country: str, parts: Street) -> None:
    assert split_street(text, country) == parts
    joined = join_street(parts, country)
    assert fold_street(joined) == fold_street(text)
    assert split_street(joined, country) == parts


@pytest.mark.parametrize(
    "text",
    [
        "", "12", "Rynek", "Rue du 8 Mai 1945", "Plac 1000-lecia", "Długa 12/4, klatka B", "Długa 1\nwejście od tyłu 2",
        "x" * 3000, " " * 3000, "1 " * 1500, "ul. Długa 12 " * 231,
    ],
)  # fmt: skip
def test_what_cannot_be_taken_apart_for_sure_stays_whole(text: str) -> None:
    for country in ("", "PL", "FR", "GB", "RU"):
        assert split_street(text, country) == Street(text)


def test_a_line_in_the_form_of_another_country_stays_whole() -> None:
    assert split_street("Flat 4, 12 Main Street", "US") == Street("Flat 4, 12 Main Street")


MARKS = re.compile(
    r"\b(?:nr|m|lok|lokal|mieszkanie|apt|appt|appartement|flat|wohnung|whg|lgh|int|interno|д|дом|кв|квартира)\b"
)


def content(text: str) -> list[str]:
    """Letters and digits, without the words that only say which number is which."""
    return sorted(re.sub(r"\W", "", MARKS.sub(" ", text.casefold())))


LINES = st.lists(
    st.sampled_from(
        ["ul.", "Długa", "3", "Maja", "12", "12A", "/", "4", "m.", "lok.", ",", "д.", "кв.", "Ленина", "rue", "bis",
         "Flat", "Apt", "-", "1945", "Straße", "B", "nr", "\n", "  "]
    ),
    max_size=9,
).map(" ".join) | st.text(max_size=40)  # fmt: skip


@given(LINES, st.sampled_from(["", "PL", "RU", "DE", "FR", "SE", "GB", "US", "IT"]))
def test_taking_apart_never_loses_a_character(text: str, country: str) -> None:
    parts = split_street(text, country)
    joined = join_street(parts, country)
    if not parts.house:
        assert (joined, parts.flat) == (text, "")
    assert content(joined) == content(text)
    assert split_street(joined, country) == parts
