"""What can a program ask about issues, and answer?"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Done, Endpoint, Few, Moment, Place, RunsMade, number_of
from syncd.console.attention.lists import check_person
from syncd.console.connections.finding import connection_of
from syncd.errors import NotFound
from syncd.registry.engine import reading
from syncd.registry.queries.issues import Asked, CauseRow, IssueRow, find_issue, issue_ids, list_causes, list_issues
from syncd.sentence import Sentence
from syncd.sync import answers, attention

__all__ = ["ENDPOINTS"]

Hours = Annotated[float, msgspec.Meta(gt=0, le=24 * 90)]


class IssueQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which issues, those that have waited longest first.

    Attributes:
        assignee: Who sees to them; empty for those that nobody sees to.
        older_than: First seen before this moment.
        after: The ``next`` of the page before.
    """

    connection: str | None = None
    cause: str | None = None
    state: Literal["open", "snoozed", "resolved", "dropped"] = "open"
    assignee: str | None = None
    older_than: Moment | None = None
    after: Place | None = None
    limit: Few = 50


class Issues(msgspec.Struct, frozen=True):
    """A page of issues."""

    items: list[IssueRow]
    next: int | None


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


class OthersQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which answer."""

    answer: str


class OtherIssues(msgspec.Struct, frozen=True, kw_only=True):
    """Issues of the same cause to which the same can be said.

    Attributes:
        total: How many there are; ``items`` are those that waited longest.
    """

    total: int
    items: list[IssueRow]


class AnswerOthers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same answer for several.

    Attributes:
        value: What the answer asks for.
        also: Ids of those that ``GET`` of the same address listed.
    """

    answer: str
    value: str = ""
    also: Annotated[tuple[Place, ...], msgspec.Meta(max_length=answers.AT_ONCE)] = ()


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """Issues that took the answer, and why others did not."""

    done: list[int]
    refused: dict[int, str]


class OfCause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All open issues of a cause.

    Attributes:
        act: Try them again, or put them off.
        connection: Only of this one.
        failed: Only work that failed, and no questions.
        hours: For how long they are put off.
    """

    act: Literal["retry", "snooze"]
    cause: Annotated[str, msgspec.Meta(min_length=1)]
    connection: str | None = None
    failed: bool = False
    hours: Hours = 24


class OfCauseDone(msgspec.Struct, frozen=True):
    """How many issues it concerned, and the runs that read records again."""

    issues: int
    runs: list[int]


class Comment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody has to say about it."""

    text: str


class Assign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who sees to it; ``null``: nobody."""

    to: str | None


class Snooze(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how long it is put off."""

    hours: Hours


def _list(call: Call) -> Issues:
    asked: IssueQuery = call.query
    of = connection_of(call.app, asked.connection).id if asked.connection else None
    which: Asked = {
        "of": of,
        "code": asked.cause,
        "state": asked.state,
        "assignee": asked.assignee,
        "older_than": asked.older_than,
        "now": call.now,
    }
    with reading(call.app.engine) as connection:
        found = list_issues(connection, after=asked.after, limit=asked.limit, **which)
    return Issues(found, found[-1].id if len(found) == asked.limit else None)


def _causes(call: Call) -> Causes:
    with reading(call.app.engine) as connection:
        return Causes(list_causes(connection, now=call.now))


def _find(call: Call) -> IssueRow:
    issue_id = number_of(call, "issue_id")
    with reading(call.app.engine) as connection:
        issue = find_issue(connection, issue_id)
    if issue is None:
        raise NotFound(Sentence("there is no issue %(issue)s", issue=issue_id), code="not-found")
    return issue


def _show(call: Call) -> IssueShown:
    issue = _find(call)
    ways = [IssueAnswer(key=one.key, label=one.label) for one in answers.answers_of(issue)]
    return IssueShown(issue=issue, answers=ways)


def _answer(call: Call) -> Done:
    answers.answer(call.app, _find(call).id, call.body.answer, value=call.body.value, by=call.by)
    return Done(_find(call).state)


def _others(call: Call) -> OtherIssues:
    found = answers.others(call.app, _find(call).id, call.query.answer)
    return OtherIssues(total=found.total, items=found.issues)


def _answer_others(call: Call) -> Answered:
    asked: AnswerOthers = call.body
    said = answers.answer_all(call.app, _find(call).id, asked.answer, asked.also, value=asked.value, by=call.by)
    return Answered(done=said.done, refused=said.refused)


def _of_cause(call: Call) -> OfCauseDone:
    asked: OfCause = call.body
    of = connection_of(call.app, asked.connection).id if asked.connection else None
    with reading(call.app.engine) as connection:
        ids = issue_ids(connection, code=asked.cause, failed=asked.failed, of=of, now=call.now)
    if asked.act == "retry":
        return OfCauseDone(len(ids), attention.retry_all(call.app, ids, by=call.by))
    attention.snooze_all(call.app, ids, call.now + timedelta(hours=asked.hours), by=call.by)
    return OfCauseDone(len(ids), [])


def _comment(call: Call) -> Done:
    return _act(call, attention.comment, call.body.text)


def _retry(call: Call) -> RunsMade:
    return RunsMade(attention.retry_all(call.app, [_find(call).id], by=call.by))


def _assign(call: Call) -> Done:
    check_person(call.app, call.body.to or "")
    return _act(call, attention.assign, call.body.to or None)


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
        "/attention/bulk",
        Role.OPERATOR,
        "Try all issues of a cause again, or put them off.",
        _of_cause,
        OfCauseDone,
        body=OfCause,
        example={"act": "retry", "cause": "rejected-by-shop"},
    ),
    Endpoint(
        "GET",
        f"{_ONE}/others",
        Role.OPERATOR,
        "List the other issues to which the same can be said.",
        _others,
        OtherIssues,
        OthersQuery,
    ),
    Endpoint(
        "POST",
        f"{_ONE}/others",
        Role.OPERATOR,
        "Say the same to an issue and to others of its cause.",
        _answer_others,
        Answered,
        body=AnswerOthers,
        example={"answer": "keep-erp", "also": [18, 21]},
    ),
    Endpoint(
        "POST",
        f"{_ONE}/comment",
        Role.OPERATOR,
        "Keep what somebody has to say about an issue.",
        _comment,
        Done,
        body=Comment,
        example={"text": "asked the customer on Monday"},
    ),
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
