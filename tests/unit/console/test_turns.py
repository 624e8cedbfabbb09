"""Are pages made a few at a time, each of them, and whatever becomes of the one before?"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.responses import Response

from syncd.console.turns import in_turn


def test_no_more_than_a_few_are_made_at_the_same_time_and_all_of_them_in_the_end() -> None:
    here, most, counting = 0, 0, threading.Lock()

    @in_turn
    def page(number: int) -> Response:
        nonlocal here, most
        with counting:
            here += 1
            most = max(most, here)
        time.sleep(0.01)
        with counting:
            here -= 1
        return Response(str(number))

    with ThreadPoolExecutor(12) as people:
        shown = [answer.body for answer in people.map(page, range(24))]
    assert shown == [str(number).encode() for number in range(24)]
    assert 1 <= most <= 3


def test_a_page_that_fails_keeps_no_turn() -> None:
    @in_turn
    def broken() -> Response:
        raise LookupError

    for _ in range(10):
        with pytest.raises(LookupError):
            broken()
    assert in_turn(lambda: Response("there"))().body == b"there"
