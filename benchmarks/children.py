"""How does a part of the measurement run in a process of its own, that ends with us?"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ["ROOT", "Child", "child"]

ROOT = Path(__file__).resolve().parent.parent


class Child:
    """A running Python process."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | dict(environment),
        )
        self.pid = self.process.pid
        self._what = " ".join(arguments)

    def first_line(self) -> str:
        """What it says once it is ready."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"{self._what} ended before it was ready")
        return line

    def last_line(self) -> str:
        """Wait for its end, and give what it said last."""
        output, _ = self.process.communicate()
        if self.process.returncode:
            raise RuntimeError(f"{self._what} ended with {self.process.returncode}")
        return output.strip().splitlines()[-1]


@contextmanager
def child(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Iterator[Child]:
    """Run Python with `arguments`; the process is ended with the block."""
    started = Child(arguments, environment or {})
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.terminate()
        started.process.wait(timeout=40)
        if started.process.stdout is not None:
            started.process.stdout.close()
