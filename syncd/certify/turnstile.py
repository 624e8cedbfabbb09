"""Is a pause that a platform asked for kept? A throttle with a clock of its own, that waits for nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable

from syncd.errors import RateLimited

__all__ = ["Turnstile"]


class Turnstile:
    """Lets calls through until a pause is asked for, and none before its end.

    Args:
        now: Seconds on a clock that the caller turns.

    Attributes:
        pauses: Every pause that was asked for, in seconds.
        refused: Calls that were not let through.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._until = float("-inf")
        self.pauses: list[float] = []
        self.refused = 0

    def wait(self) -> None:
        """Return if a call may be sent now.

        Raises:
            RateLimited: If the pause is not over.
        """
        with self._lock:
            left = self._until - self._now()
            if left > 0:
                self.refused += 1
                raise RateLimited("a pause that the peer asked for is not over", retry_after=left)

    def pause(self, seconds: float) -> None:
        """Let nobody through for so long."""
        with self._lock:
            self.pauses.append(seconds)
            self._until = max(self._until, self._now() + seconds)
