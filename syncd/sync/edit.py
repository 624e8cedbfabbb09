"""How does a person set a field of a customer? As a change like any other, that reaches every side."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

import msgspec

from syncd.domain import consent
from syncd.domain.code import code_of
from syncd.domain.contractor import Contractor
from syncd.domain.findings import check_storable
from syncd.domain.holds import Reason
from syncd.domain.side import Side
from syncd.domain.values import parse_value
from syncd.errors import InvalidRecord
from syncd.registry import issues
from syncd.registry.engine import reading, writing
from syncd.registry.lookups import bound
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.change import Change, Draft, Subject, change
from syncd.sync.country_names import country_code

__all__ = ["edit_customer", "edited", "keeps_its_own", "owners_of", "set_field"]


def set_field(field: str, value: Any, *, by: str, at: datetime, rule: str) -> Change:
    """Let a field be `value`. A person's word on consents is evidence of its own."""

    def make(contractor: Contractor) -> Contractor:
        changed = msgspec.structs.replace(contractor, **{field: value})
        return consent.decreed(changed, field, by=by, at=at) if field in {"newsletter", "consents"} else changed

    return edited(make, rule=rule)


def edited(make: Callable[[Contractor], Contractor | None], *, rule: str) -> Change:
    """Let a document be what `make` makes of it; ``None`` leaves it.

    Raises:
        InvalidRecord: When the registry has no room for it, or the customer is erased.
    """

    def draft(subject: Subject) -> Draft | None:
        if any(hold.reason is Reason.ERASED for hold in subject.holds):
            raise InvalidRecord(
                Sentence("%(customer)s is erased", customer=code_of(subject.id)),
                code="value-unusable",
                cure="Nobody can be edited after that.",
            )
        contractor = make(subject.contractor)
        if contractor is None or contractor == subject.contractor:
            return None
        check_storable(contractor, code_of(subject.id))
        return Draft(contractor=contractor, holds=subject.holds, rule=rule)

    return draft


def edit_customer(app: App, contractor_id: int, field: str, text: str, *, by: str) -> list[int]:
    """Set one field of one customer, and settle what was open about it. Returns the runs that did it.

    Raises:
        InvalidRecord: When the text is no value of that field, or no country.
        NotFound: When there is no such customer.
    """
    value = parse_value(field, text)
    if field == "country" and value:
        value = country_code(value, app.up_to_date().rules.names)
    make = set_field(field, value, by=by, at=app.now(), rule=Sentence("%(field)s set by an admin", field=field))
    runs = change(app, [contractor_id], make, by=by, approved=True)
    with writing(app.engine) as connection:
        issues.close_events(connection, [(contractor_id, field)], by=by, now=app.now())
    return runs


def keeps_its_own(app: App, contractor_id: int, field: str) -> list[str]:
    """ERPs that have this customer and are not sent this field: there the value is changed by hand."""
    app = app.up_to_date()
    erps = [station for station in app.network.stations.values() if station.side is Side.ERP]
    with reading(app.engine) as connection:
        return [
            station.name
            for station in erps
            if field not in station.written and bound(connection, station.id, [contractor_id])
        ]


def owners_of(app: App, field: str, holders: Collection[int]) -> list[str]:
    """ERPs, among the connections that have a customer, that own a field and state it: there it is changed."""
    if app.rules.fields.everywhere[field].owner is not Side.ERP:
        return []
    stations = app.network.stations.values()
    return [one.name for one in stations if one.id in holders and one.side is Side.ERP and field in one.said]
