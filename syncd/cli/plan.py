"""``syncd plan``: see what would change, then apply all of it, or part, or discard it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import click

from syncd.cli.command import Group, finish
from syncd.cli.exit_codes import ExitCode, WrongUsage, of_run
from syncd.cli.following import Stop, follow, get_run
from syncd.cli.opening import opened, pick, who
from syncd.cli.rendering import show_plan, summary
from syncd.cli.session import Session, numbered
from syncd.cli.sync import ask_run
from syncd.domain.contractor import FIELDS
from syncd.registry.engine import reading
from syncd.registry.queries.plans import RISKS, Chosen, choose
from syncd.registry.queries.runs import RunRow, list_runs
from syncd.registry.runs import COUNT_OF
from syncd.sync.app import App
from syncd.sync.plan_document import standing
from syncd.sync.review import approve, discard, expires_at

__all__ = ["command"]

_WAITING: Final = ("held", "planned")
_MOST: Final = 1000

_APPLY: Final = """
syncd plan apply 41 --exclude 3 --exclude-risk high
syncd plan apply 41 --only-action create --only-group Hurt --reason "new wholesalers"
"""


class _PlanGroup(Group):
    """``syncd plan CONNECTION`` makes a plan: what is no command of the group names a connection."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            args = ["make", *args]
        return super().resolve_command(ctx, args)


@click.command("plan", cls=_PlanGroup)
def command() -> None:
    """See what a run would change; apply all of it or part, or discard it.

    `syncd plan CONNECTION` makes a plan. So does every run that a safety limit holds, and a connection's first.
    """


@command.command("make", example="syncd plan optima\nsyncd plan make optima --full --json")
@click.argument("connection")
@click.option("--full", is_flag=True, help="Read everything, not only what changed.")
@click.option("--customer", "customers", multiple=True, metavar="CODE", help="Only this customer; may be repeated.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 10 if there are changes to apply.")
@click.pass_obj
def make(session: Session, connection: str, customers: tuple[str, ...], *, full: bool, detailed_exitcode: bool) -> None:
    """Read CONNECTION and store what would change there and at the other sides; change nothing."""
    if full and customers:
        raise click.UsageError("--full and --customer exclude each other")
    stop = Stop()
    with opened(session, stopping=stop) as app:
        run_id = ask_run(app, pick(app, connection), customers, full=full, dry_run=True)
        run = follow(session, app, run_id, stop)
        _show(session, app, run)
    finish(of_run(run.state, run.error_code, pending=detailed_exitcode and run.lines > 0))


@command.command("list", example="syncd plan list")
@click.pass_obj
def list_(session: Session) -> None:
    """List the plans that wait for somebody, and until when they may be applied."""
    with opened(session) as app:
        with reading(app.engine) as connection:
            found = list_runs(connection, states=_WAITING, limit=_MOST)
        until = {run.id: _until(app, run) for run in found}
    if session.json:
        rows = [
            {"run": run.id, "connection": run.connection, "state": run.state, "lines": run.lines}
            | {"held_because": run.held_because, "asked_by": run.asked_by, "expires_at": until[run.id]}
            for run in found
        ]
        session.document({"plans": rows})
        return
    session.rows(
        ("id", "connection", "state", "lines", "asked by", "expires at", "why it waits"),
        ((r.id, r.connection, r.state, r.lines, r.asked_by, until[r.id], r.held_because) for r in found),
        empty="No plan waits for anybody.",
    )


@command.command("show", example="syncd plan show 41 --json")
@click.argument("run_id", metavar="ID", type=int)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 10 if there are changes to apply.")
@click.pass_obj
def show(session: Session, run_id: int, *, detailed_exitcode: bool) -> None:
    """Show a plan: what it amounts to, then each customer's fields before and after, the rule and the risk."""
    with opened(session) as app:
        run = get_run(app, run_id)
        _show(session, app, run)
    pending = detailed_exitcode and run.state in _WAITING and run.lines
    finish(ExitCode.CHANGES_PENDING if pending else ExitCode.DONE)


def _choosing(prefix: str, what: str) -> Callable[[Any], Any]:
    """Options that name lines by what they have in common."""
    options = (
        ("", "seqs", int, "SEQ", "the line of this number"),
        ("-customer", "customers", str, "CODE", "lines of this customer"),
        ("-action", "actions", click.Choice(sorted(COUNT_OF)), None, "lines that do this"),
        ("-field", "fields", click.Choice(sorted(FIELDS)), "FIELD", "lines that change this field"),
        ("-group", "groups", str, "NAME", "lines by which a customer joins or leaves this group"),
        ("-risk", "risks", click.Choice([str(risk) for risk in RISKS]), None, "lines of this risk or level"),
    )

    def decorate(function: Any) -> Any:
        for suffix, name, kind, metavar, text in reversed(options):
            function = click.option(
                f"--{prefix}{suffix}",
                f"{prefix}_{name}",
                multiple=True,
                type=kind,
                metavar=metavar,
                help=f"{what} {text}; may be repeated.",
            )(function)
        return function

    return decorate


