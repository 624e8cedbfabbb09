"""``syncd runs undo``: take back what a run did, and see that it arrived."""

from __future__ import annotations

from typing import Final

import click
import msgspec

from syncd.cli.command import Command, finish
from syncd.cli.exit_codes import ExitCode, of_run
from syncd.cli.following import Stop, catch_up, follow, get_run
from syncd.cli.opening import opened, who
from syncd.cli.rendering import summary
from syncd.cli.session import Session
from syncd.registry.queries.runs import RunRow
from syncd.sync.app import App
from syncd.sync.review import approve
from syncd.sync.undo import Checked, Impossible, Undone, ask_for_news, check_undo, plan_undo, untie_links

__all__ = ["undo"]

_DONE: Final = frozenset({"succeeded", "partial"})

_EXAMPLE = """
syncd runs undo 812 --dry-run
syncd runs undo 812 --json
"""


@click.command("undo", cls=Command, example=_EXAMPLE)
@click.argument("run_id", metavar="RUN", type=int)
@click.option("--dry-run", is_flag=True, help="Make the plan, show it, and change nothing.")
@click.option("--yes", is_flag=True, help="If a limit holds it, apply it all the same. Without it: you are asked.")
@click.pass_obj
def undo(session: Session, run_id: int, *, dry_run: bool, yes: bool) -> None:
    """Take back what RUN did, by a run of its own; what was changed since stays, and is named.

    Both sides are told, and read back. Of whom a side had news, the news is read first, and stays. Who was new is
    blocked, not deleted. An undo can be undone.
    """
    stop = Stop()
    with opened(session, stopping=stop) as app:
        get_run(app, run_id)
        done = plan_undo(app, run_id, by=who(), dry_run=dry_run)
        allowed = done.held_because is None or session.confirm(f"{done.held_because}. Undo it all the same?", yes=yes)
        run = _go_on(session, app, done, stop, allowed=allowed and not dry_run)
        links: tuple[list[int], list[Impossible]] = ([], [])
        applied = allowed and not dry_run and (run is None or run.state in _DONE)
        runs = [] if run is None else [run]
        if applied and run is not None and run.counts["stale"]:
            done, rest = _again(session, app, done, run, stop)
            runs.extend(rest)
        if applied and done.links:
            links = untie_links(app, run_id, by=who())
            catch_up(app, run_id, stop)
        checked = _checked(app, runs) if applied else None
        _show(session, done, runs, links, checked)
    if not allowed:
        finish(ExitCode.HELD)
    finish(ExitCode.DONE if run is None else of_run(run.state, run.error_code))


def _go_on(session: Session, app: App, done: Undone, stop: Stop, *, allowed: bool) -> RunRow | None:
    """Let the plan be applied where it may; the run as it then is."""
    if done.run is None:
        return None
    if not allowed:
        return get_run(app, done.run)
    if done.state == "held":
        approve(app, done.run, by=who())
    return follow(session, app, done.run, stop)


def _again(session: Session, app: App, done: Undone, run: RunRow, stop: Stop) -> tuple[Undone, list[RunRow]]:
    """Hear what sides had to say of those that were left out, and take back what is still there of them."""
    at = app.connection(done.connection).id
    for news in ask_for_news(app, at, asked_by=f"undo {done.of}"):
        follow(session, app, news, stop)
    more = plan_undo(app, done.of, by=who(), approved=True)
    rest = _go_on(session, app, more, stop, allowed=True)
    whole = msgspec.structs.replace(
        more, run=done.run, reversed=done.reversed - run.counts["stale"] + more.reversed, nothing=done.nothing
    )
    return whole, [] if rest is None else [rest]


def _checked(app: App, runs: list[RunRow]) -> Checked | None:
    """What was read back of all that the runs of one undo changed."""
    each = [check_undo(app, run.id) for run in runs if run.applied_seq]
    if not each:
        return None
    return Checked(
        run=each[0].run,
        read=sum(one.read for one in each),
        agree=sum(one.agree for one in each),
        differ=tuple(differ for one in each for differ in one.differ),
    )


def _show(
    session: Session,
    done: Undone,
    runs: list[RunRow],
    links: tuple[list[int], list[Impossible]],
    checked: Checked | None,
) -> None:
    link_runs, not_untied = links
    run = runs[-1] if runs else None
    done = msgspec.structs.replace(
        done, state=run.state if run is not None else None, impossible=(*done.impossible, *not_untied)
    )
    stale = run.counts["stale"] if run is not None else 0  # of the last one: the others' were taken up by it
    if session.json:
        more = {"stale": stale, "link_runs": link_runs, "runs": [one.id for one in runs], "checked": checked}
        session.document({"undo": {**msgspec.structs.asdict(done), **more}})
        return
    differ = checked.differ if checked is not None else ()
    session.rows(
        ("code", "outcome", "what"),
        [
            *((one.code, "kept", f"{', '.join(one.fields)}: changed since") for one in done.kept),
            *((one.code, "impossible", one.why) for one in done.impossible),
            *((one.code, one.why, f"{', '.join(one.fields)} at {one.connection}") for one in differ),
        ],
        empty="Nothing is left of it.",
    )
    parts = {"reversed": done.reversed - stale, "kept": len(done.kept), "impossible": len(done.impossible)}
    parts |= {
        "as before in the registry already (sides follow the rules in force)": done.nothing,
        "moved meanwhile": stale,
        "links": done.links,
    }
    session.say(", ".join(f"{number} {what}" for what, number in parts.items() if number) or "nothing to undo")
    if checked is not None:
        session.say(f"read back: {checked.agree} of {checked.read} records hold what the registry holds")
    for one in runs:
        session.say(summary(one))
    if run is not None and run.state in {"held", "planned"}:
        session.say(f"apply: syncd plan apply {run.id}    discard: syncd plan discard {run.id}")
