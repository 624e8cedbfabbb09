"""Does `syncd sync` do what it says, and say what it does?"""

from __future__ import annotations

import pytest

from syncd.certify.faults import Fault
from tests.integration.cli.conftest import Shell


def test_a_dry_run_changes_nothing_at_either_side(shell: Shell) -> None:
    shell.fill()
    told = shell.json("sync", "erp", "--dry-run")
    assert told["state"] == "planned"
    assert told["counts"]["created"] == 3
    assert shell.shop.holds() == {}
    assert shell.json("customers", "list")["customers"] == []


def test_a_dry_run_lists_exactly_what_the_real_run_then_does(shell: Shell) -> None:
    shell.fill()
    shell.json("sync", "erp", "--wait")
    first, *_ = shell.erp.holds()
    shell.erp.edit(first, name="Nowa Nazwa")
    shell.fill(1)
    planned, done = shell.json("sync", "erp", "--dry-run"), shell.json("sync", "erp", "--wait")
    apart = {"run", "state", "dry_run"}
    assert {key for key in planned if planned[key] != done[key]} == apart
    assert [change["action"] for change in done["changes"]] == ["update", "create"]


def test_a_dry_run_says_why_a_record_cannot_be_used(shell: Shell) -> None:
    told = shell.json("sync", "erp", "--customer", "NONSENSE", "--dry-run", code=3)
    assert told["error"].startswith("record NONSENSE: ")


def test_waiting_without_a_worker_does_the_work_here_and_pushes(shell: Shell) -> None:
    shell.fill()
    assert shell.run("sync", "erp", "--wait").exit_code == 0
    assert sorted(remote.contractor.number for remote in shell.shop.holds().values()) == ["KH0", "KH1", "KH2"]


def test_a_change_shows_each_field_before_and_after_and_whom_it_is_pushed_to(shell: Shell) -> None:
    (external_id,) = shell.fill(1)
    shell.run("sync", "erp", "--wait")
    shell.erp.edit(external_id, name="Nowa Nazwa")
    (change,) = shell.json("sync", "erp", "--wait")["changes"]
    assert change["fields"] == {"name": {"before": "Łódź-Bud Sp. z o.o.", "after": "Nowa Nazwa"}}
    assert (change["code"], change["external_id"], change["push_to"]) == ("K000001", external_id, ["shop"])


def test_without_waiting_the_number_of_the_run_is_the_answer(shell: Shell) -> None:
    result = shell.run("sync", "erp")
    assert result.exit_code == 0
    assert result.stdout == "1\n"
    assert "no worker was seen lately" in result.stderr
    assert shell.json("runs", "show", 1)["state"] == "queued"


def test_one_customer_can_be_named_by_code_number_or_external_id(shell: Shell) -> None:
    external_id, *_ = shell.fill()
    shell.run("sync", "erp", "--wait")
    for name in ("K000001", "KH0", external_id):
        assert shell.json("sync", "erp", "--customer", name, "--wait")["counts"]["read"] == 1


def test_a_customer_that_the_connection_does_not_have_is_wrong_usage(shell: Shell) -> None:
    shell.fill(1)
    shell.run("sync", "erp", "--wait")
    shell.configure("")
    with_third = (
        shell.file.read_text(encoding="utf-8") + '[connections.other]\nkind="memory"\nside="shop"\noptions.store="o"'
    )
    shell.file.write_text(with_third, encoding="utf-8")
    result = shell.run("sync", "other", "--customer", "K000001", "--dry-run")
    assert result.exit_code == 2
    assert "customer K000001 is not known at other; see `syncd customers show K000001`" in result.stderr


def test_an_unknown_connection_names_the_nearest(shell: Shell) -> None:
    result = shell.run("sync", "epr", "--wait")
    assert result.exit_code == 2
    assert "did you mean erp?" in result.stderr


def test_a_run_over_a_limit_is_held_with_its_own_exit_code(shell: Shell) -> None:
    ids = shell.fill(30)
    shell.run("sync", "erp", "--wait")
    for external_id in ids:
        shell.erp.edit(external_id, active=False)
    told = shell.json("sync", "erp", "--wait", code=5)
    assert told["state"] == "held"
    assert "30 of 30 contractors would be blocked" in told["held_because"]
    assert "erp: run 2 waits for a yes: 30 of 30 contractors would be blocked" in shell.run("status").stderr
    assert all(remote.contractor.active for remote in shell.shop.holds().values())


