"""Is a file still the one that was read?"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

__all__ = ["Stamp", "stamp_by", "stamps"]

Stamp: TypeAlias = tuple[str, int, int, int]
"""Path, inode, time and size of a file: another one as soon as the file is another one."""


def stamp_by(path: Path, seen: os.stat_result) -> Stamp:
    """The stamp of a file that was looked at."""
    return str(path), seen.st_ino, seen.st_mtime_ns, seen.st_size


def stamps(paths: Iterable[Path]) -> tuple[Stamp, ...]:
    """Of those that are there; the way to a file may be a link, and lead to another one tomorrow."""
    found = []
    for path in paths:
        with contextlib.suppress(OSError):
            found.append(stamp_by(path, path.stat()))
    return tuple(found)
