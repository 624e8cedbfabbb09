"""Where does a trial's registry come from? A SQLite file with empty tables, made once and copied.

The next one is put in the place of the last: its engine has compiled most statements, which takes half of a trial.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from syncd.registry import schema
from syncd.registry.engine import open_engine

__all__ = ["empty_registry"]


_free: Final[list[tuple[Path, Engine]]] = []
"""Places where nobody is, with engines that are kept for the next."""


@lru_cache(maxsize=1)
def _template() -> bytes:
    with tempfile.TemporaryDirectory(prefix="syncd-trial-") as folder:
        file = Path(folder) / "registry.db"
        engine = open_engine(f"sqlite:///{file}")
        schema.upgrade(engine)
        engine.dispose()
        return file.read_bytes()


@contextmanager
def empty_registry() -> Iterator[Path]:
    """A registry's file in a folder of its own, whose content goes with it."""
    folder, engine = _free.pop() if _free else _place()
    file = folder / "registry.db"
    file.write_bytes(_template())
    try:
        yield file
    finally:
        engine.dispose()
        shutil.rmtree(folder)
        folder.mkdir()
        _free.append((folder, engine))


def _place() -> tuple[Path, Engine]:
    folder = Path(tempfile.mkdtemp(prefix="syncd-trial-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder, open_engine(f"sqlite:///{folder / 'registry.db'}")
