"""Which pages are there, and who may ask for each? What is not in this table is refused, whoever asks.

Each section has a table of its own, joined here. ``GET`` changes nothing, so that nobody changes something by
following a link.
"""

from __future__ import annotations

from typing import Final

from syncd.access.roles import Role
from syncd.console import door, health, hooks, kept, language, provider, static
from syncd.console.api.routes import ROUTES as API
from syncd.console.attention.routes import ROUTES as ATTENTION
from syncd.console.audit.routes import ROUTES as AUDIT
from syncd.console.connections.routes import ROUTES as CONNECTIONS
from syncd.console.customer.routes import ROUTES as CUSTOMER
from syncd.console.customers.routes import ROUTES as CUSTOMERS
from syncd.console.dashboard.routes import ROUTES as DASHBOARD
from syncd.console.exchange.routes import ROUTES as EXCHANGE
from syncd.console.groups.routes import ROUTES as GROUPS
from syncd.console.plans.routes import ROUTES as PLANS
from syncd.console.profile.routes import ROUTES as PROFILE
from syncd.console.routing import Open, Route
from syncd.console.runs.routes import ROUTES as RUNS
from syncd.console.settings.routes import ROUTES as SETTINGS
from syncd.console.users.routes import ROUTES as USERS
from syncd.oidc import BACK

__all__ = ["BY_PATH", "ROUTES"]

ROUTES: Final = (
    *DASHBOARD,  # the first, since a request goes through all that stands in front of its own
    *CUSTOMERS,
    *EXCHANGE,
    *CUSTOMER,
    # Those who watch whether something lives ask for no more than the head of an answer.
    *(Route(method, "/healthz", Open.ANYBODY, health.healthz) for method in ("GET", "HEAD")),
    *(Route(method, "/readyz", Open.ANYBODY, health.readyz) for method in ("GET", "HEAD")),
    Route("GET", "/static/{name:path}", Open.ANYBODY, static.send),
    Route("GET", "/log-in", Open.ANYBODY, door.show_log_in),
    Route("POST", "/log-in", Open.ANYBODY, door.log_in),
    Route("GET", "/log-in/code", Open.ANYBODY, door.show_code),
    Route("POST", "/log-in/code", Open.ANYBODY, door.give_code),
    Route("GET", "/log-in/provider", Open.ANYBODY, provider.go),
    Route("GET", BACK, Open.ANYBODY, provider.come_back),
    Route("GET", "/set-up/{key}", Open.ANYBODY, door.show_set_up),
    Route("POST", "/set-up/{key}", Open.ANYBODY, door.set_up),
    Route("GET", "/log-in/again", Role.VIEWER, kept.show_back),
    Route("POST", "/log-out", Role.VIEWER, door.log_out),
    Route("POST", "/language", Open.KNOWN, language.choose),
    Route("POST", "/hooks/{connection}/{key}", Open.PLATFORM, hooks.receive, hooks.MOST_BYTES),
    *RUNS,
    *CONNECTIONS,
    *SETTINGS,
    *AUDIT,
    *USERS,
    *PROFILE,
    *ATTENTION,
    *PLANS,
    *GROUPS,
    *API,  # the last, since programs wait sooner than people
)

BY_PATH: Final = {(route.method, route.path): route for route in ROUTES}
