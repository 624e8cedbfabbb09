"""Is a customer found by whatever somebody types of it?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.contractor import Address, AddressKind, Contractor, dump
from syncd.domain.folding import fold
from syncd.domain.listing import listed, sketch, sought
from tests.fixtures.contractors import any_contractor


def text_of(contractor: Contractor, code: str = "K000231") -> str:
    return listed(code, sketch(dump(contractor))).text


def finds(search: str, contractor: Contractor) -> bool:
    text = text_of(contractor)
    return any(all(word in text for word in words) for words in sought(search))


LODZ = Contractor(
    name="Łódź-Bud Sp. z o.o.",
    number="KH-9/2",
    tax_prefix="PL",
    tax_id="5260250274",
    email="Biuro@Łódź.example",
    login_email="jan@lodz.example",
    phones=("+48 600 100 299", "42 111 22 33"),
    addresses=(Address(city="Żyrardów", kind=AddressKind.DELIVERY), Address(city="Łódź")),
)


@pytest.mark.parametrize(
    "search",
    [
        "lodz", "ŁÓDŹ bud", "bud lodz", "K000231", "k0002", "kh-9", "KH-9/2", "5260250274", "526-025-02-74",
        "PL 526 025 02 74", "250274", "biuro@lodz", "jan@lodz.example", "600100299", "600 100 299", "+48600100299",
        "0048 600-100-299", "(42) 111-22-33", "zyrard",
    ],
)  # fmt: skip
def test_any_piece_in_any_spelling_finds_it(search: str) -> None:
    assert finds(search, LODZ)


@pytest.mark.parametrize("search", ["kowal", "lodz kowal", "526-025-02-75", "600 100 298"])
def test_what_is_not_there_does_not(search: str) -> None:
    assert not finds(search, LODZ)


@pytest.mark.parametrize(("search", "name"), [("северсталь", "Северсталь"), ("SEVERSTAL", "Северсталь")])
def test_cyrillic_names_are_found_in_both_alphabets(search: str, name: str) -> None:
    assert finds(search, Contractor(name=name))


def test_the_town_is_that_of_the_registered_office() -> None:
    assert sketch(dump(LODZ)).city == "Łódź"
    assert (
        sketch(dump(Contractor(name="x", addresses=(Address(city="Sopot", kind=AddressKind.OTHER),)))).city == "Sopot"
    )


@given(any_contractor(), st.data())
def test_every_piece_of_every_name_finds_its_customer(contractor: Contractor, data: st.DataObject) -> None:
    name = fold(contractor.name)
    start = data.draw(st.integers(0, max(0, len(name) - 1)))
    piece = contractor.name[start : start + 5]
    assert not piece.strip() or finds(piece, contractor)


@given(any_contractor())
def test_what_is_listed_is_folded_and_bounded(contractor: Contractor) -> None:
    found = listed("K000001", sketch(dump(contractor)))
    assert found.name == fold(contractor.name)[:300]
    assert len(found.text) <= 4000
    assert found.text.startswith("\nk000001")
