"""How does a process give back the memory that a long run took?

The C library keeps what is freed for next time. Each child of a worker has a long run sooner or later, and would hold
from then on what only one of them needs at a time.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

__all__ = ["give_back", "keep_little"]

_libc: Final = ctypes.CDLL(None) if sys.platform == "linux" else None
_set: Final = getattr(_libc, "mallopt", None)
"""Only glibc has these two; musl, for one, keeps little by itself."""
_trim: Final = getattr(_libc, "malloc_trim", None)

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 128 * 1024
"""Bytes. By itself glibc begins with as many, and from the first larger piece that is freed keeps up to 64 MB: see
mallopt(3). Saying it keeps it so."""


def keep_little() -> None:
    """Let this process and its children keep no more of what is freed than they would after their start."""
    if _set is not None:
        for parameter in (_TRIM_THRESHOLD, _MMAP_THRESHOLD):
            _set(parameter, _LARGE)


def give_back() -> None:
    """Give back whole pages that nothing is in any more, wherever they lie."""
    if _trim is not None:
        _trim(0)
