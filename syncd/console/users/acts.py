"""What does an admin do about who gets in? The same functions as `syncd users` and `syncd tokens`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.access import identity, second, sessions, setup, tokens, users
from syncd.access.roles import Role
from syncd.console.asking import Text, Texts
from syncd.console.flash import flash
from syncd.console.once import new_token, shown_once
from syncd.console.saying import refusal
from syncd.console.users.show import one_person, people
from syncd.errors import InvalidRecord
from syncd.sentence import Sentence
from syncd.sync.app import App

__all__ = [
    "change_role",
    "create_token",
    "disable",
    "enable",
    "end_sessions",
    "invite",
    "make_link",
    "remove_second_factor",
    "revoke_token",
    "set_email",
    "unlink",
]

ROLES = {role.word: role for role in Role}


def invite(request: Request, name: Text = "", role: Text = "viewer") -> Response:
    """Make a user, and a link by which they set a password."""
    app: App = request.app.state.syncd
    try:
        key = setup.invite(app.engine, name, _role(role), by=request.state.visitor.by, now=app.now())
    except InvalidRecord as error:
        return people(request, status=422, wrong=refusal(error, request.state.reader.language), typed=name[:64])
    return _link(request, name.strip().lower(), key)


def make_link(request: Request, name: str) -> Response:
    """Make a link by which somebody sets another password."""
    app: App = request.app.state.syncd
    user = users.find_user(app.engine, name).name
    return _link(request, user, setup.renew(app.engine, user, by=request.state.visitor.by, now=app.now()))


def _link(request: Request, user: str, key: str) -> Response:
    app: App = request.app.state.syncd
    _ = request.state.text.gettext
    about = _(
        "It works once, within 24 hours, and lets %(name)s set a password that nobody else knows. "
        "Send it by a way that nobody else reads. It cannot be shown again."
    )
    link = f"{app.settings.console.address}/set-up/{key}"
    title = _("Link for %(name)s") % {"name": user}
    return shown_once(request, title, about % {"name": user}, link, back=f"/users/{user}")


def change_role(request: Request, name: str, role: Text = "") -> Response:
    """Let somebody do more or less."""
    app: App = request.app.state.syncd
    _ = request.state.text.gettext
    users.set_role(app.engine, name, _role(role), by=request.state.visitor.by, now=app.now())
    return _back(request, name, _("The role was changed. They log in anew."))


def disable(request: Request, name: str) -> Response:
    """Shut somebody out."""
    app: App = request.app.state.syncd
    _ = request.state.text.gettext
    users.disable(app.engine, name, by=request.state.visitor.by, now=app.now())
    return _back(request, name, _("They are shut out: log-ins and tokens ended."))


def enable(request: Request, name: str) -> Response:
    """Let somebody in again."""
    app: App = request.app.state.syncd
    _ = request.state.text.gettext
    users.enable(app.engine, name, by=request.state.visitor.by, now=app.now())
    return _back(request, name, _("They may log in again, with the password of before."))


def end_sessions(request: Request, name: str, session: Text = "") -> Response:
    """Log somebody out of one browser, or of all."""
    app: App = request.app.state.syncd
    text = request.state.text
    user, by = users.find_user(app.engine, name).name, request.state.visitor.by
    if session == "all":
        ended = sessions.end_every(app.engine, user, by=by, now=app.now())
    else:
        sessions.end_one(app.engine, user, session, by=by, now=app.now())
        ended = 1
    said = text.ngettext("%(num)s log-in was ended.", "%(num)s log-ins were ended.", ended)
    return _back(request, name, said % {"num": ended})


def remove_second_factor(request: Request, name: str) -> Response:
    """Ask somebody for codes no more, whose device is lost."""
    app: App = request.app.state.syncd
    _ = request.state.text.gettext
    second.remove(app.engine, name, by=request.state.visitor.by, now=app.now())
    return _back(request, name, _("They log in without a code until they add a device again."))


def set_email(request: Request, name: str, email: Text = "") -> Response:
    """Note by which e-mail address of the identity provider's somebody is recognised the first time."""
    app: App = request.app.state.syncd
    _ = request.state.text.gettext
    try:
        identity.expect(app.engine, name, email, by=request.state.visitor.by, now=app.now())
    except InvalidRecord as error:
        return one_person(
            request, name, status=422, wrong=refusal(error, request.state.reader.language), typed=email[:254]
        )
    if not email.strip():
        return _back(request, name, _("No e-mail address is noted any more."))
    return _back(request, name, _("By this address the identity provider lets them in."))


def unlink(request: Request, name: str) -> Response:
    """Let the identity provider's word count for somebody no more."""
    app: App = request.app.state.syncd
    _ = request.state.text.gettext
    identity.unlink(app.engine, name, by=request.state.visitor.by, now=app.now())
    return _back(request, name, _("They were unlinked: the identity provider lets them in no more."))


def create_token(request: Request, name: str, token: Text = "", scopes: Texts = [], days: Text = "") -> Response:  # noqa: B006 - FastAPI copies it
    """Make a token of somebody's."""
    app: App = request.app.state.syncd
    user = users.find_user(app.engine, name).name
    return new_token(request, user, token, scopes, days, back=f"/users/{user}")


def revoke_token(request: Request, name: str, token: Text = "") -> Response:
    """End a token of somebody's."""
    app: App = request.app.state.syncd
    _ = request.state.text.gettext
    user = users.find_user(app.engine, name).name
    tokens.revoke(app.engine, token, by=request.state.visitor.by, now=app.now(), user=user)
    return _back(request, name, _("Token %(name)s was revoked.") % {"name": token})


def _role(word: str) -> Role:
    if word not in ROLES:
        raise InvalidRecord(
            Sentence("there is no role %(word)s", word=repr(word)),
            code="no-such-role",
            field="role",
            cure=Sentence("One of: %(names)s.", names=", ".join(ROLES)),
        )
    return ROLES[word]


def _back(request: Request, name: str, said: str) -> Response:
    return flash(RedirectResponse(f"/users/{name.strip().lower()}", 303), request, said)
