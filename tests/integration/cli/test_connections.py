"""Do connections tell how they are, and can they be paused?"""

from __future__ import annotations

import pytest

from syncd.certify.faults import Fault
from tests.integration.cli.conftest import Shell


def states(shell: Shell) -> dict[str, str]:
    return {row["name"]: row["state"] for row in shell.json("connections", "list")["connections"]}


def test_a_connection_is_not_good_before_its_first_success(shell: Shell) -> None:
    assert states(shell) == {"erp": "never", "shop": "never"}
    shell.fill()
    shell.run("sync", "erp", "--wait")
    assert states(shell) == {"erp": "ok", "shop": "ok"}


def test_a_failure_stays_until_a_success(shell: Shell) -> None:
    shell.run("sync", "erp", "--wait")
    shell.erp.faults.plan(Fault(kind="status", status=401))
    shell.run("sync", "erp", "--wait")
    shell.run("sync", "erp")
    assert states(shell)["erp"] == "failing"
    shell.run("sync", "erp", "--wait")
    assert states(shell)["erp"] == "ok"


def test_pausing_keeps_pushes_until_it_is_resumed(shell: Shell) -> None:
    shell.fill()
    assert shell.json("connections", "pause", "shop")["connection"]["state"] == "paused"
    shell.run("sync", "erp", "--wait")
    assert shell.shop.holds() == {}
    paused = shell.json("connections", "show", "shop")["connection"]
    assert (paused["due"], paused["state"]) == (3, "paused")
    shell.run("connections", "resume", "shop")
    shell.run("sync", "erp", "--wait")
    assert len(shell.shop.holds()) == 3


@pytest.mark.parametrize("words", [("--wait",), ("--dry-run",), ()])
def test_a_paused_connection_is_not_called(shell: Shell, words: tuple[str, ...]) -> None:
    shell.run("connections", "pause", "erp")
    result = shell.run("sync", "erp", *words)
    assert result.exit_code == 2
    assert "erp is paused by cli:" in result.stderr
    assert shell.erp.journal == []


def test_a_pause_in_the_configuration_is_told(shell: Shell) -> None:
    shell.configure("paused = true")
    assert states(shell)["erp"] == "paused"
    assert "paused by the configuration as well" in shell.run("connections", "resume", "erp").stderr


def test_a_test_logs_in_and_says_what_it_saw(shell: Shell) -> None:
    shell.fill()
    assert "holds 3 records" in shell.json("connections", "test", "erp")["detail"]
    shell.erp.faults.plan(Fault(kind="status", status=401))
    assert shell.run("connections", "test", "erp").exit_code == 4


@pytest.mark.parametrize("command", ["show", "test", "pause", "resume"])
def test_an_unknown_connection_is_wrong_usage(shell: Shell, command: str) -> None:
    assert shell.run("connections", command, "epr").exit_code == 2


def test_status_shows_everything_on_one_screen(shell: Shell) -> None:
    shell.fill()
    shell.erp.spoil(shell.fill(1)[0])
    shell.run("sync", "erp", "--wait")
    told = shell.json("status")
    assert told["customers"] == 3
    assert [(row["name"], row["state"], row["issues"]) for row in told["connections"]] == [
        ("erp", "partial", 1),
        ("shop", "ok", 0),
    ]
    assert sum(told["issues"].values()) == 1
    assert told["workers"] == []
    assert "at work: nobody" in shell.run("status").stderr
