"""What waits for a person?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, or_, select, union

from syncd.domain.code import code_of, id_of
from syncd.registry import tables as t
from syncd.registry.issues import ANSWERED, SAID, said_of
from syncd.registry.runs import ENDED

__all__ = [
    "Asked",
    "CauseRow",
    "IssueRow",
    "assignees",
    "count_issues",
    "count_listed",
    "find_issue",
    "issue_ids",
    "last_checked",
    "list_causes",
    "list_issues",
    "names_of",
    "raw_of",
]


class IssueRow(msgspec.Struct, frozen=True, kw_only=True):
    """One issue.

    Attributes:
        code: Stable name of the cause.
        customer: Code of the customer concerned, if it is a known one.
        has_raw: Whether the record was kept, to be understood again.
        details: For a conflict: the values of both sides.
        settling: The run that an answer asked for, while it is under way.
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
    assignee: str | None
    snoozed_until: datetime | None
    has_raw: bool
    details: dict[str, Any]
    settling: int | None = None


class CauseRow(msgspec.Struct, frozen=True, kw_only=True):
    """Issues of one cause.

    Attributes:
        snoozed: How many more of them are put off.
        connections: Where they came up.
        assignees: Who sees to them.
        cure: What helps against the newest of them, in its own words.
    """

    code: str
    number: int
    snoozed: int
    oldest_at: datetime
    newest_at: datetime
    connections: list[str]
    assignees: list[str]
    cure: str


class Asked(TypedDict, total=False):
    """Which issues somebody asks for.

    Attributes:
        of: Id of a connection.
        state: As it is kept, or ``snoozed``; ``open`` without, and ``None`` for all.
        customer: Id of a contractor.
        older_than: Only issues first seen before this moment.
        assignee: Who sees to them; ``""`` for those that nobody sees to.
        now: What is put off to a later moment is left out.
        run: The run that met them last.
    """

    of: int | None
    code: str | None
    state: str | None
    customer: int | None
    older_than: datetime | None
    assignee: str | None
    now: datetime | None
    run: int | None


def list_issues(
    connection: Connection, *, after: int | None = None, limit: int = 50, offset: int = 0, **asked: Unpack[Asked]
) -> list[IssueRow]:
    """Issues, the oldest first: those have waited longest.

    Args:
        after: Id of the issue behind which to start; none follows one that is not there any more.
    """
    statement = _select().where(*_conditions(asked)).order_by(t.Issue.first_at, t.Issue.id)
    if after is not None:
        since = select(t.Issue.first_at).where(t.Issue.id == after).scalar_subquery()
        statement = statement.where(or_(t.Issue.first_at > since, and_(t.Issue.first_at == since, t.Issue.id > after)))
    return _rows(connection, connection.execute(statement.limit(limit).offset(offset)).all())


def count_listed(connection: Connection, **asked: Unpack[Asked]) -> int:
    """How many issues `list_issues` would list, however many at a time."""
    return connection.execute(select(func.count()).select_from(t.Issue).where(*_conditions(asked))).scalar_one()


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    state, now = asked.get("state", "open"), asked.get("now")
    found = [
        column == value
        for column, value in (
            (t.Issue.connection_id, asked.get("of")),
            (t.Issue.code, asked.get("code")),
            (t.Issue.state, "open" if state == "snoozed" else state),
            (t.Issue.assignee, asked.get("assignee") or None),
            (t.Issue.run_id, asked.get("run")),
        )
        if value is not None
    ]
    if (customer := asked.get("customer")) is not None:
        found.append(_about(customer))
    if asked.get("assignee") == "":
        found.append(t.Issue.assignee.is_(None))
    if (older_than := asked.get("older_than")) is not None:
        found.append(t.Issue.first_at < older_than)
    if now is not None and state in {"open", "snoozed"}:
        found.append(_put_off(now) if state == "snoozed" else ~_put_off(now))
    return found


def _about(customer: int) -> ColumnElement[bool]:
    """Issues that name the customer, and those of its records that could not be read: these have the record's id."""
    issue, binding = t.Issue, t.Binding
    own = select(issue.id).where(issue.contractor_id == customer)
    unread = (
        select(issue.id)
        .join(binding, and_(binding.connection_id == issue.connection_id, binding.external_id == issue.external_id))
        .where(binding.contractor_id == customer, issue.contractor_id.is_(None))
    )
    return issue.id.in_(union(own, unread))


def count_issues(connection: Connection, *, now: datetime | None = None) -> dict[str, int]:
    """Open issues by cause, the most frequent first.

    Args:
        now: What is put off to a later moment does not count.
    """
    number = func.count()
    statement = select(t.Issue.code, number).where(t.Issue.state == "open")
    if now is not None:
        statement = statement.where(~_put_off(now))
    return {row[0]: row[1] for row in connection.execute(statement.group_by(t.Issue.code).order_by(number.desc()))}


def list_causes(connection: Connection, *, now: datetime) -> list[CauseRow]:
    """What waits, by cause, the most frequent first; a cause of which all is put off comes last."""
    issue, put_off = t.Issue, _put_off(now)
    selected = (
        issue.code, t.Connection.name.label("connection"), issue.assignee, case((put_off, 1), else_=0).label("off"),
        func.count().label("number"), func.min(issue.first_at).label("oldest"), func.max(issue.last_at).label("newest"),
        func.max(issue.id).label("newest_id"),
    )  # fmt: skip
    rows = connection.execute(
        select(*selected)
        .outerjoin(t.Connection, t.Connection.id == issue.connection_id)
        .where(issue.state == "open")
        .group_by(issue.code, t.Connection.name, issue.assignee, "off")
    )
    by_code: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_code[row.code].append(row)
    newest = {code: max(row.newest_id for row in parts) for code, parts in by_code.items()}
    cures = connection.execute(select(issue.id, issue.cure, issue.details).where(issue.id.in_(newest.values())))
    cure_of = {row[0]: said_of(row[2], "cure", row[1]) for row in cures}
    found = [_cause(code, parts, cure_of[newest[code]]) for code, parts in by_code.items()]
    return sorted(found, key=lambda cause: (-cause.number, cause.code))


