"""``syncd webhooks``: whom syncd calls when something happens."""

from __future__ import annotations

import click

from syncd.cli.asked import as_asked
from syncd.cli.command import group
from syncd.cli.opening import opened
from syncd.cli.session import Session, numbered
from syncd.settings import WebhookSettings
from syncd.sync.app import App
from syncd.sync.news import list_webhooks, webhook_of

__all__ = ["command"]


@group("webhooks")
def command() -> None:
    """See whom syncd calls when something happens, and try it. They are configured as [[webhooks]]."""


@command.command("list", example="syncd webhooks list --json")
@click.pass_obj
def list_(session: Session) -> None:
    """List them with what each still has to be told. Addresses and keys are not shown."""
    with opened(session) as app:
        found = list_webhooks(app)
    if session.json:
        session.document({"webhooks": found})
        return
    session.rows(
        ("name", "events", "told", "waiting", "given up", "last", "problem"),
        (
            (one.name, " ".join(one.events), row.told, row.waiting, row.given_up, row.last_at, row.problem)
            if (row := one.state)
            else (one.name, " ".join(one.events), 0, 0, 0, None, None)
            for one in found
        ),
        empty="Nobody is called: write [[webhooks]] into the configuration.",
    )


@command.command("test", example="syncd webhooks test helpdesk")
@click.argument("name")
@click.pass_obj
def test(session: Session, name: str) -> None:
    """Send NAME a message of type webhook.test, now and once. Exit code 4 when it is not taken."""
    from syncd import alerts  # noqa: PLC0415 - no other command here needs a client

    with opened(session) as app:
        message = alerts.send_test(app, _pick(app, name))
    if session.json:
        session.document({"webhook": name, "id": message})
    session.say(f"{name} took {message}")


@command.command("retry", example="syncd webhooks retry helpdesk")
@click.argument("name")
@click.pass_obj
def retry(session: Session, name: str) -> None:
    """Send NAME again what was given up after all tries."""
    from syncd import alerts  # noqa: PLC0415 - the same

    with opened(session) as app:
        again = alerts.send_again(app, _pick(app, name))
    if session.json:
        session.document({"webhook": name, "again": again})
    session.say(f"{numbered(again, 'message is', 'messages are')} sent to {name} again")


@command.command("key", example="syncd webhooks key > helpdesk.key")
@click.pass_obj
def key(session: Session) -> None:
    """Print a new key to sign with. Nothing is changed: put it where the configuration looks for it."""
    from syncd.webhooks import new_key  # noqa: PLC0415 - the same

    made = new_key()
    if session.json:
        session.document({"key": made})
        return
    click.echo(made)


def _pick(app: App, name: str) -> WebhookSettings:
    with as_asked():
        return webhook_of(app, name)
