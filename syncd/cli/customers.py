"""``syncd customers``: who they are, where they stand, and what happened to them."""

from __future__ import annotations

from typing import Any, Final

import click
import msgspec

from syncd.cli.command import finish, group
from syncd.cli.customer_acts import acts
from syncd.cli.customer_card import command as card
from syncd.cli.customer_codes import id_from, id_named
from syncd.cli.customer_groups import command as groups
from syncd.cli.exit_codes import ExitCode, WrongUsage, of_run
from syncd.cli.following import Stop, follow
from syncd.cli.opening import opened, pick, who
from syncd.cli.rendering import show_changed
from syncd.cli.session import Session, encode, numbered
from syncd.domain.code import code_of
from syncd.domain.country import Zone
from syncd.domain.filter import Condition, all_of, parts
from syncd.domain.holds import Status, sentence
from syncd.errors import InvalidRecord
from syncd.registry.engine import reading
from syncd.registry.merging import missing
from syncd.registry.queries.customer_list import page_of, read_columns, read_order, selection
from syncd.registry.queries.customer_rows import cell
from syncd.registry.queries.customers import Customer, find_customer
from syncd.registry.queries.history import Event, history
from syncd.sync.app import App
from syncd.sync.edit import edit_customer, keeps_its_own

__all__ = ["command"]

_COLUMNS: Final = ("code", "name", "number", "country", "zone", "status", "changed")


@group("customers")
def command() -> None:
    """Find customers, see where they stand and what happened to them."""


@command.command("list", example="syncd customers list lodz --filter group:has:VIP --sort -changed")
@click.argument("search", required=False, default="")
@click.option("--filter", "filter_", metavar="FILTER", default="", help="Only these; see docs/reference/filters.md.")
@click.option("--status", type=click.Choice([status.value for status in Status]), help="Only these.")
@click.option("--zone", type=click.Choice([zone.value for zone in Zone]), help="Only these.")
@click.option("--group", metavar="NAME", help="Only members of this ERP group.")
@click.option("--connection", "name", metavar="NAME", help="Only those that this connection has.")
@click.option("--after", metavar="CODE", help="Only higher codes: where the last list ended.")
@click.option("--sort", metavar="COLUMNS", default="", help="Sort by these, `-` before one for from high to low.")
@click.option("--columns", metavar="COLUMNS", default=",".join(_COLUMNS), show_default=True, help="Show these.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="At most so many.")
@click.pass_obj
def list_(
    session: Session,
    *,
    search: str,
    filter_: str,
    status: str | None,
    zone: str | None,
    group: str | None,
    name: str | None,
    after: str | None,
    sort: str,
    columns: str,
    limit: int,
) -> None:
    """List customers.

    SEARCH is any part of code, number, name, e-mail, tax id, phone or town, in any spelling: lodz finds Łódź.
    """
    shown = read_columns(columns) or _COLUMNS
    order = read_order(sort)
    with opened(session) as app:
        narrowed = {
            "status": ("eq", status),
            "zone": ("eq", zone),
            "group": ("has", group),
            "bound": ("has", pick(app, name).name if name else None),
            "code": ("gt", code_of(id_from(after)) if after else None),
        }
        more = [Condition(field, op, (value,)) for field, (op, value) in narrowed.items() if value]
        chosen = selection(filter_, search, at=app.now())
        chosen = msgspec.structs.replace(chosen, filter=all_of([*parts(chosen.filter), *more]))
        with reading(app.engine) as connection:
            page = page_of(connection, chosen, order, size=limit)
    for one in page.missing:
        session.warn(f"there is no {one.kind} {one.name!r}")
    if session.json:
        session.document({"customers": page.rows, "total": page.total})
    else:
        session.rows(shown, ([cell(row, name) for name in shown] for row in page.rows), empty="No such customer.")
    if page.total > len(page.rows):
        goes_on = f": --after {page.rows[-1].code}" if not order else ""
        session.say(f"{len(page.rows)} of {page.total}{goes_on}")


@command.command("show", example="syncd customers show K000231")
@click.argument("code")
@click.pass_obj
def show(session: Session, code: str) -> None:
    """Show one customer: fields, holds, zone with its reasons, and each side."""
    with opened(session) as app:
        customer = _customer(app, id_named(app, code))
    if session.json:
        session.document({"customer": customer})
        return
    session.pairs(_pairs(customer))


@command.command("history", example="syncd customers history K000231 --limit 20")
@click.argument("code")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many.")
@click.pass_obj
def history_(session: Session, code: str, limit: int) -> None:
    """Show who changed what, when and why, the latest first."""
    with opened(session) as app:
        id_ = id_named(app, code)
        customer = _customer(app, id_)
        with reading(app.engine) as connection:
            events = history(connection, id_, limit=limit)
    if session.json:
        session.document({"code": customer.code, "events": events})
        return
    session.rows(
        ("at", "connection", "run", "action", "why", "by", "fields"),
        ((e.at, e.connection, e.run, e.action, e.rule, e.asked_by, _fields(e)) for e in events),
        empty="Nothing happened yet.",
    )


@command.command("set", example="syncd customers set K000231 website https://firma.example")
@click.argument("code")
@click.argument("field")
@click.argument("value")
@click.pass_obj
def set_(session: Session, code: str, field: str, value: str) -> None:
    """Set a field of a customer, whoever owns it; it goes to every side. Collections are given as JSON."""
    stop = Stop()
    with opened(session, stopping=stop) as app:
        id_ = id_from(code)
        _customer(app, id_)
        try:
            made = edit_customer(app, id_, field, value, by=who())
        except InvalidRecord as error:
            raise WrongUsage(error.message, cure=error.cure) from None
        finished = [follow(session, app, run_id, stop) for run_id in made]
        show_changed(session, app, [id_], finished)
        for name in keeps_its_own(app, id_, field) if made else ():
            session.warn(f"{name} is not sent {field}: change it there as well, or it comes back with the next change")
    finish(max((of_run(one.state, one.error_code) for one in finished), default=ExitCode.DONE))


for _act in acts():
    command.add_command(_act)
command.add_command(groups)
command.add_command(card)


def _customer(app: App, id_: int) -> Customer:
    with reading(app.engine) as connection:
        customer = find_customer(connection, id_)
        if customer is None:
            raise missing(connection, id_)
    return customer


def _pairs(customer: Customer) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = [
        ("code", customer.code),
        ("status", customer.status),
        *((f"hold {hold.reason}", sentence(hold)) for hold in customer.holds),
        ("zone", f"{customer.zone} ({'; '.join(customer.reasons)})"),
        *(
            (name, value if isinstance(value, str) else encode(value).decode())
            for name, value in customer.fields.items()
        ),
    ]
    for side in customer.sides:
        state = "in sync" if side.settled else "to be pushed" if side.due_at else "differs"
        if side.waiting_since and side.due_at is None:
            state = f"waits for a person ({side.error_code})"
        elif side.attempts:
            state = f"{state}, tried {numbered(side.attempts, 'time', 'times')} ({side.error_code})"
        pairs.append((f"at {side.connection}", f"{side.external_id or 'not there yet'}: {state}"))
    if customer.issues:
        pairs.append(("issues", ", ".join(map(str, customer.issues))))
    return [*pairs, ("created", customer.created_at), ("updated", customer.updated_at)]


def _fields(event: Event) -> str:
    return "; ".join(
        name if change is None else f"{name}: {encode(change.before).decode()} → {encode(change.after).decode()}"
        for name, change in event.fields.items()
    )
