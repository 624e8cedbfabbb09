"""What is the whole API?"""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.responses import Response

from syncd.access.roles import Role
from syncd.console.api import attention, connections, customers, groups, people, plans, runs
from syncd.console.api.description import describe
from syncd.console.api.endpoint import PREFIX, Endpoint, routes_of
from syncd.console.routing import Route

__all__ = ["ENDPOINTS", "ROUTES"]

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *connections.ENDPOINTS,
    *runs.ENDPOINTS,
    *plans.ENDPOINTS,
    *customers.ENDPOINTS,
    *groups.ENDPOINTS,
    *attention.ENDPOINTS,
    *people.ENDPOINTS,
)


def _openapi() -> Response:
    return Response(msgspec.json.encode(describe(ENDPOINTS)), media_type="application/json")


ROUTES: Final = (
    Route("GET", f"{PREFIX}/openapi.json", Role.VIEWER, _openapi),
    *routes_of(ENDPOINTS),
)
