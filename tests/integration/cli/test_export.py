"""Does `syncd export` write what was asked for, where it was asked to?"""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path

import pytest

from .conftest import NAMES, Shell


@pytest.fixture
def filled(shell: Shell) -> Shell:
    shell.fill()
    assert shell.run("sync", "erp", "--wait").exit_code == 0
    return shell


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_customers_go_to_standard_output_as_csv(filled: Shell) -> None:
    result = filled.run("export", "customers", "--columns", "name,code")
    assert rows(result.stdout)[:2] == [["name", "code"], [NAMES[0], "K000001"]]
    assert "3 rows of customers" in result.stderr


def test_the_format_is_what_the_file_ends_with_and_only_its_owner_reads_it(filled: Shell, tmp_path: Path) -> None:
    file = tmp_path / "customers.xml"
    told = filled.json("export", "customers", "-o", str(file))["export"]
    assert (told["rows"], told["format"]) == (3, "xml")
    assert file.read_bytes().startswith(b"<?xml")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith(".")) == []


def test_json_is_json_whichever_way_it_is_asked_for(filled: Shell) -> None:
    asked = [("--json",), ("--format", "json")]
    assert len({filled.run("export", "customers", *words).stdout for words in asked}) == 1
    assert len(json.loads(filled.run("export", "customers", "--json").stdout)) == 3


@pytest.mark.parametrize("table", ["groups", "mapping", "audit"])
def test_other_tables_are_exported_whole(filled: Shell, table: str) -> None:
    assert filled.run("export", table).exit_code == 0


def test_a_wrong_column_is_named_with_the_nearest(filled: Shell) -> None:
    result = filled.run("export", "customers", "--columns", "code,emial")
    assert (result.exit_code, "Did you mean email" in result.stderr or "did you mean email" in result.stderr) == (
        2,
        True,
    )
    assert filled.run("export", "groups", "--columns", "name").exit_code == 2


def test_a_file_that_cannot_be_written_is_said_and_no_part_of_it_stays(filled: Shell, tmp_path: Path) -> None:
    result = filled.run("export", "customers", "-o", str(tmp_path / "nowhere" / "x.csv"))
    assert (result.exit_code, "cannot be written" in result.stderr) == (2, True)


def test_exactly_the_filtered_customers_are_exported_in_the_order_asked_for(filled: Shell) -> None:
    words = ("--filter", "code:ge:K000002", "--sort", "-code", "--columns", "code,sync")
    assert rows(filled.run("export", "customers", *words).stdout)[1:] == [
        ["K000003", "in_sync"],
        ["K000002", "in_sync"],
    ]
    assert rows(filled.run("export", "customers", "--search", "lodz", "--columns", "name").stdout)[1:] == [[NAMES[0]]]


def test_a_filter_that_cannot_be_read_is_named_with_what_helps(filled: Shell) -> None:
    result = filled.run("export", "customers", "--filter", "staus:eq:active")
    assert (result.exit_code, "status" in result.stderr) == (2, True)
    assert filled.run("export", "groups", "--filter", "status:eq:active").exit_code == 2


def test_a_group_that_is_not_there_is_named(filled: Shell) -> None:
    result = filled.run("export", "customers", "--filter", "group:has:Nowhere")
    assert (rows(result.stdout)[1:], "there is no group 'Nowhere'" in result.stderr) == ([], True)
