"""What does the registry hold about one person? Every place, for whoever asks to see it.

The places are those that an erasure empties (`syncd.registry.scrub.SCRUBBED`): what would have to go is what there is
to show. A test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, and_, or_, select

from syncd.domain.code import code_of
from syncd.domain.contractor import Contractor, load
from syncd.domain.folding import fold
from syncd.domain.tax import vies_prefix
from syncd.registry import tables as t
from syncd.registry import vat_answers
from syncd.registry.issues import ANSWERED, SAID
from syncd.registry.queries.history import history
from syncd.registry.queries.provenance import statements

__all__ = ["PLACES", "Place", "Rows", "Subject", "places_of"]

Rows = list[dict[str, Any]]
_EVENTS: Final = 100_000
_TELLING: Final = 5
"""Letters of a text that is looked for: less is somebody else's as well."""


class Subject(msgspec.Struct, frozen=True):
    """Whose data are asked for.

    Attributes:
        records: Connection and external id of each of its records.
        merged: Customers that became part of this one.
    """

    id: int
    contractor: Contractor
    records: Collection[tuple[int, str]]
    merged: Collection[int]


class Place(msgspec.Struct, frozen=True):
    """One place.

    Attributes:
        what: What is kept there, in words.
        kept: How long, in words; the value ``days`` in them is of a setting.
        days: Name of that setting.
    """

    what: str
    kept: str
    read: Callable[[Connection, Subject], Rows]
    days: str = ""


def places_of(connection: Connection, contractor_id: int) -> dict[str, Rows] | None:
    """Rows by place; ``None`` if there is no such customer."""
    doc = connection.scalar(select(t.Contractor.doc).where(t.Contractor.id == contractor_id))
    if doc is None:
        return None
    bound = select(t.Binding.connection_id, t.Binding.external_id).where(t.Binding.contractor_id == contractor_id)
    subject = Subject(
        id=contractor_id,
        contractor=load(doc),
        records=[(row[0], row[1]) for row in connection.execute(bound)],
        merged=list(connection.scalars(select(t.Merge.gone_id).where(t.Merge.kept_id == contractor_id))),
    )
    return {name: place.read(connection, subject) for name, place in PLACES.items()}


def _history(connection: Connection, subject: Subject) -> Rows:
    found = [event for id_ in (subject.id, *subject.merged) for event in history(connection, id_, limit=_EVENTS)]
    return [
        msgspec.to_builtins(event, enc_hook=str) for event in sorted(found, key=lambda event: event.at, reverse=True)
    ]


def _statements(connection: Connection, subject: Subject) -> Rows:
    return [msgspec.to_builtins(one, enc_hook=str) for one in statements(connection, subject.id)]


def _groups(connection: Connection, subject: Subject) -> Rows:
    rows = connection.execute(
        select(t.Group.name, t.Group.origin, t.Group.label)
        .join(t.Membership, t.Membership.group_id == t.Group.id)
        .where(t.Membership.contractor_id == subject.id)
        .order_by(t.Group.name)
    )
    return _plain(rows)


def _issues(connection: Connection, subject: Subject) -> Rows:
    i = t.Issue
    records = (and_(i.connection_id == c, i.external_id == x) for c, x in subject.records)
    rows = connection.execute(
        select(
            i.id, i.code, i.field, i.message, i.details, i.raw, i.state, i.first_at, i.last_at, i.assignee, i.closed_by
        )
        .where(or_(i.contractor_id.in_([subject.id, *subject.merged]), *records))
        .order_by(i.id)
    )
    found = _plain(rows)
    for one in found:
        for ours in (SAID, ANSWERED):  # what the message says, and runs
            one["details"].pop(ours, None)
    return found


def _audit(connection: Connection, subject: Subject) -> Rows:
    a = t.Audit
    rows = connection.execute(
        select(a.at, a.actor, a.action, a.subject, a.details)
        .where(a.subject.contains(code_of(subject.id), autoescape=True))
        .order_by(a.id)
    )
    return _plain(rows)


def _runs(connection: Connection, subject: Subject) -> Rows:
    r = t.Run
    names = (
        and_(r.connection_id == c, or_(r.only.contains(msgspec.json.encode(x).decode(), autoescape=True), r.probe == x))
        for c, x in subject.records
    )
    if not subject.records:
        return []
    return _plain(connection.execute(select(r.id, r.mode, r.state, r.asked_by, r.asked_at).where(or_(*names))))


def _vat(connection: Connection, subject: Subject) -> Rows:
    prefix = vies_prefix(subject.contractor.tax_prefix)
    if not prefix:
        return []
    found = vat_answers.for_numbers(connection, [(prefix, subject.contractor.tax_id)])
    return [msgspec.to_builtins(one, enc_hook=str) for one in found.values()]


