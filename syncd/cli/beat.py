"""``syncd beat``."""

from __future__ import annotations

import click

from syncd.cli.celery import become
from syncd.cli.command import standalone
from syncd.cli.session import Session

__all__ = ["command"]


@standalone("beat", json=False, example="syncd beat")
@click.argument("celery", nargs=-1, type=click.UNPROCESSED, metavar="[-- CELERY OPTIONS]")
@click.pass_obj
def command(session: Session, celery: tuple[str, ...]) -> None:
    """Become the clock: Celery beat, which rings every few seconds.

    One is enough; a second one does no harm, because what is due is a row that is made once.
    """
    become(session, "beat", celery)
