"""Does the command line say where a contractor is, and why, without any configuration?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from syncd.cli import main


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNCD_CONFIG", raising=False)
    monkeypatch.delenv("SYNCD_HOME", raising=False)
    return tmp_path


def run(*words: str, data: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["country", *words], input=data, catch_exceptions=False)


def answers(*words: str, data: bytes | None = None) -> list[dict[str, Any]]:
    result = run(*words, "--json", data=data)
    assert result.exit_code == 0, result.output
    read: list[dict[str, Any]] = json.loads(result.stdout)
    return read


def test_one_case_is_an_array_of_one() -> None:
    (answer,) = answers("--home", "PL", "--declared", "Szkocja", "--date", "2020-12-31")
    assert (answer["zone"], answer["country"]) == ("intra_eu", "GB")
    assert answer["reasons"] == ["declared country is GB ('Szkocja')", "GB is inside the EU's VAT area"]
    assert answer["evidence"] == ["declared", "member"]


def test_every_option_is_evidence() -> None:
    def zone(*words: str) -> str:
        return str(answers("--declared", "ES", *words)[0]["zone"])

    assert zone() == "intra_eu"
    assert zone("--home", "ES") == "domestic"
    assert zone("--tax-id", "PL5260250274") == "unresolved"
    assert zone("--address", "DE") == "unresolved"
    assert zone("--postal-code", "35001") == "extra_eu"
    assert zone("--city", "Ceuta") == "extra_eu"
    assert zone("--erp-class", "krajowy") == "unresolved"
    assert zone("--date", "1985-12-31") == "extra_eu"
    assert zone("--tax-id", "PL5260250274", "--vat", "invalid") == "intra_eu"


def test_without_a_configuration_the_home_is_poland_and_with_one_its_own(elsewhere: Path) -> None:
    assert answers("--declared", "PL")[0]["zone"] == "domestic"
    (elsewhere / "syncd.toml").write_text('home = "SE"\n', encoding="utf-8")
    assert answers("--declared", "PL")[0]["zone"] == "intra_eu"
    assert answers("--declared", "PL", "--home", "PL")[0]["zone"] == "domestic"


TABLE = """declared;Tax_ID;note;home;date
Polska;PL5260250274;first;;
"Niemcy";;"a;b";;2026-05-04
Niemcy;;;DE;
Niemcy;;;QQ;
Niemcy;;;;31.12.2020

Chorwacja;;;;2013-06-30
Chorwacja
;;;;
"""


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_file_is_answered_row_by_row_in_its_order(elsewhere: Path, mark: bytes, separator: str) -> None:
    file = elsewhere / "cases.csv"
    file.write_bytes(mark + TABLE.replace("a;b", "a b").replace(";", separator).encode())
    zones = [(answer["zone"], answer["country"]) for answer in answers("--csv", str(file))]
    assert zones == [
        ("domestic", "PL"), ("intra_eu", "DE"), ("domestic", "DE"), ("unresolved", ""), ("unresolved", ""),
        ("extra_eu", "HR"), ("intra_eu", "HR"), ("unresolved", ""),
    ]  # fmt: skip


def test_a_row_that_cannot_be_read_says_why() -> None:
    bad_home, bad_date = answers("--csv", "-", data=b"home,date,declared\nQQ,,PL\n,2020-02-30,PL\n")
    assert "'QQ'" in bad_home["reasons"][0]
    assert "2020-02-30" in bad_date["reasons"][0]


def test_a_town_may_stand_in_a_column_of_its_own() -> None:
    livigno, rome = answers("--home", "IT", "--csv", "-", data=b"declared,city\nIT,Livigno\nIT,Roma\n")
    assert (livigno["zone"], rome["zone"]) == ("extra_eu", "domestic")


def test_the_home_and_day_of_the_call_stand_for_rows_without() -> None:
    rows = b"declared,home,date\nGB,,\nGB,GB,\nGB,,2026-05-04\n"
    zones = [answer["zone"] for answer in answers("--home", "SE", "--date", "2019-01-01", "--csv", "-", data=rows)]
    assert zones == ["intra_eu", "domestic", "extra_eu"]


def test_a_row_torn_by_a_separator_is_believed_in_nothing_and_the_others_are_answered() -> None:
    good, torn, padded = answers(
        "--csv", "-", data=b"home,declared,postal_code\nPL,DE,10115\nPL,Tanzania, United Republic,1\nPL,FR,75001,,\n"
    )
    assert [good["zone"], torn["zone"], padded["zone"]] == ["intra_eu", "unresolved", "intra_eu"]
    assert "line 3: the row goes on behind its last column, with 1 cell." in torn["reasons"][0]


def test_an_empty_file_has_no_answers() -> None:
    assert answers("--csv", "-", data=b"") == []
    assert answers("--csv", "-", data=b"declared\n") == []


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"declared\n\xb3\xf3d\xbc\n", "not UTF-8"),
        (b"kraj\nPL\n", "none of the columns"),
        (b'declared\n"' + b"x" * 1_000_001 + b'"\n', "line 2"),
        (
            b'home,declared,date\nPL,DE,\nPL,"Niemcy,\nPL,FR,\n',
            "line 3 of the file cannot be read, at column 'declared'",
        ),
        (b'home,declared\nPL,"A" B\n', "line 2 of the file cannot be read, at column 'declared'"),
        (b'home,declared\n"PL"x,DE\n', "put quotation marks around the whole cell"),
        (b'home,"declared\nPL,DE\n', "line 1 of the file cannot be read, at column 2"),
        (b"declared,declared\nPL,DE\n", "the column 'declared' is there twice"),
        ("declared\nPL\n".encode("utf-16"), "not UTF-8"),
    ],
)
def test_a_file_that_is_none_of_cases_is_refused_before_anything_is_said(data: bytes, told: str) -> None:
    result = run("--csv", "-", data=data)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_evidence_beside_a_file_is_refused() -> None:
    assert run("--csv", "-", "--declared", "PL", data=b"declared\nPL\n").exit_code == 2


def test_a_pipe_gets_columns() -> None:
    head, line = run("--declared", "DE").stdout.splitlines()
    assert head == "zone\tcountry\treasons"
    assert line == "intra_eu\tDE\tdeclared country is DE; DE is inside the EU's VAT area"
