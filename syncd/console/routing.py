"""What is a route, and who may need to be let in for it?"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, Final, NamedTuple

from syncd.access.roles import Role

__all__ = ["FORM_BYTES", "Need", "Open", "Route"]

FORM_BYTES: Final = 64 * 1024
"""A form's body at most, unless its route takes more."""


class Open(Enum):
    """Who needs no role."""

    ANYBODY = "anybody"
    KNOWN = "known"
    """Anybody; whoever is logged in is recognised all the same."""
    PLATFORM = "platform"
    """Proves itself by the address it calls and by its signature; no browser is involved."""


Need = Role | Open


class Route(NamedTuple):
    """One page or action.

    Attributes:
        at_most: Bytes of a body; a larger one is refused before it is read whole.
    """

    method: str
    path: str
    need: Need
    answer: Callable[..., Any]
    at_most: int = FORM_BYTES
