"""Who asks that a customer be erased, and who agrees?

One customer is erased by one admin; a batch is asked for by one and approved by another. What follows is the work of
`syncd.sync.pursue`, which goes on after any crash until every side is proven clean.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, insert

from syncd.domain.code import code_of
from syncd.domain.contractor import Kind, load
from syncd.domain.erasure import PERSONAL
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import erasures, lookups
from syncd.registry.engine import reading, writing
from syncd.registry.erasures import Case, State
from syncd.registry.merging import missing
from syncd.registry.tables import Audit
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.sharing import Sharing, sharing_of

__all__ = [
    "AlreadyErased",
    "NothingShared",
    "Preview",
    "approve",
    "erase",
    "load_cases",
    "preview",
    "request",
    "request_with",
    "withdraw",
]

_EVERYBODY: Final = 1000
"""Customers who share a key and whom a request may name."""


class AlreadyErased(InvalidRecord):
    """There is an erasure of this customer."""

    code = "already-erased"

    def __init__(self, case: Case) -> None:
        cure = Sentence("`syncd erase show %(number)s` is its report.", number=str(case.id))
        if case.state is State.REQUESTED:
            cure = Sentence("Another admin approves it: `syncd erase approve %(number)s`.", number=str(case.id))
        super().__init__(
            Sentence(
                "%(customer)s: there is an erasure of it, number %(number)s",
                customer=code_of(case.contractor_id),
                number=str(case.id),
            ),
            cure=cure,
        )
        self.case = case


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure would do, before anything happens.

    Attributes:
        overwritten: For each connection that has the customer, the personal fields that syncd can overwrite there.
        by_hand: The same for those that it reads and cannot write: a person has to do it.
        retained: Fields that are kept because a law requires it, until `retained_until`.
        sharing: Other customers who can be known by the same: they are not erased.
    """

    code: str
    overwritten: dict[str, list[str]]
    by_hand: dict[str, list[str]]
    retained: list[str]
    retained_until: str | None
    sharing: tuple[Sharing, ...] = ()


class NothingShared(InvalidRecord):
    """Somebody is to be erased as a second record of a person, and nothing says that it is one."""

    code = "nothing-shared"


def erase(app: App, contractor_id: int, *, by: str, as_person: bool = False) -> int:
    """Begin one customer's erasure; answer its number.

    Args:
        as_person: Keep what is kept of a person, whatever the ERP says of it: a sole trader is one.

    Raises:
        NotFound: When there is no such customer.
        AlreadyErased: When it has been asked for before.
    """
    (id_,) = _add(app, [contractor_id], by=by, as_person=as_person, approved=True)
    return id_


def request(app: App, contractor_ids: Sequence[int], *, by: str, as_person: bool = False) -> list[int]:
    """Ask for erasures that another admin has to approve. All of them, or none.

    Raises:
        NotFound: When one of the customers is unknown.
        AlreadyErased: When one has been asked for before.
    """
    return _add(app, contractor_ids, by=by, as_person=as_person, approved=False)


def request_with(
    app: App, contractor_id: int, others: Collection[int], *, by: str, as_person: bool = False
) -> list[int]:
    """Ask that a customer be erased together with others who share a key with it; another admin has to approve it.

    Raises:
        NothingShared: When one of them shares none.
        NotFound: When one of the customers is unknown.
        AlreadyErased: When one has been asked for before.
    """
    with reading(app.engine) as connection:
        known = _known(connection, [contractor_id, *others])[contractor_id]
        found = sharing_of(connection, contractor_id, load(known.doc), most=_EVERYBODY)
    strangers = set(map(code_of, others)) - {code for one in found for code in one.codes}
    if strangers:
        raise NothingShared(
            Sentence(
                "%(customers)s: neither number, tax id, e-mail nor phone is shared with %(customer)s",
                customers=", ".join(sorted(strangers)),
                customer=code_of(contractor_id),
            ),
            cure="Look whom you mean; `syncd erase batch` takes anybody.",
        )
    return request(app, [contractor_id, *others], by=by, as_person=as_person)


def approve(app: App, erasure_ids: Collection[int], *, by: str) -> None:
    """Let requested erasures begin. All of them, or none.

    Raises:
        NotFound: When there is no such erasure.
        InvalidRecord: When it does not wait for approval, or the same person asked for it.
    """
    now = app.now()
    with writing(app.engine) as connection:
        for case in _requested(connection, erasure_ids):
            if case.requested_by == by:
                raise InvalidRecord(
                    Sentence("erasure %(case)s was requested by the same person", case=case.id),
                    code="same-person",
                    cure="A batch needs two: another admin approves it.",
                )
            erasures.set_case(connection, case.id, state=State.APPROVED, approved_by=by, approved_at=now)
            _write_down(app, connection, by, "approve-erasure", case.contractor_id)


