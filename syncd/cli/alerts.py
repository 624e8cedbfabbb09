"""``syncd alerts``: do those who are told of what goes wrong hear it?"""

from __future__ import annotations

import click

from syncd.cli.command import group
from syncd.cli.opening import opened
from syncd.cli.session import Session

__all__ = ["command"]


@group("alerts")
def command() -> None:
    """Try who is told when a run is held, or something is late."""


@command.command("test", example="syncd alerts test")
@click.pass_obj
def test(session: Session) -> None:
    """Send a message that means nothing by every channel of [alerts], now and once. Exit code 4 when one fails."""
    from syncd.alerts import try_alerts  # noqa: PLC0415 - help needs no client

    with opened(session) as app:
        ways = try_alerts(app)
    if session.json:
        session.document({"told": ways})
    session.say(f"told: {', '.join(ways)}")
