"""How are settings written as TOML?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

__all__ = ["lines_of", "value_of"]

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def lines_of(table: Mapping[str, Any]) -> Iterator[str]:
    """``key = value`` for each entry."""
    for key, value in table.items():
        yield f"{_key(key)} = {value_of(value)}"


def value_of(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON's escapes are TOML's as well, but for one character that JSON leaves as it is.
        return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        return f"{{{', '.join(lines_of(value))}}}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(value_of, value))}]"
    msg = f"TOML has no {type(value).__name__}"
    raise TypeError(msg)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else value_of(key)
