"""What can a program ask about the mapping of groups, and change?"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Done, Endpoint
from syncd.console.asking import MOST
from syncd.domain.groups import GroupRule
from syncd.registry.groups import RuleRow
from syncd.sync.groups import rules as mapping
from syncd.sync.groups.overview import RouteRules, rules_at_work
from syncd.sync.groups.wanted import EffectRow, Wanted, carry_out, look_ahead, row_of

__all__ = ["ENDPOINTS"]

Number = Annotated[int, msgspec.Meta(ge=0, le=MOST)]


class RouteQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which way the groups go."""

    erp: str
    shop: str


class RuleChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of a route's rules.

    Attributes:
        rule: For ``add``; one that is about the same groups is changed.
        rule_id: For ``remove`` and ``move``; ``GET /groups/mapping`` has it.
        place: For ``add`` and ``move``, from 1; 0 adds it at the end.
        rules: For ``replace``: all that there are to be, in their order.
        follow: What becomes of customers whom it concerns: a ``plan`` is made for them, they are moved ``now`` within
            the limits, or ``later``, with their next change. A preview does not look at it.
    """

    erp: str
    shop: str
    change: Literal["add", "remove", "move", "replace"]
    rule: GroupRule | None = None
    rule_id: Number = 0
    place: Number = 0
    rules: tuple[GroupRule, ...] = ()
    follow: Literal["plan", "now", "later"] = "plan"


class RulesChanged(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it.

    Attributes:
        rules: The route's rules as they are now.
        runs: Those that look again at the customers; of ``plan`` they make plans.
    """

    rules: list[RuleRow]
    effect: EffectRow
    runs: list[int]


class Former(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of a shop to which rules led once."""

    shop: str
    group: str


def _show(call: Call) -> Any:
    return rules_at_work(call.app, call.query.erp, call.query.shop)


def _preview(call: Call) -> EffectRow:
    asked: RuleChange = call.body
    return row_of(look_ahead(call.app, asked.erp, asked.shop, _wanted(asked), by=call.by))


def _change(call: Call) -> RulesChanged:
    asked: RuleChange = call.body
    done = carry_out(call.app, asked.erp, asked.shop, _wanted(asked), by=call.by)
    runs: list[int] = []
    if done.effect.changing and asked.follow != "later":
        runs = mapping.look_again(call.app, asked.shop, asked_by=call.by, dry_run=asked.follow == "plan")
    return RulesChanged(rules=done.rules, effect=row_of(done.effect), runs=runs)


def _release(call: Call) -> Done:
    mapping.release(call.app, call.body.shop, call.body.group, by=call.by)
    return Done("released")


def _wanted(asked: RuleChange) -> Wanted:
    return Wanted(kind=asked.change, rule=asked.rule, rule_id=asked.rule_id, place=asked.place, rules=asked.rules)


_ADD: dict[str, Any] = {
    "erp": "optima",
    "shop": "shop",
    "change": "add",
    "rule": {"match": "equals", "pattern": "HURT", "target": "Wholesale"},
    "place": 1,
}
ENDPOINTS = (
    Endpoint(
        "GET", "/groups/mapping", Role.VIEWER, "Show which rule decides about which group.", _show, RouteRules,
        RouteQuery,
    ),
    Endpoint(
        "POST", "/groups/mapping/preview", Role.VIEWER, "Say whom a change of rules would concern.", _preview,
        EffectRow, body=RuleChange, example=_ADD,
    ),
    Endpoint(
        "POST", "/groups/mapping", Role.ADMIN, "Add, change, move or remove a rule, or replace them all.", _change,
        RulesChanged, body=RuleChange, example={**_ADD, "follow": "plan"},
    ),
    Endpoint(
        "POST", "/groups/mapping/release", Role.ADMIN, "Let a group to which rules led once be the shop's own.",
        _release, Done, body=Former, example={"shop": "shop", "group": "Hurt"},
    ),
)  # fmt: skip
