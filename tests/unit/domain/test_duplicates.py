"""Is nothing lost when two become one, and is the way back the way there?"""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.contractor import FIELDS, Contractor
from syncd.domain.duplicates import Fate, restore, unite_contractors, unite_holds
from syncd.domain.holds import Hold, Reason
from tests.fixtures.contractors import any_contractor

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
    yes, no = (Contractor(name="a", newsletter=said, approved=said) for said in (True, False))
    for kept, gone in ((yes, no), (no, yes)):
        after = unite_contractors(kept, gone).after
        assert (after.newsletter, after.approved) == (False, False)


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
    assert {c.at for c in (*kept.consents, *gone.consents)} == {c.at for c in united.after.consents}


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
