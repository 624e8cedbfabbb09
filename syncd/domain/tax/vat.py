"""Whose numbers does VIES know?

VIES is the EU's exchange of VAT registrations between member states.
"""

from __future__ import annotations

from typing import Final

__all__ = ["VIES_PREFIXES", "vies_prefix"]


VIES_PREFIXES: Final = frozenset(
    "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI".split()
)
"""Prefixes that VIES answers for: the members, Greece as EL, and Northern Ireland."""


def vies_prefix(prefix: str) -> str | None:
    """The prefix as VIES writes it; ``None`` for one that it does not know, ``GB`` above all."""
    known = "EL" if prefix == "GR" else prefix
    return known if known in VIES_PREFIXES else None
