"""A record kills the process that reads it: is it set aside, and do all others go on (promise I7)?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.daemon import Daemon, customer, running_daemon, wait_until
from tests.real.redis import Redis

ISSUES = "SELECT external_id, code FROM issues WHERE state = 'open'"


@pytest.fixture
def fragile(tmp_path: Path, own_redis: Redis) -> Iterator[Daemon]:
    url = f"sqlite:///{tmp_path / 'registry.db'}"
    with running_daemon(tmp_path, url, own_redis.url, kind="fragile") as daemon:
        yield daemon


def test_i7_a_record_that_kills_its_process_is_set_aside(fragile: Daemon) -> None:
    fragile.erp.add(customer(1))
    poison = fragile.erp.add(customer(2, name="Poison Ltd"))
    fragile.erp.add(customer(3))
    worker = fragile.worker("--beat")
    wait_until(lambda: len(fragile.shop.holds()) == 2)
    assert fragile.rows(ISSUES) == [(poison, "poison-record")]
    assert worker.is_running


@pytest.mark.slow
def test_i7_a_record_that_kills_the_process_that_writes_it_is_set_aside(fragile: Daemon) -> None:
    fragile.erp.add(customer(1))
    fragile.erp.add(customer(2, name="Deadly Ltd"))
    fragile.erp.add(customer(3))
    worker = fragile.worker("--beat")
    wait_until(lambda: fragile.rows(ISSUES) != [], seconds=100)  # six processes, a lease each
    wait_until(lambda: len(fragile.rows("SELECT contractor_id FROM pushes")) == 1)
    assert [code for _, code in fragile.rows(ISSUES)] == ["push-kills"]
    assert len(fragile.shop.holds()) == 2
    assert worker.is_running
