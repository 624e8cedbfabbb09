"""``syncd db``: the registry's tables."""

from __future__ import annotations

import click

from syncd.cli.command import group
from syncd.cli.opening import load
from syncd.cli.session import Session
from syncd.registry.engine import open_engine
from syncd.registry.schema import current, head, upgrade

__all__ = ["command"]


@group("db")
def command() -> None:
    """Bring the registry's tables up to date."""


@command.command("upgrade", example="syncd db upgrade")
@click.pass_obj
def upgrade_(session: Session) -> None:
    """Bring the registry's tables to this version; nothing happens if they are.

    Safe to call while workers run, and twice at once.
    """
    engine = open_engine(load(session).settings.database)
    try:
        before = current(engine)
        upgrade(engine)
    finally:
        engine.dispose()
    after = head()
    if session.json:
        session.document({"before": before, "after": after})
    else:
        session.say(f"the tables are at {after}" + ("" if before == after else f", from {before or 'nothing'}"))
