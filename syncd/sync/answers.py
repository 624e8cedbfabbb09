"""How does a person settle an issue in one step? By one of the answers that it brought along."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import count
from typing import Final

import msgspec
from sqlalchemy import insert

from syncd.domain.answers import Answer, same_answer
from syncd.domain.code import id_of
from syncd.errors import InvalidRecord, NotFound, SyncError
from syncd.registry import issues
from syncd.registry.engine import reading, writing
from syncd.registry.queries.issues import IssueRow, find_issue, list_issues
from syncd.registry.tables import Audit
from syncd.sentence import Counted, Sentence
from syncd.sync import taken
from syncd.sync.app import App
from syncd.sync.attention import drop, release, retry_all
from syncd.sync.country_names import map_country, serve_country, settle_country
from syncd.sync.erase_answers import erase_there_again, not_the_same
from syncd.sync.groups.answers import leave_group_out, map_group, take_suggestion
from syncd.sync.keep import edit, keep_erp, keep_shop
from syncd.sync.logins import set_default_login
from syncd.sync.matching import ANSWERS
from syncd.sync.request import request_run

__all__ = [
    "AT_ONCE",
    "HANDLERS",
    "Answered",
    "Handler",
    "Others",
    "answer",
    "answer_all",
    "answers_of",
    "find_answer",
    "others",
]

AT_ONCE: Final = 200
"""Issues that are answered in one go: each answer may be a change of a customer, and somebody waits for it."""

_PAGE: Final = 500

Handler = Callable[[App, IssueRow, Answer, str, str], Sequence[int]]
"""Carries an answer out: the issue, the answer, the value that the person gave, and who it is.

Answers the runs that are to settle the issue; none where it is settled already, or by no run.
"""


def _retry(app: App, issue: IssueRow, _answer: Answer, _value: str, by: str) -> Sequence[int]:
    return retry_all(app, [issue.id], by=by)


def _drop(app: App, issue: IssueRow, _answer: Answer, _value: str, by: str) -> Sequence[int]:
    drop(app, issue.id, by=by)
    return ()


def _release(app: App, issue: IssueRow, _answer: Answer, _value: str, by: str) -> Sequence[int]:
    release(app, issue.id, by=by)
    return ()


def _map_country(app: App, issue: IssueRow, answer: Answer, value: str, by: str) -> Sequence[int]:
    """The name counts for everybody: whom else it concerns shows in the plan of a new look."""
    map_country(app, answer.values["stated"], answer.values.get("country", value), by=by)
    return _look_again(app, issue, by)


def _serve_country(app: App, issue: IssueRow, answer: Answer, _value: str, by: str) -> Sequence[int]:
    """The shop serves it for everybody, like a name that counts for everybody."""
    serve_country(app, answer.values["at"], answer.values["country"], by=by)
    return _look_again(app, issue, by)


def _look_again(app: App, issue: IssueRow, by: str) -> Sequence[int]:
    concerned = app.connections.get(issue.connection or "")
    run_id = concerned and request_run(app, concerned, mode="reverify", asked_by=by, join=True)
    return [run_id] if run_id else ()


def _settle_country(app: App, issue: IssueRow, answer: Answer, value: str, by: str) -> Sequence[int]:
    contractor_id = id_of(issue.customer or "")
    if contractor_id is None:
        raise InvalidRecord(
            Sentence("issue %(issue)s is about a record that is no customer yet", issue=issue.id),
            code="not-a-customer-yet",
            cure="Let its run be applied first, or correct the record where it comes from.",
        )
    settle_country(app, contractor_id, answer.values.get("country", value), by=by)
    return ()


HANDLERS: Final[Mapping[str, Handler]] = {
    "drop": _drop,
    "erase-there-again": erase_there_again,
    "not-the-same": not_the_same,
    "leave-group-out": leave_group_out,
    "leave-unserved": _drop,
    "map-country": _map_country,
    "map-group": map_group,
    "release": _release,
    "retry": _retry,
    "take-suggestion": take_suggestion,
    "keep-erp": keep_erp,
    "keep-shop": keep_shop,
    "edit": edit,
    "serve-country": _serve_country,
    "set-default-login": set_default_login,
    "settle-country": _settle_country,
    "trust-address": _settle_country,
    "trust-declared": _settle_country,
    "trust-tax-prefix": _settle_country,
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


class Others(msgspec.Struct, frozen=True, kw_only=True):
    """Issues of the same cause to which the same can be said.

    Attributes:
        total: How many there are.
        issues: Those that waited longest, at most `AT_ONCE`.
    """

    total: int
    issues: list[IssueRow]


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an answer to several issues.

    Attributes:
        done: Ids of those that took it.
        refused: Why the others did not.
    """

    answer: Answer
    done: list[int]
    refused: dict[int, str]


def answer(app: App, issue_id: int, key: str, *, value: str = "", by: str) -> Answer:
    """Carry out one answer; see `answer_all`."""
    return answer_all(app, issue_id, key, (), value=value, by=by).answer


def others(app: App, issue_id: int, key: str) -> Others:
    """Open issues, not answered yet, to which an answer says the same as to this one, which may be over.

    Raises:
        NotFound: When there is no such issue.
        InvalidRecord: When it has no such answer.
    """
    issue = _find(app, issue_id)
    chosen = find_answer(issue, key)
    if same_answer(answers_of(issue), chosen) is None:
        return Others(total=0, issues=[])
    total, found = 0, list[IssueRow]()
    for other in _of_cause(app, issue):
        if same_answer(answers_of(other), chosen) is not None:
            total += 1
            if len(found) < AT_ONCE:
                found.append(other)
    return Others(total=total, issues=found)


