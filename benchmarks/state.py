"""What is compared after each step? One contractor, in the words of none of the systems."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["State"]


class State(NamedTuple):
    """One contractor as a system holds it.

    Attributes:
        addresses: Kind, name, street, postal code, city, country of each.
        groups: Sorted.
        missing: The system knows that the list does not have it any more.
    """

    code: str
    name: str
    tax_id: str
    country: str
    email: str
    phone: str
    addresses: tuple[tuple[str, str, str, str, str, str], ...]
    groups: tuple[str, ...]
    active: bool
    missing: bool
