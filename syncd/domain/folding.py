"""Are two spellings of a name the same to somebody who searches?"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

__all__ = ["fold", "latin"]

# Letters that no decomposition takes apart.
_PLAIN: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


class _Folded(dict[int, str]):
    """What becomes of a letter, by its number; worked out when it is first met."""

    def __missing__(self, letter: int) -> str:
        decomposed = unicodedata.normalize("NFKD", chr(letter))
        plain = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_PLAIN)
        self[letter] = plain
        return plain


_FOLDED: Final = _Folded()

# As names are written in passports (ICAO 9303), which is what bank and shop forms show. й and ё lose their marks first.
_CYRILLIC: Final = str.maketrans(
    dict(zip("абвгдезиклмнопрстуфыэіґ", "abvgdeziklmnoprstufyeig", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
    | {"є": "ie", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz"}
)


def fold(text: str) -> str:
    """``LODZ`` and ``Łódź`` give the same: lower case, without marks, special letters written plainly."""
    if text.isascii():
        return text.lower()
    return " ".join([word if word.isascii() else _fold_word(word) for word in text.casefold().split(" ")])


@lru_cache(maxsize=4096)  # firms' names are made of the same words, and towns are few
def _fold_word(word: str) -> str:
    return word.translate(_FOLDED)


def latin(folded: str) -> str:
    """Write what `fold` gave in Latin letters: ``ромашка`` is ``romashka``."""
    return folded if folded.isascii() else folded.translate(_CYRILLIC)
