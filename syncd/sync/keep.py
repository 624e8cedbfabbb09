"""Which of two values did a person choose? It becomes everybody's, by a change like any other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncd.domain.answers import Answer
from syncd.domain.code import id_of
from syncd.domain.contractor import Contractor
from syncd.domain.members import Entry, put_entry
from syncd.domain.values import convert_value, member_value, parse_value
from syncd.errors import InvalidRecord
from syncd.registry.engine import writing
from syncd.registry.issues import close_events
from syncd.registry.queries.issues import IssueRow
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.attention import settle
from syncd.sync.change import Change, change
from syncd.sync.edit import edited, set_field

__all__ = ["edit", "keep_erp", "keep_shop"]


def keep_erp(app: App, issue: IssueRow, _answer: Answer, _value: str, by: str) -> Sequence[int]:
    """Let the ERP's value stand."""
    _keep(app, issue, "erp", by)
    return ()


def keep_shop(app: App, issue: IssueRow, _answer: Answer, _value: str, by: str) -> Sequence[int]:
    """Let the shop's value stand."""
    _keep(app, issue, "shop", by)
    return ()


def edit(app: App, issue: IssueRow, _answer: Answer, value: str, by: str) -> Sequence[int]:
    """Let another value stand, which a person typed."""
    field = issue.details["field"]
    given = parse_value(field, value)
    _set(app, issue, given, Sentence("conflict answered: another value"), by)
    return ()


def _keep(app: App, issue: IssueRow, side: str, by: str) -> None:
    details, field = issue.details, issue.details["field"]
    rule = Sentence("conflict answered: kept the shop's value")
    if side == "erp":
        rule = Sentence("conflict answered: kept the ERP's value")
    if not details["entries"]:
        _set(app, issue, convert_value(field, details[side]), rule, by)
        return
    home = app.settings.home
    entries = [
        (Entry(name=one["name"], **{p: member_value(field, one[p]) for p in ("base", "known", "told")}), one[side])
        for one in details["entries"]
    ]

    def make(contractor: Contractor) -> Contractor:
        for entry, value in entries:
            contractor = put_entry(contractor, field, entry, member_value(field, value), home)
        return contractor

    _decide(app, issue, edited(make, rule=rule), by)


def _set(app: App, issue: IssueRow, value: Any, rule: str, by: str) -> None:
    """Let a whole field be `value`: what another side contradicted in it is over as well, and its values are old."""
    field, now = issue.details["field"], app.now()
    contractor_id = _decide(app, issue, set_field(field, value, by=by, at=now, rule=rule), by)
    with writing(app.engine) as connection:
        close_events(connection, [(contractor_id, field)], by=by, now=now)


def _decide(app: App, issue: IssueRow, make: Change, by: str) -> int:
    contractor_id = id_of(issue.customer or "")
    if contractor_id is None:
        raise InvalidRecord(
            Sentence("issue %(issue)s is about no customer", issue=issue.id), code="no-such-answer", cure="Drop it."
        )
    change(app, [contractor_id], make, by=by, approved=True)
    settle(app, issue.id, by=by)
    return contractor_id
