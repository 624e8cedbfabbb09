"""``syncd hooks``: where platforms call when something changes."""

from __future__ import annotations

import click
from sqlalchemy import func, select

from syncd.cli.command import group
from syncd.cli.opening import opened, pick, who
from syncd.cli.session import Session
from syncd.registry.engine import reading
from syncd.registry.tables import Hook, HookCall
from syncd.sync import hooks

__all__ = ["command"]


@group("hooks")
def command() -> None:
    """Give platforms an address to call when something changes."""


@command.command("list", example="syncd hooks list")
@click.pass_obj
def list_(session: Session) -> None:
    """List the connections whose platform can call; addresses are not shown."""
    with opened(session) as app, reading(app.engine) as connection:
        made = {row[0]: row[1] for row in connection.execute(select(Hook.connection_id, Hook.made_at))}
        newest = select(HookCall.connection_id, func.max(HookCall.at)).group_by(HookCall.connection_id)
        last = {row[0]: row[1] for row in connection.execute(newest)}
    rows = [
        {
            "connection": one.name,
            "signed": one.adapter.hook.verify is not None,
            "topics": list(one.adapter.hook.topics),
            "made_at": made.get(one.id),
            "last_call_at": last.get(one.id),
        }
        for one in app.connections.values()
        if one.adapter.hook is not None
    ]
    if session.json:
        session.document({"hooks": rows})
        return
    session.rows(
        ("connection", "signed", "topics", "made at", "last call"),
        ((r["connection"], r["signed"], " ".join(r["topics"]), r["made_at"], r["last_call_at"]) for r in rows),  # type: ignore[arg-type]
        empty="No platform of your connections can call: the schedule finds what changes.",
    )


@command.command("make", example="syncd hooks make shop\nsyncd hooks make shop --new")
@click.argument("connection")
@click.option("--new", is_flag=True, help="Make another address; the old one ends at once.")
@click.pass_obj
def make(session: Session, connection: str, *, new: bool) -> None:
    """Print the address to enter at CONNECTION's platform; it is a secret, as who knows it can make syncd read.

    The platform must reach the console: `console.public_url`.
    """
    from syncd.console.origin import address_of  # noqa: PLC0415 - no other command needs a web server

    with opened(session) as app:
        connected = pick(app, connection)
        port = hooks.hooked(connected)
        made = hooks.make(app, connected, by=who(), new=new)
        url = f"{address_of(app.settings.console)}/hooks/{connection}/{made.path}"
    key = made.key if port.verify is not None else None
    if session.json:
        session.document({"connection": connection, "url": url, "key": key, "topics": port.topics})
        return
    click.echo(url)
    if key:
        click.echo(f"key: {key}")
    if port.topics:
        session.say(f"subscribe to: {', '.join(port.topics)}")


@command.command("remove", example="syncd hooks remove shop")
@click.argument("connection")
@click.pass_obj
def remove(session: Session, connection: str) -> None:
    """Let CONNECTION's platform call no more."""
    with opened(session) as app:
        hooks.remove(app, pick(app, connection), by=who())
    if session.json:
        session.document({"connection": connection, "removed": True})
    session.say(f"{connection} has no address to call any more")
