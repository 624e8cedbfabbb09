"""Can runs be listed, watched, cancelled and looked into?"""

from __future__ import annotations

import json

import pytest

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


def renamed(shell: Shell) -> int:
    """Let a run rename a customer; answer the run."""
    (id_,) = shell.fill(1)
    shell.run("sync", "erp", "--wait")
    shell.erp.edit(id_, name="Pomyłka")
    run: int = shell.json("sync", "erp", "--wait")["run"]
    return run


def test_a_run_is_undone_at_both_sides_and_read_back(shell: Shell) -> None:
    told = shell.json("runs", "undo", renamed(shell))["undo"]
    assert (told["reversed"], told["kept"], told["state"]) == (1, [], "succeeded")
    assert (told["checked"]["read"], told["checked"]["agree"]) == (2, 2)
    assert {remote.contractor.name for side in (shell.erp, shell.shop) for remote in side.holds().values()} == {
        "Łódź-Bud Sp. z o.o."
    }


def test_what_a_side_edited_and_nobody_heard_is_read_kept_and_named_and_the_rest_goes_back(shell: Shell) -> None:
    run = renamed(shell)
    edited, *_ = shell.shop.holds()
    shell.shop.edit(edited, email="nowy@sklep.example")
    told = shell.json("runs", "undo", run)["undo"]
    assert (told["stale"], len(told["runs"])) == (0, 2)
    everybody = shell.shop.holds()
    assert everybody[edited].contractor.email == "nowy@sklep.example"
    assert told["reversed"] == len(everybody)
    assert told["checked"]["agree"] == told["checked"]["read"]


def test_a_dry_run_of_an_undo_changes_nothing_and_can_be_applied(shell: Shell) -> None:
    told = shell.json("runs", "undo", renamed(shell), "--dry-run")["undo"]
    assert (told["state"], told["checked"]) == ("planned", None)
    assert [remote.contractor.name for remote in shell.shop.holds().values()] == ["Pomyłka"]
    assert shell.json("plan", "apply", told["run"])["state"] == "succeeded"
    assert [remote.contractor.name for remote in shell.shop.holds().values()] == ["Łódź-Bud Sp. z o.o."]


def test_an_undo_over_a_limit_ends_with_5_and_goes_on_with_yes(shell: Shell) -> None:
    shell.configure("guard.at_least = 2")
    shell.fill()
    run = shell.json("sync", "erp", "--wait")["run"]
    assert shell.json("runs", "undo", run, code=5)["undo"]["state"] == "held"
    assert shell.json("runs", "undo", run, "--yes")["undo"]["state"] == "succeeded"
    assert [remote.contractor.active for remote in shell.shop.holds().values()] == [False] * 3


def test_an_undo_of_a_run_that_is_not_there_is_wrong_usage(shell: Shell) -> None:
    assert shell.run("runs", "undo", 99).exit_code == 2


def test_what_failed_of_a_run_is_retried_and_nothing_else(shell: Shell) -> None:
    shell.fill()
    spoiled = shell.fill(1)[0]
    shell.erp.spoil(spoiled)
    shell.run("sync", "erp", "--wait")
    shell.erp.edit(spoiled, name="Mended")
    told = shell.json("runs", "retry", 1)["retried"]
    assert (told["of"], told["pushes"], told["records"]) == (1, 0, 1)
    assert shell.json("runs", "list")["runs"][0]["only"] == [spoiled]
    assert shell.run("runs", "retry", 99).exit_code == 2


def test_runs_are_narrowed_as_in_the_console(shell: Shell) -> None:
    shell.fill()
    shell.erp.spoil(shell.fill(1)[0])
    shell.run("sync", "erp", "--wait")
    shell.run("sync", "shop", "--wait")

    def listed(*words: str) -> list[int]:
        return [run["id"] for run in shell.json("runs", "list", *words)["runs"]]

    assert listed("--trigger", "cli") == [2, 1]
    assert listed("--trigger", "schedule") == []
    assert listed("--changed") == [1]
    assert listed("--unresolved") == [1]
    assert listed("--since", "2000-01-01") == [2, 1]
    assert listed("--until", "2000-01-01") == []
    assert listed("--since", "1d") == [2, 1]
    assert listed("--until", "1d") == []


@pytest.mark.parametrize("words", [("runs", "list", "--since"), ("audit", "list", "--until")])
def test_what_is_no_moment_is_said_with_what_would_be_one(shell: Shell, words: tuple[str, ...]) -> None:
    told = shell.run(*words, "yesterday")
    assert told.exit_code == 2
    assert "'yesterday' is neither a moment nor a length of time" in told.stderr
    assert "2026-05-04T14:30" in told.stderr


def test_a_watched_run_tells_the_numbers_of_the_registry(shell: Shell) -> None:
    shell.fill()
    shell.run("sync", "erp", "--wait")
    (line,) = shell.run("runs", "watch", 1, "--json").stdout.splitlines()
    told = json.loads(line)
    assert (told["received"], told["counts"]["read"]) == (3, 3)
    assert told["counts"] == shell.json("runs", "list")["runs"][0]["counts"]