@command.command("apply", example=_APPLY)
@click.argument("run_id", metavar="ID", type=int)
@_choosing("only", "Apply")
@_choosing("exclude", "Leave out")
@click.option("--reason", default="", help="Why, for the audit log.")
@click.option("--yes", is_flag=True, help="Do not ask before a plan that a limit holds is applied.")
@click.option("--no-wait", is_flag=True, help="Return at once and leave it to a worker.")
@click.pass_obj
def apply(
    session: Session, /, run_id: int, *, reason: str, yes: bool, no_wait: bool, **chosen: tuple[Any, ...]
) -> None:
    """Apply a plan as it was shown, or part of it.

    A line is applied if it fits every kind of --only that is given and no --exclude. Each side is asked once more
    first: a line of which either side moved since the plan was made is left out, named, and read again by itself.
    """
    stop = Stop()
    with opened(session, stopping=stop) as app:
        run = _waiting(app, run_id)
        if run.held_because and session.asks and not session.confirm(f"{run.held_because}. Apply it?", yes=yes):
            finish(ExitCode.HELD)
        _check_lines(run, (*chosen["only_seqs"], *chosen["exclude_seqs"]))
        out = choose(app.engine, run_id, only=_chosen(chosen, "only"), exclude=_parts(chosen, "exclude"))
        back = _back(run)
        approve(app, run_id, by=who(), reason=reason, but=out)
        run = get_run(app, run_id) if no_wait else follow(session, app, run_id, stop)
        _show(session, app, run)
    if run.counts["stale"]:
        stale = numbered(run.counts["stale"], "line was", "lines were")
        session.say(f"{stale} stale: syncd runs records {run_id} --outcome stale")
    if out:
        left = numbered(len(out), "line was", "lines were")
        session.say(f"{left} left out{back}: syncd runs records {run_id} --outcome left_out")
    finish(ExitCode.DONE if no_wait else of_run(run.state, run.error_code))


def _back(run: RunRow) -> str:
    """What brings lines back that are left out of a plan that waits."""
    if not run.reads:
        return ""
    return " until the next read" if run.dry_run else " until the record changes, or all are read"


def _chosen(chosen: dict[str, tuple[Any, ...]], prefix: str) -> Chosen:
    return Chosen(**{name: frozenset(chosen[f"{prefix}_{name}"]) for name in Chosen.__struct_fields__})


def _parts(chosen: dict[str, tuple[Any, ...]], prefix: str) -> list[Chosen]:
    """One choice for each kind of option, so that what fits any of them is meant."""
    return [Chosen(**{name: frozenset(chosen[f"{prefix}_{name}"])}) for name in Chosen.__struct_fields__]


@command.command("discard", example="syncd plan discard 41 --reason 'the export was cut'")
@click.argument("run_id", metavar="ID", type=int)
@click.option("--reason", default="", help="Why, for the audit log.")
@click.pass_obj
def discard_(session: Session, run_id: int, *, reason: str) -> None:
    """Throw a plan away; the next run sees the same records again."""
    with opened(session) as app:
        _waiting(app, run_id)
        discard(app, run_id, by=who(), reason=reason)
        run = get_run(app, run_id)
    if session.json:
        session.document({"run": run.id, "connection": run.connection, "state": run.state})
    session.say(summary(run))


def _show(session: Session, app: App, run: RunRow) -> None:
    stands = standing(app, run)
    show_plan(session, app, run, stands)
    newer = stands["replaced_by"]
    if newer is not None:
        session.say(f"run {newer} read the side again and made a newer plan: syncd plan show {newer}")
        session.say(f"apply what is shown here: syncd plan apply {run.id}    discard both: syncd plan discard {newer}")
    elif run.state in _WAITING:
        session.say(f"apply: syncd plan apply {run.id}    discard: syncd plan discard {run.id}")


def _until(app: App, run: RunRow) -> str | None:
    return expires_at(app, run.planned_at).isoformat(timespec="seconds") if run.planned_at is not None else None


def _waiting(app: App, run_id: int) -> RunRow:
    run = get_run(app, run_id)
    if run.state not in _WAITING and standing(app, run)["replaced_by"] is None:
        why = f": {run.error}" if run.error else ""
        raise WrongUsage(f"run {run_id} is {run.state}{why}", cure="`syncd plan list` shows the plans that wait.")
    return run


def _check_lines(run: RunRow, named: tuple[int, ...]) -> None:
    unknown = [seq for seq in named if not 1 <= seq <= run.lines]
    if unknown:
        raise WrongUsage(f"plan {run.id} has lines 1 to {run.lines}, not {', '.join(map(str, unknown))}")
