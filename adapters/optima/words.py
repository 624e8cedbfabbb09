"""Which words of Optima's files stand for which numbers of its database?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from syncd.domain.country import is_member
from syncd.errors import InvalidRecord
from syncd.sentence import Sentence

__all__ = ["EXPORT", "amount_text", "export_code", "export_word", "flag_text", "is_yes"]

EXPORT: Final = (
    "krajowy",
    "pozaunijny",
    "pozaunijny (zwrot VAT)",
    "wewnątrzunijny",
    "wewnątrzunijny trójstronny",
    "podatnikiem jest nabywca",
    "poza terytorium kraju",
    "poza terytorium kraju (stawka NP)",
    "wewnątrzunijny - podatnikiem jest nabywca",
    "pozaunijny - podatnikiem jest nabywca",
)
"""Words for Knt_Export, by number. Of a file's words only krajowy was seen."""

_CODE: Final = {word.casefold(): code for code, word in enumerate(EXPORT)}
_YES: Final = frozenset({"tak", "t", "1", "true"})
_NO: Final = frozenset({"nie", "n", "0", "false", ""})


def export_code(word: str) -> int | None:
    """The Knt_Export of a word, in any case; ``None`` for one that is none, such as the Nie of some generators."""
    return _CODE.get(" ".join(word.split()).casefold())


def export_word(country: str, home: str, on: date) -> str:
    """The class of a new contractor: that of its country. What the ERP states later is the ERP's word."""
    if not country or country == home:
        return EXPORT[0]
    return EXPORT[3] if is_member(country, on) else EXPORT[1]


def is_yes(text: str, element: str, field: str) -> bool:
    """Whether an element says Tak; a missing one says Nie.

    Raises:
        InvalidRecord: If it says neither.
    """
    folded = text.strip().casefold()
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise InvalidRecord(
        Sentence("%(element)s is neither Tak nor Nie", element=element),
        field=field,
        cure="Correct the record in Optima.",
    )


def flag_text(value: bool) -> str:  # noqa: FBT001 - the value itself
    """Tak or Nie."""
    return "Tak" if value else "Nie"


def amount_text(value: object) -> str:
    """An amount with two decimals and a point, whatever the driver made of it; as it is if it is no number."""
    try:
        return f"{Decimal(str(value)):.2f}"
    except InvalidOperation:
        return str(value).strip()
