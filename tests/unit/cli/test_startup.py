"""Does the command line start without what it does not need?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from syncd.cli.lazy import LazyGroup

HEAVY = ("sqlalchemy", "celery", "httpx", "alembic", "lxml", "rich", "redis", "babel")


def imported_by(*words: str) -> set[str]:
    """Heavy libraries that a command imported, in a process of its own."""
    program = f"""
import json, sys
from syncd.cli import main
try:
    main({list(words)!r})
finally:
    print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]), file=sys.stderr)
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(result.stderr.splitlines()[-1]))


@pytest.mark.parametrize("words", [("--help",), ("version",), ("version", "--help"), ("taxid", "--help")])
def test_help_and_version_import_neither_database_nor_celery_nor_http(words: tuple[str, ...]) -> None:
    assert imported_by(*words) == set()


def test_no_command_imports_celery() -> None:
    assert "celery" not in imported_by("sync", "--help")


def test_whoever_speaks_http_loads_no_command_line_with_it() -> None:
    code = "import syncd.http, sys; print(*sorted({'rich', 'pygments', 'httpx'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "httpx\n"


def test_ctrl_c_while_a_command_is_imported_ends_it_as_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stopped_here.py").write_text("raise KeyboardInterrupt\n")
    monkeypatch.syspath_prepend(tmp_path)
    group = LazyGroup(commands_in={"stopped": ("stopped_here", "Stops.")})
    told = CliRunner().invoke(group, ["stopped"])
    assert (told.exit_code, told.stderr) == (130, "interrupted\n")
