"""What can a person do with an issue?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, insert, select, update

from syncd.domain.contractor import load
from syncd.domain.country import Zone
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import bindings, issues, lookups, notices, outbox, vat_answers
from syncd.registry.engine import writing
from syncd.registry.tables import Audit, Issue, Push
from syncd.sentence import Counted, Sentence
from syncd.sync.app import App
from syncd.sync.groups.watch import GROUP_CAUSES, watch_groups
from syncd.sync.request import request_run
from syncd.sync.vat import VAT_INVALID

__all__ = [
    "UNDELIVERED",
    "assign",
    "comment",
    "drop",
    "release",
    "retry",
    "retry_all",
    "settle",
    "snooze",
    "snooze_all",
]


UNDELIVERED: Final = "news-undelivered"
"""Cause of an issue about a channel that does not take what it is told."""

_MADE_AGAIN: Final = frozenset({"gone", "gone-from-shop"})
"""Causes whose record was deleted at its side: trying again is making it again."""

_COMMENT: Final = 1000


class _Again(NamedTuple):
    """How one issue is tried again.

    Attributes:
        read: Record to be read, with its connection.
        push: Connection to which the contractor is pushed.
    """

    read: tuple[int, str] | None = None
    push: int | None = None


def retry(app: App, issue_id: int, *, by: str) -> int | None:
    """Try again what the issue is about: read the record anew, push the contractor now, make it again, or ask VIES.

    Returns:
        The run that reads the record; ``None`` where something else is tried: a push, VIES, a look at groups.

    Raises:
        NotFound: When there is no such issue.
    """
    return next(iter(retry_all(app, [issue_id], by=by)), None)


def retry_all(app: App, issue_ids: Collection[int], *, by: str) -> list[int]:
    """Try several again, with one run for the records of each connection.

    Returns:
        The runs that read records.

    Raises:
        NotFound: When one is not there; nothing is tried then.
    """
    with writing(app.engine) as connection:
        again = [_try_again(app, connection, _issue(connection, issue_id), by) for issue_id in issue_ids]
    records: dict[int, list[str]] = defaultdict(list)
    for connection_id, external_id in (one.read for one in again if one.read is not None):
        records[connection_id].append(external_id)
    for connection_id in dict.fromkeys(one.push for one in again if one.push is not None):
        app.doorbell.push(connection_id)
    runs = [
        request_run(
            app,
            app.connection_by_id(connection_id),
            mode="only",
            only=list(dict.fromkeys(only)),
            asked_by=by,
            join=True,
        )
        for connection_id, only in records.items()
    ]
    return [run_id for run_id in runs if run_id is not None]


def _try_again(app: App, connection: Connection, issue: Any, by: str) -> _Again:
    _write_down(app, connection, by, "retry-issue", issue.id)
    if issue.code == UNDELIVERED:
        notices.again(connection, issue.details["channel"], app.now())
        return _Again()
    if issue.code in GROUP_CAUSES:
        watch_groups(app, connection, now=app.now(), thorough=True)
        return _Again()
    if issue.code == VAT_INVALID and issue.contractor_id is not None:
        number = vat_answers.number_of(connection, issue.contractor_id)
        vat_answers.make_due(connection, [number] if number else [], app.now())
        return _Again()
    made_again = issue.code in _MADE_AGAIN and issue.contractor_id is not None
    if made_again and not _leads_elsewhere(app, connection, issue):
        _forget(app, connection, issue, by)
    if made_again or issue.external_id is None:
        _push_now(app, connection, issue.connection_id, issue.contractor_id)
        return _Again(push=issue.connection_id)
    return _Again(read=(issue.connection_id, issue.external_id))


def release(app: App, issue_id: int, *, by: str) -> int | None:
    """Let a record go that is somebody else now, and match it anew. Who had it keeps everything but this record.

    Returns:
        The run that matches it.

    Raises:
        NotFound: When there is no such issue.
    """
    with writing(app.engine) as connection:
        issue = _issue(connection, issue_id)
        bindings.forget(connection, issue.connection_id, issue.contractor_id)
        connection.execute(
            update(Issue).where(Issue.id == issue_id).values(state="resolved", closed_by=by, last_at=app.now())
        )
    connected = app.connection_by_id(issue.connection_id)
    return request_run(app, connected, mode="only", only=[issue.external_id], asked_by=by)


def _issue(connection: Connection, issue_id: int) -> Any:
    issue = connection.execute(select(Issue.__table__).where(Issue.id == issue_id)).one_or_none()
    if issue is None:
        raise NotFound(
            Sentence("there is no issue %(issue)s", issue=issue_id), cure="`syncd attention list` shows all."
        )
    return issue


def _forget(app: App, connection: Connection, issue: Any, by: str) -> None:
    """Unbind a record that is gone, and say that its side is behind on the contractor."""
    gone, now = bindings.forget(connection, issue.connection_id, issue.contractor_id), app.now()
    if gone is not None:
        issues.no_more_asked_for(connection, issue.connection_id, [gone], by=by, now=now)
    outbox.add(connection, [(issue.connection_id, issue.contractor_id)], run_id=issue.run_id or 0, now=now)
    connection.execute(
        update(Issue).where(Issue.id == issue.id).values(state="resolved", closed_by=by, last_at=app.now())
    )


def _leads_elsewhere(app: App, connection: Connection, issue: Any) -> bool:
    """Whether the record is the last that a contractor has, and it comes to others by it; those are told then.

    A contractor deleted everywhere has to be made again at one side before the other may forget its record: nobody
    would know any more where it belongs.
    """
    here, id_ = issue.connection_id, issue.contractor_id
    known = lookups.known(connection, [id_]).get(id_)
    if known is None or lookups.holders(connection, [id_])[id_] != {here}:
        return False
    contractor, zone = load(known.doc), Zone(known.zone)
    others = [one.id for one in app.network.others(here) if app.network.takes(one, contractor, zone, {here})]
    outbox.add(connection, [(other, id_) for other in others], run_id=issue.run_id or 0, now=app.now())
    return bool(others)


def _push_now(app: App, connection: Connection, connection_id: int, contractor_id: int) -> None:
    connection.execute(
        update(Push)
        .where(Push.connection_id == connection_id, Push.contractor_id == contractor_id)
        .values(due_at=app.now(), attempts=0)
    )


def settle(app: App, issue_id: int, *, by: str) -> None:
    """Close an issue that a person's answer settled."""
    with writing(app.engine) as connection:
        connection.execute(
            update(Issue).where(Issue.id == issue_id).values(state="resolved", closed_by=by, last_at=app.now())
        )


