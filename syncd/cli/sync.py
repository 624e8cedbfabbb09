"""``syncd sync``: ask for a run, and wait for it if wished."""

from __future__ import annotations

import click

from syncd.cli.command import finish, standalone
from syncd.cli.exit_codes import ExitCode, WrongUsage, of_run
from syncd.cli.following import Stop, follow, has_worker
from syncd.cli.opening import opened, pick, who
from syncd.cli.rendering import show_run
from syncd.cli.session import Session
from syncd.domain.code import id_of
from syncd.registry.engine import reading
from syncd.registry.queries.customers import find_customer, resolve
from syncd.registry.queries.runs import RunRow
from syncd.sync.app import App, Connected
from syncd.sync.connecting.looks import configured
from syncd.sync.mode import Mode
from syncd.sync.request import request_run
from syncd.sync.review import approve

__all__ = ["ask_run", "command"]

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
        run = follow(session, app, run_id, stop)
        if run.state == "held" and session.confirm(f"{run.held_because}. Apply the plan all the same?", yes=yes):
            approve(app, run_id, by=who())
            run = follow(session, app, run_id, stop)
        show_run(session, app, run)
    finish(_exit_code(run, detailed=detailed_exitcode))


def ask_run(app: App, connected: Connected, customers: tuple[str, ...], *, full: bool, dry_run: bool) -> int:
    """Ask for a read of a connection, or of some customers there.

    Raises:
        WrongUsage: When the connection is paused, or a customer has no record there.
    """
    paused_by = next(row.paused_by for row in configured(app) if row.name == connected.name)
    if paused_by is not None:
        raise WrongUsage(
            f"{connected.name} is paused by {paused_by}",
            cure=f"`syncd connections resume {connected.name}` ends that.",
        )
    mode: Mode = "only" if customers else "full" if full else "incremental"
    only = [_external_id(app, connected, name) for name in customers]
    run_id = request_run(app, connected, mode=mode, only=only or None, dry_run=dry_run, asked_by=who())
    assert run_id is not None, "only the slots of a schedule can be taken already"  # noqa: S101
    return run_id


def _external_id(app: App, connected: Connected, name: str) -> str:
    """The record that a customer's name means there; one that is not known yet is asked for as it was written."""
    with reading(app.engine) as connection:
        found = resolve(connection, connected.id, name)
        code = id_of(name) if name[:1] in {"K", "k"} else None
        elsewhere = found is None and code is not None and find_customer(connection, code) is not None
    if elsewhere:
        raise WrongUsage(
            f"customer {name} is not known at {connected.name}",
            cure=f"See `syncd customers show {name}`.",
        )
    return found or name


def _tell(session: Session, app: App, connection: str, run_id: int) -> None:
    if session.json:
        session.document({"run": run_id, "connection": connection, "state": "queued"})
    else:
        click.echo(str(run_id))
    if not has_worker(app):
        session.warn("no worker was seen lately: start one with `syncd up` or `syncd worker`, or use --wait")
    session.say(f"run {run_id} is queued; `syncd runs watch {run_id}` follows it")


def _exit_code(run: RunRow, *, detailed: bool) -> ExitCode:
    code = of_run(run.state, run.error_code)
    return ExitCode.CHANGES_PENDING if detailed and code is ExitCode.DONE and run.lines else code
