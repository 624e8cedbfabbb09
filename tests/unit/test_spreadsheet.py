"""Does nothing in a CSV that people open become a formula?"""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syncd.spreadsheet import BOM, inert, rows_to_csv, unmarked

STARTS = "=+-@\t\r\n＝＋－＠"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", "\n=1", "  =1", "\u200b=1",
        "＝1", '=HYPERLINK("http://x")', "-1+1", "+48=1", "-", "+48; =1", "+48 ;+1",
    ],
)  # fmt: skip
def test_what_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["Łódź-Bud Sp. z o.o.", "-12.50", "+48 22 555 10 10", "+48 22 555; +49 30 1", "", "a=b", "Żubr @ Co", "'x"]
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert inert(text) == text


@given(st.text())
def test_no_cell_of_a_file_begins_like_a_formula_unless_it_is_a_number(text: str) -> None:
    (_, row) = list(csv.reader(io.StringIO("".join(rows_to_csv(["x"], [[text]])), newline="")))
    cell = row[0] if row else ""
    assert cell[:1] not in set(STARTS) or re.fullmatch(r"[-+]?[0-9., ]+(; \\+?[0-9 ]+)*", cell, re.ASCII)
    assert cell.removeprefix("'") in {text, text.removeprefix("'")}


def test_letters_of_all_languages_and_kinds_of_values_are_written() -> None:
    at = datetime(2026, 5, 4, tzinfo=UTC)
    text = "".join(rows_to_csv(["name", "=note"], [["Северсталь", None], [True, at]], delimiter=";"))
    assert text == f"{BOM}name;'=note\r\nСеверсталь;\r\nyes;2026-05-04T00:00:00+00:00\r\n"


def test_the_product_writes_csv_in_one_place_only() -> None:
    product = Path(__file__).resolve().parents[2] / "syncd"
    written = [file.name for file in product.rglob("*.py") if "csv.writer" in file.read_text(encoding="utf-8")]
    assert written == ["spreadsheet.py"]


@given(st.text())
@example("'=1")
def test_what_was_made_inert_is_read_as_it_was(text: str) -> None:
    assert unmarked(inert(text)) == text