def drop(app: App, issue_id: int, *, by: str) -> None:
    """Show the issue no more while its cause stays as it is.

    Raises:
        NotFound: When there is no such issue.
    """
    with writing(app.engine) as connection:
        _change(connection, issue_id, state="dropped", closed_by=by, last_at=app.now())
        _write_down(app, connection, by, "drop-issue", issue_id)


def assign(app: App, issue_id: int, who: str | None, *, by: str) -> None:
    """Say who sees to an issue; ``None``: nobody any more.

    Raises:
        NotFound: When there is no such issue.
    """
    with writing(app.engine) as connection:
        _change(connection, issue_id, assignee=who)
        _write_down(app, connection, by, "assign-issue", issue_id, assignee=who)


def snooze(app: App, issue_id: int, until: datetime, *, by: str) -> None:
    """Do not show an issue before a moment, unless its cause goes and comes again. When the cause goes, it closes.

    Raises:
        NotFound: When there is no such issue.
    """
    with writing(app.engine) as connection:
        _change(connection, issue_id, snoozed_until=until)
        _write_down(app, connection, by, "snooze-issue", issue_id, until=until.isoformat())


def snooze_all(app: App, issue_ids: Collection[int], until: datetime, *, by: str) -> None:
    """The same of several.

    Raises:
        NotFound: When one is not there.
    """
    for issue_id in issue_ids:
        snooze(app, issue_id, until, by=by)


def comment(app: App, issue_id: int, text: str, *, by: str) -> None:
    """Keep what a person has to say about an issue. It goes with the issue when its customer is erased.

    Raises:
        NotFound: When there is no such issue.
        InvalidRecord: When there is no text, or too much.
    """
    text = text.strip()
    if not text or len(text) > _COMMENT:
        raise InvalidRecord(
            Sentence(
                Counted(
                    "a comment is at least one and at most %(count)s character long",
                    "a comment is at least one and at most %(count)s characters long",
                ),
                count=_COMMENT,
            ),
            code="comment-wrong",
            field="text",
            cure="Shorten it.",
        )
    with writing(app.engine) as connection:
        _issue(connection, issue_id)
        _write_down(app, connection, by, "comment-issue", issue_id, text=text)


def _change(connection: Connection, issue_id: int, **values: Any) -> None:
    if connection.execute(update(Issue).where(Issue.id == issue_id).values(**values)).rowcount == 0:
        raise NotFound(
            Sentence("there is no issue %(issue)s", issue=issue_id), cure="`syncd attention list` shows all."
        )


def _write_down(app: App, connection: Connection, by: str, action: str, issue_id: int, **details: Any) -> None:
    connection.execute(
        insert(Audit).values(at=app.now(), actor=by, action=action, subject=f"issue {issue_id}", details=details)
    )
