"""``syncd doctor``: is everything there, and what helps if not?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import click
import msgspec

from syncd.bootstrap import open_app
from syncd.checks.check import Check, broken
from syncd.checks.connections import check_connections
from syncd.checks.database import check_clock, check_database
from syncd.checks.disks import check_disks
from syncd.checks.doorbell import check_redis
from syncd.checks.erasures import check_erasures
from syncd.checks.former import check_former
from syncd.checks.limits import check_limits
from syncd.checks.machine import check_configuration, check_python
from syncd.checks.processes import check_processes
from syncd.checks.provider import check_provider, check_way_in
from syncd.checks.secrets import check_secrets
from syncd.cli.command import finish, standalone
from syncd.cli.exit_codes import ExitCode
from syncd.cli.opening import load, pick
from syncd.cli.session import Session
from syncd.embedded.redis import brought_by_up
from syncd.errors import SyncError
from syncd.registry.engine import open_engine, reading
from syncd.settings import Loaded
from syncd.sync.connecting.credentials import completed

__all__ = ["command"]

_MARKS: Final = {"ok": ("✔", "green"), "warn": ("!", "yellow"), "fail": ("✖", "red")}
_CODES: Final = {
    "config": ExitCode.MISCONFIGURED,
    "reach": ExitCode.UNREACHABLE,
    "other": ExitCode.UNEXPECTED,
}


@standalone("doctor", example="syncd doctor\nsyncd doctor optima\nsyncd doctor --local --json")
@click.argument("connection", required=False)
@click.option("--local", is_flag=True, help="Call no platform: fit for a health check that runs every minute.")
@click.pass_obj
def command(session: Session, connection: str | None, *, local: bool) -> None:
    """Check everything that syncd needs, with a cure beside each failure.

    Python, configuration, database, Redis, disks, processes, clock, erasures, and each connection; with CONNECTION only
    what that one needs. Nothing is changed, and no secret is shown. Warnings do not change the exit code.
    """
    if local and connection:
        raise click.UsageError("--local calls no platform, so there is nothing to check at CONNECTION")
    checks = []
    for check in _checks(session, connection, local=local):
        checks.append(check)
        if sys.stdout.isatty() and not session.json:
            _show(session, check)
    code = next((_CODES[check.cause] for check in checks if check.cause), ExitCode.DONE)
    if session.json:
        session.document({"ok": code is ExitCode.DONE, "checks": checks})
    elif not sys.stdout.isatty():
        session.rows(("state", "check", "detail", "cure"), ((c.state, c.name, c.detail, c.cure) for c in checks))
    finish(code)


def _checks(session: Session, connection: str | None, *, local: bool) -> Iterator[Check]:
    """Everything, the simplest first: what follows would only repeat a failure of what it needs."""
    yield check_python()
    try:
        loaded = load(session)
        engine = open_engine(loaded.settings.database)
    except SyncError as error:
        yield broken("configuration", error)
        return
    database = check_database(engine)
    if database.state == "ok":
        with reading(engine) as connected:
            loaded = msgspec.structs.replace(loaded, settings=completed(connected, loaded.settings))
    yield from check_configuration(loaded)
    yield database
    if connection is None:
        yield from check_redis(loaded.settings.redis or brought_by_up(loaded.settings.folder))
        yield from check_disks(loaded.settings)
    if database.state == "ok":
        if connection is None:
            yield from check_processes(engine, datetime.now(UTC))
            yield check_clock(engine)
            yield check_erasures(engine, loaded.settings)
            yield check_secrets(engine, loaded.settings)
            yield from check_former(engine, loaded.settings)
            yield from check_limits(engine, loaded.settings)
            yield from check_way_in(engine, loaded.settings)
        if not local:
            if connection is None:
                yield from check_provider(loaded.settings)
            yield from _platforms(loaded, connection)
    engine.dispose()


def _platforms(loaded: Loaded, name: str | None) -> Iterator[Check]:
    app = open_app(loaded.settings, loaded=loaded)
    try:
        yield from check_connections(app, [pick(app, name)] if name else list(app.connections.values()))
    finally:
        app.close()


def _show(session: Session, check: Check) -> None:
    mark, color = _MARKS[check.state]
    click.echo(f"{click.style(mark, fg=color) if session.color else mark} {check.name}: {check.detail}")
    if check.cure:
        click.echo(f"    {check.cure}")
