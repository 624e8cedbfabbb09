"""How is a worker told that there is something to do?

A ring is a hint and may be lost: what has to be done is a row, and the sweep finds it.
"""

from __future__ import annotations

from typing import Protocol

__all__ = ["Doorbell", "Silent"]


class Doorbell(Protocol):
    """Wakes a worker; returns at once whether somebody could hear it, and never raises when nobody could."""

    def run(self, run_id: int) -> bool:
        """There is a run to execute."""

    def push(self, connection_id: int) -> bool:
        """There are pushes due at this connection."""


class Silent:
    """Nobody to wake, so that nobody fails to hear: the caller works by itself, or the sweep finds the rows."""

    def run(self, run_id: int) -> bool:  # noqa: ARG002 - as all doorbells are rung
        """Do nothing."""
        return True

    def push(self, connection_id: int) -> bool:  # noqa: ARG002 - the same
        """Do nothing."""
        return True
