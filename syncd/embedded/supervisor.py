"""How are several programs kept running together, and stopped together?

Each runs in a session of its own, so that a Ctrl+C in the terminal reaches only the supervisor, which stops them in
order. What dies is started again, later each time; what is still there after the grace time is killed with its group.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from syncd.errors import Unavailable

__all__ = ["Program", "Supervisor"]

GRACE_SECONDS: Final = 27.0
"""From the request to end until SIGKILL: a worker ends by itself within 25 seconds."""

READY_SECONDS: Final = 60.0
STEADY_SECONDS: Final = 60.0
"""A program that ran for so long and then died is started again at once, as the first time."""

LONGEST_PAUSE: Final = 30.0
LOG_BYTES: Final = 5_000_000
_LOOK_SECONDS: Final = 0.1
_TAIL_LINES: Final = 15
_PR_SET_PDEATHSIG: Final = 1


@dataclass(frozen=True)
class Program:
    """Something to keep running.

    Attributes:
        stage: Those of a lower stage are started first and stopped last.
        is_ready: Looked at after each start, until it is true.
    """

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    is_ready: Callable[[], bool] = lambda: True
    stage: int = 0


@dataclass
class _Kept:
    program: Program
    process: subprocess.Popen[bytes]
    log: Path
    started_at: float
    deaths: int = 0
    again_at: float | None = None


@dataclass
class Supervisor:
    """Programs with their processes.

    Attributes:
        folder: Where the programs work and where their logs are.
        say: Tells a person what happens.
        stopping: Whether to give up waiting, because a person asked to stop.
    """

    folder: Path
    say: Callable[[str], None]
    stopping: Callable[[], bool]
    _kept: list[_Kept] = field(default_factory=list)

    def start(self, *programs: Program) -> None:
        """Start programs at the same time and wait until each is ready.

        Raises:
            Unavailable: If one ends or is not ready in time, after the end of its log was told.
        """
        started = [self._launch(program) for program in programs]
        self._kept.extend(started)
        end = time.monotonic() + READY_SECONDS
        for kept in started:
            while not kept.program.is_ready():
                if kept.process.poll() is not None:
                    raise self._unready(kept, f"ended with {kept.process.returncode}")
                if time.monotonic() > end:
                    raise self._unready(kept, f"is not ready after {READY_SECONDS:.0f} s")
                if self.stopping():
                    return
                time.sleep(_LOOK_SECONDS)

    def watch(self, done: Callable[[], bool] = lambda: False, *, look_seconds: float = 0.5) -> None:
        """Start again what dies, until `done` or a person asks to stop."""
        next_look = 0.0
        while not self.stopping():
            if time.monotonic() >= next_look:
                if done():
                    return
                next_look = time.monotonic() + look_seconds
            for kept in self._kept:
                self._look_after(kept)
            time.sleep(_LOOK_SECONDS)

    def stop(self, *, at_once: Callable[[], bool] = lambda: False) -> None:
        """End all programs, the highest stage first.

        Args:
            at_once: Whether the person has lost patience.
        """
        end = time.monotonic() + GRACE_SECONDS
        for stage in sorted({kept.program.stage for kept in self._kept}, reverse=True):
            alive = [kept for kept in self._kept if kept.program.stage == stage and kept.process.poll() is None]
            for kept in alive:
                # To the leader alone: Celery's children die of a signal that its main process handles with care.
                kept.process.terminate()
            while any(kept.process.poll() is None for kept in alive) and time.monotonic() < end and not at_once():
                time.sleep(_LOOK_SECONDS)
            for kept in alive:
                _kill_group(kept.process)
        self._kept.clear()

    def _unready(self, kept: _Kept, what: str) -> Unavailable:
        self.say(_tail(kept.log))
        return Unavailable(
            f"{kept.program.name} {what}", cure=f"The end of its log stands above; all of it: {kept.log}"
        )

    def _launch(self, program: Program) -> _Kept:
        log = self.folder / f"{program.name}.log"
        _keep_short(log)
        with log.open("ab") as out:
            process = subprocess.Popen(  # noqa: S603 - our own programs, and no shell
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(program.environ),
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one system call
            )
        return _Kept(program, process, log, time.monotonic())

    def _look_after(self, kept: _Kept) -> None:
        now = time.monotonic()
        if kept.process.poll() is None:
            _keep_short(kept.log)
            return
        if kept.again_at is None:
            _kill_group(kept.process)
            kept.deaths = 1 if now - kept.started_at > STEADY_SECONDS else kept.deaths + 1
            pause = min(LONGEST_PAUSE, 2.0 ** (kept.deaths - 1) - 1)
            kept.again_at = now + pause
            self.say(
                f"{kept.program.name} ended with {kept.process.returncode}; it is started again in {pause:.0f} s. "
                f"Its log: {kept.log}"
            )
        elif now >= kept.again_at:
            fresh = self._launch(kept.program)
            kept.process, kept.started_at, kept.again_at = fresh.process, fresh.started_at, None


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a program: itself if it did not hear, and children that outlived it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait()


def _keep_short(log: Path) -> None:
    """Keep one older log; programs append, so they go on writing at the start of the emptied file."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        shutil.copyfile(log, log.with_suffix(".old.log"))
        os.truncate(log, 0)


def _tail(log: Path) -> str:
    with log.open(encoding="utf-8", errors="replace") as lines:
        return f"The end of {log}:\n" + "".join(deque(lines, _TAIL_LINES)).rstrip()


_libc: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    """Let the kernel ask the program to end when the supervisor is gone, even if that was killed with -9."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM))
