"""Does a token bucket keep "so many calls in so many seconds" in every window?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.throttle.bucket import Bucket


@given(
    calls=st.integers(1, 60),
    seconds=st.floats(0.5, 60),
    pauses=st.lists(st.floats(0, 5), min_size=1, max_size=300),
)
def test_no_window_sees_more_calls_than_the_platform_allows(calls: int, seconds: float, pauses: list[float]) -> None:
    bucket = Bucket.of(calls, seconds)
    now, tokens, sent = 0.0, float(bucket.burst), []
    for pause in pauses:
        now += pause
        tokens, wait = bucket.take(tokens, pause)
        sent.append(now + wait)
    for first in sent:
        # Half a microsecond of rounding is no call too many.
        assert sum(first <= moment < first + seconds - 5e-7 * len(sent) for moment in sent) <= calls


def test_a_full_bucket_gives_its_burst_at_once_and_then_one_token_at_a_time() -> None:
    bucket = Bucket.of(20, 10)
    tokens, waits = float(bucket.burst), []
    for _ in range(4):
        tokens, wait = bucket.take(tokens, 0)
        waits.append(round(wait, 3))
    assert waits == [0, 0, 0.526, 1.053]
