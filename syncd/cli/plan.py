"""``syncd plan``: look at what a run would change, then apply or discard it."""

from __future__ import annotations

import click

from syncd.cli.command import finish, group
from syncd.cli.exit_codes import ExitCode, WrongUsage, of_run
from syncd.cli.following import Stop, follow, get_run
from syncd.cli.opening import opened, who
from syncd.cli.rendering import show_run, summary
from syncd.cli.session import Session
from syncd.registry.queries.runs import RunRow
from syncd.sync.app import App
from syncd.sync.review import approve, discard, leave_out

__all__ = ["command"]

_WAITING = frozenset({"held", "planned"})


@group("plan")
def command() -> None:
    """Look at what a run would change; apply or discard it.

    A plan is made by `syncd sync NAME --dry-run`, and by every run that a safety limit holds.
    """


@command.command("show", example="syncd plan show 41 --json")
@click.argument("run_id", metavar="ID", type=int)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 10 if there are changes to apply.")
@click.pass_obj
def show(session: Session, run_id: int, *, detailed_exitcode: bool) -> None:
    """Show a plan: each customer's fields before and after, and the rule that decided."""
    with opened(session) as app:
        run = get_run(app, run_id)
        show_run(session, app, run)
    if run.state in _WAITING:
        session.say(f"apply: syncd plan apply {run_id}    discard: syncd plan discard {run_id}")
    pending = detailed_exitcode and run.state in _WAITING and run.lines
    finish(ExitCode.CHANGES_PENDING if pending else ExitCode.DONE)


@command.command("apply", example="syncd plan apply 41 --exclude 3 --exclude 17")
@click.argument("run_id", metavar="ID", type=int)
@click.option(
    "--exclude", "excluded", multiple=True, type=int, metavar="SEQ", help="Leave this line out; may be repeated."
)
@click.option("--yes", is_flag=True, help="Do not ask before a plan that a limit holds is applied.")
@click.option("--no-wait", is_flag=True, help="Return at once and leave it to a worker.")
@click.pass_obj
def apply(session: Session, run_id: int, excluded: tuple[int, ...], *, yes: bool, no_wait: bool) -> None:
    """Apply a plan as it was shown.

    A line whose customer changed since the plan was made is left out and said to be stale; it is read again by itself.
    """
    stop = Stop()
    with opened(session, stopping=stop) as app:
        run = _waiting(app, run_id)
        if run.held_because and session.asks and not session.confirm(f"{run.held_because}. Apply it?", yes=yes):
            finish(ExitCode.HELD)
        if excluded:
            _check_lines(run, excluded)
            leave_out(app, run_id, excluded, by=who())
        approve(app, run_id, by=who())
        run = get_run(app, run_id) if no_wait else follow(session, app, run_id, stop)
        show_run(session, app, run)
    if run.counts["stale"]:
        session.say(f"{run.counts['stale']} lines were stale: syncd runs records {run_id} --outcome stale")
    finish(ExitCode.DONE if no_wait else of_run(run.state, run.error_code))


@command.command("discard", example="syncd plan discard 41")
@click.argument("run_id", metavar="ID", type=int)
@click.pass_obj
def discard_(session: Session, run_id: int) -> None:
    """Throw a plan away; the next run sees the same records again."""
    with opened(session) as app:
        _waiting(app, run_id)
        discard(app, run_id, by=who())
        run = get_run(app, run_id)
    if session.json:
        session.document({"run": run.id, "connection": run.connection, "state": run.state})
    session.say(summary(run))


def _waiting(app: App, run_id: int) -> RunRow:
    run = get_run(app, run_id)
    if run.state not in _WAITING:
        raise WrongUsage(f"run {run_id} is {run.state}", cure="Only plans of held and planned runs wait for anybody.")
    return run


def _check_lines(run: RunRow, excluded: tuple[int, ...]) -> None:
    unknown = [seq for seq in excluded if not 1 <= seq <= run.lines]
    if unknown:
        raise WrongUsage(f"plan {run.id} has lines 1 to {run.lines}, not {', '.join(map(str, unknown))}")
