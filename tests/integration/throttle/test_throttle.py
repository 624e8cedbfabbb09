"""Is a peer's rate limit kept across processes, with Redis, without it, and while it comes and goes (promise I12)?"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

import pytest
from redis import Redis as Client
from sqlalchemy import Engine, insert

from syncd.errors import RateLimited, Unavailable
from syncd.registry.engine import writing
from syncd.registry.tables import Base, Connection
from tests.integration.throttle import hammer
from tests.integration.throttle.make import make_throttle
from tests.real.redis import Redis

CALLS, SECONDS = 20, 1.0


@pytest.fixture(autouse=True)
def shop(registry: Engine) -> None:
    with writing(registry) as connection:
        connection.execute(insert(Connection).values(id=1, name="shop", kind="memory", side="shop"))


@pytest.fixture
def redis_url(request: pytest.FixtureRequest, where: str) -> str | None:
    if where == "database":
        return None
    server: Redis = request.getfixturevalue("empty_redis")
    return server.url


everywhere = pytest.mark.parametrize(
    ("where", "registry_url"),
    [
        ("redis", "sqlite"),
        ("database", "sqlite"),
        pytest.param("database", "postgresql", marks=pytest.mark.postgres),
    ],
    indirect=["registry_url"],
)
on_sqlite = pytest.mark.parametrize("registry_url", ["sqlite"], indirect=True)


def call_from(processes: int, engine: Engine, redis_url: str | None, *, calls: int, each: int) -> Sequence[float]:
    """Moments at which any of the processes was let through, in their order."""
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", hammer.__name__, url, redis_url or "-", str(calls), str(SECONDS), str(each)]
    rivals = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    return sorted(float(line) for rival in rivals for line in rival.communicate()[0].splitlines())


@everywhere
def test_i12_several_processes_together_stay_within_the_limit(registry: Engine, redis_url: str | None) -> None:
    sent = call_from(3, registry, redis_url, calls=CALLS, each=10)
    assert len(sent) == 30
    # However late a process is woken, so many tokens there were until then, and no more.
    gained = (sent[-1] - sent[0]) * CALLS / SECONDS
    assert len(sent) <= gained + max(1, CALLS // 10) + 1


@everywhere
def test_i12_a_pause_that_one_process_was_asked_for_holds_all(registry: Engine, redis_url: str | None) -> None:
    asked = time.monotonic()
    make_throttle(registry, redis_url).pause(2.0)
    sent = call_from(3, registry, redis_url, calls=0, each=1)
    assert min(sent) >= asked + 2.0


@everywhere
def test_a_pause_is_not_shortened_by_a_shorter_one(registry: Engine, redis_url: str | None) -> None:
    throttle = make_throttle(registry, redis_url, longest=0)
    throttle.pause(60)
    throttle.pause(1)
    with pytest.raises(RateLimited) as caught:
        throttle.wait()
    assert 50 < (caught.value.retry_after or 0) <= 60


@everywhere
def test_a_wait_that_is_too_long_says_when_to_come_again(registry: Engine, redis_url: str | None) -> None:
    throttle = make_throttle(registry, redis_url, calls=1, seconds=3600, longest=5)
    throttle.wait()
    with pytest.raises(RateLimited) as caught:
        throttle.wait()
    assert 3500 < (caught.value.retry_after or 0) <= 3600


@on_sqlite
def test_i12_a_pause_survives_a_redis_that_forgets_everything(registry: Engine, empty_redis: Redis) -> None:
    throttle = make_throttle(registry, empty_redis.url, longest=0)
    throttle.pause(60)
    Client.from_url(empty_redis.url).flushall()
    with pytest.raises(RateLimited):
        throttle.wait()


@on_sqlite
def test_i12_a_redis_that_is_killed_does_not_lift_the_limit(registry: Engine, own_redis: Redis) -> None:
    throttle = make_throttle(registry, own_redis.url, calls=1, seconds=3600, longest=5)
    throttle.wait()
    own_redis.server.kill()
    throttle.wait()  # the database has one token of its own, and no more
    with pytest.raises(RateLimited):
        throttle.wait()
    own_redis.server.start()
    with pytest.raises(RateLimited):
        throttle.wait()


@on_sqlite
def test_redis_is_used_again_when_it_is_back(
    registry: Engine, own_redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncd.throttle.shared._AWAY_SECONDS", 0.0)
    throttle = make_throttle(registry, own_redis.url, calls=CALLS)
    own_redis.server.kill()
    throttle.wait()
    own_redis.server.start()
    throttle.wait()
    assert Client.from_url(own_redis.url).exists("syncd:throttle:{1}:bucket")


@on_sqlite
def test_i10_redis_keeps_nothing_of_a_throttle_for_ever(registry: Engine, empty_redis: Redis) -> None:
    throttle = make_throttle(registry, empty_redis.url, calls=CALLS)
    throttle.wait()
    throttle.pause(5)
    client = Client.from_url(empty_redis.url)
    assert [key for key in client.scan_iter("syncd:throttle:*") if client.ttl(key) <= 0] == []


@on_sqlite
def test_without_redis_and_database_no_call_is_let_through(registry: Engine) -> None:
    throttle = make_throttle(registry, None, calls=CALLS)
    Base.metadata.tables["throttles"].drop(registry)
    with pytest.raises(Unavailable):
        throttle.wait()
