"""``syncd db``: the registry's tables, and copies of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import click
import msgspec
from sqlalchemy import Engine, inspect

from syncd.cli.command import group
from syncd.cli.exit_codes import WrongUsage
from syncd.cli.opening import load, opened, who
from syncd.cli.session import Session, numbered
from syncd.registry import backup
from syncd.registry.aftermath import note_restore
from syncd.registry.engine import open_engine, reading, writing
from syncd.registry.queries.status import workers
from syncd.registry.schema import current, head, upgrade
from syncd.sync.prune import prune, would_prune
from syncd.sync.pursue import pursue_all
from syncd.sync.replay import replay

__all__ = ["command"]

_ALIVE: Final = timedelta(seconds=60)


@group("db")
def command() -> None:
    """Bring the registry's tables up to date, back them up, restore them, forget what is old."""


@command.command("upgrade", example="syncd db upgrade")
@click.pass_obj
def upgrade_(session: Session) -> None:
    """Bring the registry's tables to this version; nothing happens if they are.

    Safe to call while workers run, and twice at once. Tables of a newer syncd are refused, and stay as they are.
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


@command.command("backup", example="syncd db backup /backups/syncd-2026-05-04.dump")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def backup_(session: Session, file: Path) -> None:
    """Copy the registry into FILE while everything runs. It holds all customers: keep it as safe as the database.

    PostgreSQL's pg_dump does it if it is on PATH; without it syncd writes a format of its own.
    """
    engine = open_engine(load(session).settings.database)
    try:
        backup.back_up(engine, file)
    finally:
        engine.dispose()
    size = file.stat().st_size
    if session.json:
        session.document({"file": str(file), "bytes": size})
    else:
        session.say(f"written: {file}, {size} bytes")


@command.command("restore", example="syncd db restore /backups/syncd-2026-05-04.dump --yes")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def restore_(session: Session, file: Path, *, yes: bool) -> None:
    """Put the registry back as FILE has it, and erase again whom the ledger names. Stop all workers first.

    The database may be empty. A file of pg_dump needs pg_restore on PATH. A backup of an older syncd is brought up to
    date; one of a newer syncd is refused before anything is lost.
    """
    engine = open_engine(load(session).settings.database)
    try:
        _refuse_while_at_work(engine)
        if not session.confirm("Everything since that backup will be lost. Go on?", yes=yes):
            raise WrongUsage("nothing was restored", cure="Add --yes if you mean it.")
        backup.restore(engine, file)
        upgrade(engine)
        with writing(engine) as connection:
            note_restore(connection, by=who(), now=datetime.now(UTC))
    finally:
        engine.dispose()
    session.say(
        f"restored: the registry is as {file} has it; start the workers, and each side is read for what is newer"
    )
    _again(session)


@command.command("replay", example="syncd db replay")
@click.pass_obj
def replay_(session: Session) -> None:
    """Erase again whom the ledger names and the registry still has, after a restore by other means.

    The sweep of the workers does the same by itself; nothing happens if there is nobody.
    """
    _again(session)


@command.command("prune", example="syncd db prune --dry-run")
@click.option("--dry-run", is_flag=True, help="Only count.")
@click.pass_obj
def prune_(session: Session, *, dry_run: bool) -> None:
    """Delete plans that were never applied after `plan_days`, and history after `history_days`.

    The workers do the same every night.
    """
    with opened(session) as app:
        pruned = would_prune(app) if dry_run else prune(app)
    figures = msgspec.structs.asdict(pruned)
    if session.json:
        session.document({"dry_run": dry_run, **figures})
    else:
        listed = ", ".join(f"{number} {name}" for name, number in figures.items())
        session.say(f"{'would delete' if dry_run else 'deleted'}: {listed}")


def _again(session: Session) -> None:
    with opened(session) as app:
        erased = replay(app)
        pursue_all(app)
    if session.json:
        session.document({"erased_again": erased})
    else:
        follow = "; the sides follow, `syncd erase list` shows them" if erased else ""
        session.say(f"erased again: {len(erased)}{follow}")


def _refuse_while_at_work(engine: Engine) -> None:
    """A worker that goes on over another database would store what it read of the first."""
    if not inspect(engine).has_table("workers"):
        return
    with reading(engine) as connection:
        at_work = workers(connection, since=datetime.now(UTC) - _ALIVE)
    if at_work:
        raise WrongUsage(
            f"{numbered(len(at_work), 'process was', 'processes were')} at work a moment ago",
            cure="Stop them, wait a minute, and try again.",
        )
