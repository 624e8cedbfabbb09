"""What does a person do with issues? Commands of ``syncd attention`` that change something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

import click

from syncd.cli.command import Command, finish
from syncd.cli.duration import DURATION
from syncd.cli.exit_codes import ExitCode, WrongUsage
from syncd.cli.following import Stop, catch_up, has_worker, last_run, work_off
from syncd.cli.opening import opened, who
from syncd.cli.session import Session, numbered
from syncd.registry.engine import reading
from syncd.registry.queries.issues import IssueRow, find_issue, issue_ids
from syncd.sync import answers, attention
from syncd.sync.app import App
from syncd.sync.execute import execute_run

__all__ = ["answer", "assign", "comment", "drop", "find", "retry", "snooze"]

_SAMPLE: Final = 5


def _act(name: str, example: str) -> Callable[[Callable[..., Any]], Command]:
    return click.command(name, cls=Command, example=example)


def _several(function: Any) -> Any:
    """Name issues, or all of a cause."""
    options = (
        click.argument("issue_ids", metavar="ID...", type=int, nargs=-1),
        click.option("--cause", "--code", "code", metavar="CODE", help="All open issues of this cause."),
        click.option("--yes", is_flag=True, help="Do not ask."),
    )
    for option in reversed(options):
        function = option(function)
    return function


@_act(
    "retry",
    "syncd attention retry 17 18\nsyncd attention retry --cause country-contradiction\nsyncd attention retry --failed",
)
@_several
@click.option(
    "--failed",
    is_flag=True,
    help="Only work that failed (records that could not be used, pushes that wait for a person) and no questions; "
    "without a cause, of all.",
)
@click.pass_obj
def retry(session: Session, issue_ids: tuple[int, ...], code: str | None, *, failed: bool, yes: bool) -> None:
    """Try again what the issues are about: read the record anew, or push the customer now.

    Without a worker about it is done here.
    """
    stop = Stop()
    with opened(session, stopping=stop) as app:
        ids = _chosen(session, app, issue_ids, code, verb="Retry", yes=yes, failed=failed)
        runs = attention.retry_all(app, ids, by=who())
        if not has_worker(app):
            with stop.listening():
                for run_id in runs:
                    execute_run(app, run_id)
                work_off(app, max(runs, default=0), stop)
        issues = [find(app, issue_id) for issue_id in ids]
    _told(session, issues, runs)


@_act(
    "answer",
    "syncd attention answer 17 keep-erp\nsyncd attention answer 18 edit --value 'Nowa 1'\n"
    "syncd attention answer 17 leave-group-out --others --yes",
)
@click.argument("issue_id", metavar="ID", type=int)
@click.argument("key", metavar="ANSWER")
@click.option("--value", default="", help="What the answer asks for.")
@click.option("--others", is_flag=True, help="Say the same to the other issues of its cause; asks first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def answer(session: Session, issue_id: int, key: str, *, value: str, others: bool, yes: bool) -> None:
    """Settle an issue in one step, by one of the answers that `syncd attention show` lists.

    Of several answers with one name, the second is NAME:2.
    """
    stop = Stop()
    with opened(session, stopping=stop) as app:
        before = last_run(app)
        also = _others(session, app, issue_id, key, yes=yes) if others else []
        said = answers.answer_all(app, issue_id, key, also, value=value, by=who())
        catch_up(app, before, stop)
        issue = find(app, issue_id)
    if session.json:
        more = {"others": [one for one in said.done if one != issue_id], "refused": said.refused} if others else {}
        session.document({"issue": issue, "answer": said.answer, **more})
    else:
        pairs = [("issue", issue.id), ("cause", issue.code), ("answer", said.answer.label), ("state", issue.state)]
        session.pairs([*pairs, *([("others", len(set(said.done) - {issue_id}))] if others else [])])
    for other_id, why in said.refused.items():
        session.warn(f"issue {other_id}: {why}")
    finish(ExitCode.SOME_FAILED if said.refused else ExitCode.DONE)


def _others(session: Session, app: App, issue_id: int, key: str, *, yes: bool) -> list[int]:
    found = answers.others(app, issue_id, key)
    for other in found.issues[:_SAMPLE]:
        session.say(f"issue {other.id}, {other.customer or other.external_id or ''}: {other.message}")
    number = len(found.issues)
    if number and not session.confirm(f"Say the same to these {number}, of {found.total}?", yes=yes):
        raise WrongUsage(
            f"the same can be said to {numbered(number, 'other issue', 'other issues')}", cure="Confirm with --yes."
        )
    return [other.id for other in found.issues]


@_act("comment", "syncd attention comment 17 'asked the customer on Monday'")
@click.argument("issue_id", metavar="ID", type=int)
@click.argument("text")
@click.pass_obj
def comment(session: Session, issue_id: int, text: str) -> None:
    """Keep what you have to say about an issue; its page in the console shows it."""
    with opened(session) as app:
        find(app, issue_id)
        attention.comment(app, issue_id, text, by=who())
        issue = find(app, issue_id)
    _told(session, [issue], [])


@_act("assign", "syncd attention assign 17 anna\nsyncd attention assign 17 --nobody")
@click.argument("issue_id", metavar="ID", type=int)
@click.argument("person", metavar="WHO", required=False)
@click.option("--nobody", is_flag=True, help="Nobody sees to it any more.")
@click.pass_obj
def assign(session: Session, issue_id: int, person: str | None, *, nobody: bool) -> None:
    """Say who sees to an issue."""
    if nobody == bool(person):
        raise WrongUsage("name who sees to it, or --nobody")
    with opened(session) as app:
        find(app, issue_id)
        attention.assign(app, issue_id, person, by=who())
        issue = find(app, issue_id)
    _told(session, [issue], [])


@_act("snooze", "syncd attention snooze 17 --for 2d\nsyncd attention snooze --cause vat-invalid --for 12h")
@_several
@click.option("--for", "length", type=DURATION, metavar="DURATION", required=True, help="How long: 12h, 2d.")
@click.pass_obj
def snooze(session: Session, issue_ids: tuple[int, ...], code: str | None, *, length: timedelta, yes: bool) -> None:
    """Put issues off: they are not shown for a while, and come back by themselves if their cause is still there."""
    with opened(session) as app:
        until = app.now() + length
        ids = _chosen(session, app, issue_ids, code, verb="Put off", yes=yes)
        for issue_id in ids:
            attention.snooze(app, issue_id, until, by=who())
        issues = [find(app, issue_id) for issue_id in ids]
    _told(session, issues, [])


@_act("drop", "syncd attention drop 17")
@_several
@click.pass_obj
def drop(session: Session, issue_ids: tuple[int, ...], code: str | None, *, yes: bool) -> None:
    """Show issues no more as long as their cause stays as it is."""
    with opened(session) as app:
        ids = _chosen(session, app, issue_ids, code, verb="Drop", yes=yes)
        for issue_id in ids:
            attention.drop(app, issue_id, by=who())
        issues = [find(app, issue_id) for issue_id in ids]
    _told(session, issues, [])


def find(app: App, issue_id: int) -> IssueRow:
    """An issue that was named on the command line."""
    with reading(app.engine) as connection:
        issue = find_issue(connection, issue_id)
    if issue is None:
        raise WrongUsage(f"there is no issue {issue_id}", cure="`syncd attention list --state all` shows them.")
    return issue


def _chosen(
    session: Session,
    app: App,
    named: Sequence[int],
    code: str | None,
    *,
    verb: str,
    yes: bool,
    failed: bool = False,
) -> list[int]:
    """The issues that a command is about; a whole cause is asked about first, with its number."""
    if bool(named) == (code is not None or failed):
        raise click.UsageError("name issues by ID, or all of one cause by --cause")
    if named:
        return [find(app, issue_id).id for issue_id in named]
    with reading(app.engine) as connection:
        ids = issue_ids(connection, code=code, failed=failed)
    what = f"with the cause {code}" if code else "that failed"
    found = f"{numbered(len(ids), 'issue', 'issues')} {what}"
    if not ids:
        raise WrongUsage(f"no open issues {what}", cure="`syncd attention list --by-cause` shows the causes.")
    if not session.confirm(f"{verb} {found}?", yes=yes):
        raise WrongUsage(f"this means {found}", cure="Confirm with --yes.")
    return ids


def _told(session: Session, issues: list[IssueRow], runs: list[int]) -> None:
    if session.json:
        session.document({"issues": issues, "runs": runs})
        return
    session.rows(
        ("id", "cause", "state", "who", "put off until"),
        ((issue.id, issue.code, issue.state, issue.assignee, issue.snoozed_until) for issue in issues),
    )
