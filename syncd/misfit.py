"""What does msgspec say of a value that does not fit, as a sentence that can be said in other languages?"""

from __future__ import annotations

import re
from typing import Final

from syncd.sentence import Sentence

__all__ = ["misfit"]

_TEXTS: Final = (
    "Expected `%(wanted)s`, got `%(got)s`",
    "Expected `%(wanted)s` of length %(limit)s, got %(got)s",
    "Expected `%(wanted)s` of length %(limit)s",
    "Expected `%(wanted)s` matching regex %(pattern)s",
    "Expected `%(wanted)s` with a timezone component",
    "Expected `%(wanted)s` that's a multiple of %(step)s",
    "Expected `%(wanted)s` %(limit)s",
    "Expected %(wanted)s",
    "Invalid enum value %(value)s",
    "Invalid value %(value)s",
    "Object missing required field `%(name)s`",
    "Object contains unknown field `%(name)s`",
)
"""The first one that fits counts."""

_ADDRESS: Final = "Expected `str` matching regex '^https?://'"
"""What most platforms say of their address."""

_SHAPES: Final = {
    text: re.compile(re.sub(r"%\((\w+)\)s", r"(?P<\1>.+)", re.sub(r"([`.'])", r"\\\1", text)), re.DOTALL)
    for text in _TEXTS
}


def misfit(said: str) -> Sentence:
    """The same text, but of an address, of which it would be a riddle; one that is not known stays English."""
    if said == _ADDRESS:
        return Sentence("it does not begin with http:// or https://")
    for text, shape in _SHAPES.items():
        if found := shape.fullmatch(said):
            return Sentence(text, **found.groupdict())
    return Sentence(said)
