"""``syncd users``: who may use the console."""

from __future__ import annotations

from typing import Final, TextIO

import click

from syncd.access import identity, second, sessions, setup, users
from syncd.access.lifetime import Lifetime
from syncd.access.passwords import SHORTEST
from syncd.access.roles import Role
from syncd.cli.command import group
from syncd.cli.exit_codes import WrongUsage
from syncd.cli.opening import opened, who
from syncd.cli.session import Session

__all__ = ["command"]

ROLES: Final = {role.word: role for role in Role}

_password_file = click.option(
    "--password-file",
    "file",
    type=click.File("r", encoding="utf-8"),
    metavar="FILE",
    help="Read the password from there instead of asking; - reads standard input.",
)
_role = click.Choice(list(ROLES))


@group("users")
def command() -> None:
    """Say who may use the console, and as what."""


@command.command("list", example="syncd users list --json")
@click.pass_obj
def list_(session: Session) -> None:
    """List users, without anything secret."""
    with opened(session) as app:
        found = users.list_users(app.engine)
    if session.json:
        session.document({"users": found})
        return
    session.rows(
        ("name", "role", "state", "made at", "last log-in", "logs in by"),
        ((u.name, u.role, u.state, u.made_at, u.last_login_at, _ways(u)) for u in found),
        empty="No users yet: `syncd users add NAME --role admin`, or open the link that `syncd console` prints.",
    )


@command.command("add", example="syncd users add anna --role admin\nsyncd users add anna --password-file - < password")
@click.argument("name")
@click.option("--role", type=_role, default=Role.VIEWER.word, show_default=True, help="What they may do.")
@_password_file
@click.pass_obj
def add(session: Session, name: str, role: str, file: TextIO | None) -> None:
    """Let NAME in. A viewer looks, an operator starts and settles, an admin decides on held runs and on users."""
    with opened(session) as app:
        password = _password(session, file)
        users.add(app.engine, name, ROLES[role], password, by=who(), now=app.now())
    _done(session, name, f"is a user now, as {role}", role=role)


@command.command("invite", example="syncd users invite anna --role operator\nsyncd users invite anna --again")
@click.argument("name")
@click.option("--role", type=_role, default=Role.VIEWER.word, show_default=True, help="What they may do.")
@click.option("--again", is_flag=True, help="NAME is a user already: a link by which they set another password.")
@click.pass_obj
def invite(session: Session, name: str, role: str, *, again: bool) -> None:
    """Let NAME in by a link, shown this once, that works for a day: they set a password that nobody else knows."""
    with opened(session) as app:
        now = app.now()
        key = (
            setup.renew(app.engine, name, by=who(), now=now)
            if again
            else setup.invite(app.engine, name, ROLES[role], by=who(), now=now)
        )
        link = f"{app.settings.console.address}/set-up/{key}"
    if session.json:
        session.document({"user": name.strip().lower(), "link": link, "expires_at": now + setup.VALID})
        return
    click.echo(link)
    session.say("give it to them by a way that nobody else reads; it cannot be shown again")


@command.command("sessions", example="syncd users sessions anna\nsyncd users sessions anna --end all")
@click.argument("name")
@click.option("--end", metavar="SESSION", help="End this one of the list, or `all`.")
@click.pass_obj
def sessions_(session: Session, name: str, end: str | None) -> None:
    """List the browsers in which NAME is logged in, or log them out."""
    with opened(session) as app:
        own, now = app.settings.console, app.now()
        user = users.find_user(app.engine, name).name
        if end == "all":
            sessions.end_every(app.engine, user, by=who(), now=now)
        elif end:
            sessions.end_one(app.engine, user, end, by=who(), now=now)
        lifetime = Lifetime(idle_minutes=own.idle_minutes, hours=own.session_hours)
        found = sessions.list_sessions(app.engine, lifetime, now, user=user)
    if session.json:
        session.document({"user": user, "sessions": found})
        return
    session.rows(
        ("session", "made at", "last used", "address"),
        ((one.sign, one.made_at, one.seen_at, one.address) for one in found),
        empty=f"{user} is logged in nowhere.",
    )


