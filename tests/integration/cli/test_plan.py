"""Can a plan be looked at, applied in part, and thrown away?"""

from __future__ import annotations

from getpass import getuser

import pytest

from tests.integration.cli.conftest import Shell


def planned(shell: Shell, number: int = 3) -> int:
    shell.fill(number)
    run: int = shell.json("sync", "erp", "--dry-run")["run"]
    return run


def numbers(shell: Shell) -> list[str]:
    return sorted(remote.contractor.number for remote in shell.shop.holds().values())


def test_a_plan_is_shown_as_the_dry_run_showed_it(shell: Shell) -> None:
    shell.fill()
    told = shell.json("sync", "erp", "--dry-run")
    shown = shell.json("plan", "show", told["run"])
    assert told.pop("issues") == []  # what a dry run could not use becomes no issue
    assert told.items() <= shown.items()
    assert shown["summary"]["by_action"] == {"create": 3}


def test_applying_a_plan_does_it_and_pushes(shell: Shell) -> None:
    assert shell.json("plan", "apply", planned(shell))["state"] == "succeeded"
    assert numbers(shell) == ["KH0", "KH1", "KH2"]


def test_excluded_lines_are_left_out_and_marked(shell: Shell) -> None:
    told = shell.json("plan", "apply", planned(shell), "--exclude", 2)
    assert [change.get("outcome") for change in told["changes"]] == [None, "left_out", None]
    assert numbers(shell) == ["KH0", "KH2"]


def test_it_is_said_what_brings_left_out_lines_back(shell: Shell) -> None:
    run = planned(shell)
    told = shell.run("plan", "apply", run, "--exclude", 2).stderr
    assert f"1 line was left out until the next read: syncd runs records {run} --outcome left_out" in told


def test_a_line_that_the_plan_does_not_have_cannot_be_excluded(shell: Shell) -> None:
    result = shell.run("plan", "apply", planned(shell), "--exclude", 9)
    assert result.exit_code == 2
    assert "has lines 1 to 3, not 9" in result.stderr


def test_a_plan_that_is_applied_while_its_connection_is_paused_waits_and_says_so(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned(shell)
    monkeypatch.setattr("syncd.cli.following.has_worker", lambda _: True)
    shell.run("connections", "pause", "erp")
    result = shell.run("plan", "apply", run)
    assert result.exit_code == 6
    assert f"erp is paused by cli:{getuser()}: run {run} is kept" in result.stderr
    monkeypatch.undo()
    shell.run("connections", "resume", "erp")
    shell.run("sync", "erp", "--wait")
    assert numbers(shell) == ["KH0", "KH1", "KH2"]


def test_a_stale_line_is_skipped_and_named(shell: Shell) -> None:
    run = planned(shell)
    shell.run("sync", "erp", "--wait")
    result = shell.run("plan", "apply", run)
    assert f"3 lines were stale: syncd runs records {run} --outcome stale" in result.stderr
    assert [row["external_id"] for row in shell.rows("runs", "records", run, "--outcome", "stale")] == ["1", "2", "3"]
    assert numbers(shell) == ["KH0", "KH1", "KH2"]


def test_a_discarded_plan_cannot_be_applied(shell: Shell) -> None:
    run = planned(shell)
    assert shell.json("plan", "discard", run)["state"] == "cancelled"
    assert shell.run("plan", "apply", run).exit_code == 2
    assert numbers(shell) == []


def test_pending_changes_have_an_exit_code_when_asked_for(shell: Shell) -> None:
    run = planned(shell)
    assert shell.run("plan", "show", run, "--detailed-exitcode").exit_code == 10
    shell.run("plan", "apply", run)
    assert shell.run("plan", "show", run, "--detailed-exitcode").exit_code == 0


def test_a_plan_is_applied_as_it_was_shown_though_a_newer_one_took_its_place(shell: Shell) -> None:
    shell.configure("guard.at_least = 2")
    shell.fill()
    shell.run("sync", "erp", "--wait")
    ids = sorted(shell.erp.holds())
    held = []
    for number in (2, 1):
        for id_ in [ids.pop() for _ in range(number)]:
            shell.erp.edit(id_, active=False)
        held.append(shell.json("sync", "erp", "--wait", code=5)["run"])
    first, second = held
    shown = shell.json("plan", "show", first)
    assert (shown["replaced_by"], shown["expires_at"] is None) == (second, False)
    assert f"run {second} read the side again and made a newer plan" in shell.run("plan", "show", first).stderr
    refused = shell.run("plan", "discard", first)
    assert f"discard the plan of run {second}." in refused.stderr
    assert shell.json("plan", "apply", first)["counts"]["blocked"] == 2
    assert shell.json("plan", "show", first)["replaced_by"] is None


def test_an_unknown_plan_is_wrong_usage(shell: Shell) -> None:
    assert shell.json("plan", "show", 99, code=2)["error"]["message"] == "there is no run 99"
