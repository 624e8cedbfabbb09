"""Is a record linked to the contractor that it is, to a new one, or, in doubt, to none?"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.contractor import Contractor
from syncd.domain.match import Ambiguity, Key, Link, Match, New, decide, keys

RECORD = Contractor(
    name="Firma", number="A1", tax_id="5260250274", email="Biuro@Firma.example", phones=("+48 22 555 01 23", "601")
)


def match(
    contractor: Contractor,
    found: Mapping[tuple[Key, str], set[int]],
    tax_ids: Mapping[int, str] | None = None,
    taken: frozenset[int] = frozenset(),
) -> Match:
    return decide(contractor, found, tax_ids or {}, taken)


def test_keys_come_from_the_strongest_proof_to_the_weakest() -> None:
    assert list(keys(RECORD)) == [
        (Key.NUMBER, "A1"),
        (Key.TAX, "5260250274"),
        (Key.EMAIL, "biuro@firma.example"),
        (Key.PHONE, "225550123"),
    ]


def test_a_record_without_anything_to_compare_has_no_keys() -> None:
    assert list(keys(Contractor(name="Firma"))) == []


@pytest.mark.parametrize("stated", ["+48 225 550 123", "0048225550123", "(22) 555-01-23", "225550123"])
def test_a_phone_is_the_same_however_it_is_written(stated: str) -> None:
    assert dict(keys(Contractor(name="Firma", phones=(stated,))))[Key.PHONE] == "225550123"


@pytest.mark.parametrize("stated", ["601", "w. 12", "brak", ""])
def test_an_extension_proves_nothing(stated: str) -> None:
    assert list(keys(Contractor(name="Firma", phones=(stated,)))) == []


def test_who_shares_no_key_is_new() -> None:
    assert match(RECORD, {}) == New()


@pytest.mark.parametrize("key", list(keys(RECORD)), ids=lambda key: str(key[0]))
def test_one_contractor_with_a_key_is_linked_by_it(key: tuple[Key, str]) -> None:
    assert match(RECORD, {key: {7}}) == Link(7, key[0])


def test_the_strongest_key_with_a_hit_decides() -> None:
    found = {(Key.NUMBER, "A1"): {1}, (Key.TAX, "5260250274"): {2}, (Key.EMAIL, "biuro@firma.example"): {3, 4}}
    assert match(RECORD, found) == Link(1, Key.NUMBER)


def test_two_contractors_with_a_key_are_never_guessed_between() -> None:
    assert match(RECORD, {(Key.TAX, "5260250274"): {9, 2}}) == Ambiguity((2, 9), Key.TAX)


def test_a_weaker_key_does_not_break_a_tie_of_a_stronger_one() -> None:
    found = {(Key.TAX, "5260250274"): {1, 2}, (Key.EMAIL, "biuro@firma.example"): {1}}
    assert isinstance(match(RECORD, found), Ambiguity)


@pytest.mark.parametrize("key", [(Key.EMAIL, "biuro@firma.example"), (Key.PHONE, "225550123")])
def test_a_recycled_address_does_not_inherit_a_customer_with_another_tax_id(key: tuple[Key, str]) -> None:
    assert match(RECORD, {key: {1}}, {1: "9542742927"}) == New()


def test_an_address_links_where_the_tax_id_is_not_known_on_either_side() -> None:
    by_email = {(Key.EMAIL, "biuro@firma.example"): {1}}
    assert match(RECORD, by_email, {1: ""}) == Link(1, Key.EMAIL)
    assert match(Contractor(name="Firma", email="biuro@firma.example"), by_email, {1: "9542742927"}) == Link(
        1, Key.EMAIL
    )


def test_two_records_of_one_side_are_never_the_same_contractor() -> None:
    assert match(RECORD, {(Key.TAX, "5260250274"): {1}}, taken=frozenset({1})) == New()


def test_a_taken_contractor_leaves_the_other_one_to_link() -> None:
    assert match(RECORD, {(Key.TAX, "5260250274"): {1, 2}}, taken=frozenset({1})) == Link(2, Key.TAX)


@given(
    found=st.dictionaries(st.sampled_from(list(keys(RECORD))), st.sets(st.integers(1, 5), max_size=3)),
    taken=st.frozensets(st.integers(1, 5)),
    tax_ids=st.dictionaries(st.integers(1, 5), st.sampled_from(["", "5260250274", "9542742927"])),
)
def test_a_link_is_always_to_the_only_free_contractor_with_that_key(
    found: dict[tuple[Key, str], set[int]], taken: frozenset[int], tax_ids: dict[int, str]
) -> None:
    matched = match(RECORD, found, tax_ids, taken)
    if isinstance(matched, Link):
        hits = found[matched.evidence, dict(keys(RECORD))[matched.evidence]]
        assert matched.contractor_id in hits - taken
        strong = matched.evidence in {Key.NUMBER, Key.TAX}
        assert len(hits - taken) == 1 or not strong
