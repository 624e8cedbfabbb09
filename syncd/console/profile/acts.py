"""What does somebody change about themselves? In a browser only: a token must not outlive or outgrow itself."""

from __future__ import annotations

from typing import Any

import msgspec
import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.access import own, preferences, second, sessions, tokens
from syncd.access.preferences import Preferences
from syncd.access.roles import Visitor
from syncd.console.asking import Text, Texts
from syncd.console.catalogs import catalog
from syncd.console.cookie import cookie_name
from syncd.console.flash import flash
from syncd.console.language import COOKIE as LANGUAGE_COOKIE
from syncd.console.once import new_token
from syncd.console.profile.show import show_profile
from syncd.console.rendering import page
from syncd.console.saying import refusal
from syncd.errors import InvalidRecord, RateLimited
from syncd.languages import LANGUAGES
from syncd.registry.engine import writing
from syncd.secrets import Vault, new_key, open_vault
from syncd.sync.app import App

__all__ = [
    "begin_second_factor",
    "change_password",
    "choose",
    "confirm_second_factor",
    "create_token",
    "end_sessions",
    "new_codes",
    "remove_second_factor",
    "revoke_token",
]


def choose(
    request: Request,
    language: Text = "",
    zone: Text = "",
    theme: Text = "auto",
    page_size: Text = "50",
    shortcuts: Text = "",
) -> Response:
    """See the console so from now on."""
    app: App = request.app.state.syncd
    person = _person(request)
    chosen = {"language": language, "zone": "" if zone == "UTC" else zone, "theme": theme, "page_size": page_size}
    kept = msgspec.to_builtins(request.state.preferences)
    try:
        wanted = msgspec.convert({**kept, **chosen, "shortcuts": bool(shortcuts)}, Preferences, strict=False)
    except msgspec.ValidationError:
        wanted = None
    if wanted is None or (language and language not in LANGUAGES):
        raise InvalidRecord("this cannot be chosen", code="value-unusable", cure="Choose of what the form offers.")
    with writing(app.engine) as connection:
        preferences.store(connection, person.user_id, wanted)
    _ = (catalog(language) if language else request.state.text).gettext
    response = flash(RedirectResponse("/profile", 303), request, _("Saved."))
    if not language:
        response.delete_cookie(LANGUAGE_COOKIE, path="/")  # else what this browser chose would still count
    return response


def change_password(request: Request, old: Text = "", new: Text = "") -> Response:
    """Set another password; other log-ins end."""
    app: App = request.app.state.syncd
    person, text = _person(request), request.state.text
    try:
        ended = own.change_password(
            app.engine,
            person.name,
            old,
            new,
            by=person.by,
            address=_address(request),
            held=request.cookies.get(cookie_name(app.settings.console)),
            now=app.now(),
        )
    except (InvalidRecord, RateLimited) as error:
        return _wrong(request, error, "new" if error.code == "password-weak" else "old")
    said = text.ngettext(
        "The password was changed, and %(num)s other log-in ended.",
        "The password was changed, and %(num)s other log-ins ended.",
        ended,
    )
    return flash(RedirectResponse("/profile", 303), request, said % {"num": ended})


def end_sessions(request: Request, session: Text = "") -> Response:
    """Log out another browser, or all others."""
    app: App = request.app.state.syncd
    person, text = _person(request), request.state.text
    if session == "all":
        held = request.cookies.get(cookie_name(app.settings.console))
        ended = sessions.end_every(app.engine, person.name, by=person.by, now=app.now(), but=held)
    else:
        sessions.end_one(app.engine, person.name, session, by=person.by, now=app.now())
        ended = 1
    said = text.ngettext("%(num)s log-in was ended.", "%(num)s log-ins were ended.", ended)
    return flash(RedirectResponse("/profile", 303), request, said % {"num": ended})


def create_token(request: Request, token: Text = "", scopes: Texts = [], days: Text = "") -> Response:  # noqa: B006 - FastAPI copies it
    """Make a token of one's own."""
    return new_token(request, _person(request).name, token, scopes, days, back="/profile")


def revoke_token(request: Request, token: Text = "") -> Response:
    """End a token of one's own."""
    app: App = request.app.state.syncd
    _ = request.state.text.gettext
    person = _person(request)
    tokens.revoke(app.engine, token, by=person.by, now=app.now(), user=person.name)
    said = _("Token %(name)s was revoked.") % {"name": token}
    return flash(RedirectResponse("/profile", 303), request, said)


