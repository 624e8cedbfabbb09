"""Are two spellings of a name the same to somebody who searches?"""

from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["fold"]

# Letters that no decomposition takes apart.
_PLAIN: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def fold(text: str) -> str:
    """``LODZ`` and ``Łódź`` give the same: lower case, without marks, special letters written plainly."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_PLAIN)
