"""``syncd customers block`` and its kin: what can be done to customers, one or many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import click

from syncd.cli.asked import as_asked
from syncd.cli.command import Command, finish
from syncd.cli.customer_codes import id_from
from syncd.cli.exit_codes import ExitCode, WrongUsage, of_run
from syncd.cli.following import Stop, follow
from syncd.cli.opening import opened, who
from syncd.cli.rendering import short, summary
from syncd.cli.session import Session
from syncd.domain.code import code_of
from syncd.registry.engine import reading
from syncd.registry.merging import missing
from syncd.registry.queries.customers import existing, find_customer
from syncd.registry.queries.runs import RunRow
from syncd.sync.app import App
from syncd.sync.bulk import (
    KINDS,
    MANY,
    Operation,
    Preview,
    Result,
    carry_out,
    ids_matching,
    open_operation,
    preview,
)

__all__ = ["act", "acts", "selects"]

_SHOWN: Final = 50
_CODES: Final = "K000231 K000232"


def selects(command: Callable[..., None]) -> Callable[..., None]:
    """Add what all of these commands take: which customers, and how sure the caller is."""
    options = (
        click.argument("codes", metavar="[CODE...]", nargs=-1),
        click.option("--filter", "filter_", metavar="FILTER", help="All of these instead: docs/reference/filters.md."),
        click.option("--search", metavar="TEXT", help="All that a search for it finds instead, or of the filter."),
        click.option("--dry-run", is_flag=True, help="Say what would become of them, and change nothing."),
        click.option("--number", type=int, metavar="N", help=f"How many they are; needed of more than {MANY}."),
        click.option("--yes", is_flag=True, help="If a limit holds the change, make it all the same."),
    )
    for add in reversed(options):
        command = add(command)
    return click.pass_obj(command)


def acts() -> list[Command]:
    """The commands that need nothing but the customers, and those of one value."""
    return [*(_plain(name) for name, kind in KINDS.items() if not kind.takes), _caretaker, _newsletter]


def _plain(name: str) -> Command:
    beneath = name == "block"

    @selects
    def run(session: Session, *, codes: tuple[str, ...], under_erp: bool = False, **how: Any) -> None:
        act(session, name, codes, beneath=under_erp, **how)

    if beneath:
        text = "Also beneath a block of the ERP: it stays when the ERP lets them in again."
        run = click.option("--under-erp", is_flag=True, help=text)(run)
    example = f"syncd customers {name} {_CODES}\nsyncd customers {name} --filter group:has:VIP --dry-run"
    return click.command(name, cls=Command, help=KINDS[name].text, example=example)(run)


@click.command("caretaker", cls=Command, example=f"syncd customers caretaker 'Anna Nowak' {_CODES}")
@click.argument("name")
@selects
def _caretaker(session: Session, *, name: str, codes: tuple[str, ...], **how: Any) -> None:
    """Let NAME look after customers; '' lets nobody."""
    act(session, "caretaker", codes, value=name, **how)


@click.command(
    "newsletter",
    cls=Command,
    example=f"syncd customers newsletter no {_CODES}\nsyncd customers newsletter yes K000231 --note 'paper form, fair'",
)
@click.argument("answer", type=click.Choice(["yes", "no"]))
@click.option("--note", default="", metavar="TEXT", help="Where and how they said it; needed for a yes.")
@selects
def _newsletter(session: Session, *, answer: str, note: str, codes: tuple[str, ...], **how: Any) -> None:
    """Note that customers agreed to the newsletter, or did not.

    Who said no keeps it: only they themselves can say yes again.
    """
    act(session, "newsletter", codes, value=answer, note=note, **how)


def act(
    session: Session,
    name: str,
    codes: tuple[str, ...],
    *,
    value: str = "",
    note: str = "",
    beneath: bool = False,
    filter_: str | None,
    search: str | None,
    dry_run: bool,
    number: int | None,
    yes: bool,
) -> None:
    """Do one thing to customers, and show what became of them."""
    stop = Stop()
    finished: list[RunRow] = []
    with opened(session, stopping=stop) as app:
        with as_asked():
            ids = _selected(session, app, codes, filter_, search)
            operation = open_operation(app, name, value, note=note, beneath=beneath, by=who())
            if dry_run:
                _show_preview(session, preview(app, operation, ids))
                return
            for warning in operation.warnings:
                session.warn(warning)
            number = _repeated(session, app, operation, ids) if number is None and len(ids) > MANY else number
            done = carry_out(app, operation, ids, by=who(), number=number, approved=yes)
        finished = [follow(session, app, run_id, stop) for run_id in done.runs]
        _show(session, app, ids, done, finished)
    code = max((of_run(one.state, one.error_code) for one in finished), default=ExitCode.DONE)
    finish(max(code, ExitCode.SOME_FAILED) if done.failed and code is ExitCode.DONE else code)


def _selected(session: Session, app: App, codes: tuple[str, ...], filter_: str | None, search: str | None) -> list[int]:
    """By codes or by what a list shows; never both, and never everybody by an oversight."""
    narrowed = filter_ is not None or search is not None
    if narrowed and not (filter_ or "").strip() and not (search or "").strip():
        raise WrongUsage("nothing stands in --filter or --search: everybody would be meant", cure="Say who is meant.")
    if narrowed == bool(codes):
        raise WrongUsage(
            "customers are named either by their codes, or by --filter or --search", cure="Give one of the two."
        )
    if narrowed:
        return ids_matching(app, filter_ or "", search or "")
    ids = sorted({id_from(code) for code in codes})
    with reading(app.engine) as connection:
        strange = sorted(set(ids) - existing(connection, ids))
        told = [missing(connection, id_) for id_ in strange[:_SHOWN]]
    if len(ids) == 1 and told:
        raise told[0]
    if len(strange) == len(ids):
        names = ", ".join(map(code_of, strange[:_SHOWN]))
        raise WrongUsage(f"there is no customer {names}", cure="`syncd customers list` shows them.")
    for one in told:
        session.warn(one.message)
    return ids


def _repeated(session: Session, app: App, operation: Operation, ids: list[int]) -> int | None:
    """Have the number typed after a look at what it means."""
    if not session.asks:
        return None
    shown = preview(app, operation, ids)
    left_out = f", {shown.selected - shown.changing} are left out" if shown.changing < shown.selected else ""
    answer = click.prompt(
        f"{shown.changing} of {shown.selected} customers would change{left_out}. Type {shown.selected} to go on",
        err=True,
    )
    if not answer.strip().isdigit():
        raise WrongUsage("nothing was changed: the number was not typed", cure=f"Add --number {shown.selected}.")
    return int(answer)


def _show_preview(session: Session, shown: Preview) -> None:
    if session.json:
        session.document({"preview": shown})
        return
    for warning in shown.warnings:
        session.warn(warning)
    session.pairs(
        [
            ("selected", shown.selected),
            ("would change", shown.changing),
            *((f"left out: {reason}", number) for reason, number in shown.left_out.items()),
        ]
    )
    for one in shown.samples:
        changes = "; ".join(
            f"{name}: {short(before)} → {short(after)}" for name, (before, after) in one.changes.items()
        )
        session.say(f"{one.code} {one.name}: {f'left out, {one.left_out}' if one.left_out else changes}")
    session.say("nothing was changed")


def _show(session: Session, app: App, ids: list[int], done: Result, finished: list[RunRow]) -> None:
    with reading(app.engine) as connection:
        few = ids if len(ids) <= _SHOWN else []
        customers = [found for id_ in few if (found := find_customer(connection, id_)) is not None]
    if session.json:
        session.document({"result": done, "customers": customers, "runs": done.runs})
    else:
        session.rows(
            ("code", "status", "holds"),
            ((c.code, c.status, ", ".join(f"{hold.reason} by {hold.by}" for hold in c.holds)) for c in customers),
        )
    parts = [f"{done.changed} changed"] + ([f"{done.waiting} wait"] if done.waiting else [])
    parts += [f"{number} left out ({reason})" for reason, number in done.left_out.items()]
    parts += [f"{number} failed ({cause})" for cause, number in done.failed.items()]
    session.say(f"of {done.selected}: {', '.join(parts)}")
    for run in finished:
        session.say(summary(run))
    if done.changed and KINDS[done.operation].reversible:
        session.say(f"to take it back: {'; '.join(f'syncd runs undo {run_id}' for run_id in done.runs)}")
