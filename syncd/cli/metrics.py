"""``syncd metrics``: numbers for a monitoring system."""

from __future__ import annotations

import click

from syncd.cli.command import Command
from syncd.cli.opening import opened
from syncd.cli.session import Session

__all__ = ["command"]


@click.command("metrics", cls=Command, json=False, example="syncd metrics > /var/lib/node_exporter/syncd.prom")
@click.pass_obj
def command(session: Session) -> None:
    """Print runs, backlog, freshness, issues and held plans in the text form of Prometheus."""
    from syncd.metrics import exposition  # noqa: PLC0415 - the help needs no database

    with opened(session) as app:
        click.echo(exposition(app), nl=False)
