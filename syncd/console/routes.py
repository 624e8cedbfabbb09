"""Which pages are there, and who may ask for each? What is not in this table is refused, whoever asks.

``GET`` changes nothing, so that nobody changes something by following a link.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, Final, NamedTuple

from syncd.access.roles import Role
from syncd.console import door, health, hooks, pages

__all__ = ["NEEDS", "ROUTES", "Need", "Open", "Route"]


class Open(Enum):
    """Who needs no role."""

    ANYBODY = "anybody"
    PLATFORM = "platform"
    """Proves itself by the address it calls and by its signature; no browser is involved."""


Need = Role | Open


class Route(NamedTuple):
    """One page or action."""

    method: str
    path: str
    need: Need
    answer: Callable[..., Any]


ROUTES: Final = (
    Route("GET", "/healthz", Open.ANYBODY, health.healthz),
    Route("GET", "/readyz", Open.ANYBODY, health.readyz),
    Route("GET", "/static/console.css", Open.ANYBODY, pages.style),
    Route("GET", "/log-in", Open.ANYBODY, door.show_log_in),
    Route("POST", "/log-in", Open.ANYBODY, door.log_in),
    Route("GET", "/set-up/{key}", Open.ANYBODY, door.show_set_up),
    Route("POST", "/set-up/{key}", Open.ANYBODY, door.set_up),
    Route("POST", "/log-out", Role.VIEWER, door.log_out),
    Route("GET", "/", Role.VIEWER, pages.dashboard),
    Route("POST", "/connections/{name}/sync", Role.OPERATOR, pages.sync_now),
    Route("POST", "/plans/{run_id}/approve", Role.ADMIN, pages.approve_plan),
    Route("POST", "/plans/{run_id}/discard", Role.ADMIN, pages.discard_plan),
    Route("POST", "/hooks/{connection}/{key}", Open.PLATFORM, hooks.receive),
)

NEEDS: Final = {(route.method, route.path): route.need for route in ROUTES}
