"""When are two spellings of a name the same?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from syncd.domain import folding

__all__ = ["fold"]

_DOTS: Final = re.compile(r"(?<=\w)\.(?=\w\b|$|\s)")
# Marks that nobody sees, in texts that were copied off a page: soft hyphens, blanks of no width, a file's BOM.
_UNSEEN: Final = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]+")
_SEPARATORS: Final = re.compile(r"[^\w]+")
# CLDR's Russian names have the islands abbreviated.
_ISLANDS: Final = re.compile(r"\bо-в(а?)\b")
_WORDS: Final = {"st": "saint", "ste": "saint", "and": "", "the": ""}


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """Fold case, accents, blanks and punctuation away: ``U.K.`` is ``uk``, ``Côte d’Ivoire`` is ``cote d ivoire``."""
    spelt_out = _ISLANDS.sub(r"остров\1", _UNSEEN.sub("", text).casefold())
    plain = folding.fold(spelt_out)
    words = _SEPARATORS.sub(" ", _DOTS.sub("", plain)).split()
    kept = [_WORDS.get(word, word) for word in words]
    return " ".join(word for word in kept if word) or " ".join(words)
