"""How are moments read that Python has none for? PostgreSQL knows ``infinity`` and years before the first.

psycopg refuses them with the whole page that they are on. Here each comes as the text that the database gave, and is
one record's matter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types import datetime

__all__ = ["read_any_moment"]


def _lenient(strict: type[Loader]) -> type[Loader]:
    load: Callable[[Any, Buffer], Any] = strict.load

    class Lenient(strict):  # type: ignore[misc, valid-type]
        def load(self, data: Buffer) -> Any:
            try:
                return load(self, data)
            except psycopg.DataError:
                return bytes(data).decode()

    return Lenient


_LOADERS: Final = {
    "timestamp": _lenient(datetime.TimestampLoader),
    "timestamptz": _lenient(datetime.TimestamptzLoader),
    "date": _lenient(datetime.DateLoader),
    "time": _lenient(datetime.TimeLoader),
    "timetz": _lenient(datetime.TimetzLoader),
    "interval": _lenient(datetime.IntervalLoader),
}


def read_any_moment(connection: object) -> None:
    """Let a connection of psycopg do so; those of other drivers stay as they are."""
    if isinstance(connection, psycopg.Connection):
        for name, loader in _LOADERS.items():
            connection.adapters.register_loader(name, loader)
