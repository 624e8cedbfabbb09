"""Are two statements one address, and which part of a street line is the house and which the flat?

Systems send addresses again without ids, in another spelling, or through a code page without the letters. What is
folded here decides whether that makes a second address; it never replaces what a side stated.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable
from functools import lru_cache
from typing import Final

import msgspec

from syncd.domain.contractor import Address

__all__ = ["Street", "address_key", "fold_street", "join_street", "split_street"]

# Letters whose stroke is no accent to Unicode.
_STROKES: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "ı": "i"})

_SAME: Final = {
    **dict.fromkeys(("ul", "ulica", "ул", "улица"), ""),
    **dict.fromkeys(("al", "aleja", "aleje"), "al"),
    **dict.fromkeys(("pl", "plac"), "pl"),
    **dict.fromkeys(("os", "osiedle"), "os"),
    **dict.fromkeys(("просп", "проспект", "пр-т", "пр"), "просп"),
    **dict.fromkeys(("наб", "набережная"), "наб"),
    **dict.fromkeys(("бульв", "бульвар", "б-р"), "бульв"),
    **dict.fromkeys(("пер", "переулок"), "пер"),
    **dict.fromkeys(("шоссе", "ш"), "ш"),
    **dict.fromkeys(("street", "st"), "st"),
    **dict.fromkeys(("road", "rd"), "rd"),
    **dict.fromkeys(("avenue", "ave", "av"), "ave"),
    **dict.fromkeys(("boulevard", "blvd", "bd"), "blvd"),
    **dict.fromkeys(("strasse", "str"), "str"),
    **dict.fromkeys(("sw", "swietego", "swietej"), "sw"),
    **dict.fromkeys(("ks", "ksiedza"), "ks"),
    **dict.fromkeys(("gen", "generala"), "gen"),
    **dict.fromkeys(("marsz", "marszalka"), "marsz"),
    **dict.fromkeys(("plk", "pulkownika"), "plk"),
    **dict.fromkeys(("dr", "doktora"), "dr"),
    **dict.fromkeys(("prof", "profesora"), "prof"),
}
"""Words of streets that are written in several ways, and titles of whom they are named after. ``ul.`` says nothing;
``al.`` and ``pl.`` tell streets apart."""

_HOUSE_WORDS: Final = frozenset({"nr", "no", "n", "д", "дом"})
_FLAT_WORDS: Final = frozenset(
    "m mieszk mieszkanie lok lokal кв квартира apt appt appartement flat wohnung whg lgh int interno".split()
)
_BUILDING_WORDS: Final = frozenset({"корп", "корпус", "к"})
_REPEATED: Final = frozenset({"bis", "ter", "quater"})
"""The second, third and fourth house of one number in France."""

# A range or a fraction is one word, and so is "пр-т"; every other sign only parts words.
_WORD: Final = re.compile(r"\w+(?:-\w+)*|/")
_RANGE: Final = re.compile(r"(?<=\d)\s*[-\u2013]\s*(?=\d)")
_GERMAN: Final = re.compile(r"(?<=\w)str(?:asse)?$")
_NO_WORD: Final = re.compile(r"\W")


def address_key(address: Address, home: str = "") -> Hashable:
    """What makes two statements the same address.

    Args:
        home: The country of an address that states none.
    """
    return (
        fold_street(address.street),
        _NO_WORD.sub("", address.postal_code).casefold(),
        _fold_city(address.city),
        address.country.casefold() or home.casefold(),
    )


@lru_cache(maxsize=8192)
def fold_street(text: str) -> str:
    """A street line without what two spellings of it differ in; different houses and flats stay different."""
    words: list[str] = []
    for word in _words(text):
        same = _SAME.get(word, word)
        same = _GERMAN.sub("str", same) if len(same) > len("str") else same
        if same:
            words.append(same)
    folded: list[str] = []
    for index, word in enumerate(words):
        before = folded[-1] if folded else ""
        number_follows = index + 1 < len(words) and words[index + 1][0].isdigit()
        after_number = before[:1].isdigit()
        if word in _FLAT_WORDS and number_follows and after_number:
            folded.append("/")
        elif word in _BUILDING_WORDS and number_follows and after_number:
            folded.append("корп")
        elif word in _HOUSE_WORDS and number_follows and folded:
            continue
        elif (word in _REPEATED or (len(word) == 1 and word.isalpha())) and before.isdigit() and not number_follows:
            folded[-1] = before + word
        elif len(word) == 1 and word.isalpha() and before == "/" and folded[-2:-1] and folded[-2].isdigit():
            folded[-2:] = [f"{folded[-2]}/{word}"]
        else:
            folded.append(word)
    return " ".join(folded)


@lru_cache(maxsize=4096)  # towns are few
def _fold_city(text: str) -> str:
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_STROKES)
    return _WORD.findall(_RANGE.sub("-", "".join(c for c in plain if not unicodedata.combining(c))))


class Street(msgspec.Struct, frozen=True):
    """A street line in parts.

    Attributes:
        street: The whole line where house and flat cannot be told for sure; then those are ``""``.
    """

    street: str
    house: str = ""
    flat: str = ""


_LONGEST: Final = 200
"""Characters of a line that can be a street with a house; what is longer is somebody's prose."""

