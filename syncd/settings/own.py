"""Which files of the configuration's folder did syncd write itself, and how does it write them?

A file is syncd's own exactly as long as syncd would write it so again. Whoever adds a comment, or another order, makes
it theirs: a form that wrote it anew would lose that.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from syncd.settings.toml import lines_of

__all__ = ["Own", "lines_to_write", "read_own", "text_of"]

_PARTS: Final = ("options", "guard")
_KEYS: Final = frozenset({"connections", "routes"})


class Own(NamedTuple):
    """What stands in the file of one connection."""

    table: dict[str, Any]
    routes: list[dict[str, Any]]


def text_of(name: str, table: Mapping[str, Any], routes: Iterable[Mapping[str, Any]]) -> str:
    """The file of one connection."""
    return "\n".join(_lines(name, table, routes)) + "\n"


def read_own(name: str, text: str) -> Own | None:
    """What a file says that syncd wrote; ``None`` for one that a person wrote or changed."""
    try:
        document = tomllib.loads(text)
        own = Own(document["connections"][name], document.get("routes", []))
        same = text_of(name, *own) == text and set(document["connections"]) == {name} and set(document) <= _KEYS
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError):
        return None
    return own if same else None


def lines_to_write(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What a person writes, and takes out, who changes a connection by hand."""
    told = []
    for part in ("", *_PARTS):
        was, will = (before.get(part, {}), after.get(part, {})) if part else (_plain(before), _plain(after))
        lines = [
            *lines_of({key: value for key, value in will.items() if key not in was or was[key] != value}),
            *(f"# take out: {key}" for key in was if key not in will),
        ]
        if lines:
            told.append("\n".join([f"[connections.{name}{f'.{part}' if part else ''}]", *lines]))
    return "\n\n".join(told) + "\n"


def _lines(name: str, table: Mapping[str, Any], routes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield f"[connections.{name}]"
    yield from lines_of(_plain(table))
    for part in _PARTS:
        if table.get(part):
            yield ""
            yield f"[connections.{name}.{part}]"
            yield from lines_of(table[part])
    for route in routes:
        yield ""
        yield "[[routes]]"
        yield from lines_of(route)


def _plain(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in _PARTS}
