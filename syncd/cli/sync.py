"""``syncd sync``: ask for a run, and wait for it if wished."""

from __future__ import annotations

import click

from syncd.cli.command import finish, standalone
from syncd.cli.exit_codes import WrongUsage, of_run
from syncd.cli.following import Stop, follow, has_worker
from syncd.cli.opening import opened, pick, who
from syncd.cli.rendering import show_run
from syncd.cli.session import Session
from syncd.errors import InvalidRecord, NotFound
from syncd.registry.engine import reading
from syncd.registry.queries.runs import RunRow, list_runs
from syncd.sync.app import App, Connected
from syncd.sync.ask_read import ask_read
from syncd.sync.review import approve
from syncd.sync.waiting import SAME, waits_as

__all__ = ["ask_run", "command"]

_MOST = 1000
_EXAMPLE = """
syncd sync optima --dry-run
syncd sync optima --customer K000231 --wait
syncd sync optima --full --wait --json
"""


@standalone("sync", example=_EXAMPLE)
@click.argument("connection")
@click.option("--full", is_flag=True, help="Read everything, not only what changed.")
@click.option("--customer", "customers", multiple=True, metavar="CODE", help="Only this customer; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Make the plan, show it, and change nothing.")
@click.option("--wait", is_flag=True, help="Return when it is done; without a worker it is done here.")
@click.option("--yes", is_flag=True, help="If a limit holds the run, apply it all the same. Without it: you are asked.")
@click.option("--detailed-exitcode", is_flag=True, help="With --dry-run: exit with 10 if there are changes.")
@click.pass_obj
def command(
    session: Session,
    connection: str,
    customers: tuple[str, ...],
    *,
    full: bool,
    dry_run: bool,
    wait: bool,
    yes: bool,
    detailed_exitcode: bool,
) -> None:
    """Pull CONNECTION and bring the other sides up to date.

    A customer is named by its code (K000231), its id at the connection, or its customer number. A dry run is the plan
    that the real run makes; it stays for a while and can be applied with `syncd plan apply`.
    """
    if full and customers:
        raise click.UsageError("--full and --customer exclude each other")
    if detailed_exitcode and not dry_run:
        raise click.UsageError("--detailed-exitcode needs --dry-run")
    stop = Stop()
    with opened(session, stopping=stop) as app:
        run_id = ask_run(app, pick(app, connection), customers, full=full, dry_run=dry_run)
        if not wait and not dry_run:
            _tell(session, app, connection, run_id)
            return
        run = _that_waits(app, follow(session, app, run_id, stop))
        waits = run.state == "held" and not run.is_unread
        if waits and session.confirm(f"{run.held_because}. Apply the plan all the same?", yes=yes):
            approve(app, run.id, by=who())
            run = follow(session, app, run.id, stop)
        show_run(session, app, run)
    finish(of_run(run.state, run.error_code, pending=detailed_exitcode and run.lines > 0))


def ask_run(app: App, connected: Connected, customers: tuple[str, ...], *, full: bool, dry_run: bool) -> int:
    """Ask for a read, as whoever sits at the terminal.

    Raises:
        WrongUsage: When the connection is paused, or a customer has no record there.
    """
    try:
        return ask_read(app, connected, customers, full=full, dry_run=dry_run, by=who())
    except (InvalidRecord, NotFound) as error:
        raise WrongUsage(error.message, cure=error.cure) from None


def _that_waits(app: App, run: RunRow) -> RunRow:
    """In place of a run whose very plan waits already, the one by which it waits."""
    if run.error_code != SAME:
        return run
    with reading(app.engine) as connection:
        held = list_runs(connection, of=app.connection(run.connection).id, states=["held"], limit=_MOST)
    return next((one for one in held if run.error == waits_as(one.id)), run)


def _tell(session: Session, app: App, connection: str, run_id: int) -> None:
    if session.json:
        session.document({"run": run_id, "connection": connection, "state": "queued"})
    else:
        click.echo(str(run_id))
    if not has_worker(app):
        session.warn("no worker was seen lately: start one with `syncd up` or `syncd worker`, or use --wait")
    session.say(f"run {run_id} is queued; `syncd runs watch {run_id}` follows it")
