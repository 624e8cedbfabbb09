"""What became of the records of one run, to be counted, searched, paged and taken away?

Lines of the plan in their order, then what was opened as an issue: records that could not be used, and questions.
Unchanged records are only counted, in the run itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, ScalarSelect, Select, and_, case, func, literal, select

from syncd.domain.code import code_of, id_of
from syncd.domain.folding import fold
from syncd.registry import tables as t
from syncd.registry.engine import among, reading
from syncd.registry.issues import said_of
from syncd.registry.lines import Action
from syncd.registry.queries.progress import tried_in_vain
from syncd.registry.tries import Tried, last_tries
from syncd.sentence import unpack

__all__ = [
    "ACTIONS",
    "Became",
    "Found",
    "Narrow",
    "PushRow",
    "RecordOf",
    "count",
    "find",
    "page",
    "search_records",
    "stream",
]

_PAGE: Final = 1000
_LAST: Final = 2**31 - 1
"""Number of the last line that a plan can have."""

ACTIONS: Final = tuple(str(value) for name, value in vars(Action).items() if name.isupper())
"""What a line can do."""


class Became(StrEnum):
    """What became of a record."""

    FAILED = "failed"
    """It could not be used, or could not be delivered: a person has to act."""
    RETRYING = "retrying"
    """It was not delivered, and is tried again by itself."""
    QUESTION = "question"
    """A person is asked something about it."""
    QUEUED = "queued"
    """It is on its way to a side."""
    APPLIED = "applied"
    PLANNED = "planned"
    """Not applied, or not yet."""
    STALE = "stale"
    LEFT_OUT = "left_out"
    KEPT = "kept"
    IMPOSSIBLE = "impossible"
    SETTLED = "settled"
    """It was an issue and is none any more."""


class PushRow(msgspec.Struct, frozen=True, kw_only=True):
    """One side that has to be told of it still.

    Attributes:
        due_at: ``None`` when a person has to act first.
        said: That side's own words, from the latest try.
        status: The HTTP status with which it answered.
    """

    connection: str
    attempts: int
    due_at: datetime | None
    code: str | None
    said: str | None
    status: int | None
    tried_at: datetime | None


class RecordOf(msgspec.Struct, frozen=True, kw_only=True):
    """One record of a run.

    Attributes:
        seq: Number of its plan line; ``None`` for an issue.
        issue: Number of the issue, of one that is no line.
        detail: The rule that decided, or what is wrong.
    """

    seq: int | None
    issue: int | None
    code: str | None
    external_id: str | None
    name: str | None
    action: str
    became: Became
    detail: str
    pushes: tuple[PushRow, ...] = ()


class Narrow(msgspec.Struct, frozen=True, kw_only=True):
    """Which records are meant; every part that is given has to fit.

    Attributes:
        became: What became of them.
        action: What their line does.
        search: A code, an external id, or part of a name in any spelling.
    """

    became: Became | None = None
    action: str | None = None
    search: str = ""


class Found(msgspec.Struct, frozen=True):
    """Whom a search found: lines and issues by number."""

    seqs: Sequence[int]
    issues: Sequence[int]


def count(connection: Connection, run_id: int, found: Found | None = None) -> tuple[Counter[Became], Counter[str]]:
    """How many records became what, and how many lines do what."""
    became: Counter[Became] = Counter()
    actions: Counter[str] = Counter()
    lines = _lines(connection, run_id, Narrow(), found).subquery()
    rows = connection.execute(
        select(lines.c.action, lines.c.became, func.count()).group_by(lines.c.action, lines.c.became)
    )
    for action, outcome, number in rows:
        became[Became(outcome)] += number
        actions[action] += number
    issues = _issues(connection, run_id, Narrow(), found).subquery()
    for outcome, number in connection.execute(select(issues.c.became, func.count()).group_by(issues.c.became)):
        became[Became(outcome)] += number
    return became, actions


def page(
    connection: Connection,
    run_id: int,
    narrow: Narrow,
    found: Found | None = None,
    *,
    offset: int = 0,
    limit: int = 50,
) -> list[RecordOf]:
    """A page of records."""
    lines = _lines(connection, run_id, narrow, found)
    rows = list(connection.execute(lines.order_by(t.PlanLine.seq).offset(offset).limit(limit)))
    if len(rows) < limit and narrow.action is None:
        before = connection.scalar(select(func.count()).select_from(lines.subquery())) or 0
        issues = _issues(connection, run_id, narrow, found).order_by(t.Issue.id)
        rows += connection.execute(issues.offset(max(offset - before, 0)).limit(limit - len(rows)))
    return _records(connection, run_id, rows)


def stream(engine: Engine, run_id: int, narrow: Narrow) -> Iterator[RecordOf]:
    """All records that are meant, read a page at a time."""
    with reading(engine) as connection:
        found = search_records(connection, run_id, narrow.search)
    for build, column in ((_lines, t.PlanLine.seq), (_issues, t.Issue.id)):
        if build is _issues and narrow.action is not None:
            return
        after = 0
        while True:
            with reading(engine) as connection:
                statement = build(connection, run_id, narrow, found).where(column > after).order_by(column)
                rows = list(connection.execute(statement.limit(_PAGE)))
                records = _records(connection, run_id, rows)
            yield from records
            if len(rows) < _PAGE:
                break
            after = rows[-1].seq or rows[-1].issue


def find(connection: Connection, run_id: int, seq: int) -> RecordOf | None:
    """The record of one line; ``None`` if the plan has no such line."""
    if seq > _LAST:
        return None
    statement = _lines(connection, run_id, Narrow(), None).where(t.PlanLine.seq == seq)
    return next(iter(_records(connection, run_id, list(connection.execute(statement)))), None)


def _lines(connection: Connection, run_id: int, narrow: Narrow, found: Found | None) -> Select[*tuple[Any, ...]]:
    line, contractor = t.PlanLine, t.Contractor
    left = _left(connection, run_id)
    became = case(
        (line.outcome.is_not(None), line.outcome),
        (line.seq > t.Run.applied_seq, str(Became.PLANNED)),
        else_=func.coalesce(left, str(Became.APPLIED)),
    )
    statement = (
        select(
            line.seq,
            literal(None).label("issue"),
            line.contractor_id,
            line.external_id,
            func.coalesce(contractor.name, line.name).label("name"),
            contractor.status,
            line.action,
            became.label("became"),
            line.rule.label("detail"),
            line.said,
        )
        .join(t.Run, t.Run.id == line.run_id)
        .outerjoin(contractor, contractor.id == line.contractor_id)
        .where(line.run_id == run_id)
    )
    if narrow.action is not None:
        statement = statement.where(line.action == narrow.action)
    if narrow.became is not None:
        statement = statement.where(became == str(narrow.became))
    return statement if found is None else statement.where(among(connection, line.seq, found.seqs))


def _left(connection: Connection, run_id: int) -> ScalarSelect[str]:
    """What is left of the pushes of a line, the gravest; ``NULL`` where nothing is.

    Looked up by side and contractor, which is how pushes are kept.
    """
    push = t.Push
    sides = list(connection.scalars(select(t.Connection.id)))
    gravest = func.min(case((push.due_at.is_(None), 1), (tried_in_vain(), 2), else_=3))
    words = {1: str(Became.FAILED), 2: str(Became.RETRYING), 3: str(Became.QUEUED)}
    return (
        select(case(words, value=gravest))
        .where(push.connection_id.in_(sides), push.contractor_id == t.PlanLine.contractor_id, push.run_id == run_id)
        .correlate(t.PlanLine)
        .scalar_subquery()
    )


def _issues(connection: Connection, run_id: int, narrow: Narrow, found: Found | None) -> Select[*tuple[Any, ...]]:
    issue, contractor = t.Issue, t.Contractor
    became = case(
        (issue.state != "open", str(Became.SETTLED)),
        (_unusable(), str(Became.FAILED)),
        else_=str(Became.QUESTION),
    )
    statement = (
        select(
            literal(None).label("seq"),
            issue.id.label("issue"),
            issue.contractor_id,
            issue.external_id,
            contractor.name,
            contractor.status,
            issue.code.label("action"),
            became.label("became"),
            issue.message.label("detail"),
            issue.details.label("said"),
        )
        .outerjoin(contractor, contractor.id == issue.contractor_id)
        .where(issue.run_id == run_id)
    )
    if narrow.became is not None:
        statement = statement.where(became == str(narrow.became))
    return statement if found is None else statement.where(among(connection, issue.id, found.issues))


def _unusable() -> ColumnElement[bool]:
    return t.Issue.raw.is_not(None)


def search_records(connection: Connection, run_id: int, search: str) -> Found | None:
    """Look through the run's names here: neither database folds ``Łódź`` and ``lodz`` into one by itself."""
    search = search.strip()
    if not search:
        return None
    wanted, id_ = fold(search), id_of(search)

    def fits(row: Any) -> bool:
        return wanted in fold(row.name or "") or fold(row.external_id or "") == wanted

    line, issue, contractor = t.PlanLine, t.Issue, t.Contractor
    lines = (
        select(line.seq, line.contractor_id, line.external_id, func.coalesce(contractor.name, line.name).label("name"))
        .outerjoin(contractor, contractor.id == line.contractor_id)
        .where(line.run_id == run_id)
    )
    issues = (
        select(issue.id, issue.contractor_id, issue.external_id, contractor.name)
        .outerjoin(contractor, contractor.id == issue.contractor_id)
        .where(issue.run_id == run_id)
    )
    exact = (lines.where(_exactly(line, id_, search)), issues.where(_exactly(issue, id_, search)))
    found = Found(*([row[0] for row in connection.execute(part)] for part in exact))
    if found.seqs or found.issues:
        return found
    return Found(*([row[0] for row in connection.execute(part) if fits(row)] for part in (lines, issues)))


