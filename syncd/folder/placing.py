"""How does a file get into a folder that others watch? Whole, in the moment that it appears."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["place"]


def place(folder: Path, name: str, data: bytes) -> None:
    """Write beside, then rename: nobody sees half a file, and a power cut leaves all or nothing."""
    part = folder / f".{name}.part"
    with part.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    part.rename(folder / name)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
