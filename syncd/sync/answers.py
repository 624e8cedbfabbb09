"""How does a person settle an issue in one step? By one of the answers that it brought along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from sqlalchemy import insert

from syncd.domain.answers import Answer
from syncd.domain.code import id_of
from syncd.errors import InvalidRecord, NotFound
from syncd.registry.engine import reading, writing
from syncd.registry.queries.issues import IssueRow, find_issue
from syncd.registry.tables import Audit
from syncd.sync import taken
from syncd.sync.app import App
from syncd.sync.attention import drop, release, retry
from syncd.sync.country_names import map_country, settle_country
from syncd.sync.erase_answers import erase_there_again, not_the_same
from syncd.sync.groups.answers import leave_group_out, map_group, take_suggestion
from syncd.sync.keep import edit, keep_erp, keep_shop
from syncd.sync.logins import set_default_login
from syncd.sync.matching import ANSWERS
from syncd.sync.request import request_run

__all__ = ["HANDLERS", "Handler", "answer", "answers_of"]

Handler = Callable[[App, IssueRow, Answer, str, str], None]
"""Carries an answer out: the issue, the answer, the value that the person gave, and who it is."""


def _retry(app: App, issue: IssueRow, _answer: Answer, _value: str, by: str) -> None:
    retry(app, issue.id, by=by)


def _drop(app: App, issue: IssueRow, _answer: Answer, _value: str, by: str) -> None:
    drop(app, issue.id, by=by)


def _release(app: App, issue: IssueRow, _answer: Answer, _value: str, by: str) -> None:
    release(app, issue.id, by=by)


def _map_country(app: App, issue: IssueRow, answer: Answer, value: str, by: str) -> None:
    """The name counts for everybody: whom else it concerns shows in the plan of a new look."""
    map_country(app, answer.values["stated"], answer.values.get("country", value), by=by)
    concerned = app.connections.get(issue.connection or "")
    if concerned is not None:
        request_run(app, concerned, mode="reverify", asked_by=by)


def _settle_country(app: App, issue: IssueRow, answer: Answer, value: str, by: str) -> None:
    contractor_id = id_of(issue.customer or "")
    if contractor_id is None:
        raise InvalidRecord(
            f"issue {issue.id} is about a record that is no customer yet",
            code="not-a-customer-yet",
            cure="Let its run be applied first, or correct the record where it comes from.",
        )
    settle_country(app, contractor_id, answer.values.get("country", value), by=by)


HANDLERS: Final[Mapping[str, Handler]] = {
    "drop": _drop,
    "erase-there-again": erase_there_again,
    "not-the-same": not_the_same,
    "leave-group-out": leave_group_out,
    "map-country": _map_country,
    "map-group": map_group,
    "release": _release,
    "retry": _retry,
    "take-suggestion": take_suggestion,
    "keep-erp": keep_erp,
    "keep-shop": keep_shop,
    "edit": edit,
    "set-default-login": set_default_login,
    "settle-country": _settle_country,
    **ANSWERS,
    **taken.ANSWERS,
}
"""What each kind of answer does."""

_ALWAYS: Final = (
    Answer(key="retry", label="look again now"),
    Answer(key="drop", label="show it no more while its cause stays"),
)


def answers_of(issue: IssueRow) -> tuple[Answer, ...]:
    """What can be said to an issue, its own answers first."""
    return (*msgspec.convert(issue.details.get("answers", ()), tuple[Answer, ...]), *_ALWAYS)


def answer(app: App, issue_id: int, key: str, *, value: str = "", by: str) -> Answer:
    """Carry out one answer.

    Args:
        key: The answer's key, or with a number where several have one key: ``map-country:2``.
        value: What the answer asks for.

    Raises:
        NotFound: When there is no such issue.
        InvalidRecord: When the issue is over, has no such answer, or the answer lacks its value.
    """
    with reading(app.engine) as connection:
        issue = find_issue(connection, issue_id)
    if issue is None:
        raise NotFound(f"there is no issue {issue_id}", cure="`syncd attention list` shows all.")
    if issue.state == "resolved":
        raise InvalidRecord(f"issue {issue_id} is resolved", code="issue-resolved", cure="There is nothing left to do.")
    chosen = _choose(issue, key)
    if chosen.asks and not value:
        raise InvalidRecord(
            f"the answer {chosen.key} needs a value: {chosen.asks}",
            code="answer-incomplete",
            cure="Give it by --value.",
        )
    HANDLERS[chosen.key](app, issue, chosen, value, by)
    with writing(app.engine) as connection:
        connection.execute(
            insert(Audit).values(
                at=app.now(),
                actor=by,
                action="answer-issue",
                subject=f"issue {issue_id}",
                details={"answer": chosen.key, **chosen.values},
            )
        )
    return chosen


def _choose(issue: IssueRow, key: str) -> Answer:
    name, _, number = key.partition(":")
    found = [one for one in answers_of(issue) if one.key == name]
    index = int(number) - 1 if number.isdigit() else 0
    if number == "" and len(found) == 1:
        return found[0]
    if number.isdigit() and 0 <= index < len(found):
        return found[index]
    names = [f"{one.key}: {one.label}" for one in answers_of(issue)]
    raise InvalidRecord(
        f"issue {issue.id} has no answer {key!r}"
        if not found
        else f"issue {issue.id} has {len(found)} answers {name!r}",
        code="no-such-answer",
        cure=f"Its answers: {'; '.join(names)}. Of several with one key name one by its number, like {name}:1.",
    )
