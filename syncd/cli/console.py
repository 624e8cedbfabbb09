"""``syncd console``."""

from __future__ import annotations

import logging

import click
import msgspec

from syncd.bootstrap import open_app
from syncd.cli.command import standalone
from syncd.cli.opening import load
from syncd.cli.session import Session
from syncd.cli.waking import find_doorbell
from syncd.settings.check import check_console
from syncd.starting import not_collecting

__all__ = ["command"]


@standalone("console", json=False, example="syncd console\nsyncd console --port 9000")
@click.option("--host", help="Address to listen at, instead of console.host.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen at, instead of console.port.")
@click.option("--no-link", is_flag=True, help="Print no link for the first admin.")
@click.pass_obj
def command(session: Session, *, host: str | None, port: int | None, no_link: bool) -> None:
    """Serve the console until Ctrl-C, at http://127.0.0.1:8711 if nothing else is configured.

    As long as there is no user, a link is printed that makes the first admin: it works once, and for an hour.
    """
    with not_collecting():
        from syncd.console.origin import address_of  # noqa: PLC0415 - no other command needs a web server
        from syncd.console.serving import serve, setup_url  # noqa: PLC0415 - the same

    loaded = load(session)
    own = loaded.settings.console
    own = msgspec.structs.replace(own, host=host or own.host, port=port or own.port)
    check_console(own, lambda _key: "console")
    settings = msgspec.structs.replace(loaded.settings, console=own)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app = open_app(settings, loaded=loaded, doorbell=find_doorbell(loaded))
    try:
        link = None if no_link else setup_url(app)

        def listening() -> None:
            session.say(f"console: {address_of(own)}")
            if link:
                click.echo(f"make the first admin here, within an hour: {link}", err=True)

        serve(app, listening)
    finally:
        app.close()
