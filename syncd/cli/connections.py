"""``syncd connections``: list, test, pause and resume; `syncd.cli.connecting` makes them and takes them away."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import click
import msgspec

from syncd.cli.command import group
from syncd.cli.connecting import add, edit, forget_secret, remove, retire, secrets, set_secret
from syncd.cli.opening import opened, pick, who
from syncd.cli.session import Session
from syncd.settings.options import secret_options
from syncd.sync.app import App, Connected
from syncd.sync.connecting import pausing
from syncd.sync.connecting.looks import configured, degradations

__all__ = ["command"]


@group("connections")
def command() -> None:
    """List, make, test, pause and take away connections."""


for _command in (add, edit, remove, retire, secrets, set_secret, forget_secret):
    command.add_command(_command)


@command.command("list", example="syncd connections list --json")
@click.pass_obj
def list_(session: Session) -> None:
    """List connections and how they are."""
    with opened(session) as app:
        rows = configured(app)
    if session.json:
        session.document({"connections": rows})
        return
    session.rows(
        ("name", "kind", "side", "state", "customers", "last success", "due", "stuck", "issues", "problem"),
        (
            (r.name, r.kind, r.side, r.state, r.customers, r.last_success_at, r.due, r.stuck, r.issues, r.problem)
            for r in rows
        ),
        empty="No connections yet: `syncd connections add`, or write [connections.NAME] into syncd.toml.",
    )


@command.command("show", example="syncd connections show optima")
@click.argument("connection")
@click.pass_obj
def show(session: Session, connection: str) -> None:
    """Show one connection: settings without secrets, what its platform can do, and how it is."""
    with opened(session) as app:
        connected = pick(app, connection)
        row = next(row for row in configured(app) if row.name == connection)
        cannot = degradations(app, connected)
    if session.json:
        settings = _settings(connected)
        session.document({"connection": row, "settings": settings, "degradations": cannot})
        return
    session.pairs(
        [
            *msgspec.structs.asdict(row).items(),
            *_settings(connected).items(),
            *(("cannot", degradation) for degradation in cannot),
        ]
    )


@command.command("test", example="syncd connections test optima")
@click.argument("connection")
@click.pass_obj
def test(session: Session, connection: str) -> None:
    """Log in and read a little; change nothing."""
    with opened(session) as app:
        connected = pick(app, connection)
        with closing(app.open(connected)) as endpoint:
            health = endpoint.check()
    if session.json:
        session.document({"connection": connection, "detail": health.detail, "warnings": health.warnings})
        return
    click.echo(f"{connection}: {health.detail}")
    for warning in health.warnings:
        session.warn(warning)


@command.command("pause", example="syncd connections pause optima --reason 'the ERP is being updated'")
@click.argument("connection")
@click.option("--reason", default="", help="Why, for whoever wonders; the audit log keeps it.")
@click.pass_obj
def pause(session: Session, connection: str, *, reason: str) -> None:
    """Neither pull from CONNECTION nor push to it until it is resumed; what is due is kept."""
    with opened(session) as app:
        pausing.pause(app, pick(app, connection), by=who(), reason=reason)
        _tell(session, app, connection)


@command.command("resume", example="syncd connections resume optima")
@click.argument("connection")
@click.pass_obj
def resume(session: Session, connection: str) -> None:
    """Work again, at once even after a failure."""
    with opened(session) as app:
        connected = pick(app, connection)
        pausing.resume(app, connected, by=who())
        if connected.settings.paused:
            session.warn(f"{connection} is paused by the configuration as well: remove `paused = true` there")
        _tell(session, app, connection)


def _settings(connected: Connected) -> dict[str, Any]:
    """What is configured, secrets masked."""
    secret = secret_options(connected.adapter.options)
    settings: dict[str, Any] = msgspec.to_builtins(connected.settings)
    options = settings.pop("options")
    shown = {f"options.{name}": "***" if name in secret else value for name, value in options.items()}
    return settings | shown


def _tell(session: Session, app: App, name: str) -> None:
    row = next(row for row in configured(app) if row.name == name)
    if session.json:
        session.document({"connection": row})
    else:
        session.say(f"{name} is {row.state}")
