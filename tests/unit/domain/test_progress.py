"""Is what is said of a run's progress never more than is known?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.progress import Facts, StageState, progress_of
from syncd.domain.trigger import Trigger, trigger_of
from syncd.registry.runs import RunState

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
numbers = st.integers(0, 10**6)
moments = st.none() | st.integers(0, 10**6).map(lambda seconds: NOW + timedelta(seconds=seconds))
facts = st.builds(
    Facts,
    state=st.sampled_from([str(state) for state in RunState]),
    dry_run=st.booleans(),
    began_at=moments,
    planned_at=moments,
    seen_at=moments,
    expected=st.none() | numbers,
    received=numbers,
    decided=numbers,
    lines=numbers,
    applied=numbers,
    pushes=numbers,
    left=numbers,
    stuck=numbers,
    reads=st.booleans(),
)


@given(facts)
def test_no_stage_has_done_more_than_there_is(facts: Facts) -> None:
    told = progress_of(facts)
    for stage in told.stages:
        assert stage.done >= 0
        assert stage.of is None or stage.done <= stage.of
        assert stage.percent is None or 0 <= stage.percent <= 100
        assert stage.percent != 100 or stage.done == stage.of
    assert told.seconds_left is None or (told.rate and told.seconds_left >= 0)


@given(facts)
def test_a_run_that_is_over_or_waits_is_in_no_stage_but_the_pushes(facts: Facts) -> None:
    going = {stage.name for stage in progress_of(facts).stages if stage.state is StageState.NOW}
    if facts.state in {"succeeded", "partial"}:
        assert going <= {"push"}
    elif facts.state not in {"running", "applying"}:
        assert going == set()


@given(facts, st.integers(0, 10))
def test_pushes_go_on_as_long_as_one_needs_nobody(facts: Facts, stuck: int) -> None:
    sent = msgspec.structs.replace(facts, state="succeeded", dry_run=False, left=stuck, stuck=stuck)
    assert progress_of(sent).stages[-1].state is (StageState.STUCK if stuck else StageState.DONE)
    one_more = msgspec.structs.replace(sent, left=stuck + 1)
    assert progress_of(one_more).stages[-1].state is StageState.NOW


def test_the_rate_and_what_is_left_come_from_the_present_attempt() -> None:
    running = Facts(
        state="running", dry_run=False, began_at=NOW, planned_at=None, seen_at=NOW + timedelta(seconds=10),
        expected=100_000, received=41_000, decided=40_000, lines=3, applied=0, pushes=0, left=0,
    )  # fmt: skip
    told = progress_of(running)
    assert (told.rate, told.percent) == (4100.0, 41)
    assert told.seconds_left == pytest.approx(59_000 / 4100)
    assert progress_of(msgspec.structs.replace(running, expected=None)).seconds_left is None


@pytest.mark.parametrize(
    ("asked_by", "trigger"),
    [
        ("schedule", Trigger.SCHEDULE),
        ("console:anna", Trigger.PERSON),
        ("cli:jan", Trigger.CLI),
        ("token:nightly", Trigger.API),
        ("hook", Trigger.WEBHOOK),
        ("run 12", Trigger.SYNCD),
        ("push", Trigger.SYNCD),
    ],
)
def test_who_asked_says_what_started_a_run(asked_by: str, trigger: Trigger) -> None:
    assert trigger_of(asked_by, undoes=False) is trigger
    assert trigger_of(asked_by, undoes=True) is Trigger.UNDO
