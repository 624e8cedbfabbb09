"""``syncd groups``, its commands about rules: how are groups mapped on one route?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click
import msgspec

from syncd.cli.asked import as_asked
from syncd.cli.command import Command
from syncd.cli.exit_codes import WrongUsage
from syncd.cli.following import Stop
from syncd.cli.group_effect import end, follow_up, show_effect
from syncd.cli.opening import opened, who
from syncd.cli.session import Session
from syncd.domain.groups import GroupRule, Match
from syncd.registry.groups import RuleRow
from syncd.sync.app import App
from syncd.sync.groups import rules as mapping
from syncd.sync.groups.route import routes_of
from syncd.sync.groups.rules import Outcome
from syncd.sync.groups.wanted import row_of

__all__ = ["map_", "move", "release_", "rules", "unmap"]

_COLUMNS = ("erp", "shop", "place", "match", "pattern", "to", "priority", "by")

erp_argument = click.argument("erp")
shop_argument = click.argument("shop")
reverify_option = click.option(
    "--reverify", is_flag=True, help="Look again at all customers at once, so that the shop follows."
)


@click.command("rules", cls=Command, example="syncd groups rules\nsyncd groups rules optima shop")
@click.argument("erp", required=False)
@click.argument("shop", required=False)
@click.pass_obj
def rules(session: Session, erp: str | None, shop: str | None) -> None:
    """List the rules of all routes, or of the route from ERP to SHOP, in their order."""
    if (erp is None) != (shop is None):
        raise click.UsageError("name both ends of the route, or none")
    with opened(session) as app, as_asked():
        routes = [(route.erp.name, route.shop.name) for route in routes_of(app)]
        chosen = [(erp, shop)] if erp and shop else routes
        found = {route: mapping.list_rules(app, *route) for route in chosen}
        former = {name: mapping.former_groups(app, name) for name in dict.fromkeys(name for _, name in chosen)}
    if session.json:
        told = [{"erp": one, "shop": other, "rules": _told(rows)} for (one, other), rows in found.items()]
        session.document({"routes": told, "former": former})
        return
    session.rows(
        _COLUMNS,
        (
            (one, other, place, row.rule.match, row.rule.pattern, _to(row.rule), row.rule.priority, row.by)
            for (one, other), rows in found.items()
            for place, row in enumerate(rows, start=1)
        ),
        empty="No rules: every group keeps its name, unless the route says otherwise.",
    )
    for name, names in former.items():
        if names:
            session.say(f"customers of {name} leave these groups, to which no rule leads any more: {', '.join(names)}")


@click.command(
    "map",
    cls=Command,
    example="syncd groups map optima shop --equals HURT --to Wholesale --reverify\n"
    "syncd groups map optima shop --regex '^Hurt (..)$' --to 'B2B \\1' --position 1\n"
    "syncd groups map optima shop --fallback --to ''",
)
@erp_argument
@shop_argument
@click.option("--equals", metavar="NAME", help="The group of this name.")
@click.option("--contains", metavar="TEXT", help="Groups whose name contains this, in capitals or not.")
@click.option("--regex", metavar="PATTERN", help="Groups in whose name this is found.")
@click.option("--fallback", is_flag=True, help="All groups that no other rule fits.")
@click.option("--to", "target", metavar="TARGET", required=True, help="The shop's name; '' leaves them out.")
@click.option("--priority", type=int, default=0, show_default=True, help="Highest wins where there is room for one.")
@click.option("--position", type=click.IntRange(1), help="Its place among the rules; the last without.")
@reverify_option
@click.pass_obj
def map_(
    session: Session,
    erp: str,
    shop: str,
    *,
    equals: str | None,
    contains: str | None,
    regex: str | None,
    fallback: bool,
    target: str,
    priority: int,
    position: int | None,
    reverify: bool,
) -> None:
    """Add a rule to the route from ERP to SHOP, or change the one that is about the same groups."""
    said = {
        Match.EQUALS: equals,
        Match.CONTAINS: contains,
        Match.REGEX: regex,
        Match.FALLBACK: "" if fallback else None,
    }
    given = [(match, pattern) for match, pattern in said.items() if pattern is not None]
    if len(given) != 1:
        raise click.UsageError("say by one of --equals, --contains, --regex and --fallback which groups it is about")
    rule = GroupRule(match=given[0][0], pattern=given[0][1], target=target, priority=priority)

    def add(app: App) -> Outcome:
        return mapping.add_rule(app, erp, shop, rule, by=who(), position=position)

    _change(session, add, reverify=reverify)


@click.command("unmap", cls=Command, example="syncd groups unmap optima shop 3")
@erp_argument
@shop_argument
@click.argument("place", type=click.IntRange(1))
@reverify_option
@click.pass_obj
def unmap(session: Session, erp: str, shop: str, place: int, *, reverify: bool) -> None:
    """Remove the rule at PLACE, as `syncd groups rules` counts them."""

    def remove(app: App) -> Outcome:
        return mapping.remove_rule(app, erp, shop, _rule_at(app, erp, shop, place).id, by=who())

    _change(session, remove, reverify=reverify)


@click.command("move", cls=Command, example="syncd groups move optima shop 3 1")
@erp_argument
@shop_argument
@click.argument("place", type=click.IntRange(1))
@click.argument("to", type=click.IntRange(1))
@reverify_option
@click.pass_obj
def move(session: Session, erp: str, shop: str, place: int, to: int, *, reverify: bool) -> None:
    """Give the rule at PLACE the place TO: the first rule that fits a group decides."""

    def moved(app: App) -> Outcome:
        return mapping.move_rule(app, erp, shop, _rule_at(app, erp, shop, place).id, to, by=who())

    _change(session, moved, reverify=reverify)


@click.command("release", cls=Command, example="syncd groups release shop Hurt")
@shop_argument
@click.argument("name")
@click.pass_obj
def release_(session: Session, shop: str, name: str) -> None:
    """Let SHOP have a group for its own to which rules led once: syncd takes nobody out of it any more."""
    with opened(session) as app, as_asked():
        mapping.release(app, shop, name, by=who())
        former = mapping.former_groups(app, shop)
    if session.json:
        session.document({"shop": shop, "former": former})
    else:
        session.say(f"{name} is {shop}'s own now")


def _change(session: Session, act: Callable[[App], Outcome], *, reverify: bool) -> None:
    """Change rules, and say what follows."""
    stop = Stop()
    with opened(session, stopping=stop) as app:
        with as_asked():
            outcome = act(app)
        told = {(outcome.erp, outcome.shop): outcome.effect}
        runs = follow_up(session, app, stop, told, wanted=reverify)
    if session.json:
        head = {"erp": outcome.erp, "shop": outcome.shop, "rules": _told(outcome.rules)}
        session.document({**head, "effect": row_of(outcome.effect), "runs": [run.id for run in runs]})
    else:
        show_effect(session, outcome.shop, outcome.effect)
    end(session, runs)


def _rule_at(app: App, erp: str, shop: str, place: int) -> RuleRow:
    rows = mapping.list_rules(app, erp, shop)
    if place > len(rows):
        raise WrongUsage(f"the route has {len(rows)} rules, and none at place {place}")
    return rows[place - 1]


def _to(rule: GroupRule) -> str:
    return rule.target or "(left out)"


def _told(rows: Sequence[RuleRow]) -> list[dict[str, Any]]:
    return [
        {"id": row.id, "position": place, **msgspec.to_builtins(row.rule), "by": row.by, "at": row.at}
        for place, row in enumerate(rows, start=1)
    ]
