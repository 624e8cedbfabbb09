"""Does ``syncd taxid`` answer for one number and for a file, in order, whatever one line holds?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from syncd.cli import main


def call(*words: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["taxid", *words], input=given)


def answers(*words: str, given: bytes | None = None) -> list[dict[str, Any]]:
    result = call(*words, "--json", given=given)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, list)
    return found


def test_one_number_is_answered_as_an_array_of_one() -> None:
    (found,) = answers("pl", "526-025-02-74")
    assert found == {
        "kind": "nip",
        "country": "PL",
        "raw": "526-025-02-74",
        "compact": "5260250274",
        "display": "526-025-02-74",
        "valid": True,
        "reason": "",
    }


def test_a_kind_can_be_named() -> None:
    assert answers("RU", "044525225", "--kind", "BIK")[0]["kind"] == "bik"


def test_a_file_is_answered_in_its_order_and_a_bad_line_does_not_end_it(tmp_path: Path) -> None:
    file = tmp_path / "numbers.csv"
    file.write_text(
        "note,country,kind,value\nx,PL,,526-025-02-74\nx,Atlantis,,1\n\nx,RU,bik,044525225\nx,PL\nx,se,,SE556012579001\n",
        encoding="utf-8",
    )
    found = answers("--csv", str(file))
    assert [(row["country"], row["kind"], row["valid"]) for row in found] == [
        ("PL", "nip", True),
        ("Atlantis", "", False),
        ("RU", "bik", True),
        ("PL", "nip", False),
        ("SE", "vat", True),
    ]


def test_a_row_of_empty_cells_has_its_place_in_the_answers_too() -> None:
    found = answers("--csv", "-", given=b"country,kind,value\nPL,,5260250274\n,,\n , , \nRU,,7707083893\n")
    assert [row["valid"] for row in found] == [True, False, False, True]
    assert found[1]["reason"] == "no country is stated"


def test_a_row_torn_by_a_separator_is_believed_in_nothing() -> None:
    good, torn = answers("--csv", "-", given=b"country,value\nPL,5260250274\nPL,526,025,02,74\n")
    assert (good["valid"], torn["valid"], torn["raw"]) == (True, False, "526")
    assert "line 3: the row goes on behind its last column, with 3 cells." in torn["reason"]


def test_the_kind_of_the_call_stands_for_rows_without() -> None:
    found = answers("--kind", "okpo", "--csv", "-", given=b"country,kind,value\nRU, ,00032537\nRU,INN,7707083893\n")
    assert [(row["kind"], row["valid"]) for row in found] == [("okpo", True), ("inn", True)]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [b",", b";", b"\t"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_standard_input_with_any_usual_delimiter(mark: bytes, delimiter: bytes, end: bytes) -> None:
    lines = [[b"Country", b"VALUE"], [b"PL", b'"526-025-02-74"']]
    given = mark + b"".join(delimiter.join(line) + end for line in lines)
    (found,) = answers("--csv", "-", given=given)
    assert (found["valid"], found["raw"]) == (True, "526-025-02-74")


@pytest.mark.parametrize("given", [b"country,value\n", b"", b"\xef\xbb\xbf"])
def test_an_empty_file_of_numbers_gives_an_empty_array(given: bytes) -> None:
    assert answers("--csv", "-", given=given) == []


def test_a_column_that_is_absent_is_empty() -> None:
    number, kind = answers("--csv", "-", given=b"value\n5260250274\n"), answers("--csv", "-", given=b"kind\nnip\n")
    assert [row["reason"] for row in (*number, *kind)] == ["no country is stated", "no number is stated"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"a,b\n1,2\n", "none of the columns: country, kind, value"),
        (b"\xff", "not UTF-8"),
        (b'country,value\nPL,"5\n', "line 2 of the file cannot be read, at column 'value'"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(given: bytes, said: str) -> None:
    result = call("--csv", "-", given=given)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize("words", [(), ("PL",), ("PL", "1", "--csv", "-")])
def test_either_a_number_or_a_file_is_needed(words: tuple[str, ...]) -> None:
    assert call(*words, given=b"").exit_code == 2


def test_no_configuration_and_no_database_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNCD_CONFIG", str(tmp_path / "none.toml"))
    assert answers("PL", "5260250274")[0]["valid"] is True
