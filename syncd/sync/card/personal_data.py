"""What is stored about a person, where does it come from, what for, who gets it, and how long is it kept?

The answer to a request for access under the GDPR, as far as this program knows it. What the controller alone knows
(who that is, on which legal basis, how to complain) is theirs to add.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from syncd.domain.code import code_of
from syncd.domain.contractor import FIELDS, Contractor, load
from syncd.domain.holds import sentence
from syncd.registry import lookups
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.registry.merging import missing
from syncd.registry.queries.customers import Customer, find_customer
from syncd.registry.queries.personal import PLACES, Place, Rows, places_of
from syncd.registry.queries.provenance import Origin, origins
from syncd.sentence import Counted, Sentence
from syncd.sync.app import App
from syncd.sync.located import reasons_of
from syncd.sync.typesetter import typeset

__all__ = [
    "PURPOSES",
    "Held",
    "PersonalData",
    "Purpose",
    "Recipient",
    "Stored",
    "access_pdf",
    "personal_data",
    "printed",
]


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """One value.

    Attributes:
        owner: The side whose word stands.
        source: The connection that it came from; ``None`` with the next two where that is longer ago than is kept.
        why: The rule that decided.
    """

    field: str
    value: Any
    owner: str | None
    source: str | None = None
    at: datetime | None = None
    by: str | None = None
    why: str | None = None


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """A connected system.

    Attributes:
        gets: Fields that are sent to it.
        states: Fields that are read from it.
    """

    connection: str
    kind: str
    side: str
    external_id: str | None
    gets: tuple[str, ...]
    states: tuple[str, ...]


class Purpose(msgspec.Struct, frozen=True):
    """What fields are for."""

    what: str
    fields: str


class Held(msgspec.Struct, frozen=True):
    """What one place holds beside the customer's own row."""

    what: str
    kept: str
    rows: Rows


