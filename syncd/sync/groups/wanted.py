"""Which change of a route's rules does a person think of, and what becomes of it: a look, or the change?"""

from __future__ import annotations

import msgspec

from syncd.domain.code import code_of
from syncd.domain.groups import Effect, GroupRule
from syncd.domain.groups.rule import checked
from syncd.errors import InvalidRecord
from syncd.sync.app import App
from syncd.sync.groups import rules as mapping
from syncd.sync.groups.arrange import Change, all_of, moved, put, without
from syncd.sync.groups.preview import preview

__all__ = ["EffectRow", "GroupEffectRow", "Wanted", "carry_out", "look_ahead", "row_of"]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One change of rules.

    Attributes:
        kind: ``add``, ``remove``, ``move`` or ``replace``.
        rule: What is added; one that is about the same groups is changed.
        rule_id: Of the rule that is removed or moved.
        place: From 1; 0: the last.
        rules: All that there are to be, for ``replace``.
    """

    kind: str
    rule: GroupRule | None = None
    rule_id: int = 0
    place: int = 0
    rules: tuple[GroupRule, ...] = ()


class GroupEffectRow(msgspec.Struct, frozen=True, kw_only=True):
    """What changes in one group of a shop.

    Attributes:
        before: Members before.
        joining: Codes of some who join.
        leaving: Codes of some who leave.
    """

    name: str
    before: int
    join: int
    leave: int
    joining: list[str]
    leaving: list[str]


class EffectRow(msgspec.Struct, frozen=True, kw_only=True):
    """What changes at one shop, for people and programs.

    Attributes:
        looked_at: Customers with any group that the shop has or would get.
        changing: How many of them would change there.
        samples: Codes of some who would.
        groups: The shop's groups that somebody joins or leaves.
    """

    looked_at: int
    changing: int
    samples: list[str]
    groups: list[GroupEffectRow]


def look_ahead(app: App, erp: str, shop: str, wanted: Wanted, *, by: str) -> Effect:
    """Whom a change would concern; nothing is written.

    Raises:
        NotFound: When there is no such route, rule or place.
        InvalidRecord: When a rule cannot be used.
    """
    return preview(app, erp, shop, _change(app, wanted, by))


def carry_out(app: App, erp: str, shop: str, wanted: Wanted, *, by: str) -> mapping.Outcome:
    """Make the change. Nobody is moved yet: `syncd.sync.groups.rules.look_again` does that.

    Raises:
        NotFound: When there is no such route, rule or place.
        InvalidRecord: When a rule cannot be used.
    """
    match wanted.kind:
        case "add":
            return mapping.add_rule(app, erp, shop, _rule(wanted), by=by, position=wanted.place or None)
        case "remove":
            return mapping.remove_rule(app, erp, shop, wanted.rule_id, by=by)
        case "move":
            return mapping.move_rule(app, erp, shop, wanted.rule_id, wanted.place, by=by)
        case _:
            return mapping.import_rules(app, erp, shop, wanted.rules, by=by, replace=True)


def row_of(effect: Effect) -> EffectRow:
    """An effect with the codes of customers in place of their numbers."""
    return EffectRow(
        looked_at=effect.looked_at,
        changing=effect.changing,
        samples=list(map(code_of, effect.samples)),
        groups=[
            GroupEffectRow(
                name=one.name,
                before=one.before,
                join=one.join,
                leave=one.leave,
                joining=list(map(code_of, one.joining)),
                leaving=list(map(code_of, one.leaving)),
            )
            for one in effect.groups
        ],
    )


def _change(app: App, wanted: Wanted, by: str) -> Change:
    match wanted.kind:
        case "add":
            return put(checked(_rule(wanted)), by=by, at=app.now(), position=wanted.place or None)
        case "remove":
            return without(wanted.rule_id)
        case "move":
            return moved(wanted.rule_id, wanted.place)
        case _:
            return all_of(wanted.rules, by=by, at=app.now(), replace=True)


def _rule(wanted: Wanted) -> GroupRule:
    if wanted.rule is None:
        raise InvalidRecord("no rule was given to add", code="rule-unusable", field="rule", cure="Give the rule.")
    return wanted.rule
