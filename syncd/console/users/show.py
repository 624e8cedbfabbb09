"""Who may use the console, who is logged in, and with which tokens do programs come?"""

from __future__ import annotations

from collections import Counter
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from syncd.access import sessions, tokens, users
from syncd.access.roles import SCOPES, Role
from syncd.console.audit.show import acts
from syncd.console.cookie import cookie_name
from syncd.console.once import LIFETIMES
from syncd.console.rendering import page
from syncd.registry.engine import reading
from syncd.registry.queries.audit import AuditFilter, list_audit
from syncd.sync.app import App

__all__ = ["access_of", "list_people", "one_person", "people", "show_person"]

_ACTS = 10


def list_people(request: Request) -> Response:
    """All of them, with a form for one more."""
    return people(request)


def people(request: Request, *, status: int = 200, wrong: str = "", typed: str = "") -> Response:
    """The list; with what is wrong in the form, if something is."""
    app: App = request.app.state.syncd
    now = app.now()
    return page(
        request,
        "users/list.html",
        status=status,
        users=users.list_users(app.engine),
        logged_in=Counter(one.user for one in sessions.list_sessions(app.engine, request.app.state.lifetime, now)),
        tokens=Counter(one.user for one in tokens.list_tokens(app.engine) if one.state(now) == "active"),
        roles=list(Role),
        wrong=wrong,
        typed=typed,
        **ways_in(request),
    )


def show_person(request: Request, name: str) -> Response:
    """One of them."""
    return one_person(request, name)


def one_person(request: Request, name: str, *, status: int = 200, wrong: str = "", typed: str = "") -> Response:
    """Everything about one of them, and what an admin can do; with what is wrong in a form, if something is."""
    app: App = request.app.state.syncd
    user = users.find_user(app.engine, name)
    with reading(app.engine) as connection:
        rows = list_audit(connection, AuditFilter(subject=f"user {user.name}"), limit=_ACTS)
    return page(
        request,
        "users/one.html",
        status=status,
        user=user,
        wrong=wrong,
        typed=typed,
        roles=list(Role),
        acts=acts(rows, request.state.reader, by_admin=True),
        here=f"/users/{user.name}",
        **access_of(request, user.name, Role[user.role.upper()]),
    )


def ways_in(request: Request) -> dict[str, Any]:
    """How people log in here: by the provider of this label, if there is one, and by password."""
    own = request.app.state.syncd.settings.console
    return {"provider": own.oidc.label if own.oidc else "", "takes_passwords": own.takes_passwords}


def access_of(request: Request, name: str, role: Role) -> dict[str, Any]:
    """Log-ins and tokens of somebody, and what a new token of theirs may do."""
    app: App = request.app.state.syncd
    held = request.cookies.get(cookie_name(app.settings.console))
    return {
        "sessions": sessions.list_sessions(app.engine, request.app.state.lifetime, app.now(), user=name),
        "this_session": sessions.sign_of(held) if held else "",
        "tokens": tokens.list_tokens(app.engine, user=name),
        "scopes": [scope for scope, needs in SCOPES.items() if needs <= role],
        "lifetimes": LIFETIMES,
        **ways_in(request),
    }
