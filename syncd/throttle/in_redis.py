"""How does Redis keep a rate limit?

One script, so that reading, refilling and taking are one step for all processes, on one clock: Redis' own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from syncd.throttle.bucket import Bucket, Turn

__all__ = ["InRedis", "connect"]

_SECONDS: Final = 1.0
"""Longest wait for Redis before the database decides."""

# Answers: 0 a token is taken, wait so long for it; 1 no token is taken, wait so long and ask again; 2 nothing is known
# here (first call, flushed, restarted): ask again with the pause that the database knows of.
_TAKE: Final = """
local per_second, burst, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local fresh, told_pause = ARGV[4] == '1', tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(state[1]), tonumber(state[2])
if not tokens then
  if told_pause < 0 then return {2, 0} end
  tokens, at = 1, now
end
local paused = math.max(redis.call('PTTL', KEYS[2]), told_pause)
if told_pause > 0 then redis.call('SET', KEYS[2], '1', 'PX', paused) end
local wait = 0
if paused <= 0 and per_second > 0 then
  tokens = math.min(burst, tokens + math.max(now - at, 0) * per_second / 1000)
  if fresh then tokens = math.min(tokens, 1) end
  wait = math.max(0, math.ceil((1 - tokens) * 1000 / per_second))
  if wait > longest then return {1, wait} end
  tokens, at = tokens - 1, now
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.0f', at))
redis.call('PEXPIRE', KEYS[1], 60000 + math.max(wait, 0))
if paused > 0 then return {1, paused} end
return {0, wait}
"""

_PAUSE: Final = """
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '1', 'PX', ARGV[1]) end
"""


@functools.cache
def connect(url: str) -> Redis:
    """The client of this process for `url`; it connects when it is first used."""
    return Redis.from_url(
        url.replace("redis+socket://", "unix://"),
        socket_timeout=_SECONDS,
        socket_connect_timeout=_SECONDS,
        # Once more at once: the first use of a connection after Redis restarted fails on the old socket.
        retry=Retry(NoBackoff(), 1),
    )


class InRedis:
    """A bucket in Redis.

    Args:
        name: Whose it is, the same in all processes.
        bucket: ``None`` for one without a limit, which still can be paused.
        known_pause: Tells the pause that the database knows of; asked when Redis knows nothing.
    """

    def __init__(self, client: Redis, name: str, bucket: Bucket | None, *, known_pause: Callable[[], float]) -> None:
        self._client = client
        # One hash slot for both keys, should Redis be a cluster.
        self._bucket_key = f"syncd:throttle:{{{name}}}:bucket"
        self._pause_key = f"syncd:throttle:{{{name}}}:pause"
        self._bucket = bucket or Bucket(1, 0.0)
        self._known_pause = known_pause
        self._take = client.register_script(_TAKE)
        self._pause = client.register_script(_PAUSE)

    def take(self, longest: float, *, fresh: bool) -> Turn:
        """Take a token; see `Store.take`."""
        answer, wait = self._run(longest, fresh=fresh, told_pause=-1)
        if answer == 2:
            answer, wait = self._run(longest, fresh=fresh, told_pause=round(self._known_pause() * 1000))
        return Turn(answer == 0, wait / 1000)

    def paused(self) -> float:
        """Seconds of pause left."""
        return max(0, int(self._client.pttl(self._pause_key))) / 1000

    def pause(self, seconds: float) -> None:
        """Pause, unless a longer one is under way."""
        if seconds > 0:
            self._pause(keys=[self._pause_key], args=[round(seconds * 1000) + 1])

    def _run(self, longest: float, *, fresh: bool, told_pause: int) -> tuple[int, int]:
        answer, wait = self._take(
            keys=[self._bucket_key, self._pause_key],
            args=[self._bucket.per_second, self._bucket.burst, longest * 1000, int(fresh), told_pause],
        )
        return int(answer), int(wait)
