"""What does a person see on a terminal?"""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys

import click
import pytest

from syncd.cli import main
from tests.integration.cli.conftest import Shell


@pytest.fixture
def filled(shell: Shell) -> Shell:
    shell.fill()
    shell.run("sync", "erp", "--wait")
    return shell


class Terminal(io.StringIO):
    """Text that is watched."""

    def isatty(self) -> bool:
        return True


def look(shell: Shell, monkeypatch: pytest.MonkeyPatch, *words: str, columns: int = 120) -> str:
    """What a command shows on a terminal."""
    out = Terminal()
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", out)
    with pytest.raises(SystemExit) as ended:
        main([*words, "--config", str(shell.file)])
    assert not ended.value.code, out.getvalue()
    return out.getvalue()


def test_on_a_real_terminal_data_is_a_table(filled: Shell) -> None:
    ours, theirs = pty.openpty()
    line = [sys.executable, "-c", "from syncd.cli import main; main()", "customers", "list"]
    environ = {**os.environ, "COLUMNS": "120", "TERM": "xterm", "SYNCD_CONFIG": str(filled.file)}
    with subprocess.Popen(line, env=environ, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        told = b""
        try:
            while chunk := os.read(ours, 65536):
                told += chunk
        except OSError:  # Linux says so when the other end is closed
            os.close(ours)
    assert process.returncode == 0, told.decode()
    assert "\t" not in told.decode()
    assert "Łódź-Bud Sp. z o.o." in told.decode()


def test_states_have_their_colour(filled: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[32mactive" in look(filled, monkeypatch, "customers", "list")


@pytest.mark.parametrize("words", ["customers list", "runs list", "status", "connections list", "attention list"])
def test_on_a_narrow_terminal_nothing_is_cut(filled: Shell, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    narrow = look(filled, monkeypatch, *words.split(), "--no-color", columns=80)
    assert "…" not in narrow
    assert max(len(click.unstyle(line)) for line in narrow.splitlines()) <= 80


def test_colours_can_be_switched_off(filled: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[3" not in look(filled, monkeypatch, "customers", "list", "--no-color")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in look(filled, monkeypatch, "customers", "list")


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("runs show 1", "+ create"),
        ("runs list", "succeeded"),
        ("status", "at work: nobody"),
        ("customers show K000001", "in sync"),
        ("customers history K000001", "nobody known has"),
        ("config show", "connections.erp.every"),
        ("doctor erp", "✔"),
        ("attention list", "Nothing needs you."),
        ("sync erp --dry-run", "No changes."),
    ],
)
def test_each_view_fits_a_person(filled: Shell, monkeypatch: pytest.MonkeyPatch, words: str, seen: str) -> None:
    assert seen in look(filled, monkeypatch, *words.split())
