"""How are groups mapped on one route, and whom would another rule concern?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.console.asking import Text, WrongAddress, address, known_filters, refuse, tidied, whole_number
from syncd.console.flash import flash
from syncd.console.groups.lists import group_address
from syncd.console.rendering import page
from syncd.console.saying import refusal
from syncd.domain.groups import GroupRule, Match
from syncd.errors import InvalidRecord
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.groups import rules as mapping
from syncd.sync.groups.overview import rules_at_work
from syncd.sync.groups.route import Route, routes_of
from syncd.sync.groups.wanted import Wanted, carry_out, look_ahead, row_of

__all__ = ["change_rules", "show_rules"]

_KNOWN: Final = ("connection", "change", "match", "pattern", "target", "leave", "priority", "place", "rule")


def show_rules(request: Request) -> Response:
    """The rules of a route in the order in which they are tried, and the effect of a change that is only thought of."""
    tidy = tidied(request)
    if tidy is not None:
        return tidy
    app: App = request.app.state.syncd
    routes = routes_of(app)
    if not routes:
        return page(request, "groups/no_routes.html")
    try:
        params = known_filters(request, _KNOWN)
        route = _route(routes, params.get("connection", ""))
        wish = _wish(params)
    except WrongAddress as wrong:
        return refuse(request, wrong)
    erp, shop = route.erp.name, route.shop.name
    effect, refused = None, ""
    if wish is not None:
        try:
            effect = look_ahead(app, erp, shop, wish, by=request.state.visitor.by)
        except InvalidRecord as error:
            refused = refusal(error, request.state.reader.language)
    here = _address(route)
    return page(
        request,
        "groups/mapping.html",
        routes=[(_name(one), _name(one)) for one in routes],
        route=_name(route),
        look=rules_at_work(app, erp, shop),
        matches=[str(match) for match in Match],
        wish=wish,
        given=dict(params),
        effect=row_of(effect) if effect else None,
        refused=refused,
        here=here,
        think_of=lambda **more: address("/groups/mapping", connection=_name(route), **more),
        group_address=group_address,
    )


def change_rules(
    request: Request,
    *,
    connection: Text = "",
    change: Text = "",
    match: Text = "",
    pattern: Text = "",
    target: Text = "",
    priority: Text = "0",
    place: Text = "0",
    rule: Text = "0",
    group: Text = "",
    follow: Text = "plan",
) -> Response:
    """Change the rules, and let those whom it concerns be looked at again: as a plan, at once, or later."""
    app: App = request.app.state.syncd
    by, texts = request.state.visitor.by, request.state.reader.text
    given = {"match": match, "pattern": pattern, "priority": priority, "place": place, "rule": rule, "change": change}
    try:
        route = _route(routes_of(app), connection)
        if change == "release":
            mapping.release(app, route.shop.name, group, by=by)
            said = texts.gettext("The shop has the group %(group)s for its own now.") % {"group": group}
            return flash(RedirectResponse(_address(route), 303), request, said)
        wish = _wish({name: value for name, value in {**given, "target": target}.items() if value}, leaves=not target)
        if wish is None:
            raise WrongAddress("change", "it can be add, remove, move, release.")  # noqa: TRY301 - told below
    except WrongAddress as wrong:
        return refuse(request, wrong)
    outcome = carry_out(app, route.erp.name, route.shop.name, wish, by=by)
    number = outcome.effect.changing
    said = texts.ngettext(
        "The rules are changed; %(num)s customer is concerned.",
        "The rules are changed; %(num)s customers are concerned.",
        number,
    ) % {"num": request.state.reader.number(number)}
    if not number or follow == "later":
        later = texts.gettext("Nobody was moved yet.") if number else ""
        return flash(RedirectResponse(_address(route), 303), request, f"{said} {later}".strip())
    runs = mapping.look_again(app, route.shop.name, asked_by=by, dry_run=follow != "now")
    if follow == "now":
        more = texts.gettext("They are looked at again now, within the limits.")
        return flash(RedirectResponse(_address(route), 303), request, f"{said} {more}")
    more = texts.gettext("A plan is made for them; apply it when it looks right.")
    target_page = f"/plans/{runs[0]}" if runs else "/plans"
    return flash(RedirectResponse(target_page, 303), request, f"{said} {more}")


def _wish(params: Mapping[str, str], *, leaves: bool = False) -> Wanted | None:
    """What somebody thinks of; ``None`` where nothing is, or a rule's target is still missing."""
    kind = params.get("change", "")
    if kind not in {"", "add", "remove", "move"}:
        raise WrongAddress("change", "it can be add, remove, move.")
    place, rule_id = whole_number(params, "place", 0), whole_number(params, "rule", 0)
    if kind in {"remove", "move"}:
        return Wanted(kind=kind, rule_id=rule_id, place=place)
    leaves = leaves or params.get("leave") == "1"
    match = params.get("match", str(Match.EQUALS))
    if match not in set(Match):
        raise WrongAddress("match", Sentence("it can be %(names)s.", names=", ".join(Match)))
    if not kind or (not leaves and "target" not in params):
        return None
    text = params.get("priority", "0")
    if not text.removeprefix("-").isdecimal() or len(text) > 5:
        raise WrongAddress("priority", "it is a whole number.")
    target = "" if leaves else params["target"]
    rule = GroupRule(match=Match(match), pattern=params.get("pattern", ""), target=target, priority=int(text))
    return Wanted(kind="add", rule=rule, place=place)


def _route(routes: list[Route], name: str) -> Route:
    """The route of that name, or the first at a connection of that name."""
    for route in routes:
        if name in {"", _name(route)}:
            return route
    for route in routes:
        if name in {route.shop.name, route.erp.name}:
            return route
    raise WrongAddress("connection", Sentence("it can be %(names)s.", names=", ".join(map(_name, routes))))


def _name(route: Route) -> str:
    return f"{route.erp.name}>{route.shop.name}"


def _address(route: Route) -> str:
    return address("/groups/mapping", connection=_name(route))
