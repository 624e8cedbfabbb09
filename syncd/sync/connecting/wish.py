"""What is a connection to be that somebody is about to make, and how is it written into a file?"""

from __future__ import annotations

from typing import Any

import msgspec

from syncd.domain.side import Side
from syncd.settings.own import text_of

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
    table = {
        "kind": wish.kind,
        "side": wish.side.value,
        "every": wish.every,
        "full_every": wish.full_every,
        **wish.more,
        "options": wish.options,
        "guard": wish.guard,
    }
    return text_of(wish.name, table, [{"erp": route.erp, "shop": route.shop} for route in wish.routes])
