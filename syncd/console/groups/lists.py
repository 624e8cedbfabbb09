"""Which groups are there, and how is one shown, filled and called at each shop?"""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from syncd.console.asking import WrongAddress, address, known_filters, refuse, tidied
from syncd.console.customers.tags import tags_address
from syncd.console.rendering import page
from syncd.console.turns import in_turn
from syncd.domain.folding import fold
from syncd.domain.groups import plain
from syncd.domain.groups.palette import PALETTE, stands_out
from syncd.errors import NotFound
from syncd.registry.engine import reading
from syncd.registry.groups import ADMIN
from syncd.registry.queries.deeds import deeds
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.groups.names import LABEL, GroupRow, list_groups
from syncd.sync.groups.route import routes_of

__all__ = ["group_address", "members_address", "show_list", "show_one"]

_RESERVED = "mapping"
_ACTS = frozenset({"make-group", "label-group", "color-group", "rename-group", "delete-group"})


def group_address(name: str) -> str:
    """A group's own page. A blank at the end, which no name has, tells one that is called as another page is."""
    return f"/groups/{quote(name, safe='')}" + ("%20" if name == _RESERVED else "")


def members_address(name: str) -> str:
    """The customers who are in a group."""
    quoted = name.replace('"', '""')
    return address("/customers", filter=f'group:has:"{quoted}"')


@in_turn
def show_list(request: Request) -> Response:
    """All groups by name, or those of an origin or a piece of a name."""
    tidy = tidied(request)
    if tidy is not None:
        return tidy
    app: App = request.app.state.syncd
    try:
        params = known_filters(request, ("q", "origin"))
        origin, search = params.get("origin", ""), params.get("q", "")
        if origin not in {"", "erp", ADMIN}:
            raise WrongAddress("origin", Sentence("it can be erp, %(admin)s.", admin=ADMIN))  # noqa: TRY301 - told below
    except WrongAddress as wrong:
        return refuse(request, wrong)
    every = list_groups(app)
    found = [one for one in every if origin in {"", one.origin} and _fits(one, search)]
    return page(
        request,
        "groups/list.html",
        groups=found,
        number=len(every),
        search=search,
        origin=origin,
        shops=_shops(every),
        routes=routes_of(app),
        palette=PALETTE,
        most=LABEL,
        tags=_tags(app),
        group_address=group_address,
        members_address=members_address,
    )


def show_one(request: Request, name: str) -> Response:
    """One group."""
    app: App = request.app.state.syncd
    name = plain(name)
    every = list_groups(app)
    group = next((one for one in every if one.name == name), None)
    if group is None:
        raise NotFound(
            Sentence("there is no group %(name)s", name=repr(name)),
            code="no-such-group",
            cure="The list of groups shows them all.",
        )
    with reading(app.engine) as connection:
        done = [deed for deed in deeds(connection, name) if deed.action in _ACTS]
    return page(
        request,
        "groups/one.html",
        group=group,
        own=group.origin == ADMIN,
        routes=[route for route in routes_of(app) if route.shop.name in group.targets],
        palette=PALETTE,
        known_colour=group.color in {color for _, color in PALETTE},
        faint=bool(group.color) and not stands_out(group.color or ""),
        most=LABEL,
        history=done,
        tags=_tags(app),
        members_address=members_address,
    )


def _fits(group: GroupRow, search: str) -> bool:
    return fold(search) in fold(f"{group.name} {group.label or ''}")


def _shops(groups: list[GroupRow]) -> list[str]:
    return list(dict.fromkeys(shop for one in groups for shop in one.targets))


def _tags(app: App) -> str:
    with reading(app.engine) as connection:
        return tags_address(connection)