def _cause(code: str, parts: list[Any], cure: str) -> CauseRow:
    return CauseRow(
        code=code,
        number=sum(row.number for row in parts if not row.off),
        snoozed=sum(row.number for row in parts if row.off),
        oldest_at=min(row.oldest for row in parts),
        newest_at=max(row.newest for row in parts),
        connections=sorted({row.connection for row in parts if row.connection}),
        assignees=sorted({row.assignee for row in parts if row.assignee}),
        cure=cure,
    )


def issue_ids(
    connection: Connection,
    *,
    code: str | None = None,
    failed: bool = False,
    of: int | None = None,
    now: datetime | None = None,
) -> list[int]:
    """Open issues, put off or not.

    Args:
        now: What is put off to a later moment is left out.
        code: Of this cause.
        failed: Only work that failed: records that could not be used, and pushes that wait for a person. What only
            asks something is left out.
        of: Id of a connection.
    """
    statement = select(t.Issue.id).where(t.Issue.state == "open").order_by(t.Issue.id)
    if code is not None:
        statement = statement.where(t.Issue.code == code)
    if of is not None:
        statement = statement.where(t.Issue.connection_id == of)
    if now is not None:
        statement = statement.where(~_put_off(now))
    if failed:
        stuck = exists().where(
            t.Push.connection_id == t.Issue.connection_id,
            t.Push.contractor_id == t.Issue.contractor_id,
            t.Push.error_code == t.Issue.code,
        )
        statement = statement.where(or_(t.Issue.raw.is_not(None), and_(t.Issue.external_id.is_(None), stuck)))
    return list(connection.scalars(statement))


def _put_off(now: datetime) -> ColumnElement[bool]:
    """Issues that are not to be shown yet. Never null, so that it can be negated."""
    return and_(t.Issue.snoozed_until.is_not(None), t.Issue.snoozed_until > now)


def find_issue(connection: Connection, issue_id: int) -> IssueRow | None:
    """One issue; ``None`` if there is none of that number."""
    found = _rows(connection, connection.execute(_select().where(t.Issue.id == issue_id)).all())
    return found[0] if found else None


def raw_of(connection: Connection, issue_id: int) -> bytes | None:
    """The record as the platform sent it, if it was kept."""
    return connection.execute(select(t.Issue.raw).where(t.Issue.id == issue_id)).scalar_one_or_none()


def assignees(connection: Connection) -> list[str]:
    """Who sees to open issues."""
    rows = connection.scalars(
        select(t.Issue.assignee).where(t.Issue.state == "open", t.Issue.assignee.is_not(None)).distinct()
    )
    return sorted(name for name in rows if name)


def names_of(connection: Connection, codes: Collection[str | None]) -> dict[str, str]:
    """What customers are called, by code."""
    ids = {id_ for code in codes if code is not None and (id_ := id_of(code)) is not None}
    rows = connection.execute(select(t.Contractor.id, t.Contractor.name).where(t.Contractor.id.in_(ids)))
    return {code_of(row.id): row.name for row in rows}


def last_checked(connection: Connection) -> datetime | None:
    """When a side was last heard without trouble."""
    at: datetime | None = connection.scalar(select(func.max(t.Connection.last_success_at)))
    return at


def _select() -> Select[*tuple[Any, ...]]:
    issue = t.Issue
    return select(
        issue.id, issue.code, issue.contractor_id, issue.external_id, issue.field, issue.message, issue.cure,
        issue.state, issue.seen, issue.first_at, issue.last_at, issue.run_id, issue.closed_by, issue.details,
        issue.assignee, issue.snoozed_until,
        issue.raw.is_not(None).label("has_raw"), t.Connection.name.label("connection"),
    ).outerjoin(t.Connection, t.Connection.id == issue.connection_id)  # fmt: skip


def _rows(connection: Connection, rows: Sequence[Row[Any]]) -> list[IssueRow]:
    asked_for = {run_id for row in rows for run_id in row.details.get(ANSWERED, ())}
    under_way: set[int] = set()
    if asked_for:
        not_over = select(t.Run.id).where(t.Run.id.in_(asked_for), t.Run.state.not_in(ENDED))
        under_way.update(connection.scalars(not_over))
    return [_row(row, under_way) for row in rows]


def _row(row: Row[Any], under_way: Collection[int]) -> IssueRow:
    values = row._asdict()
    details = values["details"]
    values |= {name: said_of(details, name, values[name]) for name in ("message", "cure")}
    values["details"] = {name: one for name, one in details.items() if name not in {SAID, ANSWERED}}
    values["settling"] = next((run_id for run_id in details.get(ANSWERED, ()) if run_id in under_way), None)
    contractor_id = values.pop("contractor_id")
    values["customer"] = None if contractor_id is None else code_of(contractor_id)
    values["run"] = values.pop("run_id")
    values["has_raw"] = bool(values["has_raw"])
    return IssueRow(**values)
