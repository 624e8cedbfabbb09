"""How does a file get into a folder that others watch? Whole, in the moment that it appears."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["moved", "place"]


def place(folder: Path, name: str, data: bytes) -> None:
    """Write beside, then rename: nobody sees half a file, and a power cut leaves all or nothing."""
    part = folder / f".{name}.part"
    with part.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    moved(part, folder / name)


def moved(path: Path, target: Path) -> Path:
    """Rename for good: after a power cut the file is there under its new name."""
    path.rename(target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return target
