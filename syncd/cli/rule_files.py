"""How do rules leave the registry as a TOML text, and how is such a file read back?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from syncd.cli.command import Command
from syncd.cli.exit_codes import WrongUsage
from syncd.cli.opening import opened
from syncd.cli.session import Session
from syncd.sync.app import App

__all__ = ["export_command", "text_of"]


def export_command(write: Callable[[App], str], about: str, example: str) -> click.Command:
    """The command ``export`` of a group: it prints what `write` makes of the rules in force."""

    @click.pass_obj
    def export(session: Session) -> None:
        with opened(session) as app:
            text = write(app)
        session.toml(text)

    return Command("export", callback=export, help=about, example=example)


def text_of(file: Path) -> str:
    """What a file holds that a person made, with or without a byte order mark.

    Raises:
        WrongUsage: When it is no text, or may not be read.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUsage(f"{file} cannot be read as text", cure="Save it as UTF-8.") from error