_FIRST_YEAR, _LAST_YEAR = 1900, 2099
"""A number in between at the end of a line is more often a year (rue du 8 Mai 1945) than a house."""

_BRITISH: Final = frozenset({"GB", "IE"})
_AMERICAN: Final = frozenset({"US", "CA", "AU", "NZ"})
_FRENCH: Final = frozenset({"FR", "LU", "MC"})

_HOUSE: Final = r"(?P<house>\d{1,4}(?: ?[^\W\d_](?![^\W_]))?(?:[-\u2013]\d{1,4}[^\W\d_]?|/[^\W\d_])?)"
_FLAT: Final = r"(?P<flat>\d{1,4}[^\W\d_]?)"
_LAST: Final = re.compile(
    rf"(?P<street>.*?[^\W\d_][^,\s]*),? (?:nr\.? ?)?{_HOUSE}"
    rf"(?:(?: ?/ ?|,? (?:m|lok|lokal|mieszkanie|apt|Wohnung|Whg|lgh|int|interno)\.? ?){_FLAT})?",
    re.IGNORECASE,
)
_RUSSIAN: Final = re.compile(
    r"(?P<street>.*?[^\W\d_][^,\s]*),? (?:д|дом)\.? ?"
    r"(?P<house>\d{1,4}(?: ?[^\W\d_](?![^\W_]))?(?:/\d{1,4})?(?:,? (?:корпус|корп|к|стр|строение)\.? ?\d{1,4})?)"
    rf"(?:,? (?:кв|квартира)\.? ?{_FLAT})?",
    re.IGNORECASE,
)
_FIRST: Final = re.compile(
    rf"(?:flat {_FLAT}, )?(?P<house>\d{{1,5}}(?: ?(?:bis|ter|quater)\b|[^\W\d_](?![^\W_]))?),? "
    r"(?P<street>[^\W\d_][^,]*?)(?:,? (?:appartement|appt|apt)\.? ?(?P<flat_after>\d{1,4}[^\W\d_]?))?",
    re.IGNORECASE,
)


def split_street(text: str, country: str = "") -> Street:
    """Part a street line for a system that keeps house and flat apart, where that is sure.

    Nothing is lost: joined again, the parts are the same address.
    """
    whole = Street(text)
    if len(text) > _LONGEST:
        return whole
    found = _pattern(text, country).fullmatch(text)
    if found is None:
        return whole
    parts = found.groupdict()
    split = Street(parts["street"], parts["house"], parts["flat"] or parts.get("flat_after") or "")
    if split.house.isdigit() and _FIRST_YEAR <= int(split.house) <= _LAST_YEAR:
        return whole
    joined = join_street(split, country)
    return split if fold_street(joined) == fold_street(text) and _pattern(joined, country).fullmatch(joined) else whole


def join_street(parts: Street, country: str = "") -> str:
    """Write a street line the way that its country does."""
    street, house, flat = parts.street, parts.house, parts.flat
    if not house:
        return street
    if _is_cyrillic(street):
        return f"{street}, д. {house}" + (f", кв. {flat}" if flat else "")
    if country in _BRITISH:
        return (f"Flat {flat}, " if flat else "") + f"{house} {street}"
    if country in _AMERICAN:
        return f"{house} {street}" + (f", Apt {flat}" if flat else "")
    if country in _FRENCH:
        return f"{house} {street}" + (f", appt {flat}" if flat else "")
    return f"{street} {house}" + (f"/{flat}" if flat else "")


def _pattern(text: str, country: str) -> re.Pattern[str]:
    if country in _BRITISH | _AMERICAN | _FRENCH:
        return _FIRST
    return _RUSSIAN if _is_cyrillic(text) and re.search(r"\bд(?:ом)?\b", text, re.IGNORECASE) else _LAST


def _is_cyrillic(text: str) -> bool:
    return any("\u0400" <= c <= "\u04ff" for c in text)
