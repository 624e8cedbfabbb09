"""Does the manual's page on adding an adapter add one, word for word?"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/how-to/add-an-adapter.md"
FILE = re.compile(r"^`([a-z_./]+)`:\n\n```[a-z]+\n(.*?)^```$", re.MULTILINE | re.DOTALL)

PROGRAM = """
import json, sys
import adapters
adapters.__path__.append(sys.argv[1])
from syncd.trial.run import certificate
report = certificate("acme", stories=2)
assert report.passed > 100, report
print([(failure.promise, failure.why) for failure in report.failed])
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's files in a tree of their own."""
    folder = tmp_path_factory.mktemp("tutorial")
    for name, text in FILE.findall(PAGE.read_text(encoding="utf-8")):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def test_the_page_has_the_files_that_it_names(written: Path) -> None:
    names = {file.relative_to(written).as_posix() for file in written.rglob("*.*")}
    named = {"__init__.py", "mapping.py", "simulator.py", "quality.toml"}
    assert names == {f"adapters/acme/{name}" for name in named} | {"tests/contract/acme/test_acme.py"}


def test_what_the_page_adds_is_certified(written: Path) -> None:
    program = [sys.executable, "-c", PROGRAM, str(written / "adapters")]
    result = subprocess.run(program, capture_output=True, text=True, check=False, cwd=ROOT)
    assert result.stdout.strip() == "[]", f"{result.stdout}{result.stderr}"


def test_what_the_page_adds_passes_the_house_rules(written: Path) -> None:
    ruff = [sys.executable, "-m", "ruff"]
    settings = ["--config", str(ROOT / "pyproject.toml")]
    for words in (["check", *settings], ["format", "--check", *settings]):
        result = subprocess.run([*ruff, *words, "."], capture_output=True, text=True, check=False, cwd=written)
        assert result.returncode == 0, f"{result.stdout}{result.stderr}"
