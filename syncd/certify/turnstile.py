"""How are rates and pauses kept where no registry keeps them: in trials, and of a system that is not configured?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from syncd.errors import RateLimited
from syncd.ports import Rate

__all__ = ["Spacing", "Turnstile"]


class Turnstile:
    """Waits for nothing: lets calls through until a pause is asked for, and none before its end.

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


class Spacing:
    """Lets calls of this process through one by one, as far apart as the published rate asks; waits for pauses."""

    def __init__(self, rate: Rate | None) -> None:
        self._apart = rate.seconds / rate.calls if rate else 0.0
        self._lock = threading.Lock()
        self._next = time.monotonic()

    def wait(self) -> None:
        """Return when a call may be sent."""
        with self._lock:
            now = time.monotonic()
            mine = max(self._next, now)
            self._next = mine + self._apart
        time.sleep(mine - now)

    def pause(self, seconds: float) -> None:
        """Let nobody through for so long."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)
