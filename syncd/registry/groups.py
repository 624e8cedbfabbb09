"""Which groups are there, and by which rules are they mapped?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, delete, exists, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from syncd.domain.contractor import load
from syncd.domain.groups import GroupRule, Match, normalise
from syncd.registry import tables as t
from syncd.registry.engine import among, is_sqlite

__all__ = [
    "ADMIN",
    "RuleRow",
    "all_managed",
    "all_rules",
    "arrange",
    "begin_route",
    "groups_by_connection",
    "held_at",
    "let_go",
    "made_by_admins",
    "manage",
    "members_at",
    "names_in_use",
    "rules_of",
    "spelled_at",
    "stated_by",
    "stating",
]

ADMIN: Final = "admin"
"""Origin of a group that an admin made."""

_PAGE: Final = 500

_HELD_ON_SQLITE: Final = (
    "FROM (SELECT agreed, external_id AS record FROM bindings WHERE connection_id = :id) r, "
    "json_each(r.agreed, '$.groups') g"
)
_HELD: Final = r"""FROM (
    SELECT CASE WHEN right(s.inside, 1) = '\' THEN s.agreed::json ->> 'groups'
    ELSE '["' || s.inside || '"]' END AS names, min(s.external_id) AS record
    FROM (
        SELECT agreed, external_id, split_part(split_part(agreed, '"groups":["', 2), '"]', 1) AS inside
        FROM bindings WHERE connection_id = :id OFFSET 0
    ) s WHERE s.inside <> '' GROUP BY 1
) r, json_array_elements_text(r.names::json) AS g(value)"""
"""PostgreSQL takes four times as long to read all of these documents as to cut the names out, each list of them once.

What a name cannot hold is a quote without a backslash: where one ends in a backslash, or was cut behind an escaped
quote, the document is read. OFFSET keeps the cut from being made once for each use.
"""
_MOST: Final = 1000
"""Names of groups that are listed of one connection."""


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One rule as it is stored.

    Attributes:
        id: 0 for one that is not stored yet.
        by: Who made it so; ``configuration`` for one that was taken from there.
    """

    id: int = 0
    rule: GroupRule
    by: str
    at: datetime


def all_rules(connection: Connection) -> dict[tuple[int, int], tuple[GroupRule, ...]]:
    """The rules of all routes in their order, by the ids of ERP and shop."""
    found: dict[tuple[int, int], list[GroupRule]] = defaultdict(list)
    for row in connection.execute(select(t.GroupRule.__table__).order_by(t.GroupRule.position, t.GroupRule.id)):
        found[row.erp_id, row.shop_id].append(_rule(row))
    return {route: tuple(rules) for route, rules in found.items()}


def rules_of(connection: Connection, erp_id: int, shop_id: int) -> list[RuleRow]:
    """The rules of one route in their order."""
    rows = connection.execute(
        select(t.GroupRule.__table__)
        .where(t.GroupRule.erp_id == erp_id, t.GroupRule.shop_id == shop_id)
        .order_by(t.GroupRule.position, t.GroupRule.id)
    )
    return [RuleRow(id=row.id, rule=_rule(row), by=row.by, at=row.at) for row in rows]


def arrange(connection: Connection, erp_id: int, shop_id: int, rows: Sequence[RuleRow]) -> None:
    """Let these be the rules of a route, in this order: new ones come, those that are not among them go."""
    kept = [row.id for row in rows if row.id]
    connection.execute(
        delete(t.GroupRule).where(
            t.GroupRule.erp_id == erp_id, t.GroupRule.shop_id == shop_id, t.GroupRule.id.not_in(kept)
        )
    )
    for position, row in enumerate(rows, start=1):
        values = {"position": position, **msgspec.structs.asdict(row.rule), "by": row.by, "at": row.at}
        values["match"] = row.rule.match.value
        if row.id:
            connection.execute(update(t.GroupRule).where(t.GroupRule.id == row.id).values(**values))
        else:
            connection.execute(insert(t.GroupRule).values(erp_id=erp_id, shop_id=shop_id, **values))


def begin_route(connection: Connection, erp_id: int, shop_id: int, now: datetime) -> bool:
    """Say that a route's rules are the registry's from now on; ``False`` when they were so already."""
    dialect = sqlite if is_sqlite(connection) else postgresql
    mark = dialect.insert(t.SeededRoute).values(erp_id=erp_id, shop_id=shop_id, at=now).on_conflict_do_nothing()
    return connection.execute(mark.returning(t.SeededRoute.erp_id)).first() is not None


def made_by_admins(connection: Connection) -> frozenset[str]:
    """Names of the groups that admins made."""
    return frozenset(connection.scalars(select(t.Group.name).where(t.Group.origin == ADMIN)))


