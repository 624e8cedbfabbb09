"""How does somebody get in, and out?"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.access import second, sessions, setup
from syncd.access.passwords import SHORTEST
from syncd.console.asking import Text
from syncd.console.cookie import cookie_name, drop_cookie, set_cookie
from syncd.console.flash import flash
from syncd.console.kept import files_of
from syncd.console.origin import safe_path
from syncd.console.rendering import page
from syncd.console.saying import refusal
from syncd.errors import InvalidRecord, RateLimited
from syncd.registry.engine import reading, writing
from syncd.secrets import open_vault
from syncd.settings import ConsoleSettings
from syncd.sync.app import App

__all__ = ["give_code", "log_in", "log_in_page", "log_out", "set_up", "show_code", "show_log_in", "show_set_up"]


_STEP: Final = "syncd-step"
"""Cookie of a browser whose person knew the password and has not given the code yet."""
_STEP_SECONDS: Final = 300


def show_log_in(request: Request, next: str = "/") -> Response:  # noqa: A002 - what it is called in the address
    """The form."""
    return log_in_page(request, next_=next)


def log_in_page(
    request: Request, *, next_: str, wrong: str = "", wait: int | None = None, status: int = 200
) -> Response:
    """The ways in, with what was wrong the last time."""
    own: ConsoleSettings = request.app.state.syncd.settings.console
    response = page(
        request,
        "door/log_in.html",
        status=status,
        next=safe_path(next_),
        unsent=files_of(safe_path(next_)),
        wrong=wrong,
        wait=wait,
        provider=own.oidc.label if own.oidc else "",
        takes_passwords=own.takes_passwords,
    )
    if wait is not None:
        response.headers["retry-after"] = str(wait)
    return response


def log_in(request: Request, name: Text = "", password: Text = "", next: Text = "/") -> Response:  # noqa: A002 - the same
    """Begin a session, ask for a code, or show the form again."""
    app: App = request.app.state.syncd
    console = app.settings.console
    if not console.takes_passwords:
        _ = request.state.text.gettext
        return log_in_page(request, next_=next, wrong=_("Passwords open nothing here."), status=403)
    try:
        opened = sessions.log_in(
            app.engine,
            name,
            password,
            address=_address(request),
            old=request.cookies.get(cookie_name(console)),
            now=app.now(),
        )
    except (RateLimited, InvalidRecord) as error:
        wrong, wait = _said(request, error)
        return log_in_page(request, next_=next, wrong=wrong, wait=wait, status=401 if wait is None else 429)
    if opened.asks_for_code:
        response = RedirectResponse(f"/log-in/code?{urlencode({'next': safe_path(next)})}", 303)
        response.set_cookie(
            _STEP,
            opened.key,
            max_age=_STEP_SECONDS,
            path="/log-in",
            secure=console.behind_tls_proxy,
            httponly=True,
            samesite="lax",
        )
        return response
    response = RedirectResponse(safe_path(next), 303)
    set_cookie(response, console, opened.key)
    return response


def show_code(request: Request, next: str = "/") -> Response:  # noqa: A002 - the same
    """The form for the code."""
    if _step(request) is None:
        return RedirectResponse(f"/log-in?{urlencode({'next': safe_path(next)})}", 303)
    return page(request, "door/code.html", next=safe_path(next), wrong="", wait=None, lost=False)


def give_code(request: Request, code: Text = "", recovery: Text = "", next: Text = "/") -> Response:  # noqa: A002 - the same
    """Begin the session that the password alone did not begin, by a code of the device or one that was written down."""
    app: App = request.app.state.syncd
    step = _step(request)
    if step is None:
        return RedirectResponse(f"/log-in?{urlencode({'next': safe_path(next)})}", 303)
    try:
        key = sessions.give_code(
            app.engine, open_vault(app.settings), step, recovery or code, address=_address(request), now=app.now()
        )
    except (RateLimited, InvalidRecord) as error:
        return _code_refused(request, error, next, lost=bool(recovery))
    response = RedirectResponse(safe_path(next), 303)
    response.delete_cookie(_STEP, path="/log-in")
    set_cookie(response, app.settings.console, key)
    return response


def _step(request: Request) -> str | None:
    """What the browser holds until the code is given, while there is time."""
    app: App = request.app.state.syncd
    step = request.cookies.get(_STEP)
    return step if step and second.whose_step(app.engine, step, app.now()) is not None else None


def _code_refused(request: Request, error: RateLimited | InvalidRecord, next_: str, *, lost: bool) -> Response:
    wrong, wait = _said(request, error)
    status = 401 if wait is None else 429
    response = page(request, "door/code.html", status=status, next=safe_path(next_), wrong=wrong, wait=wait, lost=lost)
    if wait is not None:
        response.headers["retry-after"] = str(wait)
    return response


def _said(request: Request, error: RateLimited | InvalidRecord) -> tuple[str, int | None]:
    """What is wrong, and after how many seconds one may try again."""
    _ = request.state.text.gettext
    wrong = {
        "log-in-refused": _("Name or password are wrong."),
        "code-refused": _("This code is wrong, or was used. Wait for the next one."),
        "log-in-over": _("This took too long. Log in again."),
    }.get(error.code, _("Too many attempts."))
    return wrong, int(error.retry_after or 0) + 1 if isinstance(error, RateLimited) else None


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
    """The form for the first admin, or for whoever was invited."""
    app: App = request.app.state.syncd
    return _set_up_page(request, setup.find(app.engine, key, app.now()), key)


def _set_up_page(
    request: Request, whom: setup.Invitation | None, key: str, *, status: int = 200, wrong: str = "", name: str = ""
) -> Response:
    own: ConsoleSettings = request.app.state.syncd.settings.console
    return page(
        request,
        "door/set_up.html",
        status=404 if whom is None else status,
        still=whom is not None,
        person=whom.name if whom else None,
        wrong=wrong,
        name=name[:64],
        shortest=SHORTEST,
        key=key,
        provider=own.oidc.label if own.oidc else "",
        takes_passwords=own.takes_passwords,
    )


def set_up(request: Request, key: str, name: Text = "", password: Text = "") -> Response:
    """Make the first admin, or set the password of whoever was invited, who are logged in at once."""
    app: App = request.app.state.syncd
    _ = request.state.text.gettext
    whom = setup.find(app.engine, key, app.now())
    if whom is not None and whom.user_id is not None and not app.settings.console.takes_passwords:
        return _set_up_page(request, whom, key, status=403, wrong=_("Passwords open nothing here."))
    try:
        user_id = setup.use_link(app.engine, key, name, password, now=app.now())
    except InvalidRecord as error:
        wrong = "" if error.code == "setup-link" else refusal(error, request.state.reader.language)
        return _set_up_page(request, whom if wrong else None, key, status=422, wrong=wrong, name=name)
    with reading(app.engine) as connection:
        asks_for_code = second.is_on(connection, user_id)
    if asks_for_code:
        return flash(RedirectResponse("/log-in", 303), request, _("The password was set. Log in with it."))
    with writing(app.engine) as connection:
        session = sessions.begin(connection, user_id, address=_address(request), now=app.now())
    response = RedirectResponse("/", 303)
    set_cookie(response, app.settings.console, session)
    return response


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
