"""Which values have room in XL's columns? Texts of fixed length in code page 1250, and small numbers.

Nothing is cut and no letter becomes a ``?``: what does not fit is an error that names the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from syncd.errors import Unstorable
from syncd.sentence import Counted, Sentence

__all__ = ["LENGTHS", "lines_of", "number_of", "percent_of", "street_of", "text_of"]

LENGTHS: Final[Mapping[str, int]] = {
    "Akronim": 20,
    "Nazwa1": 50,
    "Nazwa2": 50,
    "Nazwa3": 250,
    "NipE": 20,
    "NipPrefiks": 2,
    "Regon": 20,
    "GLN": 13,
    "Kraj": 2,
    "Wojewodztwo": 30,
    "KodP": 10,
    "Miasto": 30,
    "Ulica": 30,
    "Adres": 30,
    "Telefon": 30,
    "Telefon1": 30,
    "Telefon2": 30,
    "EMail": 255,
    "URL": 255,
    "Symbol": 3,
    "Nazwa": 40,
    **{f"Atrybut{slot}": 20 for slot in (1, 2, 3)},
    **{f"Wartosc{slot}": 255 for slot in (1, 2, 3)},
}
"""Characters by column, its prefix aside."""

_PAGE: Final = "cp1250"
_CURE: Final = "Shorten it or spell it with the letters of Windows-1250; nothing was cut."


def text_of(field: str, column: str, value: str) -> str:
    """A text, if the column has room and letters for it.

    Raises:
        Unstorable: Naming the field; the value is not repeated.
    """
    if len(value) > LENGTHS[column]:
        raise Unstorable(
            Sentence(
                Counted("%(column)s holds %(count)s character", "%(column)s holds %(count)s characters"),
                column=column,
                count=LENGTHS[column],
            ),
            field=field,
            cure=_CURE,
        )
    try:
        value.encode(_PAGE)
    except UnicodeEncodeError:
        raise Unstorable(
            Sentence("%(column)s holds letters of code page 1250 only", column=column), field=field, cure=_CURE
        ) from None
    return value


def lines_of(field: str, name: str) -> dict[str, str]:
    """A name over its three lines, parted at blanks, so that the lines with blanks between them are the name.

    Raises:
        Unstorable: If it cannot be parted so.
    """
    lines, rest = [], name.strip()
    for column in ("Nazwa1", "Nazwa2"):
        line = _head(rest, LENGTHS[column])
        lines.append(line)
        rest = rest[len(line) :].removeprefix(" ")
    lines.append(rest)
    if " ".join(line for line in lines if line) != name.strip() or (rest and not lines[0]):
        raise Unstorable("it cannot be parted at blanks into lines of 50, 50 and 250", field=field, cure=_CURE)
    return {f"Nazwa{index}": text_of(field, f"Nazwa{index}", line) for index, line in enumerate(lines, start=1)}


def street_of(field: str, street: str) -> dict[str, str]:
    """A street over its two columns: as it has lines, else parted at a blank.

    Raises:
        Unstorable: If it has no room there.
    """
    first, *more = [line.strip() for line in street.splitlines() if line.strip()] or [""]
    second = " ".join(more)
    if not second:
        head = _head(first, LENGTHS["Ulica"])
        first, second = head, first[len(head) :].removeprefix(" ")
    return {"Ulica": text_of(field, "Ulica", first), "Adres": text_of(field, "Adres", second)}


def number_of(field: str, value: str) -> int:
    """A small whole number; an empty text is 0.

    Raises:
        Unstorable: If it is none.
    """
    if value and not (value.isascii() and value.isdigit() and int(value) < 2**15):
        raise Unstorable("XL keeps a number here", field=field, cure="Give the number that XL has for it.")
    return int(value or 0)


def percent_of(field: str, value: Decimal | None) -> Decimal:
    """A percentage of five figures, two behind the point; none is 0.

    Raises:
        Unstorable: If it has more.
    """
    percent = Decimal(0) if value is None else value
    if abs(percent) >= 1000 or percent != percent.quantize(Decimal("0.01")):
        raise Unstorable("XL keeps five figures, two of them behind the point", field=field, cure="Round it.")
    return percent.quantize(Decimal("0.01"))


def _head(text: str, length: int) -> str:
    """The longest beginning that ends before a single blank: all of a short text, nothing where there is no blank."""
    if len(text) <= length:
        return text
    for end in range(length, 0, -1):
        if text[end] == " " and text[end - 1] != " " and text[end + 1 : end + 2] != " ":
            return text[:end]
    return ""