def _listing(connection: Connection, subject: Subject) -> Rows:
    listing = t.Listing
    return _plain(connection.execute(select(listing.text).where(listing.contractor_id == subject.id)))


def _saved_views(connection: Connection, subject: Subject) -> Rows:
    who = subject.contractor
    stated = (who.name, who.email, who.login_email, who.tax_id, *who.phones)
    named = [name for name in map(fold, stated) if len(name) >= _TELLING]
    view = t.SavedView
    rows = connection.execute(select(view.name, view.filter, view.search, view.changed_at).order_by(view.id)).all()
    return _plain(row for row in rows if any(name in fold(f"{row.filter}\n{row.search}") for name in named))


def _match_decisions(connection: Connection, subject: Subject) -> Rows:
    m = t.MatchDecision
    records = (and_(m.connection_id == c, m.external_id == x) for c, x in subject.records)
    whose = or_(m.contractor_id.in_([subject.id, *subject.merged]), *records)
    return _plain(connection.execute(select(m.external_id, m.verdict, m.by, m.at).where(whose)))


def _quiet(connection: Connection, subject: Subject) -> Rows:
    q = t.QuietRecord
    records = (and_(q.connection_id == c, q.external_id == x) for c, x in subject.records)
    whose = or_(q.contractor_id == subject.id, *records)
    rows = connection.execute(select(q.run_id, q.external_id, q.told, q.known).where(whose).order_by(q.run_id))
    return _plain(rows)


def _merges(connection: Connection, subject: Subject) -> Rows:
    m = t.Merge
    rows = connection.execute(
        select(m.gone_id, m.kept_id, m.at, m.by, m.before).where(or_(m.kept_id == subject.id, m.gone_id == subject.id))
    )
    return _plain(rows)


def _country_decisions(connection: Connection, subject: Subject) -> Rows:
    d = t.CountryDecision
    return _plain(connection.execute(select(d.country, d.by, d.at).where(d.contractor_id == subject.id)))


def _hook_calls(connection: Connection, subject: Subject) -> Rows:
    h = t.HookCall
    names = (
        and_(h.connection_id == c, h.external_ids.contains(msgspec.json.encode(x).decode(), autoescape=True))
        for c, x in subject.records
    )
    return _plain(connection.execute(select(h.at).where(or_(*names)))) if subject.records else []


def _tries(connection: Connection, subject: Subject) -> Rows:
    tried = t.Try
    rows = connection.execute(
        select(tried.at, tried.attempt, tried.code, tried.message, tried.exchange)
        .where(tried.contractor_id == subject.id)
        .order_by(tried.id)
    )
    return _plain(rows)


def _plain(rows: Any) -> Rows:
    """As JSON has it; documents that are stored as texts are opened."""
    return [{name: _opened(value) for name, value in row._asdict().items()} for row in rows]


def _opened(value: Any) -> Any:
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value
    return msgspec.to_builtins(value, enc_hook=str)


PLACES: Final[Mapping[str, Place]] = {
    "bindings": Place("What each connected system held when last seen", "while it is connected", _statements),
    "plan_lines": Place("Who changed what, when and why", "%(days)s", _history, "history_days"),
    "memberships": Place("Groups", "while the customer is in them", _groups),
    "listings": Place("What a search finds the customer by", "while the customer is there", _listing),
    "saved_views": Place("Saved lists that look for the customer by name", "until somebody deletes them", _saved_views),
    "issues": Place("What a person had to look at", "%(days)s after it was settled", _issues, "history_days"),
    "audit": Place("What people did about the customer", "%(days)s", _audit, "audit_days"),
    "vat_answers": Place("What VIES said of the VAT number", "while a customer has the number", _vat),
    "match_decisions": Place("What people decided about who it is", "while the record is there", _match_decisions),
    "merges": Place("Customers that became one", "what they were: %(days)s", _merges, "history_days"),
    "country_decisions": Place("Where a person said that it is", "while the customer is there", _country_decisions),
    "quiet_records": Place("Statements that changed nothing, kept for a replay", "%(days)s", _quiet, "replay_days"),
    "runs": Place("Runs that were asked for by its number", "%(days)s", _runs, "history_days"),
    "hook_calls": Place("Calls of platforms that named it", "until they are worked off", _hook_calls),
    "tries": Place("Tries to tell a side that failed, with what was sent", "%(days)s", _tries, "payload_days"),
}
"""Every place beside the customer's own row, by table."""
