"""Who may look at what people did?"""

from __future__ import annotations

from typing import Final

from syncd.access.roles import Role
from syncd.console.audit.show import export_acts, list_acts
from syncd.console.routing import Route

__all__ = ["ROUTES"]

ROUTES: Final = (
    Route("GET", "/audit", Role.VIEWER, list_acts),
    Route("GET", "/audit.csv", Role.VIEWER, export_acts),
)
