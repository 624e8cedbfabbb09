"""How does an admin change the mapping of groups, and what follows?

The rules are the registry's. A change is written down with who made it, reaches running workers, and tells whom it
concerns. Customers whose records do not change by themselves are looked at again by runs that are asked for
(`look_again`): nothing is pushed before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, insert

from syncd.domain.groups import Effect, GroupRule
from syncd.errors import NotFound
from syncd.registry import groups
from syncd.registry.engine import reading, writing
from syncd.registry.groups import RuleRow
from syncd.registry.lookups import group_names
from syncd.registry.tables import Audit
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.groups.arrange import Change, all_of, moved, put, without
from syncd.sync.groups.preview import effect_at
from syncd.sync.groups.route import find_route, shop_terms
from syncd.sync.groups.watch import managed_names, remember_managed, watch_groups
from syncd.sync.mode import REVERIFY
from syncd.sync.request import request_run
from syncd.sync.rules import load_rules, rules_changed

__all__ = [
    "Outcome",
    "add_rule",
    "former_groups",
    "import_rules",
    "list_rules",
    "look_again",
    "move_rule",
    "release",
    "remove_rule",
]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a change of rules brought about.

    Attributes:
        rules: The route's rules as they are now.
        effect: Whom the change concerns at the shop.
    """

    erp: str
    shop: str
    rules: list[RuleRow]
    effect: Effect


def list_rules(app: App, erp: str, shop: str) -> list[RuleRow]:
    """The rules of a route in their order.

    Raises:
        NotFound: When there is no such route.
    """
    route = find_route(app, erp, shop)
    with reading(app.engine) as connection:
        return groups.rules_of(connection, *route.key)


def add_rule(app: App, erp: str, shop: str, rule: GroupRule, *, by: str, position: int | None = None) -> Outcome:
    """Add a rule to a route, or change the one that says the same of the same groups.

    Args:
        position: Its place, counted from 1; a new rule comes last without.

    Raises:
        NotFound: When there is no such route or place.
        InvalidRecord: When the rule cannot be used.
    """
    change = put(rule, by=by, at=app.now(), position=position)
    return _change(app, erp, shop, change, by=by, action="map-group", details=msgspec.to_builtins(rule))


def remove_rule(app: App, erp: str, shop: str, rule_id: int, *, by: str) -> Outcome:
    """Remove a rule from a route.

    Raises:
        NotFound: When there is no such route or rule.
    """
    return _change(app, erp, shop, without(rule_id), by=by, action="unmap-group", details={"rule": rule_id})


def move_rule(app: App, erp: str, shop: str, rule_id: int, position: int, *, by: str) -> Outcome:
    """Give a rule another place, counted from 1.

    Raises:
        NotFound: When there is no such route, rule or place.
    """
    details = {"rule": rule_id, "position": position}
    return _change(app, erp, shop, moved(rule_id, position), by=by, action="move-group-rule", details=details)


def import_rules(
    app: App, erp: str, shop: str, rules: Sequence[GroupRule], *, by: str, replace: bool = False
) -> Outcome:
    """Take many rules over.

    Args:
        replace: In place of those that are there; else behind them.

    Raises:
        NotFound: When there is no such route.
        InvalidRecord: When a rule cannot be used; nothing is changed then.
    """
    change = all_of(rules, by=by, at=app.now(), replace=replace)
    details = {"rules": len(rules), "replace": replace}
    return _change(app, erp, shop, change, by=by, action="import-group-rules", details=details)


def look_again(app: App, shop: str, *, asked_by: str, dry_run: bool = False) -> list[int]:
    """Ask for the runs that bring customers of a shop to its rules; answer their numbers.

    Args:
        dry_run: Make plans only, which somebody looks at before they are applied.
    """
    names = dict.fromkeys(route.erp for route in app.settings.routes if route.shop == shop)
    runs = (
        request_run(app, app.connection(name), mode=REVERIFY, asked_by=asked_by, dry_run=dry_run, join=True)
        for name in (*names, shop)
    )
    return [run_id for run_id in runs if run_id is not None]


def former_groups(app: App, shop: str) -> list[str]:
    """Groups of a shop to which rules led once: who is pushed there leaves them."""
    shop_id = app.connection(shop).id
    with reading(app.engine) as connection:
        return sorted(_former(app, connection, shop_id))


def release(app: App, shop: str, name: str, *, by: str) -> None:
    """Let a group to which rules led once be the shop's own.

    Raises:
        NotFound: When it is none of those.
    """
    shop_id = app.connection(shop).id
    with writing(app.engine) as connection:
        rules_changed(connection)
        if name not in _former(app, connection, shop_id):
            raise NotFound(
                Sentence("%(shop)s has no former group %(name)s", shop=shop, name=repr(name)),
                code="no-such-group",
                cure="`syncd groups rules` lists them.",
            )
        groups.let_go(connection, shop_id, name)
        _write_down(connection, app.now(), by, "release-group", shop, {"group": name})


def _former(app: App, connection: Connection, shop_id: int) -> frozenset[str]:
    rules = load_rules(connection)
    station = app.network.under(rules).stations[shop_id]
    return station.managed_groups - managed_names(station, group_names(connection))


def _change(app: App, erp: str, shop: str, change: Change, *, by: str, action: str, details: dict[str, Any]) -> Outcome:
    route = find_route(app, erp, shop)
    now = app.now()
    with writing(app.engine) as connection:
        rules_changed(connection)  # first: who changes rules at the same moment waits here
        rules = load_rules(connection)
        remember_managed(app, connection, now)
        before = groups.rules_of(connection, *route.key)
        after = change(before)
        old = shop_terms(app, route, rules)
        new = shop_terms(app, route, rules, [row.rule for row in after])
        groups.arrange(connection, *route.key, after)
        _write_down(connection, now, by, action, f"{erp} {shop}", details)
        watch_groups(app, connection, now=now)
        stored = groups.rules_of(connection, *route.key)
    with reading(app.engine) as connection:  # it looks at everybody, and nobody else has to wait for that
        effect = effect_at(app, connection, route, old, new)
    return Outcome(erp=erp, shop=shop, rules=stored, effect=effect)


def _write_down(
    connection: Connection, now: datetime, by: str, action: str, subject: str, details: dict[str, Any]
) -> None:
    connection.execute(insert(Audit).values(at=now, actor=by, action=action, subject=subject, details=details))
