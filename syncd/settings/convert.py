"""Does a table of the configuration have the right keys, types and limits?"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

import msgspec

from syncd.errors import Misconfigured
from syncd.misfit import misfit
from syncd.sentence import Sentence

__all__ = ["check_keys", "convert", "nearest", "subtable"]

Shape = TypeVar("Shape", bound=msgspec.Struct)

_MISSING: Final = re.compile(r"Object missing required field `(.+)`")
_NO_ORIGINS: Final[Mapping[str, str]] = MappingProxyType({})


def nearest(word: str, known: Collection[str], otherwise: str) -> str:
    """Cure for a misspelt word."""
    near = difflib.get_close_matches(word, known, n=1)
    return Sentence("Did you mean %(near)s?", near=near[0]) if near and near[0] != word else otherwise


def check_keys(table: object, known: Collection[str], where: str) -> None:
    """Refuse a key that means nothing, naming the nearest that does.

    Raises:
        Misconfigured: Naming the key, its place and the cure.
    """
    if not isinstance(table, dict):
        raise Misconfigured(
            Sentence("%(where)s is not a table of keys and values", where=where), cure="Write it as key = value."
        )
    for key in table:
        if key not in known:
            cure = nearest(key, known, Sentence("Known keys: %(names)s.", names=", ".join(known)))
            raise Misconfigured(
                Sentence("%(where)s: there is no key %(key)s", where=where, key=repr(key)), cure=cure, field=key
            )


def subtable(table: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    """A table inside a table; empty where it is not written.

    Raises:
        Misconfigured: If something else stands there.
    """
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise Misconfigured(
            Sentence("%(where)s: %(key)s is not a table", where=where, key=key),
            cure="Write it as key = value below a [heading].",
            field=key,
        )
    return value


def convert(
    values: Mapping[str, Any], shape: type[Shape], prefix: str, where: str, origins: Mapping[str, str] = _NO_ORIGINS
) -> Shape:
    """Check types and limits. Numbers and switches may be texts, as the environment has them.

    Args:
        prefix: Key of the table, for messages; ``""`` for the topmost.
        where: Name of the file.
        origins: Where values come from that are not of that file, by key.

    Raises:
        Misconfigured: Naming the key and its place; the value is not repeated.
    """
    try:
        return msgspec.convert(values, shape, strict=False)
    except msgspec.ValidationError as error:
        what, _, at = str(error).partition(" - at `$")
        key = (prefix + at.rstrip("`")).strip(".")
        if missing := _MISSING.fullmatch(what):
            key = f"{key}.{missing[1]}".strip(".")
            raise Misconfigured(
                Sentence("%(where)s: %(key)s is missing", where=where, key=key),
                cure="Write it there: docs/reference/configuration.md says what it means and what it can be.",
                field=key,
            ) from None
        raise Misconfigured(
            Sentence(
                "%(where)s: %(key)s: %(what)s",
                where=origins.get(key, where),
                key=key or Sentence("a key"),
                what=misfit(what),
            ),
            cure="Correct it: docs/reference/configuration.md says what it can be.",
            field=key or None,
        ) from None
