"""``syncd reverify``: look at everybody again by the rules in force."""

from __future__ import annotations

import click

from syncd.cli.command import finish, standalone
from syncd.cli.exit_codes import ExitCode, of_run
from syncd.cli.following import Stop, follow
from syncd.cli.opening import opened, pick, who
from syncd.cli.rendering import show_run
from syncd.cli.session import Session
from syncd.sync.request import request_run

__all__ = ["command"]


@standalone("reverify", example="syncd reverify optima --dry-run\nsyncd reverify optima")
@click.argument("connection")
@click.option("--dry-run", is_flag=True, help="Make the plan, show it, and change nothing.")
@click.option("--detailed-exitcode", is_flag=True, help="With --dry-run: exit with 10 if there are changes.")
@click.pass_obj
def command(session: Session, connection: str, *, dry_run: bool, detailed_exitcode: bool) -> None:
    """Look again at the customers that come from CONNECTION: country, holds, groups and what each side should hold.

    For after a rule or the configuration changed. No side is read; what follows is a plan, guarded like every other.
    """
    stop = Stop()
    with opened(session, stopping=stop) as app:
        run_id = request_run(app, pick(app, connection), mode="reverify", dry_run=dry_run, asked_by=who())
        assert run_id is not None, "only the slots of a schedule can be taken already"  # noqa: S101
        run = follow(session, app, run_id, stop)
        show_run(session, app, run)
    code = of_run(run.state, run.error_code)
    finish(ExitCode.CHANGES_PENDING if detailed_exitcode and code is ExitCode.DONE and run.lines else code)
