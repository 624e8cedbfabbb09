"""What waits for a person?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, func, select

from syncd.domain.code import code_of
from syncd.registry import tables as t

__all__ = ["IssueRow", "count_issues", "find_issue", "list_issues", "raw_of"]


class IssueRow(msgspec.Struct, frozen=True, kw_only=True):
    """One issue.

    Attributes:
        code: Stable name of the cause.
        customer: Code of the customer concerned, if it is a known one.
        has_raw: Whether the record was kept, to be understood again.
        details: For a conflict: the values of both sides.
    """

    id: int
    code: str
    connection: str | None
    customer: str | None
    external_id: str | None
    field: str | None
    message: str
    cure: str
    state: str
    seen: int
    first_at: datetime
    last_at: datetime
    run: int | None
    closed_by: str | None
    has_raw: bool
    details: dict[str, Any]


def list_issues(
    connection: Connection,
    *,
    of: int | None = None,
    code: str | None = None,
    state: str | None = "open",
    customer: int | None = None,
    older_than: datetime | None = None,
    limit: int = 50,
) -> list[IssueRow]:
    """Issues, the oldest first: those have waited longest.

    Args:
        of: Id of a connection.
        customer: Id of a contractor.
        older_than: Only issues first seen before this moment.
    """
    statement = _select()
    for column, value in (
        (t.Issue.connection_id, of),
        (t.Issue.code, code),
        (t.Issue.state, state),
        (t.Issue.contractor_id, customer),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if older_than is not None:
        statement = statement.where(t.Issue.first_at < older_than)
    return [_row(row) for row in connection.execute(statement.order_by(t.Issue.first_at, t.Issue.id).limit(limit))]


def count_issues(connection: Connection) -> dict[str, int]:
    """Open issues by cause, the most frequent first."""
    number = func.count()
    rows = connection.execute(
        select(t.Issue.code, number).where(t.Issue.state == "open").group_by(t.Issue.code).order_by(number.desc())
    )
    return {row[0]: row[1] for row in rows}


def find_issue(connection: Connection, issue_id: int) -> IssueRow | None:
    """One issue; ``None`` if there is none of that number."""
    row = connection.execute(_select().where(t.Issue.id == issue_id)).one_or_none()
    return None if row is None else _row(row)


def raw_of(connection: Connection, issue_id: int) -> bytes | None:
    """The record as the platform sent it, if it was kept."""
    return connection.execute(select(t.Issue.raw).where(t.Issue.id == issue_id)).scalar_one_or_none()


def _select() -> Select[*tuple[Any, ...]]:
    issue = t.Issue
    return select(
        issue.id, issue.code, issue.contractor_id, issue.external_id, issue.field, issue.message, issue.cure,
        issue.state, issue.seen, issue.first_at, issue.last_at, issue.run_id, issue.closed_by, issue.details,
        issue.raw.is_not(None).label("has_raw"), t.Connection.name.label("connection"),
    ).outerjoin(t.Connection, t.Connection.id == issue.connection_id)  # fmt: skip


def _row(row: Row[Any]) -> IssueRow:
    values = row._asdict()
    contractor_id = values.pop("contractor_id")
    values["customer"] = None if contractor_id is None else code_of(contractor_id)
    values["run"] = values.pop("run_id")
    values["has_raw"] = bool(values["has_raw"])
    return IssueRow(**values)
