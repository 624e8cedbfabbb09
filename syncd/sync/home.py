"""From which side does a contractor come? An ERP before a shop, the first configured before others."""

from __future__ import annotations

from collections.abc import Iterable

from syncd.domain.side import Side
from syncd.sync.app import App

__all__ = ["home_of"]


def home_of(app: App, bound: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The connection that each contractor comes from.

    Args:
        bound: Contractors with the connections that have them; those that are no longer configured do not count.
    """
    order = {
        connected.id: (connected.settings.side is not Side.ERP, position)
        for position, connected in enumerate(app.connections.values())
    }
    home: dict[int, int] = {}
    for contractor_id, connection_id in bound:
        if connection_id in order:
            home[contractor_id] = min(home.get(contractor_id, connection_id), connection_id, key=order.__getitem__)
    return home
