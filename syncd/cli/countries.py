"""``syncd countries``: what admins say that a stated country means."""

from __future__ import annotations

import click

from syncd.cli.command import group
from syncd.cli.opening import opened, who
from syncd.cli.session import Session
from syncd.registry.country_names import list_names
from syncd.registry.engine import reading
from syncd.sync.country_names import map_country, unmap_country

__all__ = ["command"]


@group("countries")
def command() -> None:
    """Say what a stated country means that syncd cannot read."""


@command.command("list", example="syncd countries list")
@click.pass_obj
def list_(session: Session) -> None:
    """List the names that admins gave a meaning."""
    with opened(session) as app, reading(app.engine) as connection:
        names = list_names(connection)
    if session.json:
        session.document({"names": names})
        return
    session.rows(
        ("stated", "country", "by", "at"),
        ((name.stated, name.country, name.by, name.at) for name in names),
        empty="No name was given a meaning.",
    )


@command.command("map", example="syncd countries map 'Zjedn. Król.' GB")
@click.argument("stated")
@click.argument("country", metavar="CODE")
@click.pass_obj
def map_(session: Session, stated: str, country: str) -> None:
    """Let STATED, in any spelling of case and accents, mean the country CODE."""
    with opened(session) as app:
        code = map_country(app, stated, country, by=who())
    _told(session, stated, code, f"{stated!r} means {code}")


@command.command("unmap", example="syncd countries unmap 'Zjedn. Król.'")
@click.argument("stated")
@click.pass_obj
def unmap(session: Session, stated: str) -> None:
    """Let STATED mean again what syncd itself knows of it."""
    with opened(session) as app:
        unmap_country(app, stated, by=who())
    _told(session, stated, None, f"{stated!r} has no meaning of its own any more")


def _told(session: Session, stated: str, country: str | None, text: str) -> None:
    if session.json:
        session.document({"stated": stated, "country": country})
    else:
        session.say(f"{text}. `syncd reverify CONNECTION` looks at everybody again.")
