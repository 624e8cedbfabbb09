"""In which colours can a group be shown, so that everybody can tell it from what is behind it?

WCAG 2.2 asks for a contrast of 3 between a mark and its ground. A colour that reaches it on the white of the light
theme and on the dark of the other is right on both.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["ENOUGH", "GROUNDS", "PALETTE", "contrast", "is_color", "stands_out"]

PALETTE: Final[tuple[tuple[str, str], ...]] = (
    ("blue", "#2b7de0"),
    ("azure", "#1f87b8"),
    ("indigo", "#5f78e6"),
    ("purple", "#ae5fd0"),
    ("pink", "#d6498b"),
    ("red", "#dd4b4b"),
    ("orange", "#d2691e"),
    ("yellow", "#a8800b"),
    ("lime", "#6a9413"),
    ("green", "#2c9a4b"),
    ("teal", "#12958c"),
    ("grey", "#7b8794"),
)
"""Colours that are offered, by name."""

GROUNDS: Final = ("#ffffff", "#f9fafb", "#171717", "#262626")
"""What is behind a mark: cards and pages of the light theme and of the dark one."""

ENOUGH: Final = 3.0

_COLOR: Final = re.compile(r"#[0-9a-f]{6}")


def is_color(text: str) -> bool:
    """Whether a text is a colour in the one form that is kept: ``#206bc4``."""
    return _COLOR.fullmatch(text) is not None


def stands_out(color: str) -> bool:
    """Whether a colour is told from all grounds."""
    return all(contrast(color, ground) >= ENOUGH for ground in GROUNDS)


def contrast(one: str, other: str) -> float:
    """How far apart two colours are, from 1 to 21, as WCAG counts it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(int(color[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
