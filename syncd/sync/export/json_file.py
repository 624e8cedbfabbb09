"""How is a table written as JSON: one array, or a line for each row?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from syncd.sync.export.sheet import Sheet

__all__ = ["as_json", "as_ndjson"]

_ENCODER: Final = msgspec.json.Encoder(decimal_format="string")


def as_json(sheet: Sheet) -> Iterator[bytes]:
    """An array of objects, one on each line; it is never held as a whole."""
    begin = b"[\n"
    for line in _objects(sheet):
        yield begin + line
        begin = b",\n"
    yield b"\n]\n" if begin == b",\n" else b"[]\n"


def as_ndjson(sheet: Sheet) -> Iterator[bytes]:
    """An object on each line, and nothing around."""
    for line in _objects(sheet):
        yield line + b"\n"


def _objects(sheet: Sheet) -> Iterator[bytes]:
    for row in sheet.rows:
        yield _ENCODER.encode(dict(zip(sheet.columns, row, strict=True)))
