"""Is a plan stopped exactly where a limit is passed?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.settings import GuardSettings
from syncd.sync.guard import Facts, enough, objections

LIMITS = GuardSettings(blocks_percent=5, blocks_at_least=20, shrink_percent=20)


def objected(**facts: Any) -> str:
    plain = {"full": True, "read": 1000, "bound": 1000, "absent": 0, "blocks": 0, "complete": True, "how": "count"}
    return "; ".join(objections(Facts(**{**plain, **facts}), LIMITS))


def test_a_plausible_plan_goes_on() -> None:
    assert objected() == ""


@pytest.mark.parametrize(
    ("blocks", "bound", "held"), [(50, 1000, False), (51, 1000, True), (19, 100, False), (20, 100, True)]
)
def test_blocks_are_limited_in_share_and_only_from_a_number_on(blocks: int, bound: int, held: bool) -> None:
    assert bool(objected(blocks=blocks, bound=bound)) is held


@pytest.mark.parametrize(("absent", "held"), [(200, False), (201, True)])
def test_a_list_may_shrink_by_a_share(absent: int, held: bool) -> None:
    assert bool(objected(absent=absent, read=1000 - absent)) is held


def test_a_small_list_may_shrink_by_a_few() -> None:
    assert objected(bound=30, read=11, absent=19) == ""


def test_an_empty_list_is_never_believed_where_there_was_one() -> None:
    assert "the list is empty" in objected(read=0, bound=1, absent=1)
    assert objected(read=0, bound=0) == ""


def test_a_list_without_proof_of_its_end_is_not_believed() -> None:
    assert objected(complete=False, how="the file has no closing element") == (
        "the list is not proven complete: the file has no closing element"
    )


def test_an_incremental_read_need_not_be_complete_but_its_blocks_are_counted() -> None:
    assert objected(full=False, read=0, complete=False) == ""
    assert "51 of 1000 contractors would be blocked" in objected(full=False, read=51, blocks=51)


@given(
    st.integers(0, 10_000),
    st.integers(0, 100_000),
    st.floats(0, 100, allow_subnormal=False),
    st.integers(0, 100),
)
def test_counting_no_further_than_enough_changes_no_answer(
    blocks: int, bound: int, percent: float, at_least: int
) -> None:
    limits = GuardSettings(blocks_percent=percent, blocks_at_least=at_least)
    most = enough(blocks, limits)
    counted = bound if most is None else min(bound, most)
    facts = Facts(full=False, read=blocks, bound=bound, absent=0, blocks=blocks, complete=True, how="")
    assert objections(facts, limits) == objections(msgspec.structs.replace(facts, bound=counted), limits)


def test_every_reason_is_said() -> None:
    said = objected(read=0, absent=1000, blocks=1000)
    assert "the list is empty" in said
    assert "would be blocked" in said
