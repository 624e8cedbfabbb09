"""Who is a customer, and how does one stand on every side? `customer_list` has who they all are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, and_, select, union

from syncd.domain.code import code_of, id_of
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


def find_customer(connection: Connection, contractor_id: int) -> Customer | None:
    """One customer; ``None`` if there is none."""
    row = connection.execute(select(t.Contractor.__table__).where(t.Contractor.id == contractor_id)).one_or_none()
    if row is None:
        return None
    issues = select(t.Issue.id).where(t.Issue.contractor_id == contractor_id, t.Issue.state == "open")
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
        issues=list(connection.scalars(issues.order_by(t.Issue.id))),
    )


def _sides(connection: Connection, contractor_id: int) -> list[SideRow]:
    binding, push = t.Binding, t.Push
    rows = connection.execute(
        select(
            t.Connection.name, t.Connection.side, binding.external_id, binding.settled_hash, t.Absence.reads,
            push.since, push.due_at, push.attempts, push.error_code,
        )
        .select_from(t.Connection)
        .outerjoin(binding, and_(binding.connection_id == t.Connection.id, binding.contractor_id == contractor_id))
        .outerjoin(t.Absence, beside)
        .outerjoin(push, and_(push.connection_id == t.Connection.id, push.contractor_id == contractor_id))
        .where(binding.external_id.is_not(None) | push.contractor_id.is_not(None))
        .order_by(t.Connection.side, t.Connection.name)
    )  # fmt: skip
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
    code = id_of(name) if name[:1] in {"K", "k"} else None
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
