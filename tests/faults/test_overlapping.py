"""Two processes do what one should: beats that both tick, and a worker that wakes after its work was taken over."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from tests.fixtures.daemon import Daemon, Process, customer, wait_until

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HELD = "SELECT connection_id, version, agreed FROM bindings ORDER BY connection_id"
EFFECTS = "SELECT id, action, fields FROM deliveries"


def slept_through_its_lease(worker: Process) -> bool:
    """Whether a push of this worker has ended that took five seconds or longer."""
    return re.search(r"syncd\.push\[[^]]+\] \w+ in (?:[5-9]|\d\d+)\.", worker.said()) is not None


def test_i5_two_beats_make_one_run_for_each_slot(daemon: Daemon) -> None:
    daemon.worker()
    daemon.beat()
    daemon.beat()
    wait_until(lambda: len(daemon.rows("SELECT DISTINCT slot FROM runs WHERE state = 'succeeded'")) >= 4)
    assert daemon.rows("SELECT connection_id, slot FROM runs GROUP BY 1, 2 HAVING count(*) > 1") == []


@pytest.mark.parametrize("point", ["before_send", "after_send"])
def test_i4_a_worker_that_slept_past_its_lease_changes_nothing(daemon: Daemon, tmp_path: Path, point: str) -> None:
    record = daemon.erp.add(customer(1))
    token = tmp_path / "token"
    token.touch()
    sleeper = daemon.worker(SYNCD_FAULT=f"{point}:freeze:{token}")
    daemon.beat()
    asleep = Path(f"{token}.hit")
    wait_until(lambda: asleep.exists() and asleep.read_text() != "")
    # The next worker takes over, and brings a change that the sleeper knows nothing of.
    daemon.worker()
    daemon.wait_until_agreed()
    daemon.erp.edit(record, name="Later Ltd")
    daemon.wait_until_agreed()
    held, effects = daemon.rows(HELD), daemon.rows(EFFECTS)
    os.kill(int(asleep.read_text()), signal.SIGCONT)
    wait_until(lambda: slept_through_its_lease(sleeper))
    assert (daemon.rows(HELD), daemon.rows(EFFECTS)) == (held, effects)
    assert [remote.contractor.name for remote in daemon.shop.holds().values()] == ["Later Ltd"]
