"""Does a table of the configuration have the right keys, types and limits?"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import msgspec

from syncd.errors import Misconfigured

__all__ = ["check_keys", "convert", "nearest", "subtable"]

Shape = TypeVar("Shape", bound=msgspec.Struct)


def nearest(word: str, known: Collection[str], otherwise: str) -> str:
    """Cure for a misspelt word."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean {near[0]}?" if near and near[0] != word else otherwise


def check_keys(table: object, known: Collection[str], where: str) -> None:
    """Refuse a key that means nothing, naming the nearest that does.

    Raises:
        Misconfigured: Naming the key, its place and the cure.
    """
    if not isinstance(table, dict):
        raise Misconfigured(f"{where} is not a table of keys and values", cure="Write it as key = value.")
    for key in table:
        if key not in known:
            cure = nearest(key, known, f"Known keys: {', '.join(known)}.")
            raise Misconfigured(f"{where}: there is no key {key!r}", cure=cure, field=key)


def subtable(table: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    """A table inside a table; empty where it is not written.

    Raises:
        Misconfigured: If something else stands there.
    """
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise Misconfigured(
            f"{where}: {key} is not a table", cure="Write it as key = value below a [heading].", field=key
        )
    return value


def convert(values: Mapping[str, Any], shape: type[Shape], prefix: str, where: str) -> Shape:
    """Check types and limits. Numbers and switches may be texts, as the environment has them.

    Args:
        prefix: Key of the table, for messages; ``""`` for the topmost.

    Raises:
        Misconfigured: Naming the key and its place; the value is not repeated.
    """
    try:
        return msgspec.convert(values, shape, strict=False)
    except msgspec.ValidationError as error:
        what, _, at = str(error).partition(" - at `$")
        key = (prefix + at.rstrip("`")).strip(".")
        raise Misconfigured(f"{where}: {key or 'a key'}: {what}", cure="Correct it.", field=key or None) from None
