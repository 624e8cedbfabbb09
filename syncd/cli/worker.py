"""``syncd worker``."""

from __future__ import annotations

import click

from syncd.cli.celery import become
from syncd.cli.command import standalone
from syncd.cli.session import Session

__all__ = ["command"]


@standalone("worker", json=False, example="syncd worker --concurrency 8\nsyncd worker -- --pool threads")
@click.option("--concurrency", "-c", type=click.IntRange(1), help="Processes; chosen by the number of connections.")
@click.argument("celery", nargs=-1, type=click.UNPROCESSED, metavar="[-- CELERY OPTIONS]")
@click.pass_obj
def command(session: Session, concurrency: int | None, celery: tuple[str, ...]) -> None:
    """Become a Celery worker: pulls, plans, applies and pushes.

    As many as you like, on as many machines; all they share is the database and Redis.
    """
    become(session, "worker", [*([f"--concurrency={concurrency}"] if concurrency else []), *celery])