def begin_second_factor(request: Request, factor: Text = "") -> Response:
    """Show what a device makes codes from, to whoever knows the password."""
    app: App = request.app.state.syncd
    person = _person(request)
    refused = _unproven(request, person, factor)
    if refused is not None:
        return refused
    secret = second.begin(app.engine, _vault(app), person.name, app.now())
    return _ask_for_code(request, secret)


def new_codes(request: Request, factor: Text = "") -> Response:
    """Make other codes for when the device is lost, on the word of whoever knows the password."""
    app: App = request.app.state.syncd
    person = _person(request)
    refused = _unproven(request, person, factor)
    if refused is not None:
        return refused
    return _show_codes(request, second.new_codes(app.engine, person.name, by=person.by, now=app.now()))


def confirm_second_factor(request: Request, secret: Text = "", code: Text = "") -> Response:
    """Ask for codes from now on, if the device made a right one, and show those for when it is lost."""
    app: App = request.app.state.syncd
    person = _person(request)
    try:
        codes = second.confirm(
            app.engine, _vault(app), person.name, code, address=_address(request), by=person.by, now=app.now()
        )
    except (InvalidRecord, RateLimited) as error:
        return _ask_for_code(request, secret[:64], status=_status(error), wrong=_said(request, error))
    return _show_codes(request, codes)


def remove_second_factor(request: Request, factor: Text = "") -> Response:
    """Ask for codes no more, on the word of whoever knows the password."""
    app: App = request.app.state.syncd
    _ = request.state.text.gettext
    person = _person(request)
    refused = _unproven(request, person, factor)
    if refused is not None:
        return refused
    second.remove(app.engine, person.name, by=person.by, now=app.now())
    return flash(RedirectResponse("/profile", 303), request, _("Log-ins ask for no code any more."), kind="warning")


def _show_codes(request: Request, codes: list[str]) -> Response:
    return page(request, "profile/recovery.html", codes=codes)


def _ask_for_code(request: Request, secret: str, **more: Any) -> Response:
    uri = second.address_of(secret, request.state.visitor.name) if secret else ""
    more["wrong"] = {"code": more["wrong"]} if "wrong" in more else {}
    return show_profile(request, secret=secret, uri=uri, picture=_picture(uri), **more)


def _picture(uri: str) -> Markup:
    """The address as a device reads it from the screen; drawn here, so that nobody else sees it."""
    return Markup(segno.make(uri, micro=False).svg_inline(border=2, light="#fff", omitsize=True)) if uri else Markup()  # noqa: S704 - a path of digits


def _person(request: Request) -> Visitor:
    visitor: Visitor = request.state.visitor
    if not visitor.by_cookie:
        raise InvalidRecord(
            "a token changes nothing about its owner", code="person-only", cure="Do this in the console, logged in."
        )
    return visitor


def _unproven(request: Request, person: Visitor, password: str) -> Response | None:
    """The page with what is wrong, unless it is the person themselves."""
    app: App = request.app.state.syncd
    try:
        own.prove(app.engine, person.name, password, address=_address(request), now=app.now())
    except (InvalidRecord, RateLimited) as error:
        return _wrong(request, error, "factor")
    return None


def _wrong(request: Request, error: InvalidRecord | RateLimited, field: str) -> Response:
    return show_profile(request, status=_status(error), wrong={field: _said(request, error)})


def _status(error: InvalidRecord | RateLimited) -> int:
    return 429 if isinstance(error, RateLimited) else 422


def _said(request: Request, error: InvalidRecord | RateLimited) -> str:
    _ = request.state.text.gettext
    if isinstance(error, RateLimited):
        wait = int(error.retry_after or 0) + 1
        again = request.state.text.ngettext("Try again in %(num)s second.", "Try again in %(num)s seconds.", wait)
        return f"{_('Too many attempts.')} {again % {'num': wait}}"
    known = {
        "old-password": _("The password is wrong."),
        "code-refused": _("This code is wrong, or was used. Wait for the next one."),
    }
    return str(known.get(error.code) or refusal(error, request.state.reader.language))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _vault(app: App) -> Vault:
    return open_vault(app.settings, make=new_key)
