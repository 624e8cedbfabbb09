"""Why is this customer as it is, and what happens next?

Everything is read from what is stored anyway; only what the next runs would do needs a look at the sides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from syncd.domain.acts import of_erp
from syncd.domain.contractor import FIELDS, Contractor, load, restrict
from syncd.domain.holds import sentence
from syncd.registry import connections, lookups
from syncd.registry.engine import reading
from syncd.registry.merging import missing
from syncd.registry.queries.changes import Change, changes
from syncd.registry.queries.customers import Customer, find_customer
from syncd.registry.queries.issues import IssueRow, list_issues
from syncd.registry.queries.provenance import Origin, Statement, origins, statements
from syncd.registry.runs import RunState
from syncd.sentence import Counted, Sentence
from syncd.sync.answers import answers_of
from syncd.sync.app import App
from syncd.sync.execute import execute_run
from syncd.sync.fields import edit_word
from syncd.sync.look import look
from syncd.sync.request import request_run
from syncd.sync.routes import Station
from syncd.sync.schedule import slot_after

__all__ = ["Counterfactual", "Explanation", "FieldStory", "explain", "look_ahead"]


class FieldStory(msgspec.Struct, frozen=True, kw_only=True):
    """One field: what it is, who decides about it, who set it, and what each side holds.

    Attributes:
        sides: The sides whose value is another one than the registry's.
        same: The sides that hold the registry's value.
        origin: ``None`` for a value that it had from the beginning of what is still known.
    """

    field: str
    value: Any
    owner: str | None
    shop_edit: str | None
    sides: dict[str, Any]
    same: list[str] = []
    origin: Origin | None


class Counterfactual(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of one connection over this customer would do now.

    Attributes:
        changes: The lines of its plan; empty when it would change nothing.
        error: Why that could not be found out.
    """

    connection: str
    changes: list[Change] = []
    error: str | None = None


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer.

    Attributes:
        why: Sentences on the status: one for each hold, or that nothing holds the account.
        links: The customer's records with the evidence by which each was found.
        next: What happens by itself, in words, soonest first.
        would: What the next runs would do; ``None`` where nobody asked the sides.
    """

    code: str
    name: str
    status: str
    why: list[str]
    zone: str
    zone_reasons: list[str]
    links: list[Statement]
    fields: list[FieldStory]
    issues: list[IssueRow]
    next: list[str]
    would: list[Counterfactual] | None = None


def explain(app: App, contractor_id: int, *, ask_sides: bool, by: str, customer: Customer | None = None) -> Explanation:
    """Explain one customer.

    Args:
        ask_sides: Read its records now and plan, without changing anything.
        customer: The customer, where it was looked up at the same moment.

    Raises:
        NotFound: When there is no such customer.
    """
    with reading(app.engine) as connection:
        customer = customer or find_customer(connection, contractor_id)
        if customer is None:
            raise missing(connection, contractor_id)
        contractor = load(lookups.known(connection, [contractor_id])[contractor_id].doc)
        held = statements(connection, contractor_id)
        came = origins(connection, contractor_id)
        groups = lookups.group_names(connection)
        issues = list_issues(connection, customer=contractor_id)
        paused = connections.paused_by(connection)
    return Explanation(
        code=customer.code,
        name=customer.name,
        status=customer.status,
        why=_why(customer),
        zone=customer.zone,
        zone_reasons=customer.reasons,
        links=held,
        fields=list(_stories(app.up_to_date(), contractor, held, came, groups)),
        issues=issues,
        next=list(_next(app, customer, issues, paused)),
        would=[_would(app, one, by) for one in held if one.connection in app.connections] if ask_sides else None,
    )


def _why(customer: Customer) -> list[str]:
    if not customer.holds:
        return [Sentence("nothing holds the account: it can log in")]
    return [sentence(hold) for hold in customer.holds]


def _stories(
    app: App, contractor: Contractor, held: list[Statement], came: dict[str, Origin], groups: Collection[str]
) -> Iterator[FieldStory]:
    stations = {station.name: station for station in app.network.stations.values()}
    said = {name: station.said for name, station in stations.items()}
    sides = {
        one.connection: _heard(stations[one.connection], one.holds, contractor, groups)
        for one in held
        if one.connection in stations
    }
    for field in FIELDS:
        value = getattr(contractor, field)
        others = {
            name: msgspec.to_builtins(getattr(side, field))
            for name, side in sides.items()
            if field in said.get(name, ()) and getattr(side, field) != value
        }
        if value == getattr(_BLANK, field) and not others and field not in came:
            continue
        rule = app.rules.fields.everywhere.get(field)
        yield FieldStory(
            field=field,
            value=msgspec.to_builtins(value),
            owner=rule.owner.value if rule else None,
            shop_edit=edit_word(rule.shop_edit) if rule else None,
            sides=others,
            same=[name for name in sides if field in said[name] and name not in others],
            origin=came.get(field),
        )


def _heard(station: Station, held: Contractor, contractor: Contractor, groups: Collection[str]) -> Contractor:
    """What a side holds, with its groups by the registry's names: a translated name is no difference."""
    words = station.terms.vocabulary(groups)
    return station.heard(restrict(held, station.said), words, contractor.groups)