def test_yes_applies_a_held_run(shell: Shell) -> None:
    ids = shell.fill(30)
    shell.run("sync", "erp", "--wait")
    for external_id in ids:
        shell.erp.edit(external_id, active=False)
    assert shell.json("sync", "erp", "--wait", "--yes")["counts"]["blocked"] == 30
    assert not any(remote.contractor.active for remote in shell.shop.holds().values())


def test_refused_credentials_have_the_exit_code_of_the_unreachable(shell: Shell) -> None:
    shell.erp.faults.plan(Fault(kind="status", status=401))
    told = shell.json("sync", "erp", "--wait", code=4)
    assert told["state"] == "failed"
    assert "credentials" in told["error"].lower()


def test_a_record_that_needs_a_person_has_an_exit_code(shell: Shell) -> None:
    shell.fill()
    shell.erp.spoil(shell.fill(1)[0])
    told = shell.json("sync", "erp", "--wait", code=3)
    assert (told["counts"]["created"], told["counts"]["failed"]) == (3, 1)


def test_pending_changes_have_an_exit_code_when_asked_for(shell: Shell) -> None:
    shell.fill()
    assert shell.run("sync", "erp", "--dry-run").exit_code == 0
    assert shell.run("sync", "erp", "--dry-run", "--detailed-exitcode").exit_code == 10
    shell.run("sync", "erp", "--wait")
    assert shell.run("sync", "erp", "--dry-run", "--detailed-exitcode").exit_code == 0


def test_full_and_customer_exclude_each_other(shell: Shell) -> None:
    assert shell.run("sync", "erp", "--full", "--customer", "KH0").exit_code == 2


def test_a_missing_schema_names_the_command_that_helps(shell: Shell) -> None:
    shell.environ["DATABASE_URL"] = f"sqlite:///{shell.file.parent / 'empty.db'}"
    result = shell.run("sync", "erp", "--wait")
    assert result.exit_code == 7
    error, page = result.stderr.splitlines()
    assert error == "error: the registry's database has no tables yet; run `syncd init`."
    assert page == "more: syncd attention cause no-schema (docs/reference/errors.md#no-schema)"


def test_yes_applies_the_plan_that_waits_already(shell: Shell) -> None:
    ids = shell.fill(30)
    shell.run("sync", "erp", "--wait")
    for external_id in ids:
        shell.erp.edit(external_id, active=False)
    first = shell.json("sync", "erp", "--wait", code=5)
    again = shell.json("sync", "erp", "--wait", code=5)
    assert (again["run"], again["changes"]) == (first["run"], first["changes"])
    told = shell.json("sync", "erp", "--wait", "--yes")
    assert (told["run"], told["counts"]["blocked"]) == (first["run"], 30)
    assert not any(remote.contractor.active for remote in shell.shop.holds().values())


@pytest.mark.parametrize("name", ["", " "])
def test_a_customer_without_a_name_is_asked_of_nobody(shell: Shell, name: str) -> None:
    refused = shell.run("sync", "erp", "--customer", name, "--wait")
    assert refused.exit_code == 2
    assert "empty name" in refused.stderr
    assert shell.json("runs", "list")["runs"] == []


def test_a_record_that_the_side_does_not_have_is_told_with_what_helps(shell: Shell) -> None:
    told = shell.json("sync", "erp", "--customer", "NOPE", "--wait", code=3)
    (issue,) = told["issues"]
    assert (told["state"], issue["code"], issue["external_id"]) == ("partial", "not-found", "NOPE")
    assert "no such record" in issue["message"]
    assert "drop this issue" in issue["cure"]
    said = " ".join(shell.run("sync", "erp", "--customer", "NOPE", "--wait").stderr.split())
    assert f"issue {issue['id']} not-found: NOPE: {issue['message']}" in said
    assert issue["cure"] in said
    assert shell.json("attention", "list")["issues"][0]["cure"] == issue["cure"]


def test_of_plans_that_wait_the_very_same_one_is_shown_and_applied(shell: Shell) -> None:
    shell.configure("guard.at_least = 2")
    shell.fill()
    shell.run("sync", "erp", "--wait")
    for id_ in shell.erp.holds():
        shell.erp.edit(id_, active=False)
    every = shell.json("sync", "erp", "--wait", code=5)["run"]
    few = [part for id_ in [*shell.erp.holds()][:2] for part in ("--customer", id_)]
    assert shell.json("sync", "erp", *few, "--wait", code=5)["run"] != every
    told = shell.json("sync", "erp", "--wait", "--yes")
    assert (told["run"], told["counts"]["blocked"]) == (every, 3)
