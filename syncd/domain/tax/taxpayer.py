"""By which number is a taxpayer known, however a system writes its tax id?

Some countries make the VAT number out of the register's number. One system holds the one, another the other, and it is
the same company.
"""

from __future__ import annotations

from typing import Final

from syncd.domain.tax.number import fault

__all__ = ["taxpayer"]

_SUFFIXES: Final = {"NO": ("MVA",), "CH": ("MWST", "TVA", "IVA", "TPV")}
_CONCERNED: Final = {"SE": "SE", "FR": "FR", "NO": "NO", "CH": "CH", "CHE": "CH"}
"""Country by prefix, or by declared country, of those that have two forms."""


def taxpayer(number: str, prefix: str, country: str) -> str:
    """The register's number inside a VAT number; any other number as it is.

    Sweden: ten digits of the organisation number and ``01``. France: two characters and the SIREN. Norway and
    Switzerland: a suffix.

    Args:
        number: Compact, without prefix.
        country: Declared country, ISO 3166-1 alpha-2, for a number without a prefix.
    """
    where = _CONCERNED.get(prefix or country)
    if where is None:
        return number
    if where == "SE" and len(number) == 12 and number.isdigit() and number.endswith("01"):
        # Twelve digits without a prefix can be a person's number with its century.
        return number[:10] if prefix or fault(number[:10], "SE") is None else number
    if where == "FR" and prefix and len(number) == 11 and number[2:].isdigit():
        return number[2:]
    for suffix in _SUFFIXES.get(where, ()):
        number = number.removesuffix(suffix)
    return number
