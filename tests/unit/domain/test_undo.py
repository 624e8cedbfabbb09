"""Does taking a change back restore what it did, and nothing else?"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain import holds as h
from syncd.domain.contractor import FIELDS, Contractor
from syncd.domain.undo import Change, take_back
from tests.fixtures.contractors import any_contractor

EVIDENCE = {"consents", "activity", "newsletter", "approved", "registered"}
MERGED = [name for name in FIELDS if name != "active"]

holds = st.lists(
    st.builds(
        h.Hold,
        reason=st.sampled_from([reason for reason in h.Reason if reason is not h.Reason.ERASED]),
        by=st.sampled_from(["erp", "jan"]),
        since=st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    ),
    max_size=3,
    unique_by=lambda hold: (hold.reason, hold.by),
).map(lambda found: tuple(sorted(found, key=lambda hold: (list(h.Reason).index(hold.reason), hold.by))))


def changed(before: Contractor, after: Contractor, was: h.Holds = (), became: h.Holds = ()) -> Change:
    return Change(before=before, after=after, holds_before=was, holds_after=became)


@given(any_contractor(), any_contractor(), holds, holds)
def test_what_nobody_touched_since_is_as_it_was_before(
    before: Contractor, after: Contractor, was: h.Holds, became: h.Holds
) -> None:
    back = take_back(after, became, changed(before, after, was, became))
    assert back.kept == ()
    assert set(back.holds) == set(was)
    assert all(getattr(back.contractor, f) == getattr(before, f) for f in MERGED if f not in EVIDENCE)


@given(any_contractor(), any_contractor(), any_contractor())
def test_a_field_that_holds_what_neither_the_run_nor_the_time_before_left_is_kept_and_named(
    before: Contractor, after: Contractor, now: Contractor
) -> None:
    back = take_back(now, (), changed(before, after))
    for field in (name for name in MERGED if name not in EVIDENCE):
        was, became, is_ = (getattr(one, field) for one in (before, after, now))
        if was == became or is_ != became:
            assert getattr(back.contractor, field) == is_
        assert (field in back.kept) == (was != became and is_ not in (was, became))


@given(any_contractor(), any_contractor(), holds, holds)
def test_an_undo_of_an_undo_is_what_the_run_did(
    before: Contractor, after: Contractor, was: h.Holds, became: h.Holds
) -> None:
    back = take_back(after, became, changed(before, after, was, became))
    again = take_back(back.contractor, back.holds, changed(after, back.contractor, became, back.holds))
    assert all(getattr(again.contractor, f) == getattr(after, f) for f in MERGED if f not in EVIDENCE)
    assert set(again.holds) == set(became)


@given(any_contractor(), any_contractor(), holds, holds)
def test_taking_back_twice_does_nothing_the_second_time(
    before: Contractor, after: Contractor, was: h.Holds, became: h.Holds
) -> None:
    change = changed(before, after, was, became)
    back = take_back(after, became, change)
    again = take_back(back.contractor, back.holds, change)
    assert (again.back, again.kept, again.contractor) == ((), (), back.contractor)


@given(any_contractor(), any_contractor())
def test_a_no_stays_a_no(before: Contractor, after: Contractor) -> None:
    after = msgspec.structs.replace(after, newsletter=False)
    back = take_back(after, (), changed(before, after))
    assert back.contractor.newsletter is False
    assert ("newsletter" in back.firm) == (before.newsletter is not False)


@pytest.mark.parametrize("field", ["newsletter", "approved", "registered"])
@pytest.mark.parametrize("said", [True, False])
def test_a_first_word_stays_since_no_side_can_be_told_to_hold_neither(field: str, said: bool) -> None:
    before = Contractor(name="a", phones=("1",))
    after = msgspec.structs.replace(before, phones=(), **{field: said})
    back = take_back(after, (), changed(before, after))
    assert (back.contractor, back.firm, back.back) == (
        msgspec.structs.replace(before, **{field: said}),
        (field,),
        ("phones",),
    )


def test_a_hold_that_was_lifted_and_placed_again_since_stays() -> None:
    ours, theirs = (h.Hold(h.Reason.ADMIN_BLOCK, "jan", datetime(2026, 1, day, tzinfo=UTC)) for day in (1, 2))
    nobody = Contractor(name="a")
    back = take_back(nobody, (theirs,), changed(nobody, nobody, (), (ours,)))
    assert (back.holds, back.kept) == ((theirs,), ("hold admin_block",))


def test_a_hold_that_follows_from_a_fact_is_left_to_the_fact() -> None:
    by_rule = h.Hold(h.Reason.COUNTRY_UNRESOLVED, h.BY_RULE, datetime(2026, 1, 1, tzinfo=UTC))
    nobody = Contractor(name="a")
    assert take_back(nobody, (by_rule,), changed(nobody, nobody, (), (by_rule,))).holds == (by_rule,)


def test_no_undo_takes_an_erasure_back() -> None:
    erased = (h.Hold(h.Reason.ERASED, "anna", datetime(2026, 1, 1, tzinfo=UTC)),)
    nobody = Contractor(name="Erased K000231")
    assert take_back(nobody, erased, changed(Contractor(name="Anna"), nobody, (), erased)).holds == erased
