"""Which calls did a simulated platform receive, and what became of each?"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

from syncd.certify.sandbox import Call

__all__ = ["Journal"]

JOURNAL_CALLS: Final = 100_000
"""Calls that a journal keeps; a demo that runs for weeks forgets the oldest."""


class Journal:
    """Calls in the order of arrival; each is entered before it acts and corrected after. Thread-safe."""

    def __init__(self, limit: int = JOURNAL_CALLS) -> None:
        self._lock = threading.Lock()
        self._limit = limit
        self._calls: dict[int, Call] = {}
        self._arrived = 0

    def enter(self, call: Call) -> int:
        """Note an arrival; answer its number."""
        with self._lock:
            self._arrived += 1
            self._calls[self._arrived] = call
            if len(self._calls) > self._limit:
                del self._calls[next(iter(self._calls))]
            return self._arrived

    def correct(self, number: int, call: Call) -> None:
        """Put what became of a call in the place of its arrival."""
        with self._lock:
            if number in self._calls:
                self._calls[number] = call

    def calls(self) -> Sequence[Call]:
        """All that are kept, oldest first."""
        with self._lock:
            return list(self._calls.values())
