"""Where do the bars of a small chart stand? Numbers for SVG, since the pages have no styles of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

__all__ = ["Bar", "bars", "stacked"]

STEP: Final = 8.0
WIDTH: Final = 6.0
_LEAST: Final = 2.0
"""A bar of something is never so low that it cannot be seen."""


class Bar(NamedTuple):
    """One rectangle."""

    x: float
    y: float
    width: float
    height: float


def bars(values: Sequence[float], height: float) -> list[Bar]:
    """One bar for each value, also of nothing; the highest as high as the chart."""
    most = max(values, default=0.0)
    found = (_bar(index, value, most, height, floor=height) for index, value in enumerate(values))
    return [bar if bar.height else Bar(bar.x, height - _LEAST, WIDTH, _LEAST) for bar in found]


def stacked(lower: Sequence[float], upper: Sequence[float], height: float) -> tuple[list[Bar], list[Bar]]:
    """Two bars for each pair, one on the other."""
    most = max((a + b for a, b in zip(lower, upper, strict=True)), default=0.0)
    below = [_bar(index, value, most, height, floor=height) for index, value in enumerate(lower)]
    above = [_bar(index, value, most, height, floor=below[index].y) for index, value in enumerate(upper)]
    return below, above


def _bar(index: int, value: float, most: float, height: float, *, floor: float) -> Bar:
    # Two stacked bars that are both raised to the least height must still fit.
    tall = max(round(value / most * (height - _LEAST), 1), _LEAST) if value > 0 else 0.0
    return Bar(index * STEP, round(max(floor - tall, 0.0), 1), WIDTH, tall)
