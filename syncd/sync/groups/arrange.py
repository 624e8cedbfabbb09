"""What can be done to the rules of a route? Each is a change of a list, to be looked at or to be made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from syncd.domain.groups import GroupRule, checked
from syncd.errors import NotFound
from syncd.registry.groups import RuleRow
from syncd.sentence import Sentence

__all__ = ["Change", "all_of", "moved", "put", "without"]

Change = Callable[[Sequence[RuleRow]], list[RuleRow]]


def put(rule: GroupRule, *, by: str, at: datetime, position: int | None = None) -> Change:
    """Add a rule; one that says the same of the same groups already is changed.

    Args:
        position: Its place, counted from 1. Without it a new rule comes last, and an old one keeps its place.

    Raises:
        InvalidRecord: When the rule cannot be used.
    """
    rule = checked(rule)

    def change(rows: Sequence[RuleRow]) -> list[RuleRow]:
        old = next((row for row in rows if _same(row.rule, rule)), None)
        new = RuleRow(id=old.id if old else 0, rule=rule, by=by, at=at)
        if old is not None and position is None:
            return [new if row is old else row for row in rows]
        rest = [row for row in rows if row is not old]
        place = len(rest) + 1 if position is None else position
        _check_place(place, len(rest) + 1)
        rest.insert(place - 1, new)
        return rest

    return change


def without(rule_id: int) -> Change:
    """Remove a rule."""

    def change(rows: Sequence[RuleRow]) -> list[RuleRow]:
        gone = _find(rows, rule_id)
        return [row for row in rows if row is not gone]

    return change


def moved(rule_id: int, position: int) -> Change:
    """Give a rule another place, counted from 1."""

    def change(rows: Sequence[RuleRow]) -> list[RuleRow]:
        row = _find(rows, rule_id)
        _check_place(position, len(rows))
        rest = [one for one in rows if one is not row]
        rest.insert(position - 1, row)
        return rest

    return change


def all_of(rules: Iterable[GroupRule], *, by: str, at: datetime, replace: bool) -> Change:
    """Take many rules over, behind those that are there or in place of them.

    Of two about the same groups the first counts, as it would if both stood in a registry.

    Raises:
        InvalidRecord: When one of them cannot be used.
    """
    first: dict[tuple[str, str], GroupRule] = {}
    for rule in map(checked, rules):
        first.setdefault((rule.match, rule.pattern), rule)
    puts = [put(rule, by=by, at=at) for rule in first.values()]

    def change(rows: Sequence[RuleRow]) -> list[RuleRow]:
        after = [] if replace else list(rows)
        for one in puts:
            after = one(after)
        old = {row.rule: row for row in rows}
        return [old.get(row.rule, row) for row in after]

    return change


def _same(one: GroupRule, other: GroupRule) -> bool:
    return (one.match, one.pattern) == (other.match, other.pattern)


def _find(rows: Sequence[RuleRow], rule_id: int) -> RuleRow:
    for row in rows:
        if row.id == rule_id:
            return row
    raise NotFound("the route has no such rule", code="no-such-rule", cure="`syncd groups rules` lists them.")


def _check_place(position: int, last: int) -> None:
    if not 1 <= position <= last:
        raise NotFound(
            Sentence("there is no place %(position)s", position=position),
            code="no-such-rule",
            cure=Sentence("Places go from 1 to %(last)s.", last=last),
        )
