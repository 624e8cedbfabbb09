"""``syncd attention``: what waits for a person."""

from __future__ import annotations

import click
import msgspec

from syncd.cli.command import group
from syncd.cli.exit_codes import WrongUsage
from syncd.cli.following import Stop, catch_up, has_worker, last_run, work_off
from syncd.cli.opening import opened, pick, who
from syncd.cli.session import Session
from syncd.domain.code import id_of
from syncd.registry.engine import reading
from syncd.registry.queries.issues import IssueRow, find_issue, list_issues, raw_of
from syncd.settings import parse_duration
from syncd.sync.answers import answer, answers_of
from syncd.sync.app import App
from syncd.sync.attention import drop, retry
from syncd.sync.execute import execute_run

__all__ = ["command"]


@group("attention")
def command() -> None:
    """See and settle what needs a person.

    An issue closes by itself as soon as its cause is gone.
    """


@command.command("list", example="syncd attention list --code country-contradiction --older 1d")
@click.option("--connection", "name", metavar="NAME", help="Only issues of this connection.")
@click.option("--code", metavar="CAUSE", help="Only issues of this cause.")
@click.option("--customer", metavar="CODE", help="Only issues of this customer.")
@click.option("--state", type=click.Choice(["open", "resolved", "dropped", "all"]), default="open", show_default=True)
@click.option("--older", metavar="DURATION", help="Only issues that wait longer: 12h, 1d.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="At most so many.")
@click.pass_obj
def list_(
    session: Session,
    *,
    name: str | None,
    code: str | None,
    customer: str | None,
    state: str,
    older: str | None,
    limit: int,
) -> None:
    """List issues, those that wait longest first."""
    with opened(session) as app, reading(app.engine) as connection:
        found = list_issues(
            connection,
            of=pick(app, name).id if name else None,
            code=code,
            state=None if state == "all" else state,
            customer=id_of(customer) if customer else None,
            older_than=app.now() - parse_duration(older) if older else None,
            limit=limit,
        )
    if session.json:
        session.document({"issues": found})
        return
    session.rows(
        ("id", "cause", "connection", "customer", "record", "since", "seen", "what is wrong", "what helps"),
        ((i.id, i.code, i.connection, i.customer, i.external_id, i.first_at, i.seen, i.message, i.cure) for i in found),
        empty="Nothing needs you.",
    )


@command.command("show", example="syncd attention show 17")
@click.argument("issue_id", metavar="ID", type=int)
@click.option("--raw", is_flag=True, help="Print the record as the platform sent it, and nothing else.")
@click.pass_obj
def show(session: Session, issue_id: int, *, raw: bool) -> None:
    """Show one issue."""
    with opened(session) as app:
        issue = _issue(app, issue_id)
        if raw:
            with reading(app.engine) as connection:
                kept = raw_of(connection, issue_id)
            if kept is None:
                raise WrongUsage(f"no record was kept with issue {issue_id}")
            click.echo(kept)
            return
    if session.json:
        session.document({"issue": issue})
        return
    facts = msgspec.structs.asdict(issue)
    facts["details"] = {name: value for name, value in issue.details.items() if name != "answers"} or None
    session.pairs([*facts.items(), *(("answer", f"{one.key}: {one.label}") for one in answers_of(issue))])


@command.command("retry", example="syncd attention retry 17 18\nsyncd attention retry --code country-contradiction")
@click.argument("issue_ids", metavar="ID...", type=int, nargs=-1)
@click.option("--code", metavar="CAUSE", help="All open issues of this cause.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def retry_(session: Session, issue_ids: tuple[int, ...], code: str | None, *, yes: bool) -> None:
    """Try again what the issues are about: read the record anew, or push the customer now.

    Without a worker about it is done here.
    """
    stop = Stop()
    with opened(session, stopping=stop) as app:
        ids = _chosen(session, app, issue_ids, code, verb="Retry", yes=yes)
        runs = [run_id for run_id in (retry(app, issue_id, by=who()) for issue_id in ids) if run_id is not None]
        if not has_worker(app):
            with stop.listening():
                for run_id in runs:
                    execute_run(app, run_id)
                work_off(app, max(runs, default=0), stop)
        issues = [_issue(app, issue_id) for issue_id in ids]
    _told(session, issues, runs)


@command.command(
    "answer", example="syncd attention answer 17 keep-erp\nsyncd attention answer 18 edit --value 'Nowa 1'"
)
@click.argument("issue_id", metavar="ID", type=int)
@click.argument("key", metavar="ANSWER")
@click.option("--value", default="", help="What the answer asks for.")
@click.pass_obj
def answer_(session: Session, issue_id: int, key: str, *, value: str) -> None:
    """Settle an issue in one step, by one of the answers that `syncd attention show` lists.

    Of several answers with one name, the second is NAME:2.
    """
    stop = Stop()
    with opened(session, stopping=stop) as app:
        before = last_run(app)
        chosen = answer(app, issue_id, key, value=value, by=who())
        catch_up(app, before, stop)
        issue = _issue(app, issue_id)
    if session.json:
        session.document({"issue": issue, "answer": chosen})
        return
    session.pairs([("issue", issue.id), ("cause", issue.code), ("answer", chosen.label), ("state", issue.state)])


@command.command("drop", example="syncd attention drop 17")
@click.argument("issue_ids", metavar="ID...", type=int, nargs=-1)
@click.option("--code", metavar="CAUSE", help="All open issues of this cause.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def drop_(session: Session, issue_ids: tuple[int, ...], code: str | None, *, yes: bool) -> None:
    """Show issues no more as long as their cause stays as it is."""
    with opened(session) as app:
        ids = _chosen(session, app, issue_ids, code, verb="Drop", yes=yes)
        for issue_id in ids:
            drop(app, issue_id, by=who())
        issues = [_issue(app, issue_id) for issue_id in ids]
    _told(session, issues, [])


def _issue(app: App, issue_id: int) -> IssueRow:
    with reading(app.engine) as connection:
        issue = find_issue(connection, issue_id)
    if issue is None:
        raise WrongUsage(f"there is no issue {issue_id}", cure="`syncd attention list --state all` shows them.")
    return issue


def _chosen(
    session: Session, app: App, issue_ids: tuple[int, ...], code: str | None, *, verb: str, yes: bool
) -> list[int]:
    """The issues that a command is about; a whole cause is asked about first, with its number."""
    if bool(issue_ids) == (code is not None):
        raise click.UsageError("name issues by ID, or all of one cause by --code")
    if code is None:
        return [_issue(app, issue_id).id for issue_id in issue_ids]
    with reading(app.engine) as connection:
        ids = [issue.id for issue in list_issues(connection, code=code, limit=1_000_000)]
    if not ids:
        raise WrongUsage(f"no open issue has the cause {code}", cure="`syncd attention list` shows the causes.")
    if not session.confirm(f"{verb} {len(ids)} issues?", yes=yes):
        raise WrongUsage(f"{len(ids)} issues have the cause {code}", cure="Confirm with --yes.")
    return ids


def _told(session: Session, issues: list[IssueRow], runs: list[int]) -> None:
    if session.json:
        session.document({"issues": issues, "runs": runs})
        return
    session.rows(("id", "cause", "state"), ((issue.id, issue.code, issue.state) for issue in issues))
