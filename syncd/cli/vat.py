"""``syncd vat``: what VIES says about customers' VAT numbers."""

from __future__ import annotations

from datetime import timedelta

import click
import msgspec

from syncd.cli.command import finish, group
from syncd.cli.customer_codes import id_from
from syncd.cli.exit_codes import ExitCode, WrongUsage
from syncd.cli.following import Stop
from syncd.cli.opening import opened
from syncd.cli.session import Session
from syncd.domain.code import code_of
from syncd.domain.country import VatAnswer
from syncd.registry import vat_answers
from syncd.registry.engine import reading
from syncd.registry.vat_answers import Number
from syncd.sync.app import App
from syncd.sync.vat import Asked, ask_all, ask_for

__all__ = ["command"]


@group("vat")
def command() -> None:
    """Ask VIES whether VAT numbers are registered, and see what it said.

    VIES is asked by the worker as well, when it is switched on: [vies] in the configuration.
    """


@command.command("check", example="syncd vat check\nsyncd vat check K000231\nsyncd vat check --all")
@click.argument("code", required=False)
@click.option("--all", "every", is_flag=True, help="All numbers, whether they are due or not.")
@click.pass_obj
def check(session: Session, code: str | None, *, every: bool) -> None:
    """Ask for what is due, for one customer, or for all, as fast as the limit allows.

    The exit code is 4 when VIES gave no answers.
    """
    if code and every:
        raise click.UsageError("name a customer, or --all")
    stop = Stop()
    with opened(session, stopping=stop) as app, stop.listening():
        if code:
            asked = ask_for(app, [_number(app, code)])
        else:
            asked = ask_all(
                app, every=every, tell=lambda sums: session.say(f"{sums.total} asked, {sums.unknown} without an answer")
            )
    if session.json:
        session.document({"asked": asked})
    else:
        session.rows(Asked.__struct_fields__, [msgspec.structs.astuple(asked)])
    finish(ExitCode.UNREACHABLE if asked.stopped and not asked.valid + asked.invalid else ExitCode.DONE)


@command.command("show", example="syncd vat show K000231")
@click.argument("code")
@click.pass_obj
def show(session: Session, code: str) -> None:
    """Show what is known of one customer's number, with the number of the consultation."""
    with opened(session) as app, reading(app.engine) as connection:
        number = _number(app, code)
        known = vat_answers.for_numbers(connection, [number]).get(number)
    if known is None:
        raise WrongUsage("VIES was not asked for this number yet", cure=f"`syncd vat check {code}` asks now.")
    if session.json:
        session.document({"vat": known})
    else:
        session.pairs(msgspec.structs.asdict(known).items())


@command.command("list", example="syncd vat list --unknown --days 3\nsyncd vat list --answer invalid")
@click.option("--answer", type=click.Choice([answer.value for answer in VatAnswer]), help="Only these.")
@click.option("--unknown", is_flag=True, help="Only numbers that get no answer.")
@click.option("--days", type=click.IntRange(0), default=0, help="With --unknown: for so many days or longer.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="At most so many.")
@click.pass_obj
def list_(session: Session, *, answer: str | None, unknown: bool, days: int, limit: int) -> None:
    """List VAT numbers with what VIES said last."""
    with opened(session) as app, reading(app.engine) as connection:
        found = vat_answers.list_numbers(
            connection,
            answer=VatAnswer(answer) if answer else None,
            unknown_before=app.now() - timedelta(days=days) if unknown else None,
            limit=limit,
        )
        held = vat_answers.holders(connection, {(one.prefix, one.number) for one in found})
    customers = [[code_of(id_) for id_ in held.get((one.prefix, one.number), ())] for one in found]
    if session.json:
        rows = zip(found, customers, strict=True)
        session.document({"numbers": [{**msgspec.structs.asdict(one), "customers": codes} for one, codes in rows]})
        return
    session.rows(
        ("number", "answer", "answered", "cause", "tries", "unknown since", "next", "customers"),
        (
            (
                *(f"{one.prefix}{one.number}", one.answer.value, one.answered_at, one.cause),
                *(one.tries, one.unknown_since, one.ask_again_at, ", ".join(codes)),
            )
            for one, codes in zip(found, customers, strict=True)
        ),
        empty="No such number.",
    )


def _number(app: App, code: str) -> Number:
    id_ = id_from(code)
    with reading(app.engine) as connection:
        number = vat_answers.number_of(connection, id_)
    if number is None:
        raise WrongUsage(
            f"{code_of(id_)} is not there, is domestic, or has no VAT number with a prefix that VIES knows",
            cure="`syncd customers show` tells which; zone and prefix follow from the ERP's record.",
        )
    return number
