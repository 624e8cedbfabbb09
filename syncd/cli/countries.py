"""``syncd countries``: what admins say that a stated country means, where a customer is, and what a shop serves."""

from __future__ import annotations

from typing import Final

import click

from syncd.cli.command import group
from syncd.cli.customer_codes import id_from
from syncd.cli.opening import opened, pick, who
from syncd.cli.session import Session
from syncd.registry.country_names import list_names
from syncd.registry.engine import reading
from syncd.registry.served import list_served
from syncd.sync.country_names import (
    map_country,
    serve_country,
    settle_country,
    unmap_country,
    unserve_country,
    unsettle_country,
)

__all__ = ["command"]

_AGAIN: Final = "`syncd reverify CONNECTION` looks at everybody again."


@group("countries")
def command() -> None:
    """Say what a stated country means that syncd cannot read, or where a customer is."""


@command.command("list", example="syncd countries list")
@click.pass_obj
def list_(session: Session) -> None:
    """List the names that admins gave a meaning, and the countries that they let shops serve."""
    with opened(session) as app, reading(app.engine) as connection:
        names, served = list_names(connection), list_served(connection)
    if session.json:
        session.document({"names": names, "served": served})
        return
    session.rows(
        ("stated", "country", "by", "at"),
        ((name.stated, name.country, name.by, name.at) for name in names),
        empty="No name was given a meaning.",
    )
    for one in served:
        session.say(f"{one.shop} serves {one.country} as well: {one.by}, {one.at:%Y-%m-%d %H:%M}")


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


@command.command("settle", example="syncd countries settle K000231 DE")
@click.argument("customer", metavar="CODE")
@click.argument("country")
@click.pass_obj
def settle(session: Session, customer: str, country: str) -> None:
    """Decide that the customer CODE is in COUNTRY, whatever its statements say, until one of them changes."""
    with opened(session) as app:
        code = settle_country(app, id_from(customer), country, by=who())
    _settled(session, customer, code, f"{customer} is in {code}")


@command.command("unsettle", example="syncd countries unsettle K000231")
@click.argument("customer", metavar="CODE")
@click.pass_obj
def unsettle(session: Session, customer: str) -> None:
    """Let the customer's own statements say again where it is."""
    with opened(session) as app:
        unsettle_country(app, id_from(customer), by=who())
    _settled(session, customer, None, f"{customer} is again where its statements say")


@command.command("serve", example="syncd countries serve shop CH")
@click.argument("shop")
@click.argument("country")
@click.pass_obj
def serve(session: Session, shop: str, country: str) -> None:
    """Let SHOP serve COUNTRY besides the countries of its `served`."""
    with opened(session) as app:
        code = serve_country(app, pick(app, shop).name, country, by=who())
    _of_shop(session, shop, code, f"{shop} serves {code}", serves=True)


@command.command("unserve", example="syncd countries unserve shop CH")
@click.argument("shop")
@click.argument("country")
@click.pass_obj
def unserve(session: Session, shop: str, country: str) -> None:
    """Let only its configuration say again whether SHOP serves COUNTRY."""
    with opened(session) as app:
        code = unserve_country(app, pick(app, shop).name, country, by=who())
    _of_shop(session, shop, code, f"{shop} serves {code} only if its configuration says so", serves=False)


def _of_shop(session: Session, shop: str, country: str, text: str, *, serves: bool) -> None:
    if session.json:
        session.document({"shop": shop, "country": country, "serves": serves})
    else:
        session.say(f"{text}. {_AGAIN}")


def _settled(session: Session, customer: str, country: str | None, text: str) -> None:
    if session.json:
        session.document({"customer": customer, "country": country})
    else:
        session.say(f"{text}; it is looked at again.")


def _told(session: Session, stated: str, country: str | None, text: str) -> None:
    if session.json:
        session.document({"stated": stated, "country": country})
    else:
        session.say(f"{text}. {_AGAIN}")
