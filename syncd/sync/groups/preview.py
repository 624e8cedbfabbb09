"""Whom would other rules concern? Told from the registry alone: no side is asked, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final

from sqlalchemy import Connection, select

from syncd.domain.contractor import Contractor
from syncd.domain.country import Zone
from syncd.domain.groups import Effect, GroupSet, ShopTerms, effect_of
from syncd.domain.groups.effect import SAMPLES
from syncd.domain.holds import Status
from syncd.registry import tables as t
from syncd.registry.engine import reading
from syncd.registry.groups import rules_of
from syncd.sync.app import App
from syncd.sync.groups.arrange import Change
from syncd.sync.groups.route import Route, find_route, shop_terms
from syncd.sync.rules import load_rules

__all__ = ["effect_at", "preview"]

_PAGE: Final = 5000


def preview(app: App, erp: str, shop: str, change: Change) -> Effect:
    """What other rules of one route would change at its shop.

    Args:
        change: Makes the rules to look at from those in force.

    Raises:
        NotFound: When there is no such route.
    """
    route = find_route(app, erp, shop)
    with reading(app.engine) as connection:
        rules = load_rules(connection)
        own = [row.rule for row in change(rules_of(connection, *route.key))]
        return effect_at(app, connection, route, shop_terms(app, route, rules), shop_terms(app, route, rules, own))


def effect_at(app: App, connection: Connection, route: Route, before: ShopTerms, after: ShopTerms) -> Effect:
    """What changes at a route's shop when `after` takes the place of `before`."""
    return effect_of(_group_sets(app, connection, route), before, after)


def _group_sets(app: App, connection: Connection, route: Route) -> Iterator[GroupSet]:
    """Contractors that the shop has or would get, by the groups that they are in.

    There are few different sets of groups, however many contractors there are, so rules are asked once for each set.
    Whom only an ERP has that does not feed the shop is none of them.
    """
    names = {row.id: row.name for row in connection.execute(select(t.Group.id, t.Group.name))}
    station = app.network.stations[route.shop.id]
    sets: dict[tuple[int, ...], GroupSet] = {}
    belongs: dict[tuple[object, ...], bool] = {}
    for contractor_id, rows in groupby(_memberships(connection), key=itemgetter(0)):
        listed = list(rows)
        _, _, status, zone, _ = listed[0]
        ids = tuple(sorted({row[1] for row in listed}))
        holders = frozenset(row[4] for row in listed if row[4] is not None)
        known = sets.get(ids)
        if known is None:
            known = sets[ids] = GroupSet(tuple(sorted(names[id_] for id_ in ids)))
        if route.shop.id not in holders:
            key = (ids, status, zone, holders)
            if key not in belongs:
                like = Contractor(name="-", groups=known.groups, active=status == Status.ACTIVE)
                belongs[key] = app.network.takes(station, like, Zone(zone), holders)
            if not belongs[key]:
                continue
        known.count += 1
        if len(known.samples) < SAMPLES:
            known.samples.append(contractor_id)
    yield from (one for one in sets.values() if one.count)


def _memberships(connection: Connection) -> Iterator[tuple[int, int, str, str, int | None]]:
    """Contractor, group, status, zone, and one of the connections that have the contractor."""
    binding = t.Binding
    statement = (
        select(
            t.Membership.contractor_id,
            t.Membership.group_id,
            t.Contractor.status,
            t.Contractor.zone,
            binding.connection_id,
        )
        .join(t.Contractor, t.Contractor.id == t.Membership.contractor_id)
        .outerjoin(binding, binding.contractor_id == t.Membership.contractor_id)
        .order_by(t.Membership.contractor_id)
    )
    for page in connection.execute(statement, execution_options={"yield_per": _PAGE}).partitions():
        for row in page:
            yield row[0], row[1], row[2], row[3], row[4]
