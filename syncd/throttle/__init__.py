"""When may the next call to a platform be sent, with many processes calling at once?

Redis keeps the token bucket of each connection. Where there is no Redis, or it is away, the registry's database keeps
one, call by call, so a Redis that dies never means "no limit". A pause that a peer asked for is written to both: it
outlives a Redis that forgets everything.
"""

from __future__ import annotations

from sqlalchemy import Engine

from syncd.sync.app import Connected
from syncd.throttle.bucket import Bucket
from syncd.throttle.in_database import InDatabase
from syncd.throttle.in_redis import InRedis, connect
from syncd.throttle.shared import SharedThrottle

__all__ = ["SharedThrottle", "open_throttle"]


def open_throttle(redis_url: str | None, engine: Engine, connected: Connected) -> SharedThrottle:
    """Make the throttle of one connection.

    Args:
        redis_url: ``redis://``, ``rediss://`` or ``unix://``; ``None`` keeps the limit in the database alone.
    """
    rate = connected.settings.rate or connected.adapter.rate
    bucket = Bucket.of(rate.calls, rate.seconds) if rate else None
    in_database = InDatabase(engine, connected.id, bucket)
    in_redis = None
    if redis_url:
        in_redis = InRedis(connect(redis_url), connected.id, bucket, known_pause=in_database.paused)
    return SharedThrottle(connected.name, in_redis, in_database, limited=bucket is not None)
