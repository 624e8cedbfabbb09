"""With which rules does a new route begin? Those of the configuration, once.

From then on the registry has the rules, so that an admin's change is not undone by the next start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from syncd.registry import groups
from syncd.settings import RouteSettings
from syncd.sync.groups.arrange import all_of
from syncd.sync.rules import rules_changed

__all__ = ["SEEDED_BY", "seed_rules"]

SEEDED_BY: Final = "configuration"


def seed_rules(connection: Connection, routes: Sequence[RouteSettings], ids: Mapping[str, int], now: datetime) -> None:
    """Take over the rules of routes that were never used before.

    Args:
        ids: Ids of connections by name.
    """
    for route in routes:
        erp_id, shop_id = ids[route.erp], ids[route.shop]
        if not groups.begin_route(connection, erp_id, shop_id, now) or not route.seed:
            continue
        rows = all_of(route.seed, by=SEEDED_BY, at=now, replace=True)([])
        groups.arrange(connection, erp_id, shop_id, rows)
        rules_changed(connection)
