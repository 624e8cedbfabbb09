"""By which number is a taxpayer known, however a system writes its tax id?

Some countries make the VAT number out of the register's number. One system holds the one, another the other, and it is
the same company.
"""

from __future__ import annotations

from typing import Final

from syncd.domain.tax.number import fault, shortened
from syncd.domain.tax.own import edrpou_of

__all__ = ["taxpayer"]

_SUFFIXES: Final = {"NO": ("MVA",), "CH": ("MWST", "TVA", "IVA", "TPV")}
_CONCERNED: Final = {"SE": "SE", "FR": "FR", "HU": "HU", "NO": "NO", "CH": "CH", "CHE": "CH", "UA": "UA"}
"""Country by prefix, or by declared country, of those that have two forms."""

_LENGTHS: Final = {"SE": 12, "HU": 11}
"""Digits of the longer form of those that write one number in two lengths."""


def taxpayer(number: str, prefix: str, country: str) -> str:
    """The register's number inside a VAT number or a longer national form; any other number as it is.

    Sweden: ten digits of the organisation number and ``01``, or 16 or a century before them. Hungary: eight digits,
    then how the firm is taxed and its county. France: two characters and the SIREN. Norway and Switzerland: a suffix.
    Ukraine: the EDRPOU without its check digit, which is put back, then region and district.

    Args:
        number: Compact, without prefix.
        country: Declared country, ISO 3166-1 alpha-2, for a number without a prefix.
    """
    where = _CONCERNED.get(prefix or country)
    if where is None:
        return number
    if where == "UA":
        return edrpou_of(number) or number
    if where == "SE" and len(number) == 12 and number.isdigit() and number.endswith("01"):
        # Twelve digits without a prefix can be a person's number with its century.
        company = bool(prefix) or fault(number[:10], "SE") is None
        return number[:10] if company else shortened(where, number)
    if len(number) == _LENGTHS.get(where):
        return shortened(where, number)
    if where == "FR" and len(number) == 11 and number[2:].isdigit():
        return number[2:] if prefix or fault(number, where) is None else number
    for suffix in _SUFFIXES.get(where, ()):
        number = number.removesuffix(suffix)
    return number
