"""How does the checker say what it found?"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

__all__ = ["Verdict", "verdict"]

_SHOWN = 5


class Verdict(msgspec.Struct, frozen=True):
    """Whether a promise was kept, with the figure that says so."""

    kept: bool
    figure: str


def verdict(figure: str, broken: Collection[str]) -> Verdict:
    """Kept if nothing is `broken`; the first few are named."""
    shown = "; ".join(list(broken)[:_SHOWN])
    return Verdict(not broken, f"{figure}: {shown}" if broken else figure)
