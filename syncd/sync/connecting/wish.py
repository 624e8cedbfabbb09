"""What is a connection to be that somebody is about to make, and how is it written into a file?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from syncd.domain.side import Side
from syncd.settings.toml import lines_of, value_of

__all__ = ["Wish", "WishedRoute", "as_toml"]


class WishedRoute(msgspec.Struct, frozen=True, kw_only=True):
    """A route to a connection that is there."""

    erp: str
    shop: str


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A connection.

    Attributes:
        options: Without secrets.
        guard: Limits that differ from the defaults.
        more: Further keys of ``[connections.NAME]``.
    """

    name: str
    kind: str
    side: Side
    options: dict[str, Any] = {}
    every: str = "5m"
    full_every: str = "1d"
    guard: dict[str, Any] = {}
    more: dict[str, Any] = {}
    routes: tuple[WishedRoute, ...] = ()


def as_toml(wish: Wish) -> str:
    """The file, or what is to be copied into one."""
    return "\n".join(_lines(wish)) + "\n"


def _lines(wish: Wish) -> Iterator[str]:
    at = f"connections.{wish.name}"
    yield f"[{at}]"
    yield f"kind = {value_of(wish.kind)}"
    yield f"side = {value_of(wish.side.value)}"
    yield f"every = {value_of(wish.every)}"
    yield f"full_every = {value_of(wish.full_every)}"
    yield from lines_of(wish.more)
    for name, table in (("options", wish.options), ("guard", wish.guard)):
        if table:
            yield ""
            yield f"[{at}.{name}]"
            yield from lines_of(table)
    for route in wish.routes:
        yield ""
        yield "[[routes]]"
        yield f"erp = {value_of(route.erp)}"
        yield f"shop = {value_of(route.shop)}"
