"""Who is a customer, and how does one stand on every side? `customer_list` has who they all are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, and_, bindparam, select, union

from syncd.domain.code import code_of, id_of, id_of_code
from syncd.domain.holds import Hold, load_holds
from syncd.domain.match import number_key
from syncd.registry import tables as t
from syncd.registry.absences import beside
from syncd.registry.engine import among
from syncd.registry.queries.customer_rows import state_of

__all__ = ["Customer", "SideRow", "existing", "find_customer", "ids_called", "resolve"]

_FEW: Final = 5
"""Customers of one name, where it is enough to know that there are several."""


class SideRow(msgspec.Struct, frozen=True, kw_only=True):
    """A customer on one connection.

    Attributes:
        settled: Whether that side holds what it should.
        waiting_since: Since when a push is to be made; ``None`` when there is nothing to push.
        due_at: When it is tried next; ``None`` with `waiting_since` when a person has to act first.
    """

    connection: str
    side: str
    external_id: str | None
    settled: bool
    missing_reads: int
    waiting_since: datetime | None
    due_at: datetime | None
    attempts: int
    error_code: str | None

    @property
    def state(self) -> str:
        """How it stands there, in one word.

        One of the list's states, or ``never`` where it is not.
        """
        if self.waiting_since is None and self.external_id is None:
            return "never"
        return state_of(
            settled=self.settled,
            behind=self.waiting_since is not None,
            due=self.due_at,
            attempts=self.attempts,
            error_code=self.error_code,
        )


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one customer.

    Attributes:
        reasons: Why this zone, in sentences.
        fields: What the customer should be: fields that are not at their default.
    """

    code: str
    name: str
    status: str
    zone: str
    reasons: list[str]
    holds: tuple[Hold, ...]
    version: int
    created_at: datetime
    updated_at: datetime
    fields: dict[str, Any]
    sides: list[SideRow]
    issues: list[int]


# Asked for every page about a customer, so put together once: that takes longer than to answer it.
_b, _p = t.Binding, t.Push
_CUSTOMER: Final = select(t.Contractor.__table__).where(t.Contractor.id == bindparam("whose"))
_ISSUES: Final = (
    select(t.Issue.id).where(t.Issue.contractor_id == bindparam("whose"), t.Issue.state == "open").order_by(t.Issue.id)
)
_SIDES: Final = (
    select(
        t.Connection.name, t.Connection.side, _b.external_id, _b.settled_hash, t.Absence.reads,
        _p.since, _p.due_at, _p.attempts, _p.error_code,
    )
    .select_from(t.Connection)
    .outerjoin(_b, and_(_b.connection_id == t.Connection.id, _b.contractor_id == bindparam("whose")))
    .outerjoin(t.Absence, beside)
    .outerjoin(_p, and_(_p.connection_id == t.Connection.id, _p.contractor_id == bindparam("whose")))
    .where(_b.external_id.is_not(None) | _p.contractor_id.is_not(None))
    .order_by(t.Connection.side, t.Connection.name)
)  # fmt: skip


def find_customer(connection: Connection, contractor_id: int) -> Customer | None:
    """One customer; ``None`` if there is none."""
    row = connection.execute(_CUSTOMER, {"whose": contractor_id}).one_or_none()
    if row is None:
        return None
    return Customer(
        code=code_of(row.id),
        name=row.name,
        status=row.status,
        zone=row.zone,
        reasons=msgspec.json.decode(row.reasons, type=list[str]),
        holds=load_holds(row.holds),
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        fields=msgspec.json.decode(row.doc),
        sides=_sides(connection, contractor_id),
        issues=list(connection.scalars(_ISSUES, {"whose": contractor_id})),
    )


def _sides(connection: Connection, contractor_id: int) -> list[SideRow]:
    rows = connection.execute(_SIDES, {"whose": contractor_id})
    return [
        SideRow(
            connection=row.name,
            side=row.side,
            external_id=row.external_id,
            settled=row.settled_hash is not None and row.since is None,
            missing_reads=row.reads or 0,
            waiting_since=row.since,
            due_at=row.due_at,
            attempts=row.attempts or 0,
            error_code=row.error_code,
        )
        for row in rows
    ]


def existing(connection: Connection, ids: Collection[int]) -> set[int]:
    """Those of the customers that there are."""
    return set(connection.scalars(select(t.Contractor.id).where(among(connection, t.Contractor.id, ids))))


def ids_called(connection: Connection, name: str) -> list[int]:
    """Customers that have this number, a record of this id at any side, or this code; digits can be each of these.

    A few of them, where they are many.
    """
    numbered = select(t.Contractor.id).where(t.Contractor.number_key == number_key(name), t.Contractor.number == name)
    recorded = select(t.Binding.contractor_id).where(
        t.Binding.connection_id.in_(select(t.Connection.id)), t.Binding.external_id == name
    )
    coded = select(t.Contractor.id).where(t.Contractor.id == id_of(name))
    return sorted(connection.scalars(union(numbered, recorded, coded).limit(_FEW)))


def resolve(connection: Connection, connection_id: int, name: str) -> str | None:
    """The external id by which a connection knows the customer that a person calls `name`.

    Tried in this order: our code (``K000231``), the external id itself, the customer number.
    """
    binding = t.Binding
    here = select(binding.external_id).where(binding.connection_id == connection_id)
    code = id_of_code(name)
    if code is not None:
        found = connection.scalar(here.where(binding.contractor_id == code))
        if found is not None:
            return found
    if connection.scalar(here.where(binding.external_id == name)) is not None:
        return name
    numbered = here.join(t.Contractor, t.Contractor.id == binding.contractor_id).where(
        t.Contractor.number_key == number_key(name), t.Contractor.number == name
    )
    external_ids = connection.scalars(numbered.limit(2)).all()
    return external_ids[0] if len(external_ids) == 1 else None
