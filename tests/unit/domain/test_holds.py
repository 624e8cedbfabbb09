"""Does each party place and lift its own holds only, and does the status follow from what stands?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.holds import (
    Hold,
    Holds,
    Reason,
    Status,
    dump_holds,
    is_missing_at,
    lift,
    load_holds,
    place,
    status_of,
)

MONDAY = datetime(2026, 5, 4, tzinfo=UTC)
TUESDAY = datetime(2026, 5, 5, tzinfo=UTC)


def held(*reasons: Reason, by: str = "erp") -> Holds:
    holds: Holds = ()
    for reason in reasons:
        holds = place(holds, Hold(reason, by, MONDAY))
    return holds


def test_without_a_hold_the_account_is_active() -> None:
    assert status_of(()) is Status.ACTIVE


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (Reason.SYNC_HELD, Status.ACTIVE),
        (Reason.ERASED, Status.ANONYMISED),
        (Reason.ERP_INACTIVE, Status.BLOCKED_BY_ERP),
        (Reason.MISSING_IN_ERP, Status.BLOCKED_BY_ERP),
        (Reason.ADMIN_BLOCK, Status.BLOCKED),
        (Reason.REJECTED, Status.BLOCKED),
        (Reason.COUNTRY_UNRESOLVED, Status.PENDING),
        (Reason.PENDING_ACCEPTANCE, Status.PENDING),
        (Reason.NOT_APPROVED_BUYER, Status.PENDING),
    ],
)
def test_each_reason_has_a_status(reason: Reason, status: Status) -> None:
    assert status_of(held(reason)) is status


def test_the_gravest_hold_names_the_status() -> None:
    assert status_of(held(Reason.PENDING_ACCEPTANCE, Reason.ADMIN_BLOCK, Reason.ERP_INACTIVE)) is Status.BLOCKED_BY_ERP


def test_a_hold_that_stands_keeps_its_date() -> None:
    holds = held(Reason.ERP_INACTIVE)
    assert place(holds, Hold(Reason.ERP_INACTIVE, "erp", TUESDAY)) is holds


def test_two_parties_hold_for_the_same_reason_independently() -> None:
    both = place(held(Reason.ERP_INACTIVE, by="erp-1"), Hold(Reason.ERP_INACTIVE, "erp-2", TUESDAY))
    assert [hold.by for hold in lift(both, {Reason.ERP_INACTIVE}, "erp-1")] == ["erp-2"]


def test_nobody_lifts_what_another_placed() -> None:
    holds = held(Reason.ADMIN_BLOCK, by="shop")
    assert lift(holds, set(Reason), "erp") is holds


def test_a_party_lifts_only_the_reasons_that_it_names() -> None:
    holds = held(Reason.ERP_INACTIVE, Reason.MISSING_IN_ERP)
    assert [hold.reason for hold in lift(holds, {Reason.ERP_INACTIVE}, "erp")] == [Reason.MISSING_IN_ERP]


def test_what_is_erased_stays_erased() -> None:
    holds = held(Reason.ERASED, by="admin")
    assert lift(holds, set(Reason), "admin") is holds


def test_holds_are_kept_by_gravity_and_then_by_name() -> None:
    holds = place(held(Reason.ADMIN_BLOCK, Reason.ERASED, by="b"), Hold(Reason.ADMIN_BLOCK, "a", MONDAY))
    assert [(hold.reason, hold.by) for hold in holds] == [
        (Reason.ERASED, "b"),
        (Reason.ADMIN_BLOCK, "a"),
        (Reason.ADMIN_BLOCK, "b"),
    ]


def test_no_holds_are_stored_in_their_shortest_form() -> None:
    assert dump_holds(()) == "[]"
    assert load_holds("[]") == ()


HOLD = st.builds(
    Hold,
    reason=st.sampled_from(Reason),
    by=st.sampled_from(["erp", "shop", "admin"]),
    since=st.datetimes(min_value=datetime(2020, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone follows
)


@given(st.lists(HOLD))
def test_holds_survive_storing(stood: list[Hold]) -> None:
    holds: Holds = ()
    for hold in stood:
        holds = place(holds, hold)
    assert load_holds(dump_holds(holds)) == holds


@given(st.lists(HOLD).flatmap(lambda holds: st.tuples(st.just(holds), st.permutations(holds))))
def test_the_status_depends_on_which_holds_stand_and_not_on_their_order(orders: tuple[list[Hold], list[Hold]]) -> None:
    statuses = set()
    for order in orders:
        holds: Holds = ()
        for hold in order:
            holds = place(holds, hold)
        statuses.add(status_of(holds))
    assert len(statuses) == 1


@given(st.lists(HOLD), HOLD)
def test_placing_and_lifting_again_leaves_the_others_as_they_were(stood: list[Hold], one: Hold) -> None:
    holds: Holds = ()
    for hold in stood:
        if (hold.reason, hold.by) != (one.reason, one.by):
            holds = place(holds, hold)
    after = lift(place(holds, one), {one.reason}, one.by)
    assert after == (holds if one.reason is not Reason.ERASED else place(holds, one))


def test_a_record_is_missing_at_the_erp_that_lost_it_and_at_no_other() -> None:
    missing = held(Reason.MISSING_IN_ERP, by="optima")
    assert is_missing_at(missing, "optima")
    assert not is_missing_at(missing, "xl")
    assert not is_missing_at(held(Reason.ERP_INACTIVE, by="optima"), "optima")
