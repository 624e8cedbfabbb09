"""What is the whole API?"""

from __future__ import annotations

from functools import cache
from typing import Final

import msgspec
from starlette.responses import Response

from syncd.access.roles import Role
from syncd.console.api import (
    access,
    attention,
    bulk,
    connecting,
    connections,
    customers,
    erasures,
    exchange,
    groups,
    mapping,
    matching,
    people,
    plans,
    runs,
    settings,
    verifying,
    views,
    webhooks,
)
from syncd.console.api.description import describe
from syncd.console.api.endpoint import PREFIX, Endpoint, routes_of
from syncd.console.routing import Route

__all__ = ["ENDPOINTS", "ROUTES"]

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *connections.ENDPOINTS,
    *connecting.ENDPOINTS,
    *verifying.ENDPOINTS,
    *runs.ENDPOINTS,
    *plans.ENDPOINTS,
    *bulk.ENDPOINTS,
    *customers.ENDPOINTS,
    *views.ENDPOINTS,
    *exchange.ENDPOINTS,
    *matching.ENDPOINTS,
    *groups.ENDPOINTS,
    *mapping.ENDPOINTS,
    *attention.ENDPOINTS,
    *erasures.ENDPOINTS,
    *settings.ENDPOINTS,
    *webhooks.ENDPOINTS,
    *people.ENDPOINTS,
    *access.ENDPOINTS,
)


@cache
def _description() -> bytes:
    return msgspec.json.encode(describe(ENDPOINTS))


def _openapi() -> Response:
    return Response(_description(), media_type="application/json")


ROUTES: Final = (
    Route("GET", f"{PREFIX}/openapi.json", Role.VIEWER, _openapi),
    *routes_of(ENDPOINTS),
)
