"""Which zones are there, as seen from the shop's home country?"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Zone"]


class Zone(StrEnum):
    """A contractor's place as seen from the shop's home country."""

    DOMESTIC = "domestic"
    INTRA_EU = "intra_eu"
    EXTRA_EU = "extra_eu"
    UNRESOLVED = "unresolved"
