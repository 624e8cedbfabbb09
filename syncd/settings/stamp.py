"""Is a file still the one that was read?"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

__all__ = ["Stamp", "stamps"]

Stamp: TypeAlias = tuple[str, int, int, int]
"""Path, inode, time of change and size of a file: another one as soon as the file, or who may read it, is another."""


def stamps(paths: Iterable[Path]) -> tuple[Stamp, ...]:
    """Of files that are there or not; the way to one may be a link, and lead to another one tomorrow."""
    return tuple(map(_stamp, paths))


def _stamp(path: Path) -> Stamp:
    try:
        seen = path.stat()
    except OSError:
        return str(path), 0, 0, 0
    return str(path), seen.st_ino, seen.st_ctime_ns, seen.st_size
