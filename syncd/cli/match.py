"""``syncd match``: who is who, where the rules cannot tell, and where they were wrong."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from syncd.cli.command import finish, group
from syncd.cli.customer_codes import id_from
from syncd.cli.exit_codes import WrongUsage, of_run
from syncd.cli.following import Stop, catch_up, follow
from syncd.cli.opening import opened, pick, who
from syncd.cli.rendering import summary
from syncd.cli.session import Session, encode
from syncd.domain.code import code_of
from syncd.sync.duplicates import MergePreview, merge_duplicates, preview_merge
from syncd.sync.matching import Preview, link, preview_link, preview_unlink, unlink
from syncd.sync.suggest import Suggestion, suggest
from syncd.sync.unalike import reject_duplicate, reject_record, suggest_again
from syncd.sync.unmatch import take_back

__all__ = ["command"]


@group("match")
def command() -> None:
    """Say who is who: link and unlink records, merge customers that are one, take it back."""


@command.command("suggest", example="syncd match suggest shop --limit 20")
@click.argument("connection")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="At most so many.")
@click.pass_obj
def suggest_(session: Session, connection: str, *, limit: int) -> None:
    """List customers of CONNECTION that look like another one by name and address, and records that wait there.

    Only for you to look at: nothing is linked or merged by likeness.
    """
    with opened(session) as app:
        found = suggest(app, pick(app, connection), limit=limit)
    if session.json:
        session.document({"suggestions": found})
        return
    columns = ("score", "kind", "customer", "name", "other", "other name", "why", "what helps")
    session.rows(columns, map(_suggested, found), empty="Nobody looks like anybody else.")


@command.command("reject", example="syncd match reject K000231 K000977\nsyncd match reject K000231 4711 --at shop")
@click.argument("code")
@click.argument("other")
@click.option("--at", "connection", metavar="CONNECTION", help="OTHER is the id of a record there.")
@click.option("--again", is_flag=True, help="Let the two customers be suggested again.")
@click.pass_obj
def reject(session: Session, code: str, other: str, *, connection: str | None, again: bool) -> None:
    """Say that the customers CODE and OTHER are not the same: they are not suggested again.

    A record that waits at a connection is named by its id and --at; it is never taken for CODE then.
    """
    if again and connection is not None:
        raise WrongUsage("--again is about two customers", cure="Leave --at out.")
    with opened(session) as app:
        id_ = id_from(code)
        if connection is not None:
            reject_record(app, id_, pick(app, connection), other, by=who())
        elif again:
            suggest_again(app, id_, id_from(other), by=who())
        else:
            reject_duplicate(app, id_, id_from(other), by=who())
    facts = {"customer": code_of(id_), "other": other, "at": connection, "same": None if again else False}
    if session.json:
        session.document({"rejected": facts})
    else:
        session.say(f"{code_of(id_)} and {other} " + ("may be suggested again" if again else "are not the same"))


@command.command("link", example="syncd match link K000231 shop 4711 --dry-run\nsyncd match link K000231 shop 4711")
@click.argument("code")
@click.argument("connection")
@click.argument("external_id")
@click.option("--dry-run", is_flag=True, help="Read the record, show what would change, and change nothing.")
@click.pass_obj
def link_(session: Session, code: str, connection: str, external_id: str, *, dry_run: bool) -> None:
    """Say that the record EXTERNAL_ID at CONNECTION is the customer CODE."""
    stop = Stop()
    with opened(session, stopping=stop) as app:
        id_, connected = id_from(code), pick(app, connection)
        preview = preview_link(app, id_, connected, external_id)
        if dry_run:
            _show(session, preview)
            return
        run = follow(session, app, link(app, id_, connected, external_id, by=who()), stop)
        _done(session, "linked", {"customer": preview.code, "record": external_id, "run": run.id})
        session.say(summary(run))
    finish(of_run(run.state, run.error_code))


@command.command("unlink", example="syncd match unlink K000231 shop --dry-run\nsyncd match unlink K000231 shop")
@click.argument("code")
@click.argument("connection")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.pass_obj
def unlink_(session: Session, code: str, connection: str, *, dry_run: bool) -> None:
    """Say that the customer CODE is not the record that it is tied to at CONNECTION.

    Nothing is deleted on either side. The record is read again and becomes another customer; CODE gets a record of its
    own where the routes say that it belongs there. What CONNECTION said of the record keeps CODE out no longer.
    """
    stop = Stop()
    with opened(session, stopping=stop) as app:
        id_, connected = id_from(code), pick(app, connection)
        if dry_run:
            _show(session, preview_unlink(app, id_, connected))
            return
        done = unlink(app, id_, connected, by=who())
        run = follow(session, app, done.read_again, stop)
        _done(
            session,
            "unlinked",
            {"customer": code_of(id_), "record": done.external_id, "run": done.run_id, "read_again": run.id},
        )
        session.say(f"to take it back: syncd match undo {done.run_id}")
    finish(of_run(run.state, run.error_code))


@command.command("merge", example="syncd match merge K000231 K000977 --dry-run\nsyncd match merge K000231 K000977")
@click.argument("keep")
@click.argument("gone")
@click.option("--dry-run", is_flag=True, help="Show what would become of each field, and change nothing.")
@click.option("--newsletter", type=click.Choice(["yes", "no"]), help="What the person wants, where nothing tells.")
@click.pass_obj
def merge_(session: Session, keep: str, gone: str, *, dry_run: bool, newsletter: str | None) -> None:
    """Make one customer of two: KEEP stays, and gets the records of GONE and what it lacks.

    Where both hold something else, KEEP's stands. Groups, addresses, log-ins and consents are united, and so are the
    reasons why an account must not work. Of a yes and a no to the newsletter the newer one counts; where one of the two
    has no date, say it by --newsletter.
    """
    stop = Stop()
    with opened(session, stopping=stop) as app:
        kept_id, gone_id = id_from(keep), id_from(gone)
        preview = preview_merge(app, kept_id, gone_id)
        if dry_run:
            _show_merge(session, preview)
            return
        wanted = None if newsletter is None else newsletter == "yes"
        run = follow(session, app, merge_duplicates(app, kept_id, gone_id, by=who(), newsletter=wanted), stop)
        _done(session, "merged", {"kept": preview.kept, "gone": preview.gone, "run": run.id})
        session.say(f"to take it back: syncd match undo {run.id}")


@command.command("undo", example="syncd match undo 812 --dry-run\nsyncd match undo 812")
@click.argument("run_id", metavar="RUN", type=int)
@click.option("--dry-run", is_flag=True, help="Show what would become of it, and change nothing.")
@click.pass_obj
def undo(session: Session, run_id: int, *, dry_run: bool) -> None:
    """Take back what RUN linked, unlinked or merged.

    A field that somebody changed since stays as it is, and is named.
    """
    stop = Stop()
    with opened(session, stopping=stop) as app:
        back = take_back(app, run_id, by=who(), dry_run=dry_run)
        if back.run is not None:
            follow(session, app, back.run, stop)
            catch_up(app, back.run, stop)
    if session.json:
        session.document({"taken_back": back})
        return
    session.pairs([(name, _cell(value)) for name, value in msgspec.structs.asdict(back).items()])


def _show(session: Session, preview: Preview) -> None:
    if session.json:
        session.document({"preview": preview})
        return
    session.rows(
        ("field", "before", "after"),
        ((name, _cell(change.before), _cell(change.after)) for name, change in preview.fields.items()),
        empty="No field changes.",
    )
    _say_status(session, preview)
    told = ", ".join(preview.push_to) or "nobody"
    session.say(f"{preview.code} and record {preview.external_id} at {preview.connection}; to be told: {told}")


def _show_merge(session: Session, preview: MergePreview) -> None:
    if session.json:
        session.document({"preview": preview})
        return
    session.rows(
        ("field", "fate", preview.kept, preview.gone, "after", "why"),
        ((one.field, one.fate, _cell(one.kept), _cell(one.gone), _cell(one.after), one.why) for one in preview.fields),
        empty="The two hold the same.",
    )
    for move in preview.moves:
        session.say(f"record {move.external_id} at {move.connection} becomes {preview.kept}")
    _say_status(session, preview)
    if preview.asks:
        session.say("say by --newsletter yes or no what the person wants: nobody knows which word is newer")


def _say_status(session: Session, preview: Preview | MergePreview) -> None:
    if preview.status is not None:
        session.say(f"status: {preview.status.before} becomes {preview.status.after}")
    for hold in preview.holds:
        session.say(f"hold {hold.reason} by {hold.by} stands")


def _done(session: Session, what: str, facts: dict[str, Any]) -> None:
    if session.json:
        session.document({what: facts})
    else:
        session.pairs(list(facts.items()))


def _suggested(one: Suggestion) -> tuple[Any, ...]:
    helps = f"syncd attention show {one.issue}" if one.issue else f"syncd match merge {one.customer} {one.other}"
    if one.both_at:
        helps = f"delete one of the two at {', '.join(one.both_at)} first"
    return one.score, one.kind, one.customer, one.name, one.other, one.other_name, "; ".join(one.why), helps


def _cell(value: object) -> str:
    if isinstance(value, tuple) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    return value if isinstance(value, str) else encode(value).decode()
