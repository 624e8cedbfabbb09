"""What did somebody find who tested a connection, and when?"""

from __future__ import annotations

import msgspec

from syncd.checks.check import Check
from syncd.checks.connections import check_connections
from syncd.registry import connections
from syncd.registry.engine import writing
from syncd.sentence import keep, restore
from syncd.sync.app import App, Connected

__all__ = ["read_checks", "try_connection", "written"]


def try_connection(app: App, connected: Connected, *, by: str) -> list[Check]:
    """Log in and read a little, in a time that has an end; keep what was found for whoever looks next."""
    found = check_connections(app, [connected])
    with writing(app.engine) as connection:
        connections.tested(connection, connected.id, written(found), by=by, now=app.now())
    return found


def written(checks: list[Check]) -> str:
    """Checks as they are kept."""
    return msgspec.json.encode([keep(check) for check in checks]).decode()


def read_checks(text: str | None) -> list[Check]:
    """Checks that were kept."""
    return [restore(raw, Check) for raw in msgspec.json.decode(text)] if text else []
