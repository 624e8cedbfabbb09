"""Where do a run's changes come from?"""

from __future__ import annotations

from typing import Final, Literal

__all__ = ["EDIT", "REGISTRY", "REVERIFY", "Mode", "lease_name"]

Mode = Literal["incremental", "full", "only", "reverify"]
"""What can be asked for: a read of a side, or a new look at what is known by the rules as they are now."""

EDIT: Final = "edit"
"""A person's change: planned when it was asked for."""

REVERIFY: Final = "reverify"

REGISTRY: Final = frozenset({EDIT, REVERIFY})
"""Runs that read no side: they say nothing about its health, and a pause of it does not stop them."""


def lease_name(mode: str, connection_id: int) -> str:
    """What a run of a connection may only do alone. A person's change need not wait until a long read is over."""
    return f"{'edit' if mode == EDIT else 'run'}:{connection_id}"
