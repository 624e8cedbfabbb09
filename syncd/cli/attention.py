"""``syncd attention``: what waits for a person."""

from __future__ import annotations

import difflib
from datetime import timedelta

import click
import msgspec

from syncd.causes import Cause, cause_of, causes
from syncd.cli import attention_acts as acts
from syncd.cli.attention_acts import find
from syncd.cli.command import group
from syncd.cli.customer_codes import id_from
from syncd.cli.duration import DURATION
from syncd.cli.exit_codes import WrongUsage
from syncd.cli.opening import opened, pick
from syncd.cli.session import Session
from syncd.registry.engine import reading
from syncd.registry.queries.issues import CauseRow, list_causes, list_issues, raw_of
from syncd.sync.answers import answers_of

__all__ = ["command"]


@group("attention")
def command() -> None:
    """See and settle what needs a person.

    An issue closes by itself as soon as its cause is gone.
    """


for act in (acts.retry, acts.answer, acts.assign, acts.comment, acts.snooze, acts.drop):
    command.add_command(act)


@command.command("list", example="syncd attention list --by-cause\nsyncd attention list --cause login-taken --older 1d")
@click.option("--by-cause", is_flag=True, help="One line for each cause, with what helps.")
@click.option("--connection", "name", metavar="NAME", help="Only issues of this connection.")
@click.option("--cause", "--code", "code", metavar="CODE", help="Only issues of this cause.")
@click.option("--customer", metavar="CODE", help="Only issues of this customer.")
@click.option("--assigned", metavar="WHO", help="Only issues that this person sees to.")
@click.option(
    "--state",
    type=click.Choice(["open", "snoozed", "resolved", "dropped", "all"]),
    default="open",
    show_default=True,
    help="Open ones that are put off are listed as snoozed until they come back.",
)
@click.option("--older", type=DURATION, metavar="DURATION", help="Only issues that wait longer: 12h, 1d.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="At most so many.")
@click.pass_obj
def list_(
    session: Session,
    *,
    by_cause: bool,
    name: str | None,
    code: str | None,
    customer: str | None,
    assigned: str | None,
    state: str,
    older: timedelta | None,
    limit: int,
) -> None:
    """List issues, those that wait longest first."""
    if by_cause:
        if name or customer or assigned or older or state != "open":
            raise WrongUsage("--by-cause counts all that is open", cure="Leave the other choices out.")
        _list_causes(session, code)
        return
    with opened(session) as app, reading(app.engine) as connection:
        if code is not None and code not in causes() and not list_issues(connection, code=code, state=None, limit=1):
            raise _no_cause(code)
        found = list_issues(
            connection,
            of=pick(app, name).id if name else None,
            code=code,
            state=None if state == "all" else state,
            customer=id_from(customer) if customer is not None else None,
            older_than=app.now() - older if older else None,
            assignee=assigned,
            now=app.now(),
            limit=limit,
        )
    if session.json:
        session.document({"issues": found})
        return
    session.rows(
        ("id", "cause", "connection", "customer", "record", "since", "seen", "who", "what is wrong", "what helps"),
        (
            (
                i.id, i.code, i.connection, i.customer, i.external_id, i.first_at, i.seen, i.assignee, i.message,
                i.cure,
            )
            for i in found
        ),
        empty="Nothing needs you.",
    )  # fmt: skip


def _list_causes(session: Session, code: str | None) -> None:
    with opened(session) as app, reading(app.engine) as connection:
        found = [cause for cause in list_causes(connection, now=app.now()) if code in {None, cause.code}]
    if session.json:
        session.document({"causes": [{**msgspec.structs.asdict(row), **_explained(row)} for row in found]})
        return
    session.rows(
        ("cause", "issues", "put off", "since", "connections", "who", "what helps"),
        (
            (
                row.code, row.number, row.snoozed, row.oldest_at, ", ".join(row.connections), ", ".join(row.assignees),
                _explained(row)["helps"] or row.cure,
            )
            for row in found
        ),
        empty="Nothing needs you.",
    )  # fmt: skip


def _no_cause(code: str) -> WrongUsage:
    near = difflib.get_close_matches(code, causes(), n=3)
    cure = f"Did you mean {' or '.join(near)}?" if near else "docs/reference/errors.md lists them all."
    return WrongUsage(f"no cause is called {code!r}", cure=cure)


def _explained(row: CauseRow) -> dict[str, str]:
    cause = cause_of(row.code) or Cause(code=row.code, where="", means="", helps="")
    return {"means": cause.means, "helps": cause.helps, "page": cause.page}


@command.command("cause", example="syncd attention cause country-contradiction")
@click.argument("code", metavar="CODE")
@click.pass_obj
def cause_(session: Session, code: str) -> None:
    """Tell what a code means and what helps, as the manual does."""
    cause = cause_of(code)
    if cause is None:
        raise _no_cause(code)
    if session.json:
        session.document({"cause": {**msgspec.structs.asdict(cause), "page": cause.page}})
        return
    session.pairs(
        [("code", cause.code), ("means", cause.means), ("helps", cause.helps), ("stops", cause.where),
         ("page", cause.page)]
    )  # fmt: skip


@command.command("show", example="syncd attention show 17")
@click.argument("issue_id", metavar="ID", type=int)
@click.option("--raw", is_flag=True, help="Print the record as the platform sent it, and nothing else.")
@click.pass_obj
def show(session: Session, issue_id: int, *, raw: bool) -> None:
    """Show one issue."""
    with opened(session) as app:
        issue = find(app, issue_id)
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