def answer_all(app: App, issue_id: int, key: str, also: Collection[int], *, value: str = "", by: str) -> Answered:
    """Answer one issue, unless it is over, and say the same to others. One that does not take it stops no other.

    Args:
        key: See `find_answer`.
        value: What the answer asks for.
        also: Ids of the others, of those that `others` found.

    Raises:
        NotFound: When there is no such issue.
        InvalidRecord: When it is over or was answered, and nothing else is asked for, or it has no such answer, or the
            answer lacks its value, or is right for it alone.
    """
    issue = _find(app, issue_id) if also else _unanswered(app, issue_id)
    chosen = find_answer(issue, key)
    if also and same_answer(answers_of(issue), chosen) is None:
        raise InvalidRecord(
            Sentence("what is answered to issue %(issue)s by %(key)s is right for it alone", issue=issue_id, key=key),
            code="no-such-answer",
            cure="Answer the others one by one.",
        )
    done, refused = list[int](), dict[int, str]()
    if issue.state != "resolved" and issue.settling is None:
        _carry_out(app, issue, chosen, value, by)
        done.append(issue_id)
    for other_id in sorted(set(also) - {issue_id})[:AT_ONCE]:
        try:
            _say_the_same(app, issue, other_id, chosen, value, by)
        except SyncError as error:
            refused[other_id] = error.message
        else:
            done.append(other_id)
    return Answered(answer=chosen, done=done, refused=refused)


def _find(app: App, issue_id: int) -> IssueRow:
    with reading(app.engine) as connection:
        issue = find_issue(connection, issue_id)
    if issue is None:
        raise NotFound(
            Sentence("there is no issue %(issue)s", issue=issue_id), cure="`syncd attention list` shows all."
        )
    return issue


def _unanswered(app: App, issue_id: int) -> IssueRow:
    issue = _find(app, issue_id)
    if issue.state == "resolved":
        raise InvalidRecord(
            Sentence("issue %(issue)s is resolved", issue=issue_id),
            code="issue-resolved",
            cure="There is nothing left to do.",
        )
    if issue.settling is not None:
        raise InvalidRecord(
            Sentence(
                "issue %(issue)s was answered, and run %(run)s is about to settle it",
                issue=issue_id,
                run=issue.settling,
            ),
            code="issue-answered",
            cure="Wait until that run is over; to answer something else, cancel it first.",
        )
    return issue


def _of_cause(app: App, issue: IssueRow) -> Iterator[IssueRow]:
    """Other open issues of a cause, read a page at a time."""
    with reading(app.engine) as connection:
        for offset in count(step=_PAGE):
            page = list_issues(connection, code=issue.code, now=app.now(), limit=_PAGE, offset=offset)
            yield from (one for one in page if one.id != issue.id and one.settling is None)
            if len(page) < _PAGE:
                return


def _say_the_same(app: App, issue: IssueRow, other_id: int, chosen: Answer, value: str, by: str) -> None:
    other = _unanswered(app, other_id)
    same = same_answer(answers_of(other), chosen) if other.code == issue.code else None
    if same is None:
        raise InvalidRecord(
            Sentence("issue %(other_id)s has no such answer", other_id=other_id),
            code="no-such-answer",
            cure="Answer it by itself.",
        )
    _carry_out(app, other, same, value, by)


def _carry_out(app: App, issue: IssueRow, chosen: Answer, value: str, by: str) -> None:
    if chosen.asks and not value:
        raise InvalidRecord(
            Sentence("the answer %(key)s needs a value: %(asks)s", key=chosen.key, asks=chosen.asks),
            code="answer-incomplete",
            cure="Give it by --value.",
        )
    runs = HANDLERS[chosen.key](app, issue, chosen, value, by)
    with writing(app.engine) as connection:
        issues.note_answer(connection, issue.id, runs)
        connection.execute(
            insert(Audit).values(
                at=app.now(),
                actor=by,
                action="answer-issue",
                subject=f"issue {issue.id}",
                details={"answer": chosen.key, **chosen.values},
            )
        )


def find_answer(issue: IssueRow, key: str) -> Answer:
    """One of the answers of an issue.

    Args:
        key: Its key, or with a number where several have one key: ``map-country:2``.

    Raises:
        InvalidRecord: When it has no such answer.
    """
    name, _, number = key.partition(":")
    found = [one for one in answers_of(issue) if one.key == name]
    index = int(number) - 1 if number.isdigit() else 0
    if number == "" and len(found) == 1:
        return found[0]
    if number.isdigit() and 0 <= index < len(found):
        return found[index]
    names = [f"{one.key}: {one.label}" for one in answers_of(issue)]
    raise InvalidRecord(
        Sentence("issue %(issue)s has no answer %(key)s", issue=issue.id, key=repr(key))
        if not found
        else Sentence(
            Counted("issue %(issue)s has %(count)s answer %(name)s", "issue %(issue)s has %(count)s answers %(name)s"),
            issue=issue.id,
            count=len(found),
            name=repr(name),
        ),
        code="no-such-answer",
        cure=Sentence(
            "Its answers: %(names)s. Of several with one key name one by its number, like %(name)s:1.",
            names="; ".join(names),
            name=name,
        ),
    )