def names_in_use(connection: Connection) -> list[str]:
    """Names of groups that have members, and of those that admins made."""
    members = exists().where(t.Membership.group_id == t.Group.id)
    return sorted(connection.scalars(select(t.Group.name).where(members | (t.Group.origin == ADMIN))))


def stated_by(connection: Connection, erp_id: int, names: Collection[str]) -> list[str]:
    """Those of these groups that have members from one ERP."""
    member = (
        exists()
        .where(t.Membership.group_id == t.Group.id)
        .where(t.Binding.contractor_id == t.Membership.contractor_id, t.Binding.connection_id == erp_id)
    )
    return sorted(connection.scalars(select(t.Group.name).where(among(connection, t.Group.name, names), member)))


def members_at(connection: Connection, connection_id: int) -> dict[str, int]:
    """How many members each group has that a connection has, too."""
    rows = connection.execute(
        select(t.Group.name, func.count())
        .join(t.Membership, t.Membership.group_id == t.Group.id)
        .join(t.Binding, t.Binding.contractor_id == t.Membership.contractor_id)
        .where(t.Binding.connection_id == connection_id)
        .group_by(t.Group.name)
    )
    return {row[0]: row[1] for row in rows}


def groups_by_connection(connection: Connection, connection_ids: Collection[int]) -> dict[int, set[int]]:
    """Connections at which members of each group are, by the group's id.

    Where there is one connection, a group has members at it whenever it has members at all: nobody is counted then.
    """
    if len(connection_ids) == 1:
        return {id_: set(connection_ids) for id_ in connection.scalars(select(t.Membership.group_id).distinct())}
    rows = connection.execute(
        select(t.Membership.group_id, t.Binding.connection_id)
        .join(t.Binding, t.Binding.contractor_id == t.Membership.contractor_id)
        .where(t.Binding.connection_id.in_(connection_ids))
        .distinct()
    )
    found: dict[int, set[int]] = defaultdict(set)
    for group_id, connection_id in rows:
        found[group_id].add(connection_id)
    return found


def stating(connection: Connection, erp_ids: Collection[int], name: str) -> list[int]:
    """Those of these connections whose records name a group, as they were last seen."""
    quoted = msgspec.json.encode(name).decode()
    found = []
    for erp_id in sorted(erp_ids):
        # The text may stand in another field as well, so what it is in is looked at.
        rows = connection.scalars(
            select(t.Binding.agreed)
            .where(t.Binding.connection_id == erp_id, t.Binding.agreed.contains(quoted, autoescape=True))
            .execution_options(yield_per=_PAGE)
        )
        with closing(rows):
            if any(name in normalise(load(agreed).groups) for agreed in rows):
                found.append(erp_id)
    return found


def spelled_at(connection: Connection, connection_id: int) -> dict[str, str]:
    """Names of groups as a connection's records spelled them when they were last seen, and one such record of each."""
    held = _HELD_ON_SQLITE if is_sqlite(connection) else _HELD
    statement = f"SELECT g.value, min(r.record) {held} GROUP BY g.value LIMIT {_MOST}"
    return {row[0]: row[1] for row in connection.execute(text(statement), {"id": connection_id})}


def held_at(connection: Connection, connection_id: int) -> set[str]:
    """Names of the groups that records of a connection are in, as they were last seen."""
    held = _HELD_ON_SQLITE if is_sqlite(connection) else _HELD
    return set(connection.scalars(text(f"SELECT DISTINCT g.value {held} LIMIT {_MOST}"), {"id": connection_id}))


def all_managed(connection: Connection) -> dict[int, frozenset[str]]:
    """Groups of each shop that syncd answers for, or did."""
    found: dict[int, set[str]] = defaultdict(set)
    for connection_id, name in connection.execute(select(t.ManagedGroup.connection_id, t.ManagedGroup.name)):
        found[connection_id].add(name)
    return {connection_id: frozenset(names) for connection_id, names in found.items()}


def manage(connection: Connection, connection_id: int, names: Iterable[str], now: datetime) -> None:
    """Remember for which groups of a shop syncd answers."""
    known = select(t.ManagedGroup.name).where(t.ManagedGroup.connection_id == connection_id)
    fresh = sorted(set(names) - set(connection.scalars(known)))
    if fresh:
        dialect = sqlite if is_sqlite(connection) else postgresql
        rows = [{"connection_id": connection_id, "name": name, "at": now} for name in fresh]
        connection.execute(dialect.insert(t.ManagedGroup).on_conflict_do_nothing(), rows)


def let_go(connection: Connection, connection_id: int, name: str) -> None:
    """Forget that syncd answered for a group."""
    connection.execute(
        delete(t.ManagedGroup).where(t.ManagedGroup.connection_id == connection_id, t.ManagedGroup.name == name)
    )


def _rule(row: Row[Any]) -> GroupRule:
    return GroupRule(match=Match(row.match), pattern=row.pattern, target=row.target, priority=row.priority)
