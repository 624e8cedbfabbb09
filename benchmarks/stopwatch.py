"""How does a child say what its work took, without what came before and after?"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

__all__ = ["Stopwatch"]


class Stopwatch:
    """Runs from its making to `report`: wall time, and CPU of this process and of children that have ended."""

    def __init__(self) -> None:
        self._cpu = _cpu()
        self._wall = time.perf_counter()
        self._seconds = 0.0
        self._used = 0.0

    def stop(self) -> None:
        """The work is done."""
        self._seconds = time.perf_counter() - self._wall
        self._used = _cpu() - self._cpu

    def report(self, **more: Any) -> None:
        """Print the result as the last line."""
        line = {"seconds": round(self._seconds, 4), "cpu_seconds": round(self._used, 3), **more}
        sys.stdout.write(f"{json.dumps(line)}\n")


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
