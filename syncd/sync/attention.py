"""What can a person do with an issue?"""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from syncd.errors import NotFound
from syncd.registry.engine import writing
from syncd.registry.tables import Audit, Issue, Push
from syncd.sync.app import App
from syncd.sync.request import request_run

__all__ = ["drop", "retry"]


def retry(app: App, issue_id: int, *, by: str) -> int | None:
    """Try again what the issue is about: read the record anew, or push the contractor now.

    Returns:
        The run that reads the record; ``None`` where a push is what is tried.
    """
    with writing(app.engine) as connection:
        issue = connection.execute(
            select(Issue.connection_id, Issue.external_id, Issue.contractor_id, Issue.code).where(Issue.id == issue_id)
        ).one_or_none()
        if issue is None:
            raise NotFound(f"there is no issue {issue_id}", cure="`syncd attention list` shows all.")
        if issue.external_id is None:
            _push_now(app, connection, issue.connection_id, issue.contractor_id)
        connection.execute(
            insert(Audit).values(at=app.now(), actor=by, action="retry-issue", subject=f"issue {issue_id}", details={})
        )
    if issue.external_id is None:
        app.doorbell.push(issue.connection_id)
        return None
    connected = app.connection_by_id(issue.connection_id)
    return request_run(app, connected, mode="only", only=[issue.external_id], asked_by=by)


def _push_now(app: App, connection: Connection, connection_id: int, contractor_id: int) -> None:
    connection.execute(
        update(Push)
        .where(Push.connection_id == connection_id, Push.contractor_id == contractor_id)
        .values(due_at=app.now(), attempts=0)
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
