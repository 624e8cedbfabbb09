"""Which pages and actions has the dashboard?"""

from __future__ import annotations

from typing import Final

from syncd.access.roles import Role
from syncd.console.dashboard import show
from syncd.console.routing import Route

__all__ = ["ROUTES"]

ROUTES: Final = (
    Route("GET", "/", Role.VIEWER, show.dashboard),
    Route("GET", "/events", Role.VIEWER, show.events),
    Route("POST", "/retry", Role.OPERATOR, show.retry_cause),
    Route("POST", "/connections/{name}/sync", Role.OPERATOR, show.sync_now),
)
