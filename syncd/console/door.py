"""How does somebody get in, and out?"""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.access import sessions, setup
from syncd.console.cookie import cookie_name, drop_cookie, set_cookie
from syncd.console.origin import safe_path
from syncd.console.rendering import page
from syncd.errors import InvalidRecord, RateLimited
from syncd.registry.engine import writing
from syncd.sync.app import App

__all__ = ["log_in", "log_out", "set_up", "show_log_in", "show_set_up"]

Text = Annotated[str, Form()]


def show_log_in(request: Request, next: str = "/") -> Response:  # noqa: A002 - what it is called in the address
    """The form."""
    return page(request, "door/log_in.html", next=safe_path(next), wrong="")


def log_in(request: Request, name: Text = "", password: Text = "", next: Text = "/") -> Response:  # noqa: A002 - the same
    """Begin a session, or show the form again."""
    app: App = request.app.state.syncd
    console = app.settings.console
    try:
        key = sessions.log_in(
            app.engine,
            name,
            password,
            address=_address(request),
            old=request.cookies.get(cookie_name(console)),
            now=app.now(),
        )
    except RateLimited as error:
        wait = int(error.retry_after or 0) + 1
        refused = page(
            request, "door/log_in.html", status=429, next=safe_path(next), wrong=f"{error.message} ({wait} s)"
        )
        refused.headers["retry-after"] = str(wait)
        return refused
    except InvalidRecord as error:
        return page(request, "door/log_in.html", status=401, next=safe_path(next), wrong=error.message)
    response = RedirectResponse(safe_path(next), 303)
    set_cookie(response, console, key)
    return response


def log_out(request: Request) -> Response:
    """End the session on the server as well."""
    app: App = request.app.state.syncd
    key = request.cookies.get(cookie_name(app.settings.console))
    if key:
        with writing(app.engine) as connection:
            sessions.end(connection, key)
    response = RedirectResponse("/log-in", 303)
    drop_cookie(response, app.settings.console)
    return response


def show_set_up(request: Request, key: str) -> Response:
    """The form for the first admin."""
    app: App = request.app.state.syncd
    still = setup.is_open(app.engine, key, app.now())
    return page(request, "door/set_up.html", status=200 if still else 404, still=still, wrong="", name="")


def set_up(request: Request, key: str, name: Text = "", password: Text = "") -> Response:
    """Make the first admin, who is logged in at once."""
    app: App = request.app.state.syncd
    try:
        user_id = setup.use_link(app.engine, key, name, password, now=app.now())
    except InvalidRecord as error:
        still = error.code != "setup-link"
        wrong = f"{error.message}. {error.cure}"
        return page(request, "door/set_up.html", status=422 if still else 404, still=still, wrong=wrong, name=name[:64])
    with writing(app.engine) as connection:
        session = sessions.begin(connection, user_id, address=_address(request), now=app.now())
    response = RedirectResponse("/", 303)
    set_cookie(response, app.settings.console, session)
    return response


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