def _exactly(table: type[t.PlanLine | t.Issue], id_: int | None, search: str) -> ColumnElement[bool]:
    there = table.external_id == search
    return there if id_ is None else there | (table.contractor_id == id_)


def _records(connection: Connection, run_id: int, rows: Sequence[Any]) -> list[RecordOf]:
    pushes = _pushes(connection, run_id, [row.contractor_id for row in rows if row.seq is not None])
    return [
        RecordOf(
            seq=row.seq,
            issue=row.issue,
            code=_code(row),
            external_id=row.external_id or None,
            name=row.name,
            action=row.action,
            became=Became(row.became),
            detail=_detail(row),
            pushes=tuple(pushes.get(row.contractor_id, ())) if row.seq is not None else (),
        )
        for row in rows
    ]


def _detail(row: Any) -> str:
    if row.seq is None:
        return said_of(row.said, "message", row.detail)
    return unpack(row.detail, row.said)


def _code(row: Any) -> str | None:
    """Contractors of a plan that was not applied do not exist yet; their numbers are reserved."""
    return None if row.contractor_id is None or row.status is None else code_of(row.contractor_id)


def _pushes(connection: Connection, run_id: int, contractor_ids: Sequence[int]) -> Mapping[int, list[PushRow]]:
    if not contractor_ids:
        return {}
    push = t.Push
    rows = connection.execute(
        select(push.contractor_id, push.connection_id, t.Connection.name, push.attempts, push.due_at, push.error_code)
        .join(t.Connection, t.Connection.id == push.connection_id)
        .where(and_(push.run_id == run_id, among(connection, push.contractor_id, contractor_ids)))
        .order_by(t.Connection.name)
    ).all()
    tried = last_tries(connection, {row.connection_id for row in rows}, {row.contractor_id for row in rows})
    found: dict[int, list[PushRow]] = {}
    for row in rows:
        last: Tried | None = tried.get((row.connection_id, row.contractor_id))
        found.setdefault(row.contractor_id, []).append(
            PushRow(
                connection=row.name,
                attempts=row.attempts,
                due_at=row.due_at,
                code=row.error_code,
                said=last.message if last is not None else None,
                status=last.exchange.status if last is not None and last.exchange is not None else None,
                tried_at=last.at if last is not None else None,
            )
        )
    return found
