"""What stands on the card of a customer?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec

from syncd.domain.contractor import Contractor, load
from syncd.domain.holds import sentence
from syncd.errors import NotFound
from syncd.registry import lookups
from syncd.registry.engine import reading
from syncd.registry.merging import missing
from syncd.registry.queries.customer_rows import rows_of
from syncd.registry.queries.customers import SideRow, find_customer
from syncd.registry.queries.history import Event, history
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.located import reasons_of
from syncd.sync.typesetter import typeset

__all__ = ["Card", "GroupTag", "Happened", "card_of", "card_pdf", "printed"]

_EVENTS: Final = 12


class GroupTag(msgspec.Struct, frozen=True):
    """A group as people see it."""

    name: str
    color: str | None


class Happened(msgspec.Struct, frozen=True):
    """One line of the history, without values."""

    at: datetime
    action: str
    where: str
    by: str | None
    fields: tuple[str, ...]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is printed.

    Attributes:
        since: Since when the status is what it is; ``None`` where nothing holds the account.
        why: A sentence for each hold.
        reasons: Why this zone.
        customer: The fields.
    """

    code: str
    status: str
    since: datetime | None
    why: list[str]
    zone: str
    reasons: list[str]
    groups: list[GroupTag]
    customer: Contractor
    sides: list[SideRow]
    history: list[Happened]
    open_issues: int
    created_at: datetime
    updated_at: datetime
    printed_at: datetime


def card_of(app: App, contractor_id: int) -> Card:
    """The card of a customer as it is now.

    Raises:
        NotFound: When there is no such customer.
    """
    with reading(app.engine) as connection:
        customer = find_customer(connection, contractor_id)
        if customer is None:
            raise missing(connection, contractor_id)
        known = lookups.known(connection, [contractor_id]).get(contractor_id)
        if known is None:
            raise NotFound(Sentence("there is no customer %(code)s", code=customer.code))
        (row,) = rows_of(connection, [contractor_id], {"groups"})
        events = history(connection, contractor_id, limit=_EVENTS)
    return Card(
        code=customer.code,
        status=customer.status,
        since=min((hold.since for hold in customer.holds), default=None),
        why=[sentence(hold) for hold in customer.holds],
        zone=customer.zone,
        reasons=reasons_of(app, contractor_id, customer.reasons),
        groups=[GroupTag(tag.label or tag.name, tag.color) for tag in row.groups],
        customer=load(known.doc),
        sides=customer.sides,
        history=[_happened(event) for event in events],
        open_issues=len(customer.issues),
        created_at=customer.created_at,
        updated_at=customer.updated_at,
        printed_at=app.now(),
    )


def card_pdf(card: Card, *, labels: dict[str, str] | None = None, say: Callable[[str], str] = str) -> bytes:
    """Set the card on paper.

    Args:
        labels: Words of another language, by the English ones of the template.
        say: Says a sentence in that language.

    Raises:
        Misconfigured: When the typesetter is not installed.
    """
    return typeset("card/card.typ", printed(card, say), labels=labels)


def printed(card: Card, say: Callable[[str], str] = str) -> dict[str, Any]:
    """What the template gets."""
    told: dict[str, Any] = msgspec.to_builtins(card, enc_hook=str)
    # A template cannot tell a field that is left out from one that is not there.
    told["customer"] = msgspec.to_builtins(msgspec.structs.asdict(card.customer), enc_hook=str)
    told["why"], told["reasons"] = list(map(say, card.why)), list(map(say, card.reasons))
    for event, one in zip(told["history"], card.history, strict=True):
        event["by"] = one.by and say(Sentence("%(asker)s", asker=one.by))
    return told


def _happened(event: Event) -> Happened:
    return Happened(event.at, event.action, event.connection, event.asked_by, tuple(event.fields))
