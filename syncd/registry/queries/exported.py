"""What stands in the lists that are exported whole: groups, the rules that map them, and the audit log?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from syncd.registry import tables as t

__all__ = ["AUDIT", "GROUPS", "MAPPING", "audit", "groups", "mapping"]

GROUPS: Final = ("name", "origin", "label", "color", "members")
MAPPING: Final = ("erp", "shop", "position", "match", "pattern", "target", "priority", "by", "at")
AUDIT: Final = ("id", "at", "actor", "action", "subject", "details")

_PAGE: Final = 1000


def groups(connection: Connection) -> Iterator[tuple[Any, ...]]:
    """Groups by name, with how many customers are in each."""
    group, member = t.Group, t.Membership
    members = (
        select(func.count()).select_from(member).where(member.group_id == group.id).correlate(group).scalar_subquery()
    )
    rows = connection.execute(
        select(group.name, group.origin, group.label, group.color, members).order_by(group.name, group.id)
    )
    return (tuple(row) for row in rows)


def mapping(connection: Connection) -> Iterator[tuple[Any, ...]]:
    """Rules of all routes, in the order in which they are tried."""
    rule, erp, shop = t.GroupRule, aliased(t.Connection), aliased(t.Connection)
    rows = connection.execute(
        select(
            erp.name, shop.name, rule.position, rule.match, rule.pattern, rule.target, rule.priority, rule.by, rule.at
        )
        .join(erp, erp.id == rule.erp_id)
        .join(shop, shop.id == rule.shop_id)
        .order_by(erp.name, shop.name, rule.position, rule.id)
    )
    return (tuple(row) for row in rows)


def audit(connection: Connection) -> Iterator[tuple[Any, ...]]:
    """What people did, the latest last, a page at a time."""
    entry = t.Audit
    columns = (entry.id, entry.at, entry.actor, entry.action, entry.subject, entry.details)
    after = 0
    while page := connection.execute(select(*columns).where(entry.id > after).order_by(entry.id).limit(_PAGE)).all():
        yield from (tuple(row) for row in page)
        after = page[-1].id
