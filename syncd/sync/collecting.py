"""How often is garbage looked for while a run works, or is planned?

Python looks for objects that hold each other whenever 700 more are there than before. A run makes thousands for each
chunk and lets them go by itself: nearly all looking is in vain.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

__all__ = ["collecting_seldom"]

_OBJECTS: Final = 20_000
"""More than a chunk's; what may lie about meanwhile is some megabytes."""

_lock: Final = Lock()
_usual: Final[list[tuple[int, int, int]]] = []
"""How often it is done else; once for each run that works in this process now."""


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Look seldom, until the last of the runs that work in this process ends."""
    with _lock:
        _usual.append(_usual[-1] if _usual else gc.get_threshold())
        objects, *older = _usual[-1]
        gc.set_threshold(max(objects, _OBJECTS), *older)
    try:
        yield
    finally:
        with _lock:
            usual = _usual.pop()
            if not _usual:
                gc.set_threshold(*usual)
