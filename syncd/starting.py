"""How does a program start without looking for garbage where there is none?

Importing makes hundreds of thousands of objects that stay. Python looks through all of them again and again meanwhile,
which takes a seventh of a start.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["look_no_more", "not_collecting"]


@contextmanager
def not_collecting() -> Iterator[None]:
    """For imports, and nothing that works: what it throws away stays until afterwards."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def look_no_more() -> None:
    """Never look for garbage in what is there now: it stays as long as the process.

    To look through it takes longer the more it is; and it writes into the header of each object, so that children no
    longer share the page of memory that it is in.
    """
    gc.collect()
    gc.freeze()