@command.command("no-code", example="syncd users no-code anna")
@click.argument("name")
@click.pass_obj
def no_code(session: Session, name: str) -> None:
    """Ask NAME for one-time codes no more: the device that makes them is lost."""
    with opened(session) as app:
        was_asked = second.remove(app.engine, name, by=who(), now=app.now())
    _done(session, name, "is asked for no code" + ("" if was_asked else ", and was not"), was_asked=was_asked)


@command.command("email", example="syncd users email anna anna@acme.example\nsyncd users email anna --none")
@click.argument("name")
@click.argument("email", required=False)
@click.option("--none", "nobody", is_flag=True, help="Recognise NAME by no address.")
@click.pass_obj
def email_(session: Session, name: str, email: str | None, *, nobody: bool) -> None:
    """Recognise NAME by this e-mail when the identity provider, which has to have verified it, brings them first."""
    if bool(email) is nobody:
        raise WrongUsage("either an e-mail address or --none is needed", cure="See the example.")
    with opened(session) as app:
        identity.expect(app.engine, name, email or "", by=who(), now=app.now())
    _done(session, name, f"is recognised by {email}" if email else "is recognised by no e-mail", email=email)


@command.command("unlink", example="syncd users unlink anna")
@click.argument("name")
@click.pass_obj
def unlink(session: Session, name: str) -> None:
    """Let the identity provider's word count for NAME no more, and end all of their log-ins."""
    with opened(session) as app:
        linked = identity.unlink(app.engine, name, by=who(), now=app.now())
    _done(session, name, "is linked no more" if linked else "was not linked", was_linked=linked)


@command.command("passwd", example="syncd users passwd anna")
@click.argument("name")
@_password_file
@click.pass_obj
def passwd(session: Session, name: str, file: TextIO | None) -> None:
    """Give NAME another password, and end all of their log-ins."""
    with opened(session) as app:
        users.set_password(app.engine, name, _password(session, file), by=who(), now=app.now())
    _done(session, name, "has another password, and is logged out everywhere")


@command.command("role", example="syncd users role anna operator")
@click.argument("name")
@click.argument("role", type=_role)
@click.pass_obj
def role_(session: Session, name: str, role: str) -> None:
    """Let NAME do more or less from now on."""
    with opened(session) as app:
        users.set_role(app.engine, name, ROLES[role], by=who(), now=app.now())
    _done(session, name, f"is {role} from now on", role=role)


@command.command("disable", example="syncd users disable anna")
@click.argument("name")
@click.pass_obj
def disable(session: Session, name: str) -> None:
    """Shut NAME out at once: log-ins and tokens end. The name stays, since the audit log tells of it."""
    with opened(session) as app:
        users.disable(app.engine, name, by=who(), now=app.now())
    _done(session, name, "is shut out")


@command.command("enable", example="syncd users enable anna")
@click.argument("name")
@click.pass_obj
def enable(session: Session, name: str) -> None:
    """Let NAME in again, with the password of before."""
    with opened(session) as app:
        users.enable(app.engine, name, by=who(), now=app.now())
    _done(session, name, "may log in again")


def _ways(user: users.UserRow) -> str:
    return ", ".join(
        way for way, there in (("provider", user.linked_at is not None), ("password", user.has_password)) if there
    )


def _password(session: Session, file: TextIO | None) -> str:
    if file is not None:
        return file.read().rstrip("\r\n")
    if not session.asks:
        raise WrongUsage("nobody can be asked for the password", cure="Give it by --password-file.")
    text: str = click.prompt(
        f"Password, at least {SHORTEST} characters", hide_input=True, confirmation_prompt=True, err=True
    )
    return text


def _done(session: Session, name: str, what: str, **told: object) -> None:
    if session.json:
        session.document({"user": name.strip().lower(), **told})
    session.say(f"{name.strip().lower()} {what}")
