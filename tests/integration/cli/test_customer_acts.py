"""Does one call do a thing to many customers, after saying what it would do, and count what became of them?"""

from __future__ import annotations

import pytest

from tests.fixtures.contractors import firm
from tests.integration.cli.conftest import Shell

ALL = ("K000001", "K000002", "K000003")


@pytest.fixture
def filled(shell: Shell) -> Shell:
    shell.fill()
    assert shell.run("sync", "erp", "--wait").exit_code == 0
    return shell


def test_a_dry_run_counts_and_changes_nothing(filled: Shell) -> None:
    shown = filled.json("customers", "block", *ALL, "K000099", "--dry-run")["preview"]
    assert (shown["selected"], shown["changing"], shown["left_out"]) == (4, 3, {"unknown": 1})
    assert filled.json("customers", "show", "K000001")["customer"]["status"] == "active"
    said = filled.run("customers", "block", *ALL, "--dry-run").output
    assert ("would change" in said, "K000001 Łódź-Bud Sp. z o.o.: status: active → blocked" in said) == (True, True)


def test_what_became_of_them_is_counted_and_how_to_take_it_back_is_said(filled: Shell) -> None:
    said = filled.run("customers", "block", *ALL, "K000099").output
    assert "of 4: 3 changed, 1 left out (unknown)" in said
    run = filled.json("runs", "list")["runs"][0]["id"]
    assert f"to take it back: syncd runs undo {run}" in said
    done = filled.json("customers", "block", *ALL)
    assert (done["result"]["left_out"], done["runs"]) == ({"so_already": 3}, [])
    assert [one["status"] for one in done["customers"]] == ["blocked"] * 3


def test_the_synchronization_is_held_and_released(filled: Shell) -> None:
    assert filled.json("customers", "hold", ALL[0])["customers"][0]["holds"][0]["reason"] == "sync_held"
    filled.erp.edit("1", name="Nowa nazwa")
    assert filled.run("sync", "erp", "--wait").exit_code == 0
    assert filled.json("customers", "show", ALL[0])["customer"]["name"] != "Nowa nazwa"
    assert filled.run("customers", "release", ALL[0]).exit_code == 0
    assert filled.json("customers", "show", ALL[0])["customer"]["name"] == "Nowa nazwa"


def test_a_sync_of_some_reads_just_these(filled: Shell) -> None:
    filled.erp.edit("1", name="Nowa nazwa")
    filled.erp.edit("2", name="Inna nazwa")
    assert filled.run("customers", "sync", ALL[0]).exit_code == 0
    names = [filled.json("customers", "show", code)["customer"]["name"] for code in ALL[:2]]
    assert ("Nowa nazwa" in names, "Inna nazwa" in names) == (True, False)


def test_what_cannot_be_asked_for_is_wrong_usage(filled: Shell) -> None:
    for words in (
        ("block", "Kowalski"),
        ("group", "remove", "Nobody", "K000001"),
        ("newsletter", "yes", "K000001"),
        ("newsletter", "maybe", "K000001"),
    ):
        assert filled.run("customers", *words).exit_code == 2, words


def test_a_filter_and_a_search_name_customers_as_on_a_list(filled: Shell) -> None:
    shown = filled.json("customers", "hold", "--filter", "status:eq:active", "--search", "lodz", "--dry-run")["preview"]
    assert [one["code"] for one in shown["samples"]] == ["K000001"]
    assert filled.json("customers", "hold", "--filter", "status:eq:active")["result"]["changed"] == 3
    for words in (
        (),
        ("K000001", "--search", "lodz"),
        ("--filter", "state:eq:active"),
        ("--filter", " "),
        ("--search", ""),
    ):
        assert filled.run("customers", "hold", *words).exit_code == 2, words


def test_of_many_the_number_is_asked_for(shell: Shell) -> None:
    for number in range(501):
        shell.erp.add(firm(f"A{number}"))
    assert shell.run("sync", "erp", "--wait").exit_code == 0
    codes = [f"K{number:06d}" for number in range(1, 502)]
    refused = shell.run("customers", "caretaker", "Anna", *codes)
    assert (refused.exit_code, "501 customers are selected" in refused.output) == (2, True)
    done = shell.json("customers", "caretaker", "Anna", *codes, "--number", 501)
    assert (done["result"]["changed"], done["customers"]) == (501, [])


def test_a_customer_that_there_is_not_is_named(filled: Shell) -> None:
    told = filled.run("customers", "block", "K000001", "K000099")
    assert (told.exit_code, "warning: there is no customer K000099" in told.stderr) == (0, True)


def test_nothing_is_done_where_none_of_the_customers_are_there(filled: Shell) -> None:
    told = filled.run("customers", "group", "add", "Fair", "K000098", "K000099")
    assert (told.exit_code, "there is no customer K000098, K000099" in told.stderr) == (2, True)
    assert "Fair" not in filled.run("groups", "list").output