_BLANK: Final = Contractor(name="")


def _next(app: App, customer: Customer, issues: list[IssueRow], paused: Mapping[str, str]) -> Iterator[str]:
    """What happens by itself, soonest first, then what waits for a person."""
    moments: list[tuple[datetime, str]] = []
    waits = []
    for side in customer.sides:
        if side.connection not in app.connections:
            continue
        by = paused.get(side.connection)
        if by is not None or app.connection(side.connection).settings.paused:
            waits.append(
                Sentence("%(connection)s is paused by %(by)s: nothing happens there", connection=side.connection, by=by)
                if by
                else Sentence("%(connection)s is paused: nothing happens there", connection=side.connection)
            )
            continue
        if side.due_at is not None:
            what = Sentence("push to %(connection)s", connection=side.connection)
            if side.attempts:
                what = Sentence(
                    Counted(
                        "push to %(connection)s, after %(count)s try", "push to %(connection)s, after %(count)s tries"
                    ),
                    connection=side.connection,
                    count=side.attempts,
                )
            moments.append((side.due_at, what))
        elif side.waiting_since is not None:
            waits.append(
                Sentence(
                    "a push to %(connection)s waits for a person: %(cause)s",
                    connection=side.connection,
                    cause=side.error_code,
                )
            )
        slot = slot_after(app.connection(side.connection).settings.every, app.now())
        moments.append((slot, Sentence("%(connection)s is read", connection=side.connection)))
    for moment, happens in sorted(moments):
        yield Sentence("%(moment)s: %(what)s", moment=f"{moment:%Y-%m-%d %H:%M:%S} UTC", what=happens)
    yield from waits
    for name in sorted({hold.by for hold in customer.holds if of_erp((hold,))} - app.connections.keys()):
        yield Sentence(
            "%(name)s is not configured any more: its block stays until it is, or until "
            "`syncd connections retire %(name)s`",
            name=name,
        )
    for issue in issues:
        own = [answer.key for answer in answers_of(issue)]
        yield Sentence(
            "issue %(issue)s (%(cause)s) waits for one of: %(answers)s",
            issue=issue.id,
            cause=issue.code,
            answers=", ".join(own),
        )


def look_ahead(app: App, contractor_id: int, *, by: str) -> list[int]:
    """Make the plans of runs over one customer's records alone, at every side; they are dry runs like any other."""
    with reading(app.engine) as connection:
        held = statements(connection, contractor_id)
    return [_dry_run(app, one, by) for one in held if one.connection in app.connections]


def _dry_run(app: App, one: Statement, by: str) -> int:
    connected = app.connection(one.connection)
    run_id = request_run(app, connected, mode="only", only=[one.external_id], dry_run=True, asked_by=by, ring=False)
    assert run_id is not None, "only the slots of a schedule can be taken already"  # noqa: S101
    execute_run(app, run_id)
    return run_id


def _would(app: App, one: Statement, by: str) -> Counterfactual:
    run = look(app, app.connection(one.connection), execute_run, mode="only", only=[one.external_id], asked_by=by)
    if run.state not in {RunState.PLANNED, RunState.NO_CHANGES}:
        return Counterfactual(
            connection=one.connection, error=run.error or Sentence("the run is %(run_state)s", run_state=run.state)
        )
    return Counterfactual(connection=one.connection, changes=list(changes(app.engine, run.id)))