def withdraw(app: App, erasure_ids: Collection[int], *, by: str) -> None:
    """Take requests back that nobody approved.

    Raises:
        NotFound: When there is no such erasure.
        InvalidRecord: When it was approved already.
    """
    with writing(app.engine) as connection:
        for case in _requested(connection, erasure_ids):
            _write_down(app, connection, by, "withdraw-erasure", case.contractor_id)
        erasures.withdraw(connection, erasure_ids)


def preview(app: App, contractor_id: int, *, as_person: bool = False) -> Preview:
    """Say what an erasure would do; nothing is stored.

    Raises:
        NotFound: When there is no such customer.
        AlreadyErased: When it has been asked for before.
    """
    with reading(app.engine) as connection:
        known = _known(connection, [contractor_id])[contractor_id]
        bound = lookups.of_contractor(connection, contractor_id)
        sharing = sharing_of(connection, contractor_id, load(known.doc))
    retained, until = _retained(app, known, as_person=as_person)
    overwritten, by_hand = {}, {}
    for connection_id in bound:
        station = app.network.stations.get(connection_id)
        if station is not None:
            fields = [name for name in PERSONAL if name not in retained]
            overwritten[station.name] = [name for name in fields if name in station.created]
            by_hand[station.name] = [name for name in fields if name in station.said - station.created]
    return Preview(
        code=code_of(contractor_id),
        overwritten=overwritten,
        by_hand={name: fields for name, fields in by_hand.items() if fields},
        retained=retained,
        retained_until=until,
        sharing=sharing,
    )


def load_cases(connection: Connection, erasure_ids: Collection[int]) -> list[Case]:
    """Read erasures.

    Raises:
        NotFound: When one of them is not there.
    """
    cases = []
    for id_ in erasure_ids:
        case = erasures.load_case(connection, id_)
        if case is None:
            raise NotFound(
                Sentence("there is no erasure %(customer)s", customer=id_), cure="`syncd erase list` shows all."
            )
        cases.append(case)
    return cases


def _add(app: App, contractor_ids: Sequence[int], *, by: str, as_person: bool, approved: bool) -> list[int]:
    now = app.now()
    agreed: dict[str, Any] = {"state": State.REQUESTED}
    if approved:
        agreed = {"state": State.APPROVED, "approved_by": by, "approved_at": now}
    ids = []
    with writing(app.engine) as connection:
        known = _known(connection, contractor_ids)
        for contractor_id in dict.fromkeys(contractor_ids):
            retained, until = _retained(app, known[contractor_id], as_person=as_person)
            sharing = sharing_of(connection, contractor_id, load(known[contractor_id].doc), but=contractor_ids)
            ids.append(
                erasures.add(
                    connection,
                    uid=secrets.token_hex(16),
                    contractor_id=contractor_id,
                    retained=retained,
                    retained_until=until,
                    requested_by=by,
                    requested_at=now,
                    report={"sharing": msgspec.to_builtins(sharing)} if sharing else {},
                    **agreed,
                )
            )
            _write_down(app, connection, by, "erase" if approved else "request-erasure", contractor_id)
    return ids


def _known(connection: Connection, contractor_ids: Collection[int]) -> dict[int, lookups.Known]:
    known = lookups.known(connection, contractor_ids)
    unknown = sorted(set(contractor_ids) - known.keys())
    if unknown:
        raise missing(connection, unknown[0])
    for case in erasures.of_contractors(connection, contractor_ids).values():
        raise AlreadyErased(case)
    return known


def _retained(app: App, known: lookups.Known, *, as_person: bool) -> tuple[list[str], str | None]:
    """Fields that are kept, and the last day of that."""
    rules = app.settings.erasure
    contractor = load(known.doc)
    person = as_person or contractor.kind is Kind.PERSON
    fields = rules.retain_person if person else rules.retain_organisation
    held = [name for name in fields if getattr(contractor, name)]
    return held, date(app.now().year + rules.retain_years, 12, 31).isoformat() if held else None


def _requested(connection: Connection, erasure_ids: Collection[int]) -> list[Case]:
    cases = load_cases(connection, erasure_ids)
    for case in cases:
        if case.state is not State.REQUESTED:
            raise InvalidRecord(
                Sentence("erasure %(case)s is %(erasure_state)s", case=case.id, erasure_state=case.state),
                code="not-requested",
                cure="Only requests can be decided on.",
            )
    return cases


def _write_down(app: App, connection: Connection, by: str, action: str, contractor_id: int) -> None:
    subject = f"customer {code_of(contractor_id)}"
    connection.execute(insert(Audit).values(at=app.now(), actor=by, action=action, subject=subject, details={}))
