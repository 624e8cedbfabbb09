"""Does a worker that is asked to stop end in time, with nothing half done (promise I14)?"""

from __future__ import annotations

import pytest

from syncd.certify.faults import Fault
from tests.fixtures.daemon import Daemon, customer, wait_until

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_i14_a_worker_under_load_stops_within_thirty_seconds_and_another_goes_on(daemon: Daemon) -> None:
    for number in range(40):
        daemon.erp.add(customer(number))
    daemon.shop.faults.plan(*[Fault(kind="latency", only="write", seconds=0.7)] * 40)
    worker = daemon.worker()
    beat = daemon.beat()
    wait_until(lambda: len(daemon.shop.holds()) > 0)
    assert worker.stop(seconds=30) == 0
    assert beat.stop(seconds=30) == 0
    assert daemon.rows("SELECT name FROM workers WHERE role <> 'tick'") == []
    daemon.shop.faults.clear()
    daemon.worker("--beat")
    daemon.wait_until_agreed()
    assert len(daemon.shop.holds()) == 40
