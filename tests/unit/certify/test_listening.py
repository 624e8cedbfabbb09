"""Do the small tools of the certification hear, wait and deliver as they say?"""

from __future__ import annotations

import logging
import time
import warnings

import pytest

from syncd.certify.listening import overheard
from syncd.certify.turnstile import Spacing, Turnstile
from syncd.certify.webhooks import Webhooks
from syncd.errors import RateLimited
from syncd.ports import Rate


def test_everything_that_is_logged_inside_is_overheard_and_nothing_outside() -> None:
    log = logging.getLogger("httpx")
    level = log.level
    with overheard() as lines:
        log.debug("GET %s", "https://x/?token=1")
        warnings.warn("password=2", stacklevel=1)
    log.warning("outside")
    assert "token=1" in lines[0]
    assert lines[1:] == ["password=2"]
    assert log.level == level


def test_a_turnstile_opens_when_the_pause_is_over() -> None:
    clock = [0.0]
    turnstile = Turnstile(lambda: clock[0])
    turnstile.pause(5)
    clock[0] = 4
    with pytest.raises(RateLimited) as refused:
        turnstile.wait()
    assert (refused.value.retry_after, turnstile.pauses, turnstile.refused) == (1, [5], 1)
    clock[0] = 5
    turnstile.wait()


def test_calls_are_spaced_by_the_rate_and_wait_for_a_pause() -> None:
    spacing = Spacing(Rate(calls=100, seconds=1))
    begun = time.monotonic()
    for _ in range(4):
        spacing.wait()
    assert time.monotonic() - begun >= 0.03
    spacing.pause(0.05)
    begun = time.monotonic()
    spacing.wait()
    assert time.monotonic() - begun >= 0.045


@pytest.mark.parametrize(("times", "heard"), [(0, []), (1, ["7"]), (2, ["7", "7"])])
def test_a_hook_arrives_as_often_as_the_way_lets_it(times: int, heard: list[str]) -> None:
    hooks, arrived = Webhooks(), list[str]()
    hooks.listen(arrived.append)
    hooks.times = times
    hooks.send("7")
    assert (arrived, hooks.sent) == (heard, 1)
