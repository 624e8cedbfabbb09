"""Which field of a record did each field of a contractor come from, as far as its values tell?

Adapters are programs, so no table says it. Equal values do, for a person who looks at twenty records: it is a hint, and
shown as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from syncd.domain.contractor import FIELDS, Contractor

__all__ = ["Part", "Stated", "parts_of", "stated_of"]

LONGEST: Final = 200
"""Characters of a value that are shown."""

_MOST: Final = 120


class Part(NamedTuple):
    """One value of a record: its path, such as ``addresses[0].city``, and its text."""

    path: str
    text: str


class Stated(NamedTuple):
    """One field of the contractor, with the parts of the record that hold the same."""

    field: str
    text: str
    found_in: tuple[str, ...]


def parts_of(raw: bytes) -> list[Part]:
    """The values of a record; one that is no JSON is one part."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = raw.decode("utf-8", errors="replace")
        return [Part("", _short(text))] if text.strip() else []
    return [Part(path, _short(text)) for path, text in _leaves(value, "") if text][:_MOST]


def stated_of(contractor: Contractor, parts: Iterable[Part]) -> list[Stated]:
    """What the contractor states, in the order of its fields; what it leaves empty is left out."""
    places: dict[str, list[str]] = {}
    for part in parts:
        if part.path:
            places.setdefault(_folded(part.text), []).append(part.path)
    built = msgspec.to_builtins(contractor)
    found = []
    for field in FIELDS:
        leaves = [text for _, text in _leaves(built.get(field), "") if text]
        if leaves:
            where = dict.fromkeys(path for text in leaves for path in places.get(_folded(text), []))
            found.append(Stated(field, _short(", ".join(leaves)), tuple(where)))
    return found


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{number}]")
    elif value is not None and value != "":
        yield path, str(value).lower() if isinstance(value, bool) else str(value)


def _folded(text: str) -> str:
    """Without what an adapter may take away or add: blanks, dashes, case."""
    letters = "".join(letter for letter in text.casefold() if letter.isalnum() or letter == "@")
    return letters or text


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
