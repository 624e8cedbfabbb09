"""What can somebody do with a connection that is there? The same functions as on the command line."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.bootstrap import renewed
from syncd.checks.connections import check_connections
from syncd.checks.trying import try_connection
from syncd.console.asking import Text
from syncd.console.connections.detail import Refused, show_tab
from syncd.console.connections.finding import find
from syncd.console.flash import flash
from syncd.console.saying import refusal
from syncd.errors import InvalidRecord, Misconfigured, SyncError
from syncd.settings.options import secret_options
from syncd.sync.app import App
from syncd.sync.connecting import adding, credentials, pausing

__all__ = ["forget_secret", "pause", "remove", "renew", "replace_secret", "resume", "test"]


_LONGEST = 500


def pause(request: Request, name: str, reason: Text = "") -> Response:
    """Leave it alone until somebody resumes it."""
    app: App = request.app.state.syncd
    connected = find(request, name)
    reason = reason.strip()
    if not reason or len(reason) > _LONGEST:
        raise InvalidRecord(
            "a reason is missing, or longer than 500 characters",
            code="reason-missing",
            field="reason",
            cure="Say in a few words why: the audit log keeps it.",
        )
    pausing.pause(app, connected, by=request.state.visitor.by, reason=reason)
    told = request.state.text.gettext("%(name)s is paused. What is due for it is kept.") % {"name": name}
    return flash(_back(name), request, told)


def resume(request: Request, name: str) -> Response:
    """Let it work again."""
    app: App = request.app.state.syncd
    connected = find(request, name)
    pausing.resume(app, connected, by=request.state.visitor.by)
    _ = request.state.text.gettext
    if connected.settings.paused:
        told = _("%(name)s is paused by the configuration as well: take `paused = true` out there.") % {"name": name}
        return flash(_back(name), request, told, kind="warning")
    return flash(_back(name), request, _("%(name)s works again.") % {"name": name})


def test(request: Request, name: str) -> Response:
    """Log in and read a little; the result is on the tab."""
    app: App = request.app.state.syncd
    connected = find(request, name)
    checks = try_connection(app, connected, by=request.state.visitor.by)
    _ = request.state.text.gettext
    if any(check.state == "fail" for check in checks):
        told = _("%(name)s did not pass the test.") % {"name": name}
        return flash(_back(name, "test"), request, told, kind="danger")
    return flash(_back(name, "test"), request, _("%(name)s passed the test.") % {"name": name})


def replace_secret(request: Request, name: str, option: Text = "", value: Text = "", untested: Text = "") -> Response:
    """Keep another secret in the registry, once it lets us in; it is never shown."""
    app: App = request.app.state.syncd
    connected = find(request, name)
    if value and option in secret_options(connected.adapter.options) and not untested:
        checks = check_connections(app, [credentials.with_secret(connected, option, value)])
        if any(check.state == "fail" for check in checks):
            return show_tab(request, name, "credentials", refused=Refused(option, checks))
    try:
        credentials.set_secret(app, connected, option, value, by=request.state.visitor.by)
    except Misconfigured as error:
        return _told(request, name, error, "credentials")
    renew(request)
    _ = request.state.text.gettext
    told = (
        _("%(option)s of %(name)s is replaced. Test it now.")
        if untested
        else _("%(option)s of %(name)s is replaced; the platform lets us in with it.")
    )
    return flash(_back(name, "credentials"), request, told % {"option": option, "name": name})


def forget_secret(request: Request, name: str, option: Text = "") -> Response:
    """Take a secret out of the registry."""
    app: App = request.app.state.syncd
    connected = find(request, name)
    credentials.forget_secret(app, connected, option, by=request.state.visitor.by)
    renew(request)
    told = request.state.text.gettext("%(option)s of %(name)s is no longer in the registry.")
    return flash(_back(name, "credentials"), request, told % {"option": option, "name": name})


def remove(request: Request, name: str, confirm: Text = "") -> Response:
    """Take a connection away that has a file of its own."""
    app: App = request.app.state.syncd
    find(request, name)
    _ = request.state.text.gettext
    if confirm.strip() != name:
        told = _("Nothing was removed: type the name of the connection to confirm.")
        return flash(_back(name), request, told, kind="warning")
    try:
        adding.remove(app, name, by=request.state.visitor.by)
    except Misconfigured as error:
        return _told(request, name, error)
    renew(request)
    told = _("%(name)s is removed. Its customers stay in the registry.") % {"name": name}
    return flash(RedirectResponse("/connections", 303), request, told)


def renew(request: Request) -> None:
    """Take up what was just changed, without waiting for the next look at the files."""
    request.app.state.syncd = renewed(request.app.state.syncd)


def _back(name: str, tab: str = "") -> RedirectResponse:
    return RedirectResponse(f"/connections/{quote(name)}" + (f"?tab={tab}" if tab else ""), 303)


def _told(request: Request, name: str, error: SyncError, tab: str = "") -> Response:
    return flash(_back(name, tab), request, refusal(error, request.state.reader.language), kind="danger")
