"""What is the comparable form of a tax id, and can it be right?

A wrong check digit never loses a record: the number is kept as stated and a person is told.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

import msgspec
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError

__all__ = ["TaxId", "fault", "split"]

_NOISE: Final = re.compile(r"[\s.\-–/_]+")
_PREFIXED: Final = re.compile(r"(CHE(?=\d)|[A-Z]{2})(?=.*\d)([0-9A-Z+*]{4,})\Z")

_BUSINESS_NUMBER: Final = {"CH": ("uid", "CHE"), "NO": ("orgnr", ""), "SE": ("orgnr", "")}
"""Countries whose VAT number is the business number and a suffix that systems leave out: its rule, its prefix there."""
_SUFFIX: Final = re.compile(r"(MWST|TVA|IVA|TPV)\Z")


class TaxId(msgspec.Struct, frozen=True):
    """A tax id in the form in which two systems' statements compare equal."""

    prefix: str
    number: str


def split(stated: str) -> TaxId:
    """Take a tax id apart: upper case, no separators, a leading pair of letters is the prefix."""
    compact = _NOISE.sub("", stated).upper()
    match = _PREFIXED.match(compact)
    return TaxId(match[1], match[2]) if match else TaxId("", compact)


@lru_cache(maxsize=512)
def _checker(country: str, kind: str) -> Any:
    return get_cc_module(country.lower(), kind)


def fault(number: str, country: str) -> str | None:
    """Say in words why `number` cannot be a tax id of `country`; ``None`` when it can, or when no rule is known.

    Offline only: form and check digits by python-stdnum.
    """
    if not number or not country:
        return None
    wrong = _violation(_checker(country, "vat"), number)
    if wrong and country in _BUSINESS_NUMBER:
        kind, prefix = _BUSINESS_NUMBER[country]
        if _violation(_checker(country, kind), f"{prefix}{_SUFFIX.sub('', number)}") is None:
            return None
    return wrong


def _violation(rule: Any, number: str) -> str | None:
    if rule is None:
        return None
    try:
        rule.validate(number)
    except ValidationError as error:
        return str(error)
    return None
