"""Is a record linked to the contractor that it is, to a new one, or, in doubt, to none?"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.contractor import Contractor
from syncd.domain.match import Ambiguity, Fit, Key, Link, Match, New, decide, decide_all, keys, same_tax_id

RECORD = Contractor(
    name="Firma", number="A1", tax_id="5260250274", email="Biuro@Firma.example", phones=("+48 22 555 01 23", "601")
)


def match(
    contractor: Contractor,
    found: Mapping[tuple[Key, str], set[int]],
    tax_ids: Mapping[int, str] | None = None,
    taken: frozenset[int] = frozenset(),
) -> Match:
    """Match against contractors of the same name who have these tax ids."""
    ids = {id_ for hits in found.values() for id_ in hits}
    others = {id_: Contractor(name=contractor.name, tax_id=(tax_ids or {}).get(id_, "")) for id_ in ids}
    return decide(contractor, found, others, taken)


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
    if isinstance(matched, Link) and matched.evidence:
        hits = found[matched.evidence, dict(keys(RECORD))[matched.evidence]]
        assert matched.contractor_id in hits - taken
        strong = matched.evidence in {Key.NUMBER, Key.TAX}
        assert len(hits - taken) == 1 or not strong


def test_a_number_with_two_tax_ids_is_never_guessed() -> None:
    assert match(RECORD, {(Key.NUMBER, "A1"): {1}}, {1: "9542742927"}) == Ambiguity((1,), Key.NUMBER)


@pytest.mark.parametrize(
    ("ours", "theirs", "fit"),
    [
        (("PL", ""), ("PL", ""), Fit.GOOD),
        (("", "PL"), ("PL", ""), Fit.GOOD),
        (("", ""), ("DE", ""), Fit.GOOD),
        (("EL", ""), ("GR", ""), Fit.GOOD),
        (("XI", ""), ("GB", ""), Fit.GOOD),
        (("PL", ""), ("DE", ""), Fit.NONE),
        (("PL", "PL"), ("", "DE"), Fit.GOOD),
        (("", "RU"), ("", "US"), Fit.GOOD),
    ],
)
def test_the_same_digits_are_one_tax_id_unless_they_are_two_countries(
    ours: tuple[str, str], theirs: tuple[str, str], fit: Fit
) -> None:
    one, other = (Contractor(name="a", tax_id="5260250274", tax_prefix=p, country=c) for p, c in (ours, theirs))
    assert same_tax_id(one, other) is same_tax_id(other, one) is fit


def test_digits_that_can_be_numbers_of_two_declared_countries_are_a_question() -> None:
    one, other = (Contractor(name="a", tax_id="136695976", country=country) for country in ("DE", "US"))
    assert same_tax_id(one, other) is Fit.DOUBTFUL


@pytest.mark.parametrize(
    ("key", "name", "number", "expected"),
    [
        (Key.EMAIL, "FIRMA s.c.", "B2", Link(1, Key.EMAIL)),
        (Key.EMAIL, "Inna", "B2", Ambiguity((1,), Key.EMAIL)),
        (Key.EMAIL, "Inna", "", Link(1, Key.EMAIL)),
        (Key.PHONE, "FIRMA s.c.", "B2", Link(1, Key.PHONE)),
        (Key.PHONE, "Inna", "B2", New()),
        (Key.PHONE, "Inna", "", Ambiguity((1,), Key.PHONE)),
    ],
)
def test_a_weak_key_is_weighed_against_name_and_number(key: Key, name: str, number: str, expected: Match) -> None:
    value = dict(keys(RECORD))[key]
    other = Contractor(name=name, number=number)
    assert decide(RECORD, {(key, value): {1}}, {1: other}) == expected


def test_a_contractor_that_a_person_ruled_out_is_not_it() -> None:
    found = {(Key.TAX, "5260250274"): {1, 2}}
    others = dict.fromkeys((1, 2), Contractor(name="Firma"))
    assert decide(RECORD, found, others, apart={1}) == Link(2, Key.TAX)


KOWALSKI = Contractor(
    name="Jan Kowalski", number="1", tax_id="5260250274", email="jan@kowalski.example", phones=("600 100 200",)
)
NUMBERED_ALIKE = {
    "nothing": Contractor(name="Hans Müller", number="1"),
    "name": Contractor(name="KOWALSKI Jan", number="1"),
    "tax id": Contractor(name="Hans Müller", number="1", tax_id="5260250274", tax_prefix="PL"),
    "e-mail": Contractor(name="Hans Müller", number="1", email="Jan@Kowalski.example"),
    "phone": Contractor(name="Hans Müller", number="1", phones=("+48 600100200",)),
}


@pytest.mark.parametrize("same", NUMBERED_ALIKE)
def test_a_number_that_another_system_gave_links_only_where_something_else_is_the_same(same: str) -> None:
    found = {(Key.NUMBER, "1"): {7}}
    expected = Ambiguity((7,), Key.NUMBER) if same == "nothing" else Link(7, Key.NUMBER)
    assert decide(NUMBERED_ALIKE[same], found, {7: KOWALSKI}, numbered={7: ()}) == expected


def test_what_the_other_system_said_last_counts_as_well() -> None:
    renamed = Contractor(name="Firma", number="1")
    found = {(Key.NUMBER, "1"): {7}}
    assert decide(NUMBERED_ALIKE["name"], found, {7: renamed}, numbered={7: (KOWALSKI,)}) == Link(7, Key.NUMBER)


def test_a_number_that_no_other_system_gave_is_enough() -> None:
    assert decide(NUMBERED_ALIKE["nothing"], {(Key.NUMBER, "1"): {7}}, {7: KOWALSKI}) == Link(7, Key.NUMBER)


SOME = st.builds(
    Contractor,
    name=st.sampled_from(["Firma", "Firma s.c.", "Inna"]),
    number=st.sampled_from(["", "A1", "A2"]),
    tax_id=st.sampled_from(["", "5260250274", "9542742927"]),
    tax_prefix=st.sampled_from(["", "PL", "DE"]),
    email=st.sampled_from(["", "a@x.example", "b@x.example"]),
    phones=st.sampled_from([(), ("600 100 200",), ("600 100 201",)]),
)


def index(known: Mapping[int, Contractor]) -> dict[tuple[Key, str], set[int]]:
    found: dict[tuple[Key, str], set[int]] = {}
    for id_, contractor in known.items():
        for key in keys(contractor):
            found.setdefault(key, set()).add(id_)
    return found


KNOWN = st.dictionaries(st.integers(1, 6), SOME, max_size=5)


@given(record=SOME, known=KNOWN)
def test_a_record_is_never_linked_when_two_have_the_key_that_decides(
    record: Contractor, known: dict[int, Contractor]
) -> None:
    matched = decide(record, index(known), known)
    if isinstance(matched, Link) and matched.evidence in {Key.NUMBER, Key.TAX}:
        value = dict(keys(record))[matched.evidence]
        same = [id_ for id_, one in known.items() if dict(keys(one)).get(matched.evidence) == value]
        possible = [
            id_ for id_ in same if matched.evidence is Key.NUMBER or same_tax_id(record, known[id_]) is not Fit.NONE
        ]
        assert possible == [matched.contractor_id]


@given(record=SOME, known=KNOWN)
def test_a_contractor_who_shares_nothing_changes_nothing(record: Contractor, known: dict[int, Contractor]) -> None:
    stranger = Contractor(name="Firma", number="Z9", tax_id="7010015678", email="z@z.example", phones=("700 999 888",))
    with_stranger = {**known, 99: stranger}
    assert decide(record, index(with_stranger), with_stranger) == decide(record, index(known), known)


@given(records=st.lists(SOME, max_size=5), known=KNOWN, order=st.randoms(use_true_random=False))
def test_the_order_of_the_records_of_a_page_changes_nothing(
    records: list[Contractor], known: dict[int, Contractor], order: object
) -> None:
    places = list(range(len(records)))
    order.shuffle(places)  # type: ignore[attr-defined]
    found, nobody = index(known), [()] * len(records)
    straight = decide_all(records, found, known, set(), nobody)
    shuffled = decide_all([records[place] for place in places], found, known, set(), nobody)
    assert [straight[place] for place in places] == shuffled


@given(records=st.lists(SOME, max_size=5), known=KNOWN)
def test_no_two_records_of_a_page_are_linked_to_one_contractor(
    records: list[Contractor], known: dict[int, Contractor]
) -> None:
    matches = decide_all(records, index(known), known, set(), [()] * len(records))
    linked = [matched.contractor_id for matched in matches if isinstance(matched, Link)]
    assert len(linked) == len(set(linked))


def test_of_three_records_that_are_one_contractor_the_strongest_evidence_counts_and_the_others_are_somebody_else() -> (
    None
):
    known = {7: Contractor(name="Firma", number="A1", email="a@x.example", phones=("600 100 200",))}
    by_number = Contractor(name="Firma", number="A1")
    by_email = Contractor(name="Firma", email="a@x.example")
    by_phone = Contractor(name="Firma", phones=("600 100 200",))
    records = [by_phone, by_email, by_number]
    matches = decide_all(records, index(known), known, set(), [()] * len(records))
    assert matches == [New(), New(), Link(7, Key.NUMBER)]
