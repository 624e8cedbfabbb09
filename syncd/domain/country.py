"""Where does a contractor belong: domestic, inside the EU, outside, or is the evidence in conflict?

A verdict is three-valued on purpose: evidence that contradicts itself, or is absent, is ``unresolved`` and goes to
a person; it is never a guess. The table of members carries dates because invoices of the past keep their law.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

import msgspec
from babel import Locale

__all__ = ["Verdict", "Zone", "alpha2", "is_member", "prefix_country", "verdict"]


class Zone(StrEnum):
    """A contractor's place as seen from the shop's home country."""

    DOMESTIC = "domestic"
    INTRA_EU = "intra_eu"
    EXTRA_EU = "extra_eu"
    UNRESOLVED = "unresolved"


class Verdict(msgspec.Struct, frozen=True):
    """A zone with what it rests on.

    Attributes:
        country: ISO 3166-1 alpha-2, or ``""`` where none could be established.
        reasons: Sentences for an admin, in the order of the reasoning.
    """

    zone: Zone
    country: str
    reasons: tuple[str, ...]


# Dates of joining from the accession treaties; GB's VAT ties ended with the transition period on 2020-12-31.
_ALWAYS: Final = date.min
_EU: Final[dict[str, tuple[date, date]]] = {
    **dict.fromkeys("BE DE FR IT LU NL DK IE GR ES PT AT FI SE".split(), (_ALWAYS, date.max)),
    **dict.fromkeys("CY CZ EE HU LT LV MT PL SI SK".split(), (date(2004, 5, 1), date.max)),
    **dict.fromkeys("BG RO".split(), (date(2007, 1, 1), date.max)),
    "HR": (date(2013, 7, 1), date.max),
    "GB": (_ALWAYS, date(2020, 12, 31)),
}

# VAT follows another state's territory (Directive 2006/112/EC, art. 7).
_FOLLOWS: Final = {"MC": "FR", "IM": "GB"}

# A VAT prefix is not a country: Greece writes EL, and Northern Ireland's XI stands beside the country GB.
_PREFIX: Final = {"EL": "GR", "XI": "GB", "CHE": "CH", "UK": "GB"}

_ALIASES: Final = {"UK": "GB", "EL": "GR"}

# CLDR lists groupings and placeholders beside the countries.
_NOT_COUNTRIES: Final = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
_COUNTRIES: Final = frozenset(
    code
    for code in map(str, Locale("en").territories)
    if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
)


def alpha2(stated: str) -> str | None:
    """Normalise a stated country code; ``None`` where it is no country that we know."""
    code = stated.strip().upper()
    code = _ALIASES.get(code, code)
    return code if code in _COUNTRIES else None


def prefix_country(prefix: str) -> str | None:
    """Country that issues VAT numbers with `prefix`."""
    code = prefix.strip().upper()
    return _PREFIX.get(code) or alpha2(code)


def is_member(country: str, on: date) -> bool:
    """Whether `country` was inside the EU's VAT area on that day."""
    joined, left = _EU.get(_FOLLOWS.get(country, country), (date.max, date.min))
    return joined <= on <= left


@lru_cache(maxsize=4096)
def verdict(*, home: str, declared: str, prefix: str, address: str, on: date) -> Verdict:
    """Weigh the evidence for one contractor.

    Args:
        home: The shop's country.
        declared: Country that the contractor's record states, as stated.
        prefix: Prefix of the tax id, ``""`` where none was stated.
        address: Country of the main address.
        on: Day for which membership is asked.
    """
    reasons: list[str] = []
    country = alpha2(declared) if declared.strip() else None
    if declared.strip() and country is None:
        return Verdict(Zone.UNRESOLVED, "", (f"declared country {declared!r} is not a country code that we know",))
    if country:
        reasons.append(f"declared country is {country}")
    seated = alpha2(address) if address.strip() else None
    if seated and country and seated != country:
        reasons.append(f"main address is in {seated}")
        return Verdict(Zone.UNRESOLVED, country, (*reasons, "the two contradict each other"))
    if country is None and seated:
        country = seated
        reasons.append(f"main address is in {seated}")
    issuer = prefix_country(prefix) if prefix.strip() else None
    if issuer and country and issuer not in {country, _FOLLOWS.get(country, country)}:
        reasons.append(f"tax id prefix {prefix} belongs to {issuer}")
        return Verdict(Zone.UNRESOLVED, country, (*reasons, "the two contradict each other"))
    if issuer:
        reasons.append(f"tax id prefix is {prefix}")
        country = country or issuer
    if country is None:
        return Verdict(Zone.UNRESOLVED, "", ("no country is declared, and neither tax id nor address tells one",))
    return Verdict(_zone(country, prefix.strip().upper(), home, on, reasons), country, tuple(reasons))


def _zone(country: str, prefix: str, home: str, on: date, reasons: list[str]) -> Zone:
    if country == home:
        reasons.append(f"the shop's home is {home}")
        return Zone.DOMESTIC
    if prefix == "XI" and on >= date(2021, 1, 1):
        reasons.append("Northern Ireland counts as inside the EU for goods since 2021-01-01")
        return Zone.INTRA_EU
    if is_member(country, on):
        reasons.append(f"{country} is inside the EU's VAT area")
        return Zone.INTRA_EU
    reasons.append(f"{country} is outside the EU's VAT area")
    return Zone.EXTRA_EU
