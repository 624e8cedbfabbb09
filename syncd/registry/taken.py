"""Who has an e-mail at a side already, and which pushes wait for that to end?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, select, update

from syncd.registry.engine import among
from syncd.registry.tables import Binding, Contractor, Issue, Push

__all__ = ["Holder", "Waiting", "holders_of", "let_go", "waiting_for"]


class Holder(NamedTuple):
    """A contractor with one of the e-mails; `agreed` is what the side holds of it."""

    contractor_id: int
    agreed: str


class Waiting(NamedTuple):
    """A push that a side refused for a reason that another contractor can take away."""

    connection_id: int
    contractor_id: int
    holders: Sequence[int]


def holders_of(connection: Connection, connection_id: int, emails: Collection[str]) -> list[Holder]:
    """Contractors with these contact e-mails, in the form of `Contractor.email_key`, that a connection has."""
    if not emails:
        return []
    rows = connection.execute(
        select(Contractor.id, Binding.agreed)
        .join(Binding, and_(Binding.contractor_id == Contractor.id, Binding.connection_id == connection_id))
        .where(among(connection, Contractor.email_key, emails))
        .order_by(Contractor.id)
    )
    return [Holder(*row) for row in rows]


def waiting_for(connection: Connection, code: str) -> list[Waiting]:
    """Pushes that wait for a person because of this cause, with the contractors that stand in their way."""
    rows = connection.execute(
        select(Push.connection_id, Push.contractor_id, Issue.details)
        .join(Issue, and_(Issue.connection_id == Push.connection_id, Issue.contractor_id == Push.contractor_id))
        .where(Issue.code == code, Issue.state != "resolved", Push.due_at.is_(None), Push.error_code == code)
    )
    return [Waiting(row[0], row[1], details) for row in rows if (details := row[2].get("holders"))]


def let_go(connection: Connection, waiting: Collection[Waiting], *, now: datetime) -> None:
    """Let pushes be tried again."""
    for one in waiting:
        connection.execute(
            update(Push)
            .where(
                Push.connection_id == one.connection_id,
                Push.contractor_id == one.contractor_id,
                Push.due_at.is_(None),
            )
            .values(due_at=now, attempts=0)
        )
