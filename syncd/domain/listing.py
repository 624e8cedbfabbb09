"""By what is a customer found in a list, and by what is the list sorted?

Everything is folded (`syncd.domain.folding`), what is kept and what is typed alike: ``lodz`` finds Łódź.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from syncd.domain.contractor import AddressKind, Kind
from syncd.domain.folding import fold, latin

__all__ = ["CUT", "Listed", "Sketch", "compact_number", "listed", "sketch", "sought"]

CUT: Final = 300
"""Characters of what is sorted by: an index takes no texts of any length, and nobody reads on."""

_TEXT_CUT: Final = 4000
_MOST_WORDS: Final = 8
_DIGITS: Final = re.compile(r"[0-9]+")
_APART: Final = re.compile(r"[\s\-./()]+")
_NUMBERED: Final = re.compile(r"(\+|00)?[a-z]{0,3}[\d\s\-./()]+")


class _Town(msgspec.Struct, frozen=True, gc=False):
    city: str = ""
    kind: AddressKind = AddressKind.MAIN


class Sketch(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a list shows of a `syncd.domain.contractor.Contractor`; reading only that takes a third of the time."""

    name: str
    kind: Kind = Kind.ORGANISATION
    number: str = ""
    tax_id: str = ""
    tax_id_stated: str = ""
    tax_prefix: str = ""
    email: str = ""
    login_email: str = ""
    phones: tuple[str, ...] = ()
    addresses: tuple[_Town, ...] = ()
    caretaker: str = ""
    newsletter: bool | None = None

    @property
    def tax(self) -> str:
        """The tax number as a list shows it."""
        return f"{self.tax_prefix}{self.tax_id}" if self.tax_id else self.tax_id_stated

    @property
    def city(self) -> str:
        """Where the registered office is, else any town that is known."""
        first = ""
        for town in self.addresses:
            if town.city and town.kind is AddressKind.MAIN:
                return town.city
            first = first or town.city
        return first


class Listed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a customer is sorted, filtered and searched by, folded.

    Attributes:
        text: All that a search looks through, each piece after a line break.
    """

    name: str
    number: str
    email: str
    tax_id: str
    phone: str
    city: str
    caretaker: str
    kind: str
    newsletter: bool | None
    text: str


sketch = msgspec.json.Decoder(Sketch).decode
"""Read it from a contractor's document."""


def listed(code: str, seen: Sketch) -> Listed:
    """What a list goes by.

    Args:
        code: By which people call the customer.
    """
    name, number, email, tax_id = fold(seen.name), fold(seen.number), fold(seen.email), fold(seen.tax)
    city, caretaker = fold(seen.city), fold(seen.caretaker)
    cities = [fold(town.city) for town in seen.addresses]
    phones = ["".join(_DIGITS.findall(phone)) for phone in seen.phones]
    pieces = (code.lower(), number, name, latin(name), email, fold(seen.login_email), tax_id, *phones, *cities)
    return Listed(
        name=name[:CUT],
        number=number[:CUT],
        email=email[:CUT],
        tax_id=tax_id[:CUT],
        phone=phones[0][:CUT] if phones else "",
        city=city[:CUT],
        caretaker=caretaker[:CUT],
        kind=seen.kind.value,
        newsletter=seen.newsletter,
        text="\n".join(["", *filter(None, dict.fromkeys(pieces))])[:_TEXT_CUT],
    )


def sought(search: str) -> list[tuple[str, ...]]:
    """What has to be in a customer's text: all words of at least one of these.

    A number is meant as a whole, however it is spaced: ``526-025-02-74``, ``+48 600 100 200``.
    """
    folded = fold(search.strip()).replace("\0", "")
    if not folded:
        return []
    if not _NUMBERED.fullmatch(folded) or len("".join(_DIGITS.findall(folded))) < 5:
        return [tuple(dict.fromkeys(folded.split()))[:_MOST_WORDS]]
    return [(one,) for one in dict.fromkeys(_spellings(folded))]


def compact_number(number: str) -> str:
    """A number however it is spaced, as lists keep it."""
    return _APART.sub("", fold(number)).removeprefix("+")


def _spellings(number: str) -> Iterator[str]:
    yield number
    compact = compact_number(number)
    yield compact
    if number.startswith(("+", "00")):
        yield compact[-9:]  # many note no country's prefix
