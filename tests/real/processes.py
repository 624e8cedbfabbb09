"""How is a server started, waited for, disturbed and stopped?"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.real import tether

TAIL = 30  # log lines shown when a server does not start


class NotStarted(Exception):
    """A server ended early or was not ready in time; the text ends with the tail of its log."""


@dataclass
class Server:
    """One server process and its children. Can be started again after `stop` or `kill`, with its data kept."""

    name: str
    command: Sequence[str]
    log: Path
    is_ready: Callable[[], bool]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    user: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    deadline: float = 60.0
    _tether: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until ready; raises NotStarted."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start without waiting. Does nothing when it runs."""
        if self._tether is not None:
            return
        with self.log.open("ab") as log:
            self._tether = subprocess.Popen(
                [sys.executable, "-E", "-S", tether.__file__, self.user, self.stop_signal.name, *self.command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.env},
                cwd=self.cwd,
                # A Ctrl+C in the terminal goes to the starter alone; it stops the servers in order.
                start_new_session=True,
            )

    def wait(self) -> None:
        """Wait until ready.

        Raises:
            NotStarted: the server ended, or was not ready within `deadline` seconds. It is stopped then.
        """
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _wait(self) -> None:
        assert self._tether is not None
        end = time.monotonic() + self.deadline
        while not self.is_ready():
            if self._tether.poll() is not None:
                raise NotStarted(f"{self.name} ended with {self._tether.returncode}. {self._tail()}")
            if time.monotonic() > end:
                raise NotStarted(f"{self.name} was not ready within {self.deadline:.0f} s. {self._tail()}")
            time.sleep(0.05)

    def _tail(self) -> str:
        with self.log.open(errors="replace") as log:
            return f"The last lines of {self.log}:\n" + "".join(deque(log, TAIL))

    @property
    def is_running(self) -> bool:
        return self._tether is not None and self._tether.poll() is None

    def stop(self) -> None:
        """Ask the server to end, kill it and its children after ten seconds. Does nothing when it is not running."""
        if self._tether is None:
            return
        assert self._tether.stdin is not None
        self._tether.stdin.close()
        self._tether.wait(tether.GRACE + 5)
        self._tether = None

    def kill(self) -> None:
        """End it as a crash would: SIGKILL to all its processes at once."""
        for process in self._processes():
            process.kill()
        self.stop()

    def pause(self) -> None:
        """Freeze it: connections are accepted by the kernel and never answered."""
        for process in self._processes():
            process.suspend()

    def resume(self) -> None:
        for process in self._processes():
            process.resume()

    def _processes(self) -> list[psutil.Process]:
        return psutil.Process(self._tether.pid).children(recursive=True) if self._tether else []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts_connections(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def run(
    command: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> None:
    """Run an installer to its end.

    Raises:
        NotStarted: it failed; the text has the tail of its log.
    """
    with log.open("ab") as out:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            check=False,
        )
    if done.returncode:
        tail = "".join(log.open(errors="replace").readlines()[-TAIL:])
        raise NotStarted(f"{Path(command[0]).name} ended with {done.returncode}. The last lines of {log}:\n{tail}")
