"""Redis forgets, dies or was never there: does work only get later (promises I1, I9)?"""

from __future__ import annotations

import pytest
from redis import Redis as Client

from tests.fixtures.daemon import Daemon, customer, wait_until
from tests.real.redis import Redis

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_i1_i9_a_redis_that_forgets_and_dies_costs_nothing_but_time(daemon: Daemon, own_redis: Redis) -> None:
    for number in range(20):
        daemon.erp.add(customer(number))
    worker = daemon.worker()
    beat = daemon.beat()
    wait_until(lambda: len(daemon.shop.holds()) > 0)
    Client.from_url(own_redis.url).flushall()
    renamed, *_ = daemon.erp.holds()
    daemon.erp.edit(renamed, email="new@firma.example")
    own_redis.server.kill()
    daemon.erp.add(customer(77))
    own_redis.server.start()
    daemon.wait_until_agreed()
    assert len(daemon.shop.holds()) == 21
    assert (worker.is_running, beat.is_running) == (True, True)


def test_a_worker_at_work_survives_the_loss_of_redis(daemon: Daemon, own_redis: Redis) -> None:
    # With late acknowledgement Celery 5.7 ends here: AttributeError, 'NoneType' object has no attribute 'hostname'.
    daemon.erp.add(customer(1))
    daemon.shop_gate.hold("POST")
    worker = daemon.worker("--beat")
    daemon.shop_gate.wait_until_held()
    own_redis.server.kill()
    wait_until(lambda: "Connection to broker lost" in worker.said())
    daemon.shop_gate.release()
    own_redis.server.start()
    daemon.erp.add(customer(2))
    daemon.wait_until_agreed()
    assert worker.is_running


def test_a_worker_that_had_fetched_more_than_it_could_begin_survives_the_loss_of_redis(
    daemon: Daemon, own_redis: Redis
) -> None:
    # What kombu gives back to a lost connection ends the worker with the same AttributeError.
    daemon.erp.add(customer(1))
    daemon.erp_gate.hold("GET")
    daemon.shop_gate.hold("GET")
    worker = daemon.worker("--beat")
    daemon.erp_gate.wait_until_held()
    daemon.shop_gate.wait_until_held()
    wait_until(lambda: Client.from_url(own_redis.url).hlen("syncd:unacked") > 0)
    own_redis.server.kill()
    wait_until(lambda: "Connection to broker lost" in worker.said() or not worker.is_running)
    daemon.erp_gate.release()
    daemon.shop_gate.release()
    own_redis.server.start()
    daemon.wait_until_agreed()
    assert worker.is_running


def test_i1_what_was_asked_for_without_redis_is_done_once_it_is_there(daemon: Daemon, own_redis: Redis) -> None:
    daemon.erp.add(customer(1))
    own_redis.server.stop()
    worker, beat = daemon.worker(), daemon.beat()
    wait_until(lambda: "Cannot connect" in worker.said() and "Connection error" in beat.said())
    own_redis.server.start()
    daemon.wait_until_agreed()
    assert len(daemon.shop.holds()) == 1
