"""In which form do two systems' statements of one number compare equal?"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import msgspec

__all__ = ["TaxId", "parts_of", "split", "squeeze", "stated_form"]

# Blanks, separators, every dash of Unicode, and marks that nobody sees: a web page's soft hyphen, a file's BOM.
_NOISE: Final = re.compile(r"[\s.\-\u2010-\u2015\u2212/_\u00ad\u200b-\u200f\u2060\ufeff]+")
_PREFIXED: Final = re.compile(r"(CHE(?=\d)|[A-Z]{2})(?=.*\d)([0-9A-Z+*]{4,})\Z")


class TaxId(msgspec.Struct, frozen=True, gc=False):
    """A tax id in the form in which two systems' statements compare equal."""

    prefix: str
    number: str


def squeeze(stated: str) -> str:
    """Upper case without separators; digits of any script become the ten of ASCII."""
    if stated.isascii():
        if stated.isalnum():  # nearly all: adapters and registers hold numbers without separators
            return stated.upper()
    else:
        stated = "".join(map(_ascii_digit, stated))
    return _NOISE.sub("", stated).upper()


def _ascii_digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def split(stated: str) -> TaxId:
    """Take a tax id apart: upper case, no separators, a leading pair of letters is the prefix."""
    return parts_of(squeeze(stated))


def parts_of(compact: str) -> TaxId:
    """What `split` makes of a number that has no separators any more."""
    match = _PREFIXED.match(compact) if compact[:1].isalpha() else None
    return TaxId(match[1], match[2]) if match else TaxId("", compact)


def stated_form(stated: str, parts: TaxId) -> str:
    """What has to be kept beside `parts` so that nothing of the statement is lost; ``""`` where they say it all."""
    text = stated.strip()
    return "" if text in {parts.number, parts.prefix + parts.number} else text
