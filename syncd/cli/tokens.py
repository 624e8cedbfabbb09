"""``syncd tokens``: what programs show in place of a log-in."""

from __future__ import annotations

from datetime import timedelta

import click

from syncd.access import tokens
from syncd.access.roles import SCOPES
from syncd.cli.command import group
from syncd.cli.duration import DURATION
from syncd.cli.opening import opened, who
from syncd.cli.session import Session

__all__ = ["command"]


@group("tokens")
def command() -> None:
    """Say which programs may use the API."""


@command.command("list", example="syncd tokens list --json")
@click.pass_obj
def list_(session: Session) -> None:
    """List tokens; what opens the door is not shown, and not kept."""
    with opened(session) as app:
        found, now = tokens.list_tokens(app.engine), app.now()
    if session.json:
        session.document({"tokens": found})
        return

    session.rows(
        ("name", "user", "scopes", "state", "made at", "expires at", "last used"),
        ((r.name, r.user, " ".join(r.scopes), r.state(now), r.made_at, r.expires_at, r.used_at) for r in found),
        empty="No tokens yet: `syncd tokens create NAME --user USER`.",
    )


@command.command("create", example="syncd tokens create monitoring --user anna --scope read --expires 90d")
@click.argument("name")
@click.option("--user", required=True, metavar="NAME", help="Whose it is; it never may do more than they.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(list(SCOPES)), help="May be repeated.  [read]")
@click.option(
    "--expires", type=DURATION, metavar="DURATION", default="365d", show_default=True, help="It ends after so long."
)
@click.pass_obj
def create(session: Session, name: str, user: str, scopes: tuple[str, ...], expires: timedelta) -> None:
    """Make a token and print it: this once, since only a digest of it is kept.

    Programs send it as `Authorization: Bearer TOKEN`.
    """
    with opened(session) as app:
        now = app.now()
        ends = now + expires
        chosen = scopes or ("read",)
        text = tokens.create(app.engine, name, user=user, scopes=chosen, expires_at=ends, by=who(), now=now)
    if session.json:
        session.document({"name": name, "token": text, "expires_at": ends})
        return
    click.echo(text)
    session.say("keep it now: it cannot be shown again")


@command.command("revoke", example="syncd tokens revoke monitoring")
@click.argument("name")
@click.pass_obj
def revoke(session: Session, name: str) -> None:
    """End a token at once."""
    with opened(session) as app:
        tokens.revoke(app.engine, name, by=who(), now=app.now())
    if session.json:
        session.document({"name": name, "revoked": True})
    session.say(f"{name} is revoked")
