"""Whom does VIES know, and what can it answer?

VIES is the EU's exchange of VAT registrations between member states.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = ["VIES_PREFIXES", "VatAnswer", "vies_prefix"]


class VatAnswer(StrEnum):
    """What is known of a VAT number's registration. An outage is ``unknown``, and no evidence of anything."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"


VIES_PREFIXES: Final = frozenset(
    "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI".split()
)
"""Prefixes that VIES answers for: the members, Greece as EL, and Northern Ireland."""


def vies_prefix(prefix: str) -> str | None:
    """The prefix as VIES writes it; ``None`` for one that it does not know, ``GB`` above all."""
    known = "EL" if prefix == "GR" else prefix
    return known if known in VIES_PREFIXES else None
