"""Can what needs a person be seen and settled?"""

from __future__ import annotations

import time

import pytest

from syncd.domain.contractor import Contractor
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
    assert "this means 2 issues with the cause" in result.stderr
    told = spoiled.json("attention", "retry", "--cause", code, "--yes")
    assert (len(told["issues"]), len(told["runs"])) == (2, 1)


def test_a_dropped_issue_is_not_shown_any_more(spoiled: Shell) -> None:
    assert spoiled.json("attention", "drop", 1, 2)["issues"][0]["state"] == "dropped"
    assert spoiled.json("attention", "list")["issues"] == []
    assert len(spoiled.json("attention", "list", "--state", "dropped")["issues"]) == 2


def test_issues_are_named_or_all_of_one_cause(spoiled: Shell) -> None:
    assert spoiled.run("attention", "retry").exit_code == 2
    assert spoiled.run("attention", "drop", 1, "--code", "x").exit_code == 2
    assert spoiled.run("attention", "drop", 77).exit_code == 2


def test_causes_are_listed_with_their_number_and_what_helps(spoiled: Shell) -> None:
    (cause,) = spoiled.json("attention", "list", "--by-cause")["causes"]
    assert (cause["code"], cause["number"], cause["snoozed"], cause["connections"]) == ("invalid-record", 2, 0, ["erp"])
    assert cause["helps"] == spoiled.json("attention", "cause", "invalid-record")["cause"]["helps"]
    assert cause["page"].endswith("#invalid-record")


def test_an_issue_that_is_put_off_comes_back_by_itself(spoiled: Shell) -> None:
    spoiled.json("attention", "snooze", 1, "--for", "1h")
    assert [issue["id"] for issue in spoiled.json("attention", "list")["issues"]] == [2]
    assert [issue["id"] for issue in spoiled.json("attention", "list", "--state", "snoozed")["issues"]] == [1]
    assert spoiled.json("status")["issues"] == {"invalid-record": 1}
    spoiled.json("attention", "snooze", 1, "--for", "1s")
    time.sleep(1.1)
    assert [issue["id"] for issue in spoiled.json("attention", "list")["issues"]] == [1, 2]


def test_a_whole_cause_can_be_put_off(spoiled: Shell) -> None:
    assert spoiled.run("attention", "snooze", "--cause", "invalid-record", "--for", "2d").exit_code == 2
    assert len(spoiled.json("attention", "snooze", "--cause", "invalid-record", "--for", "2d", "--yes")["issues"]) == 2
    assert spoiled.json("attention", "list")["issues"] == []
    (cause,) = spoiled.json("attention", "list", "--by-cause")["causes"]
    assert (cause["number"], cause["snoozed"]) == (0, 2)


def test_an_issue_is_given_to_a_person_and_taken_back(spoiled: Shell) -> None:
    assert spoiled.json("attention", "assign", 1, "anna")["issues"][0]["assignee"] == "anna"
    assert [issue["id"] for issue in spoiled.json("attention", "list", "--assigned", "anna")["issues"]] == [1]
    assert spoiled.json("attention", "assign", 1, "--nobody")["issues"][0]["assignee"] is None
    assert spoiled.run("attention", "assign", 1).exit_code == 2
    assert spoiled.run("attention", "assign", 77, "anna").exit_code == 2


def test_only_what_failed_is_retried_and_no_question(spoiled: Shell) -> None:
    spoiled.erp.add(Contractor(name="Sporna", number="KH9", country="DE", tax_prefix="PL", tax_id="5260250274"))
    spoiled.run("sync", "erp", "--wait")
    assert len(spoiled.json("attention", "list")["issues"]) == 3
    told = spoiled.json("attention", "retry", "--failed", "--yes")
    assert [issue["code"] for issue in told["issues"]] == ["invalid-record"] * 2


def test_an_error_names_the_page_that_explains_it(shell: Shell) -> None:
    shell.configure("every = 'sometimes'")
    result = shell.run("status")
    assert "more: syncd attention cause misconfigured (docs/reference/errors.md#misconfigured)" in result.stderr
    assert shell.json("status", code=7)["error"]["page"] == "docs/reference/errors.md#misconfigured"


def test_a_code_that_is_not_there_is_answered_with_the_nearest(shell: Shell) -> None:
    result = shell.run("attention", "cause", "misconfigurd")
    assert result.exit_code == 2
    assert "misconfigured" in result.stderr


def test_the_same_is_said_to_the_others_when_confirmed(spoiled: Shell) -> None:
    assert spoiled.run("attention", "answer", 1, "drop", "--others").exit_code == 2
    told = spoiled.json("attention", "answer", 1, "drop", "--others", "--yes")
    assert (told["issue"]["state"], told["others"], told["refused"]) == ("dropped", [2], {})
    assert spoiled.json("attention", "list")["issues"] == []


def test_a_comment_is_kept(spoiled: Shell) -> None:
    assert spoiled.run("attention", "comment", 1, "asked on Monday").exit_code == 0
    assert spoiled.run("attention", "comment", 9, "x").exit_code == 2


def test_a_cause_that_is_misspelt_is_not_taken_for_one_without_issues(spoiled: Shell) -> None:
    told = spoiled.run("attention", "list", "--cause", "name-mising")
    assert (told.exit_code, "did you mean name-missing" in told.stderr) == (2, True)
    assert spoiled.run("attention", "list", "--cause", "login-taken").exit_code == 0
    assert "errors.md" in spoiled.run("attention", "cause", "x").stderr


@pytest.mark.parametrize(
    "words",
    [
        ("attention", "snooze", "1", "--for", "abc"),
        ("attention", "list", "--older", "abc"),
        ("tokens", "create", "m", "--user", "anna", "--expires", "0d"),
    ],
)
def test_what_is_no_duration_was_called_for_wrongly(spoiled: Shell, words: tuple[str, ...]) -> None:
    told = spoiled.run(*words)
    assert (told.exit_code, "is not a duration" in told.stderr, "90s, 5m, 1h or 1d" in told.stderr) == (2, True, True)
