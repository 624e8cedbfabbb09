"""Which rule of a route decides about which groups, and which groups does none name?"""

from __future__ import annotations

import msgspec

from syncd.domain.groups import Unmapped
from syncd.registry import groups
from syncd.registry.engine import reading
from syncd.registry.groups import RuleRow
from syncd.sync.app import App
from syncd.sync.groups.route import find_route, routes_of
from syncd.sync.groups.rules import former_groups
from syncd.sync.rules import load_rules

__all__ = ["GroupCount", "RouteRules", "RuleUse", "rules_at_work"]


class GroupCount(msgspec.Struct, frozen=True):
    """A group and how many members it has among the contractors of the route's ERP."""

    name: str
    members: int


class RuleUse(msgspec.Struct, frozen=True, kw_only=True):
    """One rule and what it decides.

    Attributes:
        place: From 1, in the order in which rules are tried.
        groups: Groups for which it is the first that fits.
    """

    place: int
    row: RuleRow
    groups: list[GroupCount]

    @property
    def members(self) -> int:
        """Memberships that it decides about."""
        return sum(group.members for group in self.groups)


class RouteRules(msgspec.Struct, frozen=True, kw_only=True):
    """The mapping of one route.

    Attributes:
        otherwise: What becomes of a group that no rule names.
        unmapped: Groups of the ERP that none names, the largest first.
        former: Groups of the shop to which no rule leads any more; their members leave them.
        there: Names of groups that the shop has, as far as is known.
    """

    erp: str
    shop: str
    otherwise: Unmapped
    rules: list[RuleUse]
    unmapped: list[GroupCount]
    former: list[str]
    there: list[str]


def rules_at_work(app: App, erp: str, shop: str) -> RouteRules:
    """Look at the rules of a route.

    Raises:
        NotFound: When there is no such route.
    """
    route = find_route(app, erp, shop)
    settings = app.settings.routes[routes_of(app).index(route)]
    with reading(app.engine) as connection:
        rules = load_rules(connection)
        rows = groups.rules_of(connection, *route.key)
        mapping = app.network.under(rules).stations[route.shop.id].group_map
        members = groups.members_at(connection, route.erp.id)
        held = groups.held_at(connection, route.shop.id)
    decided: dict[int, list[GroupCount]] = {}
    unmapped: list[GroupCount] = []
    places = {row.rule: place for place, row in enumerate(rows, start=1)}
    for name in sorted(members.keys() - rules.admin_groups):
        found = mapping.of(name)
        count = GroupCount(name, members[name])
        if found.named:
            decided.setdefault(places.get(mapping.rules[found.rank], 0), []).append(count)
        else:
            unmapped.append(count)
    return RouteRules(
        erp=erp,
        shop=shop,
        otherwise=settings.unmapped,
        rules=[RuleUse(place=n, row=row, groups=decided.get(n, [])) for n, row in enumerate(rows, start=1)],
        unmapped=sorted(unmapped, key=lambda one: (-one.members, one.name)),
        former=former_groups(app, shop),
        there=sorted(held | {row.rule.target for row in rows if row.rule.target and "\\" not in row.rule.target}),
    )
