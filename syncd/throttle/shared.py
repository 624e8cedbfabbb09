"""How long does a call wait for its turn, and who decides when Redis is away?"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final, TypeVar

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from syncd.errors import RateLimited, Unavailable
from syncd.sentence import Sentence
from syncd.throttle.bucket import Store, Turn

__all__ = ["LONGEST_WAIT", "SharedThrottle"]

LONGEST_WAIT: Final = 10.0
"""Seconds that a call waits for its turn; with more to wait, the work is put off and the worker does something else."""

_AWAY_SECONDS: Final = 2.0
"""After Redis failed it is asked again after so long, lest every call waits for its time-out."""

Answer = TypeVar("Answer")

_CLEAR_SECONDS: Final = 0.2
"""How long "no pause" is believed where there is no limit: asking before every call costs more than many a call."""

_log = logging.getLogger(__name__)


class SharedThrottle:
    """A `syncd.ports.Throttle` that all processes share.

    Args:
        name: Whose calls they are, for messages.
        in_redis: ``None`` where no Redis is configured.
        limited: Whether there is a limit besides the pauses that the peer asks for.
        longest: Seconds that `wait` waits at most.
    """

    def __init__(
        self,
        name: str,
        in_redis: Store | None,
        in_database: Store,
        *,
        limited: bool = True,
        longest: float = LONGEST_WAIT,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._limited = limited
        self._clear_until = 0.0
        self._in_redis = in_redis
        self._in_database = in_database
        self._longest = longest
        self._sleep = sleep
        self._redis_again_at = 0.0
        self._last_asked = in_redis or in_database

    def wait(self) -> None:
        """Return when a call may be sent.

        Raises:
            RateLimited: If that moment is further away than `longest`; no token is used up then.
            Unavailable: If neither Redis nor the database can tell.
        """
        if not self._limited and time.monotonic() < self._clear_until:
            return
        left = self._longest
        granted = False
        while not granted:
            turn = self._take(left)
            if turn.seconds > left:
                raise RateLimited(
                    Sentence("%(name)s: no call may be sent yet", name=self._name), retry_after=turn.seconds
                )
            granted = turn.granted
            if turn.seconds > 0:
                self._sleep(turn.seconds)
                left -= turn.seconds
                # The peer may have asked for a pause while this call queued.
                granted = granted and self._ask(lambda store: store.paused()) <= 0
        self._clear_until = time.monotonic() + _CLEAR_SECONDS

    def pause(self, seconds: float) -> None:
        """Let no process call before `seconds` have passed."""
        self._clear_until = 0.0
        try:
            self._in_database.pause(seconds)
        except SQLAlchemyError as error:
            _log.warning("%s: the pause is not in the database: %s", self._name, type(error).__name__)
        if self._in_redis is not None and self._redis_is_back():
            try:
                self._in_redis.pause(seconds)
            except (RedisError, OSError) as error:
                self._lose_redis(error)

    def _take(self, longest: float) -> Turn:
        def take(store: Store) -> Turn:
            turn = store.take(longest, fresh=store is not self._last_asked)
            self._last_asked = store
            return turn

        return self._ask(take)

    def _ask(self, question: Callable[[Store], Answer]) -> Answer:
        """Ask Redis, and the database if Redis is not there to answer."""
        if self._in_redis is not None and self._redis_is_back():
            try:
                return question(self._in_redis)
            except (RedisError, OSError) as error:
                self._lose_redis(error)
        try:
            return question(self._in_database)
        except SQLAlchemyError as error:
            raise Unavailable(
                Sentence(
                    "%(name)s: its rate limit cannot be kept: %(kind)s", name=self._name, kind=type(error).__name__
                )
            ) from None

    def _redis_is_back(self) -> bool:
        return time.monotonic() >= self._redis_again_at

    def _lose_redis(self, error: Exception) -> None:
        if self._redis_again_at == 0.0:
            _log.warning("Redis is away (%s): the database keeps the rate limits", type(error).__name__)
        self._redis_again_at = time.monotonic() + _AWAY_SECONDS
