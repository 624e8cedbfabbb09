"""Is a schedule of faults the seed's, complete and in bounds?"""

from __future__ import annotations

import pytest

from tests.faults.constellation.schedule import ALONE, KINDS, draw


def test_a_seed_always_draws_the_same_and_another_seed_something_else() -> None:
    assert draw(3, 120) == draw(3, 120) != draw(4, 120)


@pytest.mark.parametrize("seed", range(20))
def test_two_minutes_hold_almost_every_kind_of_fault(seed: int) -> None:
    assert len({event.kind for event in draw(seed, 120)}) >= len(KINDS) - 6


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("seconds", [20, 120])
def test_every_fault_has_ended_when_the_time_is_over(seed: int, seconds: float) -> None:
    assert all(event.at + event.seconds <= seconds for event in draw(seed, seconds))


@pytest.mark.parametrize("seed", range(20))
def test_nothing_else_goes_wrong_while_one_side_is_away(seed: int) -> None:
    events = draw(seed, 240)
    for lonely in (event for event in events if event.kind in ALONE):
        at_once = [
            event
            for event in events
            if event is not lonely and event.at <= lonely.at + lonely.seconds and event.at + event.seconds >= lonely.at
        ]
        assert at_once == []
