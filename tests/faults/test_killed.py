"""A worker is killed with -9: is anything lost, doubled, or without a cause (promises I1, I2, I8, I9)?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from syncd.certify.faults import Fault
from tests.fixtures.daemon import Daemon, customer, wait_until

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
postgresql = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def creates(daemon: Daemon) -> Counter[str | None]:
    """How often each customer was created in the shop."""
    made = [call for call in daemon.shop.journal if call.applied and call.name.startswith("POST")]
    return Counter(call.external_id for call in made)


@sqlite
def test_i1_i2_a_push_whose_worker_was_killed_is_delivered_once(daemon: Daemon) -> None:
    for number in range(30):
        daemon.erp.add(customer(number))
    daemon.shop_gate.hold("POST")
    first = daemon.worker()
    daemon.beat()
    daemon.shop_gate.wait_until_held()
    first.kill()
    daemon.worker()
    daemon.wait_until_agreed()
    assert len(creates(daemon)) == 30
    assert set(creates(daemon).values()) == {1}


@postgresql
def test_i2_i9_a_kill_between_the_shops_answer_and_our_commit_leaves_one_customer(
    daemon: Daemon, tmp_path: Path
) -> None:
    for number in range(30):
        daemon.erp.add(customer(number))
    token = tmp_path / "token"
    token.touch()
    daemon.worker(SYNCD_FAULT=f"before_commit:kill:{token}")
    daemon.beat()
    wait_until(lambda: not token.exists())
    daemon.wait_until_agreed()
    assert len(creates(daemon)) == 30
    assert set(creates(daemon).values()) == {1}


@postgresql
def test_i1_i8_a_run_whose_worker_was_killed_is_finished_by_another(daemon: Daemon) -> None:
    for number in range(30):
        daemon.erp.add(customer(number))
    daemon.erp_gate.hold("GET")
    first = daemon.worker()
    daemon.beat()
    daemon.erp_gate.wait_until_held()
    first.kill()
    daemon.worker()
    daemon.wait_until_agreed()
    causes = daemon.rows(
        "SELECT l.contractor_id, l.rule, r.asked_by FROM plan_lines l JOIN runs r ON r.id = l.run_id "
        "WHERE l.seq <= r.applied_seq AND l.outcome IS NULL AND l.action = 'create'"
    )
    assert len(causes) == 30
    assert {asked_by for _, _, asked_by in causes} == {"schedule"}


@sqlite
def test_i2_an_answer_that_was_lost_after_the_create_makes_one_customer(daemon: Daemon) -> None:
    daemon.erp.add(customer(1))
    daemon.shop.faults.plan(Fault(kind="lose_answer", only="write"))
    daemon.worker("--beat")
    daemon.wait_until_agreed()
    assert list(creates(daemon).values()) == [1]
