"""Does an admin's act place and lift the admins' own holds only, and say why it leaves somebody out?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.acts import ACTS, LeftOut, block_beneath, of_erp
from syncd.domain.holds import BY_RULE, Hold, Holds, Reason, Status, is_sync_held, place, status_of

MONDAY = datetime(2026, 5, 4, tzinfo=UTC)
TUESDAY = datetime(2026, 5, 5, tzinfo=UTC)
OURS = {Reason.ADMIN_BLOCK, Reason.PENDING_ACCEPTANCE, Reason.REJECTED, Reason.SYNC_HELD}


def held(*reasons: Reason, by: str = "erp") -> Holds:
    holds: Holds = ()
    for reason in reasons:
        holds = place(holds, Hold(reason, by, MONDAY))
    return holds


@pytest.mark.parametrize(
    ("act", "reasons", "left_out"),
    [
        ("block", [Reason.ERP_INACTIVE], LeftOut.BLOCKED_BY_ERP),
        ("block", [Reason.MISSING_IN_ERP], LeftOut.BLOCKED_BY_ERP),
        ("unblock", [Reason.ERP_INACTIVE], LeftOut.BLOCKED_BY_ERP),
        ("unblock", [], LeftOut.SO_ALREADY),
        ("activate", [Reason.ERP_INACTIVE], LeftOut.BLOCKED_BY_ERP),
        ("activate", [], LeftOut.SO_ALREADY),
        ("deactivate", [Reason.ERP_INACTIVE], LeftOut.BLOCKED_BY_ERP),
        ("deactivate", [Reason.REJECTED], LeftOut.SO_ALREADY),
        ("accept", [], LeftOut.NOT_WAITING),
        ("accept", [Reason.ADMIN_BLOCK], LeftOut.NOT_WAITING),
        ("reject", [], LeftOut.NOT_WAITING),
        ("reject", [Reason.REJECTED], LeftOut.SO_ALREADY),
        ("hold", [Reason.SYNC_HELD], LeftOut.SO_ALREADY),
        ("release", [Reason.ADMIN_BLOCK], LeftOut.SO_ALREADY),
    ],
)
def test_who_is_left_out_is_left_out_for_a_reason(act: str, reasons: list[Reason], left_out: LeftOut) -> None:
    assert ACTS[act](held(*reasons), "anna", TUESDAY) is left_out


@pytest.mark.parametrize("other", ["shop", "piotr"])
def test_a_block_stands_beside_that_of_another_who_may_lift_their_own(other: str) -> None:
    blocked = ACTS["block"](held(Reason.ADMIN_BLOCK, by=other), "anna", TUESDAY)
    assert not isinstance(blocked, LeftOut)
    assert {one.by for one in blocked} == {other, "anna"}
    assert ACTS["block"](blocked, "anna", TUESDAY) is LeftOut.SO_ALREADY
    assert ACTS["unblock"](blocked, "piotr", TUESDAY) == ()


def test_what_follows_from_a_rule_is_not_lifted_by_hand() -> None:
    assert ACTS["activate"](held(Reason.COUNTRY_UNRESOLVED, by=BY_RULE), "anna", TUESDAY) is LeftOut.BY_RULE


def test_deactivating_refuses_who_waits_and_blocks_the_others() -> None:
    waiting = ACTS["deactivate"](held(Reason.PENDING_ACCEPTANCE, by="shop"), "anna", TUESDAY)
    assert waiting == (Hold(Reason.REJECTED, "anna", TUESDAY),)
    assert ACTS["deactivate"]((), "anna", TUESDAY) == (Hold(Reason.ADMIN_BLOCK, "anna", TUESDAY),)


def test_an_own_block_is_kept_beneath_the_erps() -> None:
    both = block_beneath(held(Reason.ERP_INACTIVE), "anna", TUESDAY)
    assert not isinstance(both, LeftOut)
    assert ([one.reason for one in both], status_of(both)) == (
        [Reason.ERP_INACTIVE, Reason.ADMIN_BLOCK],
        Status.BLOCKED_BY_ERP,
    )


def test_a_held_synchronization_keeps_nobody_out() -> None:
    assert status_of(held(Reason.SYNC_HELD)) is Status.ACTIVE
    assert status_of(held(Reason.SYNC_HELD, Reason.PENDING_ACCEPTANCE)) is Status.PENDING


def test_an_erasure_is_not_held() -> None:
    assert not is_sync_held(held(Reason.ERASED, Reason.SYNC_HELD))


HOLDS = st.lists(
    st.builds(
        Hold,
        reason=st.sampled_from(sorted(set(Reason) - {Reason.ERASED})),
        by=st.sampled_from(["erp", "shop", "anna", BY_RULE]),
        since=st.just(MONDAY),
    )
).map(lambda some: held() if not some else _all(some))


def _all(some: list[Hold]) -> Holds:
    holds: Holds = ()
    for one in some:
        holds = place(holds, one)
    return holds


@given(HOLDS, st.lists(st.sampled_from(sorted(ACTS)), min_size=1, max_size=6))
def test_no_row_of_acts_changes_what_is_not_the_admins(holds: Holds, names: list[str]) -> None:
    now = holds
    for name in names:
        found = ACTS[name](now, "anna", TUESDAY)
        now = now if isinstance(found, LeftOut) else found
    assert [one for one in now if one.reason not in OURS] == [one for one in holds if one.reason not in OURS]
    assert of_erp(now) == of_erp(holds)


@given(HOLDS, st.sampled_from(sorted(ACTS)))
def test_an_act_that_was_done_leaves_everybody_out_the_second_time(holds: Holds, name: str) -> None:
    once = ACTS[name](holds, "anna", TUESDAY)
    if not isinstance(once, LeftOut):
        assert once != holds
        assert isinstance(ACTS[name](once, "anna", TUESDAY), LeftOut)


@given(HOLDS)
def test_hold_and_release_leave_all_else_as_it_was(holds: Holds) -> None:
    found = ACTS["hold"](holds, "anna", TUESDAY)
    on = holds if isinstance(found, LeftOut) else found
    off = ACTS["release"](on, "anna", TUESDAY)
    assert off == tuple(one for one in holds if one.reason is not Reason.SYNC_HELD)
    assert status_of(on) is status_of(holds)
