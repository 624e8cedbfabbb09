"""Can what needs a person be seen and settled?"""

from __future__ import annotations

import pytest

from tests.integration.cli.conftest import Shell


@pytest.fixture
def spoiled(shell: Shell) -> Shell:
    """Two records without a name."""
    for external_id in shell.fill(2):
        shell.erp.spoil(external_id)
    shell.run("sync", "erp", "--wait")
    return shell


def test_an_issue_names_record_field_and_cure(spoiled: Shell) -> None:
    issue, _ = spoiled.json("attention", "list")["issues"]
    assert (issue["connection"], issue["external_id"], issue["field"]) == ("erp", "1", "name")
    assert issue["cure"]
    assert spoiled.json("attention", "show", issue["id"])["issue"] == issue


def test_the_record_can_be_seen_as_it_was_sent(spoiled: Shell) -> None:
    issue = spoiled.json("attention", "list")["issues"][0]
    if issue["has_raw"]:
        assert spoiled.run("attention", "show", issue["id"], "--raw").stdout
    else:
        assert spoiled.run("attention", "show", issue["id"], "--raw").exit_code == 2


def test_retrying_after_the_cure_resolves_the_issue(spoiled: Shell) -> None:
    spoiled.erp.edit("1", name="Firma")
    told = spoiled.json("attention", "retry", 1)
    assert [issue["state"] for issue in told["issues"]] == ["resolved"]
    assert [issue["external_id"] for issue in spoiled.json("attention", "list")["issues"]] == ["2"]
    assert len(spoiled.shop.holds()) == 1


def test_a_whole_cause_is_retried_only_when_confirmed(spoiled: Shell) -> None:
    code = spoiled.json("attention", "list")["issues"][0]["code"]
    result = spoiled.run("attention", "retry", "--code", code)
    assert result.exit_code == 2
    assert "2 issues have the cause" in result.stderr
    assert len(spoiled.json("attention", "retry", "--code", code, "--yes")["runs"]) == 2


def test_a_dropped_issue_is_not_shown_any_more(spoiled: Shell) -> None:
    assert spoiled.json("attention", "drop", 1, 2)["issues"][0]["state"] == "dropped"
    assert spoiled.json("attention", "list")["issues"] == []
    assert len(spoiled.json("attention", "list", "--state", "dropped")["issues"]) == 2


def test_issues_are_named_or_all_of_one_cause(spoiled: Shell) -> None:
    assert spoiled.run("attention", "retry").exit_code == 2
    assert spoiled.run("attention", "drop", 1, "--code", "x").exit_code == 2
    assert spoiled.run("attention", "drop", 77).exit_code == 2
