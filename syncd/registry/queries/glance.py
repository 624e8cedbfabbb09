"""What does the first page tell of the last day: how runs went, what fails and why, and what changed today?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, bindparam, case, distinct, exists, func, select

from syncd.registry import tables as t
from syncd.registry.issues import said_of
from syncd.registry.queries.runs import newest_runs
from syncd.registry.runs import READS, RunState

__all__ = ["Day", "ErrorGroup", "Last", "Spark", "Today", "day", "last_runs", "today", "top_errors"]

HOURS: Final = 24
_ENDED_WELL: Final = (RunState.SUCCEEDED, RunState.PARTIAL)
_ENDED_BADLY: Final = (RunState.FAILED, RunState.INTERRUPTED)


class Spark(msgspec.Struct, frozen=True):
    """How many runs of a connection ended well and badly in each of the last 24 hours, the oldest first."""

    ok: tuple[int, ...]
    failed: tuple[int, ...]


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """The last 24 hours.

    Attributes:
        sparks: By the name of the connection.
        read: Records that runs read.
        failed: Records that could not be used, and contractors of whom a side had to wait for a person.
    """

    sparks: Mapping[str, Spark]
    read: int
    failed: int

    @property
    def percent(self) -> float:
        """The failed among those read."""
        return min(100 * self.failed / self.read, 100.0) if self.read else 0.0


class Last(msgspec.Struct, frozen=True, kw_only=True):
    """The last run of a connection that is over."""

    id: int
    connection: str
    state: str
    at: datetime | None
    seconds: float | None


class ErrorGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Open issues of one cause at one connection.

    Attributes:
        message: In the words of the newest.
        failed: How many of them are work that failed, and can be tried again.
    """

    code: str
    connection: str | None
    number: int
    failed: int
    since: datetime
    message: str


class Today(msgspec.Struct, frozen=True, kw_only=True):
    """What runs changed since a moment, and which sides were told, by side."""

    created: int
    updated: int
    blocked: int
    delivered: Mapping[str, int]


def day(connection: Connection, *, now: datetime) -> Day:
    """Count the last 24 hours."""
    since = now - timedelta(hours=HOURS)
    hours = {f"hour{back}": now - timedelta(hours=back + 1) for back in range(HOURS)}
    rows = connection.execute(_BY_HOUR, hours).all()
    ended = (t.Run.finished_at >= since) & t.Run.dry_run.is_(False)
    counted: dict[str, tuple[list[int], list[int]]] = {}
    for name, bucket, failed, number in rows:
        counted.setdefault(name, ([0] * HOURS, [0] * HOURS))[failed][bucket] = number
    read, broken = _sums(connection, ended, "read", "failed")
    waiting = select(func.count(distinct(t.Try.contractor_id))).where(t.Try.at >= since, t.Try.due_at.is_(None))
    return Day(
        sparks={name: Spark(tuple(ok), tuple(failed)) for name, (ok, failed) in counted.items()},
        read=read,
        failed=broken + (connection.scalar(waiting) or 0),
    )


def _by_hour() -> Select[*tuple[Any, ...]]:
    """Runs by connection, hour and outcome: sixty comparisons, which are put together once."""
    run = t.Run
    after = [run.finished_at >= bindparam(f"hour{back}") for back in range(HOURS)]
    hour = case(*((later, HOURS - 1 - back) for back, later in enumerate(after)), else_=0)
    bad = case((run.state.in_(_ENDED_BADLY), 1), else_=0)
    return (
        select(t.Connection.name, hour.label("hour"), bad.label("bad"), func.count())
        .join(t.Connection, t.Connection.id == run.connection_id)
        .where(after[-1], run.dry_run.is_(False), run.state.in_((*_ENDED_WELL, *_ENDED_BADLY)))
        .group_by(t.Connection.name, "hour", "bad")
    )


_BY_HOUR: Final = _by_hour()


def today(connection: Connection, *, since: datetime) -> Today:
    """Count what changed since a moment."""
    applied = (t.Run.finished_at >= since) & t.Run.state.in_(_ENDED_WELL) & t.Run.dry_run.is_(False)
    created, updated, blocked = _sums(connection, applied, "created", "updated", "blocked")
    rows = connection.execute(
        select(t.Connection.side, func.count())
        .select_from(t.Delivery)
        .join(t.Connection, t.Connection.id == t.Delivery.connection_id)
        .where(t.Delivery.at >= since)
        .group_by(t.Connection.side)
    )
    return Today(created=created, updated=updated, blocked=blocked, delivered={row[0]: row[1] for row in rows})


def _sums(connection: Connection, which: Any, *names: str) -> list[int]:
    sums = [func.coalesce(func.sum(t.Run.counts[name].as_integer()), 0) for name in names]
    return [int(number) for number in connection.execute(select(*sums).where(which)).one()]


def last_runs(connection: Connection) -> dict[str, Last]:
    """The last run of each connection that ended or waits for an admin, dry runs and changes by people left out."""
    run = t.Run
    over = (*_ENDED_WELL, *_ENDED_BADLY, RunState.HELD)
    newest = newest_runs(run.state.in_(over), run.dry_run.is_(False), run.mode.in_(READS))
    rows = connection.execute(
        select(run.id, t.Connection.name, run.state, run.started_at, run.finished_at, run.planned_at, run.heartbeat_at)
        .join(t.Connection, t.Connection.id == run.connection_id)
        .where(run.id.in_(newest))
    )
    return {
        row.name: Last(
            id=row.id,
            connection=row.name,
            state=row.state,
            at=row.finished_at or row.planned_at or row.heartbeat_at,
            seconds=(row.finished_at - row.started_at).total_seconds() if row.finished_at and row.started_at else None,
        )
        for row in rows
    }


def top_errors(connection: Connection, *, now: datetime, limit: int = 5) -> list[ErrorGroup]:
    """What waits for a person, by cause and connection, the most frequent first."""
    issue = t.Issue
    shown = (issue.state == "open") & (issue.snoozed_until.is_(None) | (issue.snoozed_until <= now))
    stuck = exists().where(
        t.Push.connection_id == issue.connection_id,
        t.Push.contractor_id == issue.contractor_id,
        t.Push.error_code == issue.code,
    )
    failed = case((issue.raw.is_not(None) | (issue.external_id.is_(None) & stuck), 1), else_=0)
    rows = connection.execute(
        select(
            issue.code, t.Connection.name, func.count().label("number"), func.sum(failed).label("failed"),
            func.min(issue.first_at).label("since"), func.max(issue.id).label("newest"),
        )
        .outerjoin(t.Connection, t.Connection.id == issue.connection_id)
        .where(shown)
        .group_by(issue.code, t.Connection.name)
        .order_by(func.count().desc(), issue.code)
        .limit(limit)
    ).all()  # fmt: skip
    said = _messages(connection, [row.newest for row in rows])
    return [
        ErrorGroup(
            code=row.code,
            connection=row.name,
            number=row.number,
            failed=row.failed,
            since=row.since,
            message=said[row.newest],
        )
        for row in rows
    ]


def _messages(connection: Connection, issue_ids: Sequence[int]) -> dict[int, str]:
    issue = t.Issue
    rows = connection.execute(select(issue.id, issue.message, issue.details).where(issue.id.in_(issue_ids)))
    return {row[0]: said_of(row[2], "message", row[1]) for row in rows}
