"""Is a client blocked, by whom, and in which group was it before? Pure.

InSales has no blocked flag. Who is blocked is in a group of its own, which the shop's theme sells nothing to, and the
status field says whose block it is and which group the client comes from:

    blocked-by-erp; group 4410; password changed

Each party lifts its own block only: syncd lifts ``blocked-by-erp``. Whom the shop's staff moved into the group by hand
has no such status and stays there.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

__all__ = ["ACTIVE", "Standing", "moved", "standing_of", "status_text"]

ACTIVE: Final = "active"

_STATUS: Final = re.compile(
    r"\s*blocked-by-(?P<by>erp|shop)(?:; group (?P<group>\d+))?(?P<password>; password changed)?"
)


class Standing(msgspec.Struct, frozen=True):
    """Where a client stands.

    Attributes:
        blocked: Whether the shop in effect keeps it out: a status without the group does not.
        ours: Whether it is syncd's block.
        group: The group that the client has, or had before it was blocked.
        password: Whether the password was changed for the block.
    """

    blocked: bool = False
    ours: bool = False
    group: int | None = None
    password: bool = False


def standing_of(group: int | None, status: str, *, in_blocked_group: bool | None) -> Standing:
    """Read it from a client's group and status field.

    Args:
        in_blocked_group: ``None`` where the shop has no such group, and the status alone counts.
    """
    found = _STATUS.match(status)
    ours = found is not None and found["by"] == "erp"
    password = found is not None and found["password"] is not None
    if in_blocked_group is None:
        return Standing(found is not None, ours, group, password)
    if not in_blocked_group:
        return Standing(group=group)
    saved = int(found["group"]) if found and found["group"] else None
    return Standing(blocked=True, ours=ours, group=saved, password=password)


def moved(held: Standing, *, active: bool | None, password: bool) -> Standing:
    """Where a client stands after a word on whether it is active; ``None`` is no word."""
    if active is False and not held.blocked:
        return Standing(blocked=True, ours=True, group=held.group, password=password)
    if active is True and held.blocked and held.ours:
        return Standing(group=held.group)
    return held


def status_text(standing: Standing, *, keeps_group: bool) -> str:
    """What the status field says of it.

    Args:
        keeps_group: The client's own group has to be noted, because another one stands in its place.
    """
    if not standing.blocked:
        return ACTIVE
    by = "erp" if standing.ours else "shop"
    group = f"; group {standing.group}" if keeps_group and standing.group is not None else ""
    return f"blocked-by-{by}{group}{'; password changed' if standing.password else ''}"
