"""How is a worker told that there is something to do?

A ring is a hint and may be lost: what has to be done is a row, and the sweep finds it.
"""

from __future__ import annotations

from typing import Protocol

__all__ = ["Doorbell", "Silent"]


class Doorbell(Protocol):
    """Wakes a worker; returns at once and never raises when nobody hears it."""

    def run(self, run_id: int) -> None:
        """There is a run to execute."""

    def push(self, connection_id: int) -> None:
        """There are pushes due at this connection."""


class Silent:
    """Nobody to wake: the caller works by itself, or the sweep finds the rows."""

    def run(self, run_id: int) -> None:
        """Do nothing."""

    def push(self, connection_id: int) -> None:
        """Do nothing."""
