"""Does the page on threats name tests that exist, and one for every threat?"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/explanation/threat-model.md"
ROWS = re.findall(r"^\| (?!threat|---)(.+?) \| (.+?) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("threat", "control", "test"), ROWS, ids=[row[0] for row in ROWS])
def test_every_threat_has_a_control_and_a_test_that_exists(threat: str, control: str, test: str) -> None:
    assert threat
    assert control
    named = re.fullmatch(r"`([\w/]+\.py)(?:::(test_\w+))?`", test)
    assert named, test
    tree = ast.parse((ROOT / "tests" / named[1]).read_text(encoding="utf-8"))
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}
    assert named[2] in tests if named[2] else tests


def test_the_page_has_its_tables() -> None:
    assert len(ROWS) > 30
