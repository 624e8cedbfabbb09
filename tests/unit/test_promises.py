"""Do the pages on threats and on the console name tests that exist, and one for everything that they promise?"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEST = re.compile(r"`([\w/]+\.py)(?:::(test_\w+))?`")


def rows(page: str, columns: int) -> list[tuple[str, ...]]:
    """Rows of the page's tables that have so many columns, without their heads."""
    lines = (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines()
    cells = [tuple(cell.strip() for cell in line[1:-1].split("|")) for line in lines if line.startswith("|")]
    return [row for row in cells if len(row) == columns and row[0] != "---" and row[-1] != "test"]


THREATS = rows("explanation/threat-model.md", 3)
STATEMENTS = [row for row in rows("reference/console.md", 4) if row[0]]
TRAPS = rows("reference/console.md", 3)
PROMISED = [
    *((threat, control, test) for threat, control, test in THREATS),
    *((f"statement {number}", said, test) for number, said, test, _ in STATEMENTS),
    *((f"trap {number}", said, test) for number, said, test in TRAPS),
]


@cache
def named_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize(("what", "said", "named"), PROMISED, ids=[row[0] for row in PROMISED])
def test_everything_that_is_promised_has_a_test_that_exists(what: str, said: str, named: str) -> None:
    assert what
    assert said
    found = TEST.findall(named)
    assert found, named
    assert TEST.sub("", named).strip(" ,") == ""
    assert [(file, test) for file, test in found if test not in named_in(file) and (test or not named_in(file))] == []


def test_the_pages_have_their_tables() -> None:
    assert len(THREATS) > 30
    assert [number for number, *_ in STATEMENTS] == [str(number) for number in range(1, 16)]
    assert [number for number, *_ in TRAPS] == [str(number) for number in range(1, 11)]
