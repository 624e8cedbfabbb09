"""``syncd version``."""

from __future__ import annotations

import platform
from importlib.metadata import version as version_of

import click

from syncd.cli.command import standalone
from syncd.cli.session import Session

__all__ = ["command"]


@standalone("version", example="syncd version --json")
@click.pass_obj
def command(session: Session) -> None:
    """Show which version this is."""
    if session.json:
        document = {"syncd": version_of("syncd"), "python": platform.python_version(), "celery": version_of("celery")}
        session.document(document)
    else:
        click.echo(version_of("syncd"))
