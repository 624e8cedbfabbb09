"""How is the question what a group is called at a shop answered? By a rule, and by looking again at everybody."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.domain.answers import Answer
from syncd.domain.groups import GroupRule, Match
from syncd.registry.queries.issues import IssueRow
from syncd.sync.app import App
from syncd.sync.groups.rules import add_rule, look_again

__all__ = ["leave_group_out", "map_group", "take_suggestion"]


def map_group(app: App, issue: IssueRow, answer: Answer, value: str, by: str) -> Sequence[int]:
    """Map the group to the one that the person names."""
    return _map(app, issue, answer, value, by)


def take_suggestion(app: App, issue: IssueRow, answer: Answer, _value: str, by: str) -> Sequence[int]:
    """Map the group to the one that was suggested."""
    return _map(app, issue, answer, answer.values["target"], by)


def leave_group_out(app: App, issue: IssueRow, answer: Answer, _value: str, by: str) -> Sequence[int]:
    """Leave the group out at the shop."""
    return _map(app, issue, answer, "", by)


def _map(app: App, issue: IssueRow, answer: Answer, target: str, by: str) -> Sequence[int]:
    values = answer.values
    rule = GroupRule(match=Match.EQUALS, pattern=values["group"], target=target)
    add_rule(app, values["erp"], values["shop"], rule, by=by)
    return look_again(app, values["shop"], asked_by=f"issue {issue.id}")
