"""Does Redis answer, is it safe from strangers, and does it keep what it is told?"""

from __future__ import annotations

import time
from typing import Any, Final

import redis
from redis.exceptions import AuthenticationError, RedisError

from syncd.checks.check import Check, failed, fine, weak
from syncd.sentence import Sentence
from syncd.settings.redis import open_to_strangers

__all__ = ["check_redis"]

_OLDEST: Final = (6, 2)
_CURRENT: Final = (7, 2)
_SECONDS: Final = 3


def check_redis(url: str | None) -> list[Check]:
    """Look at the Redis that wakes workers."""
    if url is None:
        return [
            weak("redis", "none is configured", "Set REDIS_URL; or use `syncd up`, which brings one for this machine.")
        ]
    client = redis.Redis.from_url(
        url.replace("redis+socket://", "unix://"), socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS
    )
    try:
        before = time.monotonic()
        client.ping()
        took = time.monotonic() - before
        info: dict[str, Any] = client.info()
    except AuthenticationError:
        return [failed("redis", "it refused the password", "Correct the password in REDIS_URL.", cause="reach")]
    except (RedisError, OSError) as error:
        cure = "Check `syncd config explain redis`, and that the server runs."
        return [
            failed("redis", Sentence("it cannot be reached (%(name)s)", name=type(error).__name__), cure, cause="reach")
        ]
    finally:
        client.close()
    version = str(info.get("redis_version", "0"))
    seen = f"{version}, {took * 1000:.0f} ms"
    return [_version("redis", version, seen), *_safety(url), *_memory(info)]


def _version(name: str, version: str, seen: str) -> Check:
    parts = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if parts < _OLDEST:
        return failed(name, Sentence("%(seen)s: too old", seen=seen), "Install Redis 7.2 or later.")
    if parts < _CURRENT:
        return weak(
            name,
            Sentence("%(seen)s: an old release, good for one machine", seen=seen),
            "Install Redis 7.2 or later on a server.",
        )
    return fine(name, seen)


def _safety(url: str) -> list[Check]:
    if not open_to_strangers(url):
        return []
    cure = "Set `requirepass` in its configuration and the password in REDIS_URL."
    return [failed("redis", "another machine's, and it asks for no password", cure)]


def _memory(info: dict[str, Any]) -> list[Check]:
    policy = str(info.get("maxmemory_policy", "noeviction"))
    if policy == "noeviction":
        return []
    return [
        weak(
            "redis",
            Sentence("it may forget messages: maxmemory-policy is %(policy)s", policy=policy),
            "Set maxmemory-policy noeviction.",
        )
    ]
