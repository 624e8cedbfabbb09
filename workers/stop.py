"""Was this worker asked to stop?

Celery tells its main process; the work is done in children that are to end at their next page or batch. They see it in
one byte of memory that they share with the main process since their birth.
"""

from __future__ import annotations

import mmap
from typing import Final

__all__ = ["ask_to_stop", "stopping"]

_byte: Final = mmap.mmap(-1, 1)


def ask_to_stop() -> None:
    """Let `stopping` be true in this process and in all its children."""
    _byte[0] = 1


def stopping() -> bool:
    """Whether work should end at the next good place."""
    return _byte[0] != 0
