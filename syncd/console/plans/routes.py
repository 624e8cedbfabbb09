"""Which pages and actions have plans?"""

from __future__ import annotations

from typing import Final

from syncd.access.roles import Role
from syncd.console.plans import decide, lists, one
from syncd.console.routing import Route

__all__ = ["ROUTES"]

ROUTES: Final = (
    Route("GET", "/plans", Role.VIEWER, lists.show_list),
    Route("GET", "/plans/{run_id}.json", Role.VIEWER, one.download),
    Route("GET", "/plans/{run_id}", Role.VIEWER, one.show_one),
    Route("POST", "/plans/{run_id}/lines", Role.ADMIN, decide.choose_lines),
    Route("POST", "/plans/{run_id}/approve", Role.ADMIN, decide.approve_plan),
    Route("POST", "/plans/{run_id}/discard", Role.ADMIN, decide.discard_plan),
    Route("POST", "/connections/{name}/plan", Role.OPERATOR, decide.make_plan),
)
