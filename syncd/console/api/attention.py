"""What can a program ask about issues, and answer?"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import msgspec

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Done, Endpoint, Few, RunsMade, number_of
from syncd.errors import NotFound
from syncd.registry.engine import reading
from syncd.registry.queries.issues import CauseRow, IssueRow, find_issue, list_causes, list_issues
from syncd.sync import answers, attention

__all__ = ["ENDPOINTS"]


class IssueQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which issues, those that have waited longest first.

    Attributes:
        state: ``open``, ``snoozed``, ``resolved`` or ``dropped``.
    """

    connection: str | None = None
    cause: str | None = None
    state: str = "open"
    limit: Few = 50


class Issues(msgspec.Struct, frozen=True):
    """Issues."""

    items: list[IssueRow]


class Causes(msgspec.Struct, frozen=True):
    """Open issues, counted by cause."""

    items: list[CauseRow]


class IssueAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One way to settle an issue.

    Attributes:
        key: What ``answer`` is to be.
    """

    key: str
    label: str


class IssueShown(msgspec.Struct, frozen=True, kw_only=True):
    """An issue with the ways to settle it."""

    issue: IssueRow
    answers: list[IssueAnswer]


class AnswerBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to settle it.

    Attributes:
        value: What the answer asks for.
    """

    answer: str
    value: str = ""


class Assign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who sees to it; ``null``: nobody."""

    to: str | None


class Snooze(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how long it is put off."""

    hours: Annotated[float, msgspec.Meta(gt=0, le=24 * 90)]


def _list(call: Call) -> Issues:
    asked: IssueQuery = call.query
    of = call.app.connection(asked.connection).id if asked.connection else None
    with reading(call.app.engine) as connection:
        return Issues(
            list_issues(connection, of=of, code=asked.cause, state=asked.state, now=call.now, limit=asked.limit)
        )


def _causes(call: Call) -> Causes:
    with reading(call.app.engine) as connection:
        return Causes(list_causes(connection, now=call.now))


def _find(call: Call) -> IssueRow:
    issue_id = number_of(call, "issue_id")
    with reading(call.app.engine) as connection:
        issue = find_issue(connection, issue_id)
    if issue is None:
        raise NotFound(f"there is no issue {issue_id}", code="not-found")
    return issue


def _show(call: Call) -> IssueShown:
    issue = _find(call)
    ways = [IssueAnswer(key=one.key, label=one.label) for one in answers.answers_of(issue)]
    return IssueShown(issue=issue, answers=ways)


def _answer(call: Call) -> Done:
    answers.answer(call.app, _find(call).id, call.body.answer, value=call.body.value, by=call.by)
    return Done(_find(call).state)


def _retry(call: Call) -> RunsMade:
    return RunsMade(attention.retry_all(call.app, [_find(call).id], by=call.by))


def _assign(call: Call) -> Done:
    return _act(call, attention.assign, call.body.to)


def _snooze(call: Call) -> Done:
    return _act(call, attention.snooze, call.now + timedelta(hours=call.body.hours))


def _drop(call: Call) -> Done:
    return _act(call, attention.drop)


def _act(call: Call, act: Any, *given: Any) -> Done:
    act(call.app, _find(call).id, *given, by=call.by)
    return Done(_find(call).state)


_ONE = "/attention/{issue_id}"
ENDPOINTS = (
    Endpoint("GET", "/attention", Role.VIEWER, "List what needs a person.", _list, Issues, IssueQuery),
    Endpoint("GET", "/attention/causes", Role.VIEWER, "Count what needs a person, by cause.", _causes, Causes),
    Endpoint("GET", _ONE, Role.VIEWER, "Show an issue and the ways to settle it.", _show, IssueShown),
    Endpoint(
        "POST",
        f"{_ONE}/answer",
        Role.OPERATOR,
        "Settle an issue by one of its answers.",
        _answer,
        Done,
        body=AnswerBody,
        example={"answer": "keep-erp"},
    ),
    Endpoint("POST", f"{_ONE}/retry", Role.OPERATOR, "Try again what an issue is about.", _retry, RunsMade),
    Endpoint(
        "POST",
        f"{_ONE}/assign",
        Role.OPERATOR,
        "Say who sees to an issue.",
        _assign,
        Done,
        body=Assign,
        example={"to": "anna"},
    ),
    Endpoint(
        "POST",
        f"{_ONE}/snooze",
        Role.OPERATOR,
        "Put an issue off.",
        _snooze,
        Done,
        body=Snooze,
        example={"hours": 24},
    ),
    Endpoint("POST", f"{_ONE}/drop", Role.OPERATOR, "Show an issue no more while its cause stays.", _drop, Done),
)
