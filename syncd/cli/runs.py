"""``syncd runs``: what was done, what is being done, and what became of each record."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import click
import msgspec

from syncd.cli.command import finish, group
from syncd.cli.duration import WHEN, moment_of
from syncd.cli.exit_codes import of_run
from syncd.cli.following import get_run
from syncd.cli.opening import opened, pick, who
from syncd.cli.rendering import show_run, summary
from syncd.cli.session import Session, encode, numbered
from syncd.cli.undo import undo
from syncd.domain.trigger import Trigger
from syncd.registry.engine import reading
from syncd.registry.queries.records import OUTCOMES, RecordRow, records
from syncd.registry.queries.runs import RunRow, is_over, list_runs
from syncd.registry.runs import RunState
from syncd.sync.app import App
from syncd.sync.retry import retry_failed
from syncd.sync.review import cancel

__all__ = ["command"]


@group("runs")
def command() -> None:
    """List, watch, cancel, retry, look into and undo runs."""


command.add_command(undo)


@command.command("list", example="syncd runs list --connection optima --state failed --state held")
@click.option("--connection", "name", metavar="NAME", help="Only runs of this connection.")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in RunState]),
    help="Only these; may be repeated.",
)
@click.option(
    "--trigger",
    "triggers",
    multiple=True,
    type=click.Choice([str(trigger) for trigger in Trigger]),
    help="Only those that this started; may be repeated.",
)
@click.option(
    "--since",
    type=WHEN,
    metavar="WHEN",
    help="Only those asked for since then: 7d, or 2026-05-04T14:30 (UTC).",
)
@click.option("--until", type=WHEN, metavar="WHEN", help="Only those asked for before then.")
@click.option("--changed", is_flag=True, help="Only those with changes.")
@click.option("--unresolved", is_flag=True, help="Only those of which a failure still stands, however later ones went.")
@click.option("--before", type=int, metavar="ID", help="Only older runs: where the last list ended.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="At most so many.")
@click.pass_obj
def list_(
    session: Session,
    name: str | None,
    states: tuple[str, ...],
    triggers: tuple[str, ...],
    since: datetime | timedelta | None,
    until: datetime | timedelta | None,
    *,
    changed: bool,
    unresolved: bool,
    before: int | None,
    limit: int,
) -> None:
    """List runs, the newest first."""
    with opened(session) as app, reading(app.engine) as connection:
        found = list_runs(
            connection,
            of=pick(app, name).id if name else None,
            states=states,
            triggers=[Trigger(trigger) for trigger in triggers],
            since=moment_of(since, app.now()),
            until=moment_of(until, app.now()),
            changed=changed,
            unresolved=unresolved,
            before=before,
            limit=limit,
        )
    if session.json:
        session.document({"runs": found})
        return
    session.rows(
        ("id", "connection", "mode", "state", "asked by", "asked at", "seconds", "read", "changed", "failed"),
        (
            (
                run.id, run.connection, f"{run.mode} (dry run)" if run.dry_run else run.mode, run.state, run.asked_by,
                run.asked_at, None if run.seconds is None else f"{run.seconds:.1f}", run.counts["read"],
                run.lines, run.counts["failed"],
            )
            for run in found
        ),
        empty="No runs yet. `syncd sync CONNECTION` asks for one.",
    )  # fmt: skip


@command.command("show", example="syncd runs show 812 --json")
@click.argument("run_id", metavar="ID", type=int)
@click.pass_obj
def show(session: Session, run_id: int) -> None:
    """Show one run and everything that it changed."""
    with opened(session) as app:
        show_run(session, app, get_run(app, run_id))


@command.command("watch", example="syncd runs watch 813 --json")
@click.argument("run_id", metavar="ID", type=int)
@click.option(
    "--interval", type=click.FloatRange(0.1, 60), default=1.0, show_default=True, help="Seconds between looks."
)
@click.pass_obj
def watch(session: Session, run_id: int, interval: float) -> None:
    """Follow a run until it is over; the exit code tells how it ended.

    With --json each change of its counts is one line of JSON.
    """
    with opened(session) as app:
        last = None
        for run in _looks(app, run_id, interval):
            seen = (run.state, run.counts)
            if seen != last:
                last = seen
                click.echo(
                    encode({"version": 1, **msgspec.structs.asdict(run)}).decode() if session.json else summary(run)
                )
    finish(of_run(run.state, run.error_code))


def _looks(app: App, run_id: int, interval: float) -> Iterator[RunRow]:
    while True:
        run = get_run(app, run_id)
        yield run
        if is_over(run.state):
            return
        time.sleep(interval)


@command.command("cancel", example="syncd runs cancel 813")
@click.argument("run_id", metavar="ID", type=int)
@click.pass_obj
def cancel_(session: Session, run_id: int) -> None:
    """Stop a run that has not begun to apply its plan."""
    with opened(session) as app:
        get_run(app, run_id)
        cancel(app, run_id, by=who())
        run = get_run(app, run_id)
    if session.json:
        session.document({"run": run.id, "connection": run.connection, "state": run.state})
    session.say(summary(run))


@command.command("retry", example="syncd runs retry 813 --json")
@click.argument("run_id", metavar="ID", type=int)
@click.pass_obj
def retry(session: Session, run_id: int) -> None:
    """Try again what failed of a run, and nothing else.

    Records that could not be used are read anew by a run of their own; sides that refused a record are told again.
    """
    with opened(session) as app:
        get_run(app, run_id)
        done = retry_failed(app, run_id, by=who())
    if session.json:
        session.document({"retried": {"of": run_id, **msgspec.structs.asdict(done)}})
    read = f"{numbered(done.records, 'record is', 'records are')} read by run {done.run}"
    due = numbered(done.pushes, "push is due now", "pushes are due now")
    session.say(f"{due}; {read if done.run is not None else 'no record is read'}")


@command.command("records", example="syncd runs records 813 --outcome issue --outcome stale")
@click.argument("run_id", metavar="ID", type=int)
@click.option("--outcome", "outcomes", multiple=True, type=click.Choice(OUTCOMES), help="Only these; may be repeated.")
@click.pass_obj
def records_(session: Session, run_id: int, outcomes: tuple[str, ...]) -> None:
    """List what became of each record; unchanged ones are only counted."""
    with opened(session) as app:
        run = get_run(app, run_id)
        found = (row for row in records(app.engine, run_id) if not outcomes or row.outcome in outcomes)
        if session.json:
            session.stream({"run": run.id, "connection": run.connection}, "records", found)
        else:
            session.rows(RecordRow.__struct_fields__, map(msgspec.structs.astuple, found), empty="No records.")
