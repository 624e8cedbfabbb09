"""``syncd secrets``: the key under which secrets in the registry are encrypted."""

from __future__ import annotations

import click

from syncd.cli.command import group
from syncd.cli.opening import opened, who
from syncd.cli.session import Session, numbered
from syncd.secrets import Vault, key_file, new_key, open_vault, write_keys
from syncd.sync.hooks import reseal

__all__ = ["command"]


@group("secrets")
def command() -> None:
    """Change the key under which secrets in the registry are encrypted."""


@command.command("key", example="syncd secrets key > secrets.key")
@click.pass_obj
def key(session: Session) -> None:
    """Print a new key; nothing is changed."""
    made = new_key()
    if session.json:
        session.document({"key": made})
    else:
        click.echo(made)


@command.command("rotate", example="syncd secrets rotate")
@click.pass_obj
def rotate(session: Session) -> None:
    """Encrypt everything anew.

    With the key in the file secrets.key another one is made, and the old one is gone afterwards. With SYNCD_SECRETS_KEY
    write the new key in front of the old one, with a comma between, rotate, then take the old one away.
    """
    with opened(session) as app:
        file = None if app.settings.secrets_key else key_file(app.settings)
        if file is None:
            number = reseal(app, open_vault(app.settings), by=who())
        else:
            open_vault(app.settings, make=new_key)
            made = new_key()
            both = f"{made},{file.read_text(encoding='ascii').strip()}"
            write_keys(file, both, replace=True)  # whoever dies here leaves keys that open everything
            number = reseal(app, Vault(both), by=who())
            write_keys(file, made, replace=True)
    if session.json:
        session.document({"secrets": number})
    session.say(numbered(number, "secret is encrypted anew", "secrets are encrypted anew"))
