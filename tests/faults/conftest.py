"""A whole syncd for each fault: what is tested is how it dies, so nothing is shared but PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.daemon import Daemon, running_daemon
from tests.real.redis import Redis

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a fault test."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.faults)


@pytest.fixture
def daemon(tmp_path: Path, database_url: str, own_redis: Redis) -> Iterator[Daemon]:
    """Not started yet; ask `Daemon.worker` and `Daemon.beat`."""
    with running_daemon(tmp_path, database_url, own_redis.url) as daemon:
        yield daemon
