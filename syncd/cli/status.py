"""``syncd status``: is everything in sync, and who is at work?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import click
import msgspec

from syncd.cli.command import standalone
from syncd.cli.opening import opened
from syncd.cli.session import Session, encode, numbered
from syncd.cli.verify import summary
from syncd.registry.engine import reading
from syncd.registry.queries.freshness import Freshness
from syncd.registry.queries.issues import count_issues
from syncd.registry.queries.runs import RunRow, list_runs
from syncd.registry.queries.status import Status, status
from syncd.sync import freshness
from syncd.sync.app import App
from syncd.sync.connecting.looks import configured

__all__ = ["command"]

_ALIVE = timedelta(seconds=30)
_MOST = 20


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
                _show(session, look, _held(app))


def _looks(app: App, interval: float) -> Iterator[Status]:
    while True:
        yield _look(app)
        time.sleep(interval)


def _look(app: App) -> Status:
    with reading(app.engine) as connection:
        found = status(connection, now=app.now(), issues=count_issues(connection, now=app.now()))
    return msgspec.structs.replace(found, connections=configured(app), freshness=freshness.look(app))


def _held(app: App) -> list[RunRow]:
    with reading(app.engine) as connection:
        return list_runs(connection, states=["held"], limit=_MOST)


def _show(session: Session, look: Status, held: list[RunRow]) -> None:
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
    for run in held:
        waits = "is held" if run.is_unread else "waits for a yes"
        because = str(run.held_because).removesuffix(".")
        session.say(f"{run.connection}: run {run.id} {waits}: {because}. See `syncd plan show {run.id}`.")
    for fresh in look.freshness:
        if fresh.deliveries or fresh.oldest_seconds is not None or fresh.late:
            session.say(_freshness(fresh))
    for certificate in look.certificates:
        session.say(f"verified {certificate.finished_at:%Y-%m-%d %H:%M} UTC: {summary(certificate)}")
    alive = [worker for worker in look.workers if worker.seen_at > look.at - _ALIVE]
    roles = ", ".join(f"{role} {sum(w.role == role for w in alive)}" for role in sorted({w.role for w in alive}))
    for worker in alive:
        if worker.role == "console":
            session.say(f"console: {worker.name.partition(' ')[0]}")
    customers = numbered(look.customers, "customer", "customers")
    session.say(f"{customers}; at work: {roles or 'nobody (start `syncd up`, or a worker and a beat)'}")
    if look.issues:
        session.say("needs a person: " + ", ".join(f"{code} {number}" for code, number in look.issues.items()))


def _freshness(fresh: Freshness) -> str:
    """One line on how old changes are when they arrive at a connection."""
    parts = []
    if fresh.p50_seconds is not None and fresh.p95_seconds is not None:
        parts.append(f"half of {fresh.deliveries} changes within {_length(fresh.p50_seconds)}")
        parts.append(f"95 % within {_length(fresh.p95_seconds)}")
    if fresh.target_seconds is not None:
        parts.append(f"wanted {_length(fresh.target_seconds)}")
    if fresh.oldest_seconds is not None:
        parts.append(f"the oldest on its way since {_length(fresh.oldest_seconds)}")
    return f"{fresh.connection}: {'LATE; ' if fresh.late else ''}{', '.join(parts)}"


def _length(seconds: float) -> str:
    """A time span in the largest two units that say anything."""
    whole = round(seconds)
    for unit, size, next_unit, next_size in (("d", 86400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1)):
        if whole >= size:
            rest = whole % size // next_size
            return f"{whole // size} {unit} {rest} {next_unit}" if rest else f"{whole // size} {unit}"
    return f"{whole} s"
