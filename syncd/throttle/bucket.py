"""How does "so many calls in so many seconds" become a token bucket that never lets more through?"""

from __future__ import annotations

from typing import NamedTuple, Protocol

__all__ = ["Bucket", "Store", "Turn"]


class Bucket(NamedTuple):
    """Tokens that refill steadily.

    Attributes:
        burst: Tokens that it holds when full.
        per_second: Tokens that it gains.
    """

    burst: int
    per_second: float

    @classmethod
    def of(cls, calls: int, seconds: float) -> Bucket:
        """A tenth of the calls may come at once, and refilling is slower by as much.

        No window of `seconds` then sees more than `calls`: a full bucket plus what it gains until the window ends. A
        bucket that held all of them would let twice as many through around a full one.
        """
        burst = max(1, calls // 10)
        return cls(burst, (calls - burst + 1) / seconds)

    def take(self, tokens: float, elapsed: float) -> tuple[float, float]:
        """Take one token, or queue for one.

        Args:
            tokens: What was left; below zero, as many callers queue.
            elapsed: Seconds since.

        Returns:
            What is left now, and the seconds to wait for the token taken.
        """
        left = min(float(self.burst), tokens + max(elapsed, 0.0) * self.per_second) - 1
        return left, max(0.0, -left / self.per_second)


class Turn(NamedTuple):
    """An answer to "may I call?".

    Attributes:
        granted: Whether a token was taken for the caller. If not, it asks again after the wait.
    """

    granted: bool
    seconds: float


class Store(Protocol):
    """What keeps one connection's bucket and pause, for all processes."""

    def take(self, longest: float, *, fresh: bool) -> Turn:
        """Take a token, unless that means waiting for more than `longest` seconds.

        Args:
            fresh: The caller comes from another store: at most one token is believed to be there.
        """

    def paused(self) -> float:
        """Seconds that the peer still wants to be left alone."""

    def pause(self, seconds: float) -> None:
        """Let nobody call for so long, or longer if that was asked for before."""