class PersonalData(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer."""

    code: str
    name: str
    status: str
    why: list[str]
    zone: str
    reasons: list[str]
    created_at: datetime
    updated_at: datetime
    made_at: datetime
    purposes: tuple[Purpose, ...]
    values: list[Stored]
    recipients: list[Recipient]
    retention: dict[str, str]
    places: dict[str, Held]


PURPOSES: Final = (
    Purpose("To keep the customer's record the same in the ERP and in the web shops", "all"),
    Purpose("To decide whether the account may work", "status, holds, approved, registered"),
    Purpose("To know that records of several systems are one customer", "number, tax_id, email, phones, name"),
    Purpose("To know the tax zone", "country, addresses, tax_id, tax_prefix, tax_class"),
    Purpose("To prove what the person agreed to", "consents, newsletter"),
    Purpose("To say who changed what, and to take it back", "history, audit"),
)


def personal_data(app: App, contractor_id: int, *, by: str) -> PersonalData:
    """Gather it, and note in the audit log who did.

    Raises:
        NotFound: When there is no such customer.
    """
    app = app.up_to_date()
    with reading(app.engine) as connection:
        customer = find_customer(connection, contractor_id)
        places = places_of(connection, contractor_id)
        if customer is None or places is None:
            raise missing(connection, contractor_id)
        contractor = load(lookups.known(connection, [contractor_id])[contractor_id].doc)
        came = origins(connection, contractor_id)
    found = PersonalData(
        code=customer.code,
        name=customer.name,
        status=customer.status,
        why=[sentence(hold) for hold in customer.holds],
        zone=customer.zone,
        reasons=reasons_of(app, contractor_id, customer.reasons),
        created_at=customer.created_at,
        updated_at=customer.updated_at,
        made_at=app.now(),
        purposes=PURPOSES,
        values=list(_values(app, contractor, came)),
        recipients=list(_recipients(app, customer)),
        retention=_retention(app),
        places={name: Held(PLACES[name].what, _kept(app, PLACES[name]), rows) for name, rows in places.items()},
    )
    with writing(app.engine) as connection:
        write_down(connection, app.now(), by, "personal-data", code_of(contractor_id))
    return found


def access_pdf(data: PersonalData, *, labels: dict[str, str] | None = None, say: Callable[[str], str] = str) -> bytes:
    """Set it on paper: everything, values of places as text.

    Args:
        labels: Words of another language, by the English ones of the template.
        say: Says a sentence in that language.

    Raises:
        Misconfigured: When the typesetter is not installed.
    """
    return typeset("card/access.typ", printed(data, say, labels), labels=labels)


def printed(
    data: PersonalData, say: Callable[[str], str] = str, labels: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What the template gets: values as people read them, called as people call them."""
    words = labels or {}
    told: dict[str, Any] = msgspec.to_builtins(data, enc_hook=str)
    told["why"], told["reasons"] = list(map(say, data.why)), list(map(say, data.reasons))
    told["retention"] = {what: say(how) for what, how in data.retention.items()}
    for stored, one in zip(told["values"], data.values, strict=True):
        stored["value"] = _as_text(stored["value"], say, words)
        stored["by"] = one.by and say(Sentence("%(asker)s", asker=one.by))
        stored["why"] = one.why and say(one.why)
    for (name, place), held in zip(told["places"].items(), data.places.values(), strict=True):
        place["kept"] = say(held.kept)
        place["rows"] = [
            [(_called(column, words, name), _cell(column, value, say, words)) for column, value in row.items()]
            for row in place["rows"]
        ]
    return told


_ASKERS: Final = frozenset({"asked_by", "actor", "by", "closed_by", "assignee"})


def _cell(column: str, value: Any, say: Callable[[str], str], words: Mapping[str, str]) -> str:
    if isinstance(value, str) and value:
        if column == "at" or column.endswith("_at"):
            return f"{value[:16].replace('T', ' ')} UTC"
        if column in _ASKERS:
            return say(Sentence("%(asker)s", asker=value))
        return words.get(f"{column}.{value}", value)
    return _as_text(value, say, words)


def _called(name: str, words: Mapping[str, str], place: str = "") -> str:
    """A column or a part of a value, in words."""
    kinds = (f"column.{place}.{name}", f"column.{name}", f"field.{name}")
    return next((words[kind] for kind in kinds if kind in words), name.replace("_", " "))


def _as_text(value: Any, say: Callable[[str], str], words: Mapping[str, str], depth: int = 0) -> str:
    """A value as a person reads it: parts on lines of their own, and their parts in one."""
    if isinstance(value, dict):
        parts = [(_called(name, words), _as_text(part, say, words, depth + 1)) for name, part in value.items()]
        only_names = not any(text for _, text in parts)  # of fields whose values are kept elsewhere
        return ("\n" if depth == 0 else ", ").join(
            name if only_names else f"{name}: {text or '–'}" for name, text in parts
        )
    if isinstance(value, list | tuple):
        return ("\n" if depth == 0 else "; ").join(_as_text(part, say, words, depth + 1) for part in value)
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return "" if value is None else str(value)


_BLANK: Final = Contractor(name="")


def _values(app: App, contractor: Contractor, came: Mapping[str, Origin]) -> Iterator[Stored]:
    for field in FIELDS:
        value = getattr(contractor, field)
        if value == getattr(_BLANK, field):
            continue
        rule, origin = app.rules.fields.everywhere.get(field), came.get(field)
        owner = rule.owner.value if rule else None
        told = msgspec.to_builtins(value, enc_hook=str)
        if origin is None:
            yield Stored(field=field, value=told, owner=owner)
        else:
            yield Stored(
                field=field,
                value=told,
                owner=owner,
                source=origin.connection,
                at=origin.at,
                by=str(origin.asked_by),
                why=origin.rule,
            )


def _recipients(app: App, customer: Customer) -> Iterator[Recipient]:
    stations = {station.name: station for station in app.network.stations.values()}
    for side in customer.sides:
        station, connected = stations.get(side.connection), app.connections.get(side.connection)
        yield Recipient(
            connection=side.connection,
            kind=connected.adapter.kind if connected else "",
            side=side.side,
            external_id=side.external_id,
            gets=_ordered(station.written | station.created) if station else (),
            states=_ordered(station.said) if station else (),
        )


def _ordered(fields: frozenset[str]) -> tuple[str, ...]:
    return tuple(field for field in FIELDS if field in fields)


def _retention(app: App) -> dict[str, str]:
    own, erasure = app.settings, app.settings.erasure
    return {
        "the customer's row": Sentence("while it is a customer, or until it is erased"),
        "history, with values": _days(own.history_days),
        "plans that were never applied": _days(own.plan_days),
        "statements kept for a replay": _days(own.replay_days),
        "after an erasure, of a person": _retained(erasure.retain_person, erasure.retain_years),
        "after an erasure, of an organisation": _retained(erasure.retain_organisation, erasure.retain_years),
    }


def _kept(app: App, place: Place) -> str:
    return Sentence(place.kept, days=_days(getattr(app.settings, place.days))) if place.days else place.kept


def _days(number: int) -> str:
    return Sentence(Counted("%(count)s day", "%(count)s days"), count=number)


def _retained(fields: tuple[str, ...], years: int) -> str:
    if not fields:
        return Sentence("nothing")
    return Sentence(
        Counted(
            "%(fields)s until the end of the year %(count)s year later",
            "%(fields)s until the end of the year %(count)s years later",
        ),
        fields=", ".join(fields),
        count=years,
    )
