"""Is a plan stopped exactly where a limit is passed?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.risk import Risk
from syncd.settings import GuardSettings
from syncd.sync.guard import Buyers, Facts, enough, objections

LIMITS = GuardSettings(blocks_percent=5, at_least=20, shrink_percent=20)
BOUNDED = {
    Risk.BLOCK: "blocks_percent",
    Risk.LEAVES_GROUP: "group_removals_percent",
    Risk.TAX_ID: "tax_ids_percent",
    Risk.EMAIL: "emails_percent",
    Risk.LOGIN: "emails_percent",
    Risk.ZONE: "zones_percent",
}


def objected(**facts: Any) -> str:
    plain = {"full": True, "listed": 1000, "bound": 1000, "absent": 0, "complete": True, "how": "count"}
    risks = {Risk.BLOCK: facts.pop("blocks", 0), **facts.pop("risks", {})}
    return "; ".join(objections(Facts(**{**plain, **facts}, risks=risks), LIMITS))


def test_a_plausible_plan_goes_on() -> None:
    assert objected() == ""


@pytest.mark.parametrize(
    ("blocks", "bound", "held"), [(50, 1000, False), (51, 1000, True), (19, 100, False), (20, 100, True)]
)
def test_blocks_are_limited_in_share_and_only_from_a_number_on(blocks: int, bound: int, held: bool) -> None:
    assert bool(objected(blocks=blocks, bound=bound)) is held


@pytest.mark.parametrize(("absent", "held"), [(200, False), (201, True)])
def test_a_list_may_shrink_by_a_share(absent: int, held: bool) -> None:
    assert bool(objected(absent=absent, listed=1000 - absent)) is held


def test_a_small_list_may_shrink_by_a_few() -> None:
    assert objected(bound=30, listed=11, absent=19) == ""


def test_an_empty_list_is_never_believed_where_there_was_one() -> None:
    assert "the list is empty" in objected(listed=0, bound=1, absent=1)
    assert objected(listed=0, bound=0) == ""


def test_an_empty_list_is_believed_as_far_as_a_person_said_yes_to_it() -> None:
    assert objected(listed=0, bound=5, absent=5, accepted=5) == ""
    assert "the list is empty" in objected(listed=0, bound=6, absent=6, accepted=5)


def test_what_a_list_lost_since_a_yes_is_a_share_of_those_whom_the_yes_left() -> None:
    assert objected(bound=100, listed=48, absent=52, accepted=40) == ""
    assert "60 of 100 records" in objected(bound=100, listed=40, absent=60, accepted=40)


def test_where_nobody_was_and_nobody_came_there_is_nothing_to_doubt() -> None:
    assert objected(bound=0, listed=0, complete=False, how="no file has arrived yet") == ""
    assert "no closing element" in objected(bound=0, listed=1, complete=False, how="no closing element")


def test_a_list_without_proof_of_its_end_is_not_believed() -> None:
    assert objected(complete=False, how="the file has no closing element") == (
        "the list is not proven complete: the file has no closing element"
    )


def test_an_incremental_read_need_not_be_complete_but_its_blocks_are_counted() -> None:
    assert objected(full=False, listed=None, complete=False) == ""
    assert "51 of 1000 contractors would be blocked" in objected(full=False, listed=None, blocks=51)


@pytest.mark.parametrize(("risk", "setting"), BOUNDED.items())
def test_each_kind_of_change_has_a_limit_of_its_own(risk: Risk, setting: str) -> None:
    most = int(1000 * getattr(LIMITS, setting) / 100)
    assert objected(risks={risk: most}) == ""
    assert f"{most + 1} of 1000 contractors" in objected(risks={risk: most + 1})


def test_very_many_blocks_are_too_many_whatever_their_share() -> None:
    assert objected(bound=1_000_000, listed=1_000_000, blocks=500) == ""
    assert "501 contractors would be blocked" in objected(bound=1_000_000, listed=1_000_000, blocks=501)


def test_a_plan_that_blocks_nobody_is_not_held_for_the_blocks_of_plans_before() -> None:
    assert objected(blocks=0, blocked_before=600) == ""
    assert "beside 600 of the last 24 h" in objected(blocks=1, blocked_before=600)


def test_a_list_that_doubles_is_no_ordinary_one() -> None:
    assert objected(creates=500) == ""
    assert "501 contractors would be created beside the 1000 that are there" in objected(creates=501)
    assert objected(bound=0, creates=100_000) == ""


def test_a_first_read_is_measured_by_those_whom_another_side_told_of() -> None:
    said = objected(bound=0, listed=2000, met=400, creates=1600, risks={Risk.EMAIL: 50})
    assert said == "50 of 400 contractors would get another e-mail or log-in; the limit is 10 % and at least 20"
    assert objected(bound=0, listed=2000, met=1000, creates=1000, risks={Risk.EMAIL: 50}) == ""


def test_a_first_run_waits_for_a_person_unless_the_settings_let_it_go_on() -> None:
    assert "first run" in objected(bound=0, creates=3, first=True)
    assert not objections(Facts(bound=0, creates=3, first=True), GuardSettings(first_run="apply"))


def test_who_buys_counts_more_than_who_is_only_listed() -> None:
    buyers = Buyers(touched=30, all=100, turnover_percent=1)
    assert "30 of the 100 customers who bought" in objected(buyers=buyers)
    assert objected(buyers=Buyers(touched=19, all=100, turnover_percent=1)) == ""


def test_one_customer_with_much_of_the_turnover_is_enough() -> None:
    assert "25 % of the turnover" in objected(buyers=Buyers(touched=1, all=100, turnover_percent=25))


@given(
    st.dictionaries(st.sampled_from([*BOUNDED]), st.integers(0, 10_000)),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    st.integers(1, 100_000),
    st.floats(0, 100, allow_subnormal=False),
    st.integers(0, 100),
)
def test_counting_no_further_than_enough_changes_no_answer(
    risks: dict[Risk, int], creates: int, released: int, bound: int, percent: float, at_least: int
) -> None:
    limits = GuardSettings(blocks_percent=percent, tax_ids_percent=percent / 2, at_least=at_least)
    facts = Facts(bound=bound, risks=risks, creates=creates, released=released)
    most = enough(facts, limits)
    counted = bound if most is None else max(min(bound, most), 1)
    assert objections(facts, limits) == objections(msgspec.structs.replace(facts, bound=counted), limits)


def test_every_reason_is_said() -> None:
    said = objected(listed=0, absent=1000, blocks=1000)
    assert "the list is empty" in said
    assert "would be blocked" in said
