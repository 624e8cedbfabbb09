"""Can everybody tell a group's colour from what is behind it?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.groups.palette import ENOUGH, GROUNDS, PALETTE, contrast, is_color, stands_out

COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(("name", "color"), PALETTE)
def test_each_offered_colour_stands_out_in_both_themes(name: str, color: str) -> None:
    assert is_color(color), name
    assert {ground: round(contrast(color, ground), 2) for ground in GROUNDS if contrast(color, ground) < ENOUGH} == {}


def test_twelve_colours_are_offered_and_no_two_are_the_same() -> None:
    assert len({color for _, color in PALETTE}) == len({name for name, _ in PALETTE}) == 12


def test_contrast_is_counted_as_the_guidelines_do() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(COLORS, COLORS)
def test_contrast_is_the_same_either_way_and_within_its_bounds(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21.0001
    assert contrast(one, one) == 1


@pytest.mark.parametrize("text", ["", "#fff", "206bc4", "#206BC4", "#206bc4 ", "#206bc4;", "red", "#20６bc4"])
def test_what_is_no_colour_is_none(text: str) -> None:
    assert not is_color(text)


def test_what_is_too_light_or_too_dark_is_said() -> None:
    assert not stands_out("#ffee00")
    assert not stands_out("#001133")
