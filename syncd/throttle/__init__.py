"""When may the next call to a platform be sent, with many processes calling at once?

Redis keeps a token bucket for each connection, and one for VIES. Where there is no Redis, or it is away, the registry's
database keeps them, call by call, so a Redis that dies never means "no limit". A pause that a peer asked for is
written to both: it outlives a Redis that forgets everything.
"""

from __future__ import annotations

from sqlalchemy import Engine

from syncd.throttle.bucket import Bucket
from syncd.throttle.in_database import InDatabase
from syncd.throttle.in_redis import InRedis, connect
from syncd.throttle.shared import SharedThrottle

__all__ = ["Bucket", "SharedThrottle", "open_throttle"]


def open_throttle(
    redis_url: str | None, engine: Engine, *, key: str, name: str, bucket: Bucket | None
) -> SharedThrottle:
    """Make a throttle.

    Args:
        redis_url: ``redis://``, ``rediss://`` or ``unix://``; ``None`` keeps the limit in the database alone.
        key: Whose it is, the same in all processes.
        name: The same in words, for messages.
        bucket: ``None`` for no limit but the pauses that are asked for.
    """
    in_database = InDatabase(engine, key, bucket)
    in_redis = None
    if redis_url:
        in_redis = InRedis(connect(redis_url), key, bucket, known_pause=in_database.paused)
    return SharedThrottle(name, in_redis, in_database, limited=bucket is not None)
