"""Can runs be listed, watched, cancelled and looked into?"""

from __future__ import annotations

import json

from syncd.registry.runs import COUNTED
from tests.integration.cli.conftest import Shell


def test_runs_are_listed_newest_first_and_can_be_narrowed(shell: Shell) -> None:
    shell.fill()
    shell.run("sync", "erp", "--dry-run")
    shell.run("sync", "shop", "--wait")
    shell.run("sync", "erp", "--wait")
    assert [run["id"] for run in shell.json("runs", "list")["runs"]] == [3, 2, 1]
    assert [run["id"] for run in shell.json("runs", "list", "--connection", "erp")["runs"]] == [3, 1]
    assert [run["id"] for run in shell.json("runs", "list", "--state", "planned")["runs"]] == [1]
    assert [run["id"] for run in shell.json("runs", "list", "--before", 3, "--limit", 1)["runs"]] == [2]


def test_what_was_read_is_the_sum_of_what_became_of_it(shell: Shell) -> None:
    shell.fill()
    shell.erp.spoil(shell.fill(1)[0])
    counts = shell.json("sync", "erp", "--wait", code=3)["counts"]
    assert counts["read"] == sum(counts[part] for part in COUNTED) == 4
    assert counts["failed"] == 1


def test_a_finished_run_is_watched_to_its_end_at_once(shell: Shell) -> None:
    shell.fill()
    shell.run("sync", "erp", "--wait")
    result = shell.run("runs", "watch", 1, "--json")
    (line,) = result.stdout.splitlines()
    assert json.loads(line)["state"] == "succeeded"
    assert result.exit_code == 0


def test_a_queued_run_can_be_cancelled_once(shell: Shell) -> None:
    shell.run("sync", "erp")
    assert shell.json("runs", "cancel", 1)["state"] == "cancelled"
    assert shell.json("runs", "cancel", 1, code=2)["error"]["code"] == "run-not-cancellable"


def test_records_say_what_became_of_each(shell: Shell) -> None:
    shell.fill()
    spoiled = shell.fill(1)[0]
    shell.erp.spoil(spoiled)
    shell.run("sync", "erp", "--wait")
    told = shell.json("runs", "records", 1)["records"]
    assert [(row["code"], row["outcome"]) for row in told[:3]] == [
        ("K000001", "applied"),
        ("K000002", "applied"),
        ("K000003", "applied"),
    ]
    assert [(row["external_id"], row["outcome"]) for row in told[3:]] == [(spoiled, "issue")]


def test_values_in_a_pipe_are_separated_by_tabs_below_their_names(shell: Shell) -> None:
    shell.fill(1)
    shell.run("sync", "erp", "--wait")
    (row,) = shell.rows("runs", "show", 1)
    assert (row["external_id"], row["action"], row["push_to"]) == ("1", "create", "shop")
