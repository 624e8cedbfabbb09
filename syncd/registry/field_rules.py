"""Which field rules did admins change, and which are in force because of it?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, select

from syncd.domain.country import Zone
from syncd.domain.policy import RULES, Empty, FieldRules, Forbidden, Rule
from syncd.domain.side import Side
from syncd.registry.bulk import upsert_rows
from syncd.registry.tables import FieldRule

__all__ = ["EVERYWHERE", "Changed", "changed", "compose", "load", "remove", "store"]

EVERYWHERE = 0
"""Stands for a connection where a rule is in force for all of them."""


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that somebody changed.

    Attributes:
        connection_id: The shop for whose word it is in force; `EVERYWHERE` for all.
    """

    field: str
    connection_id: int
    rule: Rule
    by: str
    at: datetime


def changed(connection: Connection) -> list[Changed]:
    """All rules that were changed."""
    rows = connection.execute(select(FieldRule.__table__).order_by(FieldRule.field, FieldRule.connection_id))
    return [
        Changed(
            field=row.field,
            connection_id=row.connection_id,
            rule=Rule(
                Side(row.owner),
                frozenset(Zone(zone) for zone in row.shop_edit.split(",") if zone),
                Empty(row.empty),
                Forbidden(row.forbidden),
            ),
            by=row.by,
            at=row.at,
        )
        for row in rows
    ]


def load(connection: Connection) -> FieldRules:
    """The rules in force: the defaults, over them what is changed for all, over that what is changed for one shop."""
    return compose(changed(connection))


def compose(rules: Iterable[Changed]) -> FieldRules:
    """What is in force when these were changed."""
    everywhere = dict(RULES)
    of_shops: dict[int, dict[str, Rule]] = defaultdict(dict)
    for one in rules:
        (everywhere if one.connection_id == EVERYWHERE else of_shops[one.connection_id])[one.field] = one.rule
    return FieldRules(everywhere=everywhere, by_shop={id_: {**everywhere, **rules} for id_, rules in of_shops.items()})


def store(connection: Connection, one: Changed) -> None:
    """Put a rule in force, in place of the one before."""
    rule = one.rule
    zones = ",".join(zone for zone in Zone if zone in rule.shop_edit)
    upsert_rows(
        connection,
        FieldRule,
        ("field", "connection_id", "owner", "shop_edit", "empty", "forbidden", "by", "at"),
        [(one.field, one.connection_id, rule.owner, zones, rule.empty, rule.forbidden, one.by, one.at)],
    )


def remove(connection: Connection, field: str, connection_id: int) -> bool:
    """Take a change back; answer whether there was one."""
    found = connection.execute(
        delete(FieldRule).where(FieldRule.field == field, FieldRule.connection_id == connection_id)
    )
    return bool(found.rowcount)
