"""Does every bar of a chart stand inside it, and is none that means something too low to be seen?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.console.charts import bars, stacked

HEIGHT = 24.0
pairs = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=50)


@given(st.lists(st.floats(0, 1e9), max_size=50))
def test_bars_stand_inside_their_chart(values: list[float]) -> None:
    for bar in bars(values, HEIGHT):
        assert bar.height >= 2
        assert 0 <= bar.y <= HEIGHT
        assert bar.y + bar.height <= HEIGHT + 0.11


@given(pairs)
def test_stacked_bars_stand_on_each_other(values: list[tuple[int, int]]) -> None:
    lower, upper = [a for a, _ in values], [b for _, b in values]
    below, above = stacked(lower, upper, HEIGHT)
    for a, b, low, high in zip(lower, upper, below, above, strict=True):
        assert (low.height > 0, high.height > 0) == (a > 0, b > 0)
        assert high.y >= 0
        assert high.y + high.height <= low.y + 0.11
