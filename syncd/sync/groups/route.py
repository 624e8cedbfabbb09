"""Which route does a person mean, and what do its rules say?"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from syncd.domain.groups import GroupRule, ShopTerms
from syncd.errors import NotFound
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected
from syncd.sync.rules import Rules

__all__ = ["Route", "find_route", "routes_of", "shop_terms"]


class Route(msgspec.Struct, frozen=True):
    """An ERP and a shop that it feeds."""

    erp: Connected
    shop: Connected

    @property
    def key(self) -> tuple[int, int]:
        """By what the registry knows the route."""
        return self.erp.id, self.shop.id


def routes_of(app: App) -> list[Route]:
    """All routes, in the order of the configuration."""
    return [Route(app.connection(route.erp), app.connection(route.shop)) for route in app.settings.routes]


def find_route(app: App, erp: str, shop: str) -> Route:
    """The route between two connections.

    Raises:
        NotFound: When there is none, with those that there are.
    """
    found = routes_of(app)
    for route in found:
        if (route.erp.name, route.shop.name) == (erp, shop):
            return route
    there = ", ".join(f"{route.erp.name} {route.shop.name}" for route in found) or "none"
    raise NotFound(
        Sentence("there is no route from %(erp)s to %(shop)s", erp=erp, shop=shop),
        code="no-such-route",
        cure=Sentence("Routes: %(there)s.", there=there),
    )


def shop_terms(app: App, route: Route, rules: Rules, own: Sequence[GroupRule] | None = None) -> ShopTerms:
    """How the route's shop speaks of groups.

    Args:
        own: Rules of this route in place of those that `rules` has for it.
    """
    if own is not None:
        rules = msgspec.structs.replace(rules, groups={**rules.groups, route.key: tuple(own)})
    terms = app.network.under(rules).stations[route.shop.id].terms
    assert isinstance(terms, ShopTerms)  # noqa: S101 - the configuration was checked: this end is a shop
    return terms
