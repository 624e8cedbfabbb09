"""Where does a trial's registry come from? A SQLite file with empty tables, made once and copied."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from syncd.registry import schema
from syncd.registry.engine import open_engine

__all__ = ["empty_registry"]


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
    """A registry's file in a folder of its own, which goes with it."""
    with tempfile.TemporaryDirectory(prefix="syncd-trial-") as folder:
        file = Path(folder) / "registry.db"
        file.write_bytes(_template())
        yield file
