"""Who was inside the EU's VAT area on a day?

The table carries dates because invoices of the past keep their law.
"""

from __future__ import annotations

from datetime import date
from typing import Final

__all__ = ["GOODS_ONLY_SINCE", "MEMBERS", "is_member"]

# Days of accession: https://europa.eu/european-union/about-eu/countries_en. Great Britain left on 2020-01-31, and
# Union law on VAT applied there until the transition ended on 2020-12-31: Withdrawal Agreement, art. 126 and 127.
MEMBERS: Final[dict[str, tuple[date, date]]] = {
    **dict.fromkeys("BE DE FR IT LU NL".split(), (date(1958, 1, 1), date.max)),
    **dict.fromkeys("DK IE".split(), (date(1973, 1, 1), date.max)),
    "GB": (date(1973, 1, 1), date(2020, 12, 31)),
    "GR": (date(1981, 1, 1), date.max),
    **dict.fromkeys("ES PT".split(), (date(1986, 1, 1), date.max)),
    **dict.fromkeys("AT FI SE".split(), (date(1995, 1, 1), date.max)),
    **dict.fromkeys("CY CZ EE HU LT LV MT PL SI SK".split(), (date(2004, 5, 1), date.max)),
    **dict.fromkeys("BG RO".split(), (date(2007, 1, 1), date.max)),
    "HR": (date(2013, 7, 1), date.max),
}
"""First and last day inside, by state."""

GOODS_ONLY_SINCE: Final = date(2021, 1, 1)
"""Northern Ireland is inside for goods, and not for services: Protocol on Ireland/Northern Ireland, art. 8."""

# Transactions with them are treated as with the other state: Directive 2006/112/EC, art. 7.
_TREATED_AS: Final = {"MC": "FR", "IM": "GB"}


def is_member(country: str, on: date) -> bool:
    """Whether `country` (ISO 3166-1 alpha-2) was inside the EU's VAT area on that day, special territories apart."""
    joined, left = MEMBERS.get(_TREATED_AS.get(country, country), (date.max, date.min))
    return joined <= on <= left
