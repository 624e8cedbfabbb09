"""Is nothing lost when two become one, and is the way back the way there?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.consent import answer, settled
from syncd.domain.contractor import FIELDS, Consent, Contractor
from syncd.domain.duplicates import Fate, restore, unite_contractors, unite_holds
from syncd.domain.holds import Hold, Reason
from tests.fixtures.contractors import any_contractor

EARLY, LATE = datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)

HOLDS = st.lists(
    st.builds(
        Hold,
        reason=st.sampled_from([Reason.ADMIN_BLOCK, Reason.ERP_INACTIVE]),
        by=st.sampled_from(["anna", "erp"]),
        since=st.sampled_from([datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)]),
    ),
    unique_by=lambda hold: (hold.reason, hold.by),
    max_size=3,
).map(tuple)


def test_a_no_outweighs_a_yes() -> None:
    yes, no = (Contractor(name="a", approved=said) for said in (True, False))
    for kept, gone in ((yes, no), (no, yes)):
        assert unite_contractors(kept, gone).after.approved is False


def subscriber(given: bool, at: datetime | None, **more: Any) -> Contractor:
    said = Consent(kind="newsletter", given=given, at=at, **more)
    return Contractor(name="a", newsletter=given, consents=(said,))


@pytest.mark.parametrize("given", [True, False])
def test_the_newest_word_on_the_newsletter_counts_and_its_source_is_named(given: bool) -> None:
    older, newer = subscriber(not given, EARLY), subscriber(given, LATE, source="checkout")
    for kept, gone in ((older, newer), (newer, older)):
        united = unite_contractors(kept, gone)
        (fate,) = [one for one in united.fates if one.field == "newsletter"]
        assert (united.after.newsletter, answer(united.after.consents, "newsletter"), united.asks) == (given, given, ())
        assert fate.why == "the newest word, of 2026-01-01 00:00 UTC, checkout"


def test_at_one_moment_an_opt_out_counts() -> None:
    assert unite_contractors(subscriber(True, LATE), subscriber(False, LATE)).after.newsletter is False


@pytest.mark.parametrize(
    ("kept", "gone"),
    [
        (subscriber(True, LATE), subscriber(False, None)),
        (subscriber(False, LATE), subscriber(True, None)),
        (subscriber(True, LATE), Contractor(name="a", newsletter=False)),
        (Contractor(name="a", newsletter=True), Contractor(name="a", newsletter=False)),
    ],
)
def test_a_yes_and_a_no_of_which_one_has_no_date_are_asked_about(kept: Contractor, gone: Contractor) -> None:
    for united in (unite_contractors(kept, gone), unite_contractors(gone, kept)):
        assert (united.asks, united.after.newsletter) == (("newsletter",), False)


@pytest.mark.parametrize("given", [True, False])
def test_what_a_person_decides_counts_whatever_was_said_without_a_date(given: bool) -> None:
    for flag in (Contractor(name="a", newsletter=not given), subscriber(not given, None)):
        united = unite_contractors(flag, subscriber(given, EARLY)).after
        after = settled(united, given=given, by="anna", at=LATE)
        assert (after.newsletter, answer(after.consents, "newsletter")) == (given, given)


def test_two_who_said_the_same_are_not_asked_about() -> None:
    assert unite_contractors(subscriber(True, None), Contractor(name="a", newsletter=True)).asks == ()


@given(kept=any_contractor(), gone=any_contractor())
def test_what_the_kept_one_says_in_one_value_stands_and_what_it_lacks_is_taken(
    kept: Contractor, gone: Contractor
) -> None:
    united = unite_contractors(kept, gone)
    for one in united.fates:
        if one.fate is Fate.KEPT:
            assert one.after == one.kept
        if one.fate is Fate.TAKEN:
            assert (one.after, one.kept in (None, "", (), {})) == (one.gone, True)
    assert set(kept.groups) | set(gone.groups) == set(united.after.groups)
    assert {c.at for c in (*kept.consents, *gone.consents)} <= {c.at for c in united.after.consents}


@given(kept=any_contractor())
def test_a_customer_united_with_its_equal_is_the_same(kept: Contractor) -> None:
    assert unite_contractors(kept, kept).after == kept


@given(kept=any_contractor(), gone=any_contractor())
def test_a_merge_taken_back_at_once_leaves_what_was(kept: Contractor, gone: Contractor) -> None:
    after = unite_contractors(kept, gone).after
    back = restore(after, kept, after)
    assert (back.contractor, back.changed_since) == (kept, ())


@given(kept=any_contractor(), gone=any_contractor(), later=any_contractor())
def test_taking_back_touches_no_field_that_was_changed_since(
    kept: Contractor, gone: Contractor, later: Contractor
) -> None:
    after = unite_contractors(kept, gone).after
    back = restore(later, kept, after)
    for field in set(FIELDS) - {"active"}:
        if getattr(later, field) != getattr(after, field):
            assert getattr(back.contractor, field) == getattr(later, field)
    for field in back.restored:
        assert getattr(back.contractor, field) == getattr(kept, field)


@given(kept=HOLDS, gone=HOLDS)
def test_every_hold_of_both_stands_since_the_earlier_day(kept: tuple[Hold, ...], gone: tuple[Hold, ...]) -> None:
    united = {(hold.reason, hold.by): hold.since for hold in unite_holds(kept, gone)}
    assert united.keys() == {(hold.reason, hold.by) for hold in (*kept, *gone)}
    assert all(united[hold.reason, hold.by] <= hold.since for hold in (*kept, *gone))


def test_what_is_not_known_of_the_one_is_taken_from_the_other() -> None:
    known, unknown = Contractor(name="a", payment_days=14, phones=("1",)), Contractor(name="a")
    for kept, gone in ((known, unknown), (unknown, known)):
        after = unite_contractors(kept, gone).after
        assert (after.payment_days, after.phones) == (14, ("1",))
