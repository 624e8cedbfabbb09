"""Does the supervisor start, restart and stop programs, and say what went wrong?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from syncd.embedded.lock import AlreadyUp, state_folder
from syncd.embedded.supervisor import Program, Supervisor
from syncd.errors import Unavailable
from tests.fixtures.daemon import wait_until

SLEEPS = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
NOTES = "import os, pathlib, time; pathlib.Path('pids').open('a').write(f'{os.getpid()}\\n'); time.sleep(60)"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, said.append, lambda: False)
    yield supervisor
    supervisor.stop(at_once=lambda: True)


def program(code: str, name: str = "program") -> Program:
    return Program(name, [sys.executable, "-c", code], dict(os.environ))


def pids(folder: Path) -> list[int]:
    file = folder / "pids"
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_a_program_that_dies_is_started_again(supervisor: Supervisor, tmp_path: Path, said: list[str]) -> None:
    supervisor.start(program(NOTES))
    supervisor.watch(lambda: len(pids(tmp_path)) == 1)
    os.kill(pids(tmp_path)[0], signal.SIGKILL)
    supervisor.watch(lambda: len(pids(tmp_path)) == 2)
    assert "program ended with -9" in said[0]


def test_a_program_that_ends_before_it_is_ready_says_why(supervisor: Supervisor, said: list[str]) -> None:
    broken = Program(
        "broken", [sys.executable, "-c", "raise SystemExit('no such file')"], dict(os.environ), lambda: False
    )
    with pytest.raises(Unavailable, match="broken ended with 1"):
        supervisor.start(broken)
    assert "no such file" in said[0]


def test_what_does_not_hear_is_killed(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(program(DEAF))
    supervisor.watch(lambda: "deaf" in (tmp_path / "program.log").read_text())
    (deaf,) = [child for child in psutil.Process().children() if DEAF in child.cmdline()]
    supervisor.stop(at_once=lambda: True)
    assert not deaf.is_running()


def test_i10_a_log_that_grew_too_long_is_begun_anew(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncd.embedded.supervisor.LOG_BYTES", 1000)
    supervisor.start(program("import time\nwhile True: print('x' * 99, flush=True); time.sleep(0.01)"))
    supervisor.watch((tmp_path / "program.old.log").exists)
    supervisor.stop(at_once=lambda: True)
    assert b"\0" not in (tmp_path / "program.log").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help for this exists on Linux only")
def test_programs_end_with_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys; from syncd.embedded.supervisor import *; "
        "s = Supervisor(pathlib.Path('.'), print, lambda: False); "
        f"s.start(Program('program', [sys.executable, '-c', {NOTES!r}], dict(os.environ))); s.watch()"
    )
    killed = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path)
    wait_until(lambda: len(pids(tmp_path)) == 1)
    killed.kill()
    killed.wait()
    wait_until(lambda: not psutil.pid_exists(pids(tmp_path)[0]))


def test_only_one_works_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / ".syncd"
    with state_folder(folder), pytest.raises(AlreadyUp, match=f"process {os.getpid()}"), state_folder(folder):
        pytest.fail("two at work")
    with state_folder(folder):
        assert (folder / ".gitignore").read_text() == "*\n"


def test_a_stop_is_heard_while_a_program_is_not_ready(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, print, lambda: True)
    began = time.monotonic()
    supervisor.start(Program("slow", [sys.executable, "-c", SLEEPS], dict(os.environ), lambda: False))
    supervisor.stop(at_once=lambda: True)
    assert time.monotonic() - began < 30
