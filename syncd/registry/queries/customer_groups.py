"""Which groups is a customer in, and into which of the admins' could it be put?"""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from syncd.registry import tables as t
from syncd.registry.groups import ADMIN

__all__ = ["CustomerGroup", "groups_of", "joinable"]


class CustomerGroup(msgspec.Struct, frozen=True, kw_only=True):
    """One group that a customer is in.

    Attributes:
        shown: Its label, or its name where it has none.
        by_admin: An admin says who is in it; an ERP does otherwise.
    """

    id: int
    name: str
    shown: str
    color: str | None
    by_admin: bool


def groups_of(connection: Connection, contractor_id: int) -> list[CustomerGroup]:
    """A customer's groups by name."""
    rows = connection.execute(
        select(t.Group.id, t.Group.name, t.Group.label, t.Group.color, t.Group.origin)
        .join(t.Membership, t.Membership.group_id == t.Group.id)
        .where(t.Membership.contractor_id == contractor_id)
        .order_by(t.Group.name)
    )
    return [
        CustomerGroup(
            id=row.id, name=row.name, shown=row.label or row.name, color=row.color, by_admin=row.origin == ADMIN
        )
        for row in rows
    ]


def joinable(connection: Connection, contractor_id: int | None = None) -> list[str]:
    """Groups of the admins' by name; without those that the customer is in."""
    inside = select(t.Membership.group_id).where(t.Membership.contractor_id == contractor_id)
    names = select(t.Group.name).where(t.Group.origin == ADMIN, t.Group.id.not_in(inside)).order_by(t.Group.name)
    return list(connection.scalars(names))
