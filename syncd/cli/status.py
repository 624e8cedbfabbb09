"""``syncd status``: is everything in sync, and who is at work?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import click
import msgspec

from syncd.cli.command import standalone
from syncd.cli.connections import configured
from syncd.cli.opening import opened
from syncd.cli.session import Session, encode
from syncd.registry.engine import reading
from syncd.registry.queries.issues import count_issues
from syncd.registry.queries.status import Status, status
from syncd.sync.app import App

__all__ = ["command"]

_ALIVE = timedelta(seconds=30)


@standalone("status", example="syncd status --watch")
@click.option("--watch", is_flag=True, help="Go on until Ctrl-C; with --json one line each time.")
@click.option(
    "--interval", type=click.FloatRange(0.5, 3600), default=2.0, show_default=True, help="Seconds between looks."
)
@click.pass_obj
def command(session: Session, *, watch: bool, interval: float) -> None:
    """Show how every connection stands, what is due, and who is at work.

    A connection's state is its last outcome: it does not turn good because a new run began, and not before the first
    success.
    """
    with opened(session) as app:
        for look in _looks(app, interval) if watch else [_look(app)]:
            if watch and session.json:
                click.echo(encode({"version": 1, **msgspec.structs.asdict(look)}).decode())
            elif session.json:
                session.document(msgspec.structs.asdict(look))
            else:
                if watch:
                    click.clear()
                _show(session, look)


def _looks(app: App, interval: float) -> Iterator[Status]:
    while True:
        yield _look(app)
        time.sleep(interval)


def _look(app: App) -> Status:
    with reading(app.engine) as connection:
        found = status(connection, now=app.now(), issues=count_issues(connection))
    return msgspec.structs.replace(found, connections=configured(app))


def _show(session: Session, look: Status) -> None:
    session.rows(
        ("connection", "side", "state", "now", "last success", "customers", "due", "stuck", "behind since", "issues"),
        (
            (
                row.name, row.side, row.state, f"run {row.running}" if row.running else None, row.last_success_at,
                row.customers, row.due, row.stuck, row.behind_since, row.issues,
            )
            for row in look.connections
        ),
        empty="No connections yet: write [connections.NAME] into syncd.toml.",
    )  # fmt: skip
    for row in look.connections:
        if row.problem:
            session.say(f"{row.name}: {row.problem}")
    alive = [worker for worker in look.workers if worker.seen_at > look.at - _ALIVE]
    roles = ", ".join(f"{role} {sum(w.role == role for w in alive)}" for role in sorted({w.role for w in alive}))
    session.say(f"{look.customers} customers; at work: {roles or 'nobody (start `syncd up`, or a worker and a beat)'}")
    if look.issues:
        session.say("needs a person: " + ", ".join(f"{code} {number}" for code, number in look.issues.items()))
