"""Does `syncd import` show, ask, apply and say with its exit code how it went?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import Shell


@pytest.fixture
def filled(shell: Shell) -> Shell:
    shell.fill()
    assert shell.run("sync", "erp", "--wait").exit_code == 0
    return shell


@pytest.fixture
def file(tmp_path: Path) -> str:
    return written(tmp_path / "list.csv", "code,username\nK000001,anna1\nK000002,anna2\n")


def written(file: Path | str, text: str) -> str:
    Path(file).write_text(text, encoding="utf-8")
    return str(file)


def username(shell: Shell, code: str) -> Any:
    return shell.json("customers", "show", code)["customer"]["fields"].get("username")


def test_a_dry_run_shows_and_its_plans_can_be_applied(filled: Shell, file: str) -> None:
    told = filled.json("import", "customers", file, "--dry-run")
    assert (told["import"]["state"], told["import"]["changed"], len(told["changes"])) == ("waiting", 2, 2)
    assert username(filled, "K000001") is None
    assert filled.run("import", "apply", told["import"]["id"]).exit_code == 0
    assert (username(filled, "K000001"), username(filled, "K000002")) == ("anna1", "anna2")
    assert filled.rows("import", "list")[0]["state"] == "applied"


def test_without_anybody_to_ask_the_plans_wait(filled: Shell, file: str) -> None:
    result = filled.run("import", "customers", file)
    assert (result.exit_code, "syncd import apply 1" in result.stderr) == (5, True)
    assert filled.run("import", "discard", 1).exit_code == 0
    assert filled.run("import", "apply", 1).exit_code == 2
    assert username(filled, "K000001") is None


def test_a_yes_applies_at_once_and_tells_how_to_take_it_back(filled: Shell, file: str) -> None:
    result = filled.run("import", "customers", file, "--yes")
    assert (result.exit_code, "undo: syncd runs undo" in result.stderr) == (0, True)
    assert username(filled, "K000001") == "anna1"


def test_refused_cells_are_named_with_line_column_and_cure_and_the_exit_code_is_3(filled: Shell, file: str) -> None:
    written(file, "code;name;username;status\nK000001;Other;anna1;blocked\nK77;x;y;\n")
    result = filled.run("import", "customers", file, "--yes")
    assert result.exit_code == 3
    assert "line 2 name K000001: erp owns name" in result.stderr
    assert "line 3: there is no customer of this code. Leave the row out" in result.stderr
    assert "column status: it follows from other things" in result.stderr
    assert username(filled, "K000001") == "anna1"


def test_a_file_that_changes_nothing_says_so(filled: Shell, file: str) -> None:
    written(file, "code,username\nK000001,\n")
    result = filled.run("import", "customers", file)
    assert (result.exit_code, "0 customers to change" in result.stderr) == (0, True)


@pytest.mark.parametrize("words", [("show", 7), ("apply", 7), ("discard", 7)])
def test_an_import_that_is_not_there_is_wrong_usage(filled: Shell, words: tuple[Any, ...]) -> None:
    result = filled.run("import", *words)
    assert (result.exit_code, "syncd import list" in result.stderr) == (2, True)


def test_what_goes_out_comes_back_in_every_form(filled: Shell, tmp_path: Path) -> None:
    for suffix in ("csv", "xlsx", "xml"):
        out = str(tmp_path / f"all.{suffix}")
        assert filled.run("export", "customers", "--columns", "all", "-o", out).exit_code == 0
        assert filled.json("import", "customers", out)["import"]["changed"] == 0
