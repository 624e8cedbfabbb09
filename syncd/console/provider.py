"""How does somebody get in by an identity provider? There and back: two addresses, and a cookie in between.

The way there is a link and not a form: what a policy says about forms would count for every address that the provider
leads through, and it says that there are none but ours.
"""

from __future__ import annotations

import logging
import re
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.access import identity, setup
from syncd.console.cookie import cookie_name, set_cookie
from syncd.console.door import log_in_page
from syncd.console.origin import safe_path
from syncd.errors import FatalError, InvalidRecord, NotFound, RateLimited, SyncError
from syncd.oidc import BACK, Provider, Step, begin, keep, kept
from syncd.oidc.step import LONGEST, VALID
from syncd.secrets import new_key, open_vault
from syncd.settings import ConsoleSettings
from syncd.sync.app import App

__all__ = ["come_back", "go", "provider_for"]

_CODE: Final = re.compile(r"[a-z_]{1,40}")
_LONGEST_CODE: Final = 4096
"""Characters of a code; the address as a whole is bounded by the server."""

_log = logging.getLogger(__name__)


def provider_for(app: App) -> Provider | None:
    """The configured provider; nothing is asked yet."""
    own = app.settings.console
    return None if own.oidc is None else Provider(own.oidc, own.address + BACK, app.now)


def go(request: Request, next: str = "/", invited: str = "") -> Response:  # noqa: A002 - what it is called in the address
    """Send the browser to the provider, with what it has to bring back."""
    app: App = request.app.state.syncd
    provider = _provider(request)
    step = begin(safe_path(next), invited if setup.find(app.engine, invited, app.now()) else "", app.now())
    try:
        where = provider.address_of(step)
    except SyncError as error:
        return _refused(request, error, step)
    response = RedirectResponse(where, 303)
    own, vault = app.settings.console, open_vault(app.settings, make=new_key)
    held = keep(step, vault)
    if len(held) > LONGEST:
        held = keep(msgspec.structs.replace(step, next="/"), vault)
    response.set_cookie(
        _name(own),
        held,
        max_age=int(VALID.total_seconds()),
        path="/",
        secure=own.behind_tls_proxy,
        httponly=True,
        samesite="lax",
    )
    return response


def come_back(request: Request, code: str = "", state: str = "", error: str = "", iss: str | None = None) -> Response:
    """Begin a session for whom the provider vouches, or say why not."""
    app: App = request.app.state.syncd
    provider = _provider(request)
    step = _step(request)
    if step is None or not step.is_answered_by(state):
        return _refused(request, _over(), None)
    if error:
        return _refused(request, _not_let_in(error), step)
    address = request.client.host if request.client else ""
    own = app.settings.console
    try:
        if not 0 < len(code) <= _LONGEST_CODE or not provider.is_from_us(iss):
            raise _over()
        identity.begin(app.engine, step, address=address, now=app.now())
        proven = provider.prove(step, code)
        key = identity.let_in(
            app.engine,
            provider.own,
            proven,
            invited=step.invited,
            address=address,
            old=request.cookies.get(cookie_name(own)),
            now=app.now(),
        )
    except SyncError as refused:
        return _refused(request, refused, step)
    response = RedirectResponse(step.next, 303)
    _drop(response, own)
    set_cookie(response, own, key)
    return response


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFound("no identity provider is configured", code="no-provider", cure="Log in by password: /log-in.")
    return provider


def _name(own: ConsoleSettings) -> str:
    """As of the session's cookie: only this very host sets it where there is TLS."""
    return f"{cookie_name(own)}-provider"


def _step(request: Request) -> Step | None:
    """What this browser left with, while there is time."""
    app: App = request.app.state.syncd
    held = request.cookies.get(_name(app.settings.console))
    return kept(held, open_vault(app.settings), app.now()) if held else None


def _drop(response: Response, own: ConsoleSettings) -> None:
    response.delete_cookie(_name(own), path="/", secure=own.behind_tls_proxy, httponly=True, samesite="lax")


def _over() -> InvalidRecord:
    return InvalidRecord("this log-in began elsewhere, or is over", code="log-in-over", cure="Log in again.")


def _not_let_in(error: str) -> InvalidRecord:
    """The provider's own word is only looked at: whoever wrote the address may have written it."""
    cause = error if _CODE.fullmatch(error) else "something else"
    if cause != "access_denied":
        _log.warning("the identity provider answered a log-in with %s", cause)
    return InvalidRecord("the identity provider let nobody in", code="not-let-in", cure="Log in again.")


def _refused(request: Request, error: SyncError, step: Step | None) -> Response:
    """The log-in page with what is wrong, in words of ours alone."""
    _ = request.state.text.gettext
    label = _provider(request).own.label
    known = {
        "log-in-over": _("This took too long, or began in another browser. Log in again."),
        "not-let-in": _("%(provider)s did not let you in.") % {"provider": label},
        "no-account": _("%(provider)s knows you, but nobody has let you in here. Ask an admin of syncd.")
        % {"provider": label},
        "no-role": _("%(provider)s gives you no role here. Ask whoever gives out roles there.") % {"provider": label},
        "last-admin": _(
            "You are the only admin, and %(provider)s no longer says so. Nobody would be left who decides: "
            "make somebody else an admin first, with `syncd users role`."
        )
        % {"provider": label},
        "setup-link": _("This link was used, or is too old. Ask an admin for a new one."),
        "linked-already": _("You, or your account at %(provider)s, are linked already. Log in without the link.")
        % {"provider": label},
        "second-factor": _("You are asked for one-time codes, which a link does not get around. Ask an admin."),
        "id-token": _("What %(provider)s answered cannot be trusted. Log in again.") % {"provider": label},
        "identity-provider": _("%(provider)s cannot be used: an admin finds the cause with `syncd doctor`.")
        % {"provider": label},
    }
    wait = int(error.retry_after or 0) + 1 if isinstance(error, RateLimited) and step else None
    wrong = _("Too many attempts.") if isinstance(error, RateLimited) else known.get(error.code)
    if isinstance(error, FatalError):
        wrong = known["identity-provider"]
    if wrong is None and isinstance(error, InvalidRecord):
        wrong = known["log-in-over"]
    if wrong is None:
        wrong = _("%(provider)s does not answer. Try again in a minute.") % {"provider": label}
    status = 429 if wait is not None else 401 if isinstance(error, InvalidRecord) else 502
    if not isinstance(error, InvalidRecord | RateLimited):
        _log.warning("a log-in by the identity provider failed: %s", error)
    response = log_in_page(request, next_=step.next if step else "/", wrong=wrong, wait=wait, status=status)
    if step is not None:  # else somebody led the browser here, and the log-in that is under way goes on
        _drop(response, request.app.state.syncd.settings.console)
    return response
