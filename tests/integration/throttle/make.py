"""A throttle for connection 1, without a whole configuration around it."""

from __future__ import annotations

from sqlalchemy import Engine

from syncd.throttle.bucket import Bucket
from syncd.throttle.in_database import InDatabase
from syncd.throttle.in_redis import InRedis, connect
from syncd.throttle.shared import SharedThrottle


def make_throttle(
    engine: Engine, redis_url: str | None, *, calls: int = 0, seconds: float = 1.0, longest: float = 30.0
) -> SharedThrottle:
    """`calls` 0: no limit, but pauses."""
    bucket = Bucket.of(calls, seconds) if calls else None
    in_database = InDatabase(engine, "1", bucket)
    in_redis = InRedis(connect(redis_url), "1", bucket, known_pause=in_database.paused) if redis_url else None
    return SharedThrottle("connection shop", in_redis, in_database, longest=longest)
