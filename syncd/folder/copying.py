"""How is a drop folder looked at, and everything in it stays where it is?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from syncd.folder.claiming import reachable

__all__ = ["SEARCHED", "copied"]

SEARCHED: Final = ("", "processing", "archive")
"""Where files are: those that wait, and those that were read last."""

_MOST: Final = 20


@contextmanager
def copied(root: Path, place: str) -> Iterator[Path]:
    """A folder with copies of the newest files in one place of a drop folder; whoever reads it may move them.

    Raises:
        Misconfigured: If the folder is not there or may not be read.
    """
    with TemporaryDirectory(prefix="syncd-look-") as scratch:
        if not place or (root / place).is_dir():
            _copy_newest(root / place, Path(scratch) / place)
        yield Path(scratch)


def _copy_newest(source: Path, target: Path) -> None:
    with reachable():
        # A link could point anywhere: somebody who may drop files must not get others read.
        files = [path for path in source.iterdir() if path.is_file() and not path.is_symlink() and path.name[0] != "."]
        newest = sorted(files, key=lambda path: path.stat().st_mtime_ns)[-_MOST:]
        target.mkdir(exist_ok=True)
        for path in newest:
            with suppress(FileNotFoundError):  # taken away meanwhile
                shutil.copy2(path, target)  # with its time, by which markers are compared and files are ordered
