"""What can a person do with an issue?"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from syncd.errors import NotFound
from syncd.registry import bindings, outbox, vat_answers
from syncd.registry.engine import writing
from syncd.registry.tables import Audit, Issue, Push
from syncd.sync.app import App
from syncd.sync.groups.watch import GROUP_CAUSES, watch_groups
from syncd.sync.request import request_run
from syncd.sync.vat import VAT_INVALID

__all__ = ["drop", "release", "retry", "settle"]


_MADE_AGAIN: Final = frozenset({"gone", "gone-from-shop"})
"""Causes whose record was deleted at its side: trying again is making it again."""


def retry(app: App, issue_id: int, *, by: str) -> int | None:
    """Try again what the issue is about: read the record anew, push the contractor now, make it again, or ask VIES.

    Returns:
        The run that reads the record; ``None`` where something else is tried: a push, VIES, a look at groups.

    Raises:
        NotFound: When there is no such issue.
    """
    with writing(app.engine) as connection:
        issue = _issue(connection, issue_id)
        made_again = issue.code in _MADE_AGAIN and issue.contractor_id is not None
        if made_again:
            _forget(app, connection, issue, by)
        asks_vies = issue.code == VAT_INVALID and issue.contractor_id is not None
        if asks_vies:
            number = vat_answers.number_of(connection, issue.contractor_id)
            vat_answers.make_due(connection, [number] if number else [], app.now())
        about_groups = issue.code in GROUP_CAUSES
        if about_groups:
            watch_groups(app, connection, now=app.now(), thorough=True)
        elif made_again or issue.external_id is None:
            _push_now(app, connection, issue.connection_id, issue.contractor_id)
        connection.execute(
            insert(Audit).values(at=app.now(), actor=by, action="retry-issue", subject=f"issue {issue_id}", details={})
        )
    if asks_vies or about_groups:
        return None
    if made_again or issue.external_id is None:
        app.doorbell.push(issue.connection_id)
        return None
    connected = app.connection_by_id(issue.connection_id)
    return request_run(app, connected, mode="only", only=[issue.external_id], asked_by=by)


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
        raise NotFound(f"there is no issue {issue_id}", cure="`syncd attention list` shows all.")
    return issue


def _forget(app: App, connection: Connection, issue: Any, by: str) -> None:
    """Unbind a record that is gone, and say that its side is behind on the contractor."""
    bindings.forget(connection, issue.connection_id, issue.contractor_id)
    outbox.add(connection, [(issue.connection_id, issue.contractor_id)], run_id=issue.run_id or 0, now=app.now())
    connection.execute(
        update(Issue).where(Issue.id == issue.id).values(state="resolved", closed_by=by, last_at=app.now())
    )


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
        dropped = connection.execute(
            update(Issue).where(Issue.id == issue_id).values(state="dropped", closed_by=by, last_at=app.now())
        )
        if dropped.rowcount == 0:
            raise NotFound(f"there is no issue {issue_id}", cure="`syncd attention list` shows all.")
        connection.execute(
            insert(Audit).values(at=app.now(), actor=by, action="drop-issue", subject=f"issue {issue_id}", details={})
        )
