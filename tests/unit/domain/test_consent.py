"""Does the strongest evidence answer, whoever is heard first and how often?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain import consent
from syncd.domain.consent import NEWSLETTER, answer, join, rank
from syncd.domain.contractor import FIELDS, Consent, Contractor, restrict
from syncd.domain.country import Zone
from syncd.domain.policy import merge
from syncd.domain.side import Side
from tests.fixtures.contractors import firm

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SAID = frozenset(FIELDS)

MOMENTS = st.sampled_from([NOON + timedelta(hours=hours) for hours in range(4)])
EVIDENCE = st.builds(
    Consent,
    kind=st.sampled_from([NEWSLETTER, "terms"]),
    given=st.booleans(),
    at=st.none() | MOMENTS,
    source=st.sampled_from(["", "form", "till"]),
    heard=st.none() | MOMENTS,
    by=st.sampled_from(["", "a", "b"]),
    bare=st.booleans(),
)
LISTS = st.lists(EVIDENCE, max_size=4).map(tuple)


def yes(hours: float | None = None, **more: object) -> Consent:
    return said(hours, given=True, **more)


def no(hours: float | None = None, **more: object) -> Consent:
    return said(hours, given=False, **more)


def said(hours: float | None, *, given: bool, **more: object) -> Consent:
    at = None if hours is None else NOON + timedelta(hours=hours)
    return msgspec.structs.replace(Consent(kind=NEWSLETTER, given=given, at=at), **more)


def hear(
    known: Contractor, told: Contractor, agreed: Contractor | None = None, *, by: str = "shop", hours: float = 0
) -> Contractor:
    """Let a shop say something at an hour."""
    at = NOON + timedelta(hours=hours)
    merged = merge(known, agreed, told, side=Side.SHOP, said=SAID, zone=Zone.DOMESTIC, by=by, at=at)
    assert answer(merged.after.consents, NEWSLETTER) in {None, merged.after.newsletter}
    return merged.after


def person(newsletter: bool | None = None, *consents: Consent) -> Contractor:
    return firm("A1", newsletter=newsletter, consents=consents)


# The order of evidence


@given(EVIDENCE, EVIDENCE)
def test_different_evidence_never_has_the_same_rank(one: Consent, other: Consent) -> None:
    other = msgspec.structs.replace(other, kind=one.kind)
    assert (rank(one) == rank(other)) is (one == other)


@given(LISTS, LISTS)
def test_joining_does_not_depend_on_who_is_first(one: tuple[Consent, ...], other: tuple[Consent, ...]) -> None:
    assert set(join(one, other)) == set(join(other, one))


@given(LISTS, LISTS, LISTS)
def test_joining_does_not_depend_on_the_grouping(
    one: tuple[Consent, ...], two: tuple[Consent, ...], three: tuple[Consent, ...]
) -> None:
    assert set(join(join(one, two), three)) == set(join(one, join(two, three)))


@given(LISTS)
def test_hearing_the_same_again_changes_nothing(consents: tuple[Consent, ...]) -> None:
    once = join(consents, ())
    assert join(once, consents) == once


@pytest.mark.parametrize(
    ("consents", "expected"),
    [
        ((yes(1), no(2)), False),
        ((no(1), yes(2)), True),
        ((no(1), yes(1)), False),
        ((no(1), yes()), False),
        ((no(), yes()), False),
        ((no(heard=NOON), yes(1)), True),
        ((no(heard=NOON), yes(0)), False),
        ((no(heard=NOON), yes(-1)), False),
        ((no(), yes(99)), False),
        ((yes(), yes(1)), True),
        ((), None),
    ],
)
def test_the_newest_evidence_wins_and_in_doubt_the_no(consents: tuple[Consent, ...], expected: bool | None) -> None:
    for order in permutations(consents):
        assert answer(order, NEWSLETTER) is expected


# Hearing sides


@given(st.permutations([("a", yes(1, source="form")), ("b", no(2, source="link")), ("c", yes(source="import"))]))
def test_an_opt_out_is_never_lost_by_the_order_of_hearing(order: list[tuple[str, Consent]]) -> None:
    known = person()
    for name, evidence in order:
        known = hear(known, person(evidence.given, evidence), by=name)
    assert known.newsletter is False


@given(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.booleans(), LISTS), max_size=5))
def test_flag_and_evidence_never_contradict_each_other(
    statements: list[tuple[str, bool | None, tuple[Consent, ...]]],
) -> None:
    known = person()
    for hours, (name, flag, consents) in enumerate(statements):
        stated = restrict(person(flag, *consents), SAID)
        known = hear(known, stated, by=name, hours=hours)


@given(st.lists(st.tuples(st.sampled_from("ab"), MOMENTS, st.booleans()), min_size=1, max_size=6), st.randoms())
def test_dated_statements_give_one_answer_in_any_order(
    statements: list[tuple[str, datetime, bool]], random: object
) -> None:
    answers = set()
    for order in (statements, statements[::-1], sorted(statements)):
        known = person()
        for name, at, given_ in order:
            evidence = Consent(kind=NEWSLETTER, given=given_, at=at, source=name)
            known = hear(known, person(None, evidence), by=name)
        answers.add(known.newsletter)
    assert len(answers) == 1


def test_a_yes_without_a_time_does_not_beat_anothers_no() -> None:
    known = hear(person(), person(False), by="a")
    assert hear(known, person(True), person(False), by="b").newsletter is False
    assert hear(known, person(True), by="b").newsletter is False


def test_a_side_takes_back_its_own_word_without_a_time() -> None:
    known = hear(person(), person(False), by="a")
    assert hear(known, person(True), person(False), by="a", hours=1).newsletter is True


def test_a_side_takes_back_its_own_evidence_without_a_time() -> None:
    known = hear(person(), person(None, no(source="till")), by="a")
    after = hear(known, person(None, yes(source="till")), person(None, no(source="till")), by="a", hours=1)
    assert (after.newsletter, len(after.consents)) == (True, 1)


def test_a_side_does_not_take_back_what_another_said_since() -> None:
    known = hear(person(), person(False), by="a")
    known = hear(known, person(False, no(2, source="link")), by="b", hours=3)
    assert hear(known, person(True), person(False), by="a", hours=4).newsletter is False


def test_a_no_without_a_time_counts_from_when_it_was_heard() -> None:
    known = hear(person(), person(False), by="a", hours=5)
    assert hear(known, person(True, yes(4, source="form")), by="b").newsletter is False
    assert hear(known, person(True, yes(6, source="form")), by="b").newsletter is True


def test_a_no_that_was_known_already_counts_from_when_it_was_said_again() -> None:
    known = hear(person(), person(False, no(1, source="link")), by="b", hours=1)
    known = hear(known, person(False), person(True), by="a", hours=5)
    after = hear(known, person(True, yes(3, source="form")), person(False, no(1, source="link")), by="b", hours=6)
    assert after.newsletter is False


def test_source_and_time_are_kept_and_the_moment_of_hearing_beside_them() -> None:
    known = hear(person(), person(False, yes(1, source="form"), no(source="till")), by="a", hours=2)
    heard = NOON + timedelta(hours=2)
    assert set(known.consents) == {yes(1, source="form"), no(source="till", heard=heard, by="a")}


def test_an_emptied_list_takes_no_opt_out_away() -> None:
    known = hear(person(), person(False, no(1)), by="a")
    after = hear(known, person(None), person(False, no(1)), by="a")
    assert (after.newsletter, after.consents) == (False, (no(1),))


def test_an_opt_out_that_a_side_no_longer_lists_still_answers() -> None:
    terms = Consent(kind="terms", given=True, at=NOON)
    known = hear(person(), person(None, no(1), yes(0), terms), by="a")
    after = hear(known, person(None, terms), person(None, no(1), yes(0), terms), by="a")
    assert (after.newsletter, set(after.consents)) == (False, {no(1), terms})


def test_evidence_that_a_side_dropped_goes_when_it_answers_nothing_any_more() -> None:
    known = hear(person(), person(True, yes(1)), by="a")
    after = hear(known, person(False, no(2)), person(True, yes(1)), by="a")
    assert after.consents == (no(2),)


def test_a_side_holds_nothing_of_what_the_registry_notes() -> None:
    known = hear(person(), person(False, no(source="till")), by="a")
    known = hear(known, person(False), by="b")
    assert restrict(known, SAID).consents == (no(source="till"),)


def test_a_side_without_a_field_for_yes_or_no_is_told_by_evidence() -> None:
    known = hear(person(), person(False), by="a")
    assert restrict(known, SAID).consents == ()
    assert restrict(known, SAID - {"newsletter"}).consents == (no(),)


def test_of_two_words_that_a_side_cannot_tell_apart_it_holds_the_no() -> None:
    known = hear(person(), person(None, yes(source="till")), by="a")
    known = hear(known, person(None, no(source="till")), by="b")
    assert restrict(known, SAID).consents == (no(source="till"),)


def test_a_persons_word_is_dated_evidence() -> None:
    known = hear(person(), person(False), by="a")
    by_hand = consent.decreed(msgspec.structs.replace(known, newsletter=True), "newsletter", by="anna", at=NOON)
    assert by_hand.newsletter is False
    later = NOON + timedelta(minutes=1)
    by_hand = consent.decreed(msgspec.structs.replace(known, newsletter=True), "newsletter", by="anna", at=later)
    assert (by_hand.newsletter, by_hand.consents[-1].source) == (True, "anna")
