"""Does the manual say what the program does?"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

from click.testing import CliRunner

from syncd.cli import main

ROOT = Path(__file__).resolve().parents[3]


def test_all_pages_and_words_that_are_generated_are_current() -> None:
    program = [sys.executable, str(ROOT / "docs/generate.py"), "--check"]
    environ = {"COLUMNS": "60", "PYTHONPATH": str(ROOT)}
    result = subprocess.run(program, capture_output=True, text=True, check=False, env=environ)
    assert (result.returncode, result.stdout) == (0, ""), f"{result.stderr}run: python docs/generate.py"


def test_the_example_in_the_page_on_configuration_passes_the_check(tmp_path: Path) -> None:
    page = (ROOT / "docs/reference/configuration.md").read_text(encoding="utf-8")
    example = textwrap.dedent(page.partition("## An example\n")[2])
    (tmp_path / "password").write_text("a password\n", encoding="utf-8")
    file = tmp_path / "syncd.toml"
    file.write_text(example.replace("/run/secrets/shop-password", str(tmp_path / "password")), encoding="utf-8")
    result = CliRunner().invoke(main, ["config", "check", "--config", str(file)])
    assert result.exit_code == 0, result.output
