"""Is everything in sync, and who is at work?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, case, func, select

from syncd.registry import tables as t
from syncd.registry.certificates import CertificateRow, latest
from syncd.registry.moment import once
from syncd.registry.outbox import HELD
from syncd.registry.queries.freshness import Freshness
from syncd.registry.queries.runs import newest_runs
from syncd.registry.runs import READS
from syncd.sentence import unpack

__all__ = ["ConnectionRow", "Status", "Waiting", "WorkerRow", "connections", "status", "waiting", "workers"]

_UNDER_WAY: Final = ("queued", "running", "applying")
_ENDED: Final = ("succeeded", "partial", "failed", "held", "interrupted")


class ConnectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """How one connection stands.

    Attributes:
        state: ``paused``, ``failing``, ``held``, ``never`` (no success yet), else ``ok`` or ``partial``. It tells the
            last outcome and does not turn good because a new run began.
        running: Number of the run that is under way.
        customers: How many it is known to have; 0 where nobody asked for it.
        due: Pushes to be made now or later without anybody's help.
        stuck: Pushes that wait for a person.
        behind_since: Since when the oldest of all these waits.
    """

    name: str
    kind: str
    side: str
    state: str
    paused_by: str | None
    paused_because: str | None = None
    paused_at: datetime | None = None
    problem: str | None
    failing_since: datetime | None
    next_try_at: datetime | None
    last_success_at: datetime | None
    last_full_at: datetime | None
    last_run: int | None
    running: int | None
    customers: int
    due: int
    stuck: int
    behind_since: datetime | None
    issues: int


class WorkerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A process that works."""

    name: str
    role: str
    started_at: datetime
    seen_at: datetime


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The whole at one moment.

    Attributes:
        issues: Open issues by cause.
        certificates: The newest one of each side that was ever verified.
        freshness: How old changes are when they arrive, by connection.
    """

    at: datetime
    connections: list[ConnectionRow]
    workers: list[WorkerRow]
    issues: dict[str, int]
    customers: int
    certificates: list[CertificateRow]
    freshness: list[Freshness] = []


def status(connection: Connection, *, now: datetime, issues: dict[str, int]) -> Status:
    """Everything on one screen."""
    return Status(
        at=now,
        connections=connections(connection),
        workers=workers(connection),
        issues=issues,
        customers=connection.execute(select(func.count()).select_from(t.Contractor)).scalar_one(),
        certificates=list(latest(connection).values()),
    )


def workers(connection: Connection, *, since: datetime | None = None, role: str | None = None) -> list[WorkerRow]:
    """Processes by the time of their last sign of life, the latest first."""
    worker = t.Worker
    statement = select(worker.name, worker.role, worker.started_at, worker.seen_at).order_by(worker.seen_at.desc())
    if since is not None:
        statement = statement.where(worker.seen_at >= since)
    if role is not None:
        statement = statement.where(worker.role == role)
    return [WorkerRow(**row) for row in connection.execute(statement).mappings()]


def connections(connection: Connection, *, counted: bool = True) -> list[ConnectionRow]:
    """All connections that were ever configured, ERPs first.

    Args:
        counted: Whether to count their customers, which takes as long as all else together.
    """
    bound = _counts(connection, t.Binding.connection_id) if counted else {}
    issue = t.Issue
    found = select(issue.connection_id, func.count()).where(issue.state == "open").group_by(issue.connection_id)
    issues = {row[0]: row[1] for row in connection.execute(found)}
    pushes = {row.connection_id: row for row in connection.execute(_pushes())}
    real = t.Run.dry_run.is_(False)  # dry runs tell nothing about health
    under_way = select(func.max(t.Run.id)).where(t.Run.state.in_(_UNDER_WAY), real).group_by(t.Run.connection_id)
    running = _runs(connection, under_way)
    ended = _runs(connection, newest_runs(t.Run.state.in_(_ENDED), real))
    waits = (t.Run.state == "held") & t.Run.mode.in_(READS)
    held = set(connection.scalars(select(t.Run.connection_id).where(waits).distinct()))
    rows = []
    for row in connection.execute(select(t.Connection.__table__).order_by(t.Connection.side, t.Connection.name)):
        push = pushes.get(row.id)
        last = ended.get(row.id)
        rows.append(
            ConnectionRow(
                name=row.name,
                kind=row.kind,
                side=row.side,
                state=_state(row, last[1] if last else None, held=row.id in held),
                paused_by=row.paused_by,
                paused_because=row.paused_because,
                paused_at=row.paused_at,
                problem=row.problem and unpack(row.problem, row.problem_said),
                failing_since=row.failing_since,
                next_try_at=row.next_try_at,
                last_success_at=row.last_success_at,
                last_full_at=row.last_full_at,
                last_run=last[0] if last else None,
                running=running[row.id][0] if row.id in running else None,
                customers=bound.get(row.id, 0),
                due=push.due if push else 0,
                stuck=push.stuck if push else 0,
                behind_since=push.since if push else None,
                issues=issues.get(row.id, 0),
            )
        )
    return rows


def _state(row: Any, last: str | None, *, held: bool) -> str:
    """How it stands. A read that waits for a person is not forgotten because a later one went well."""
    if row.paused_by is not None:
        return "paused"
    if row.failing_since is not None or last in {"failed", "interrupted"}:
        return "failing"
    if held:
        return "held"
    if row.last_success_at is None:
        return "never"
    return "partial" if last == "partial" else "ok"


def _counts(connection: Connection, column: Any) -> dict[int, int]:
    return {row[0]: row[1] for row in connection.execute(select(column, func.count()).group_by(column))}


def _pushes() -> Any:
    """Due and stuck at each connection; what an admin holds is neither."""
    waits = t.Push.due_at.is_(None)
    held = waits & (func.coalesce(t.Push.error_code, "") == HELD)
    counted = select(
        t.Push.connection_id,
        func.sum(case((waits, 0), else_=1)).label("due"),
        func.sum(case((waits, 1), else_=0)).label("stuck"),
        func.min(t.Push.since).label("since"),
    )
    return counted.where(~held).group_by(t.Push.connection_id)


def _runs(connection: Connection, ids: Select[Any]) -> dict[int, tuple[int, str]]:
    """Number and state by connection."""
    rows = connection.execute(select(t.Run.connection_id, t.Run.id, t.Run.state).where(t.Run.id.in_(ids)))
    return {row[0]: (row[1], row[2]) for row in rows}


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How much waits for somebody, or is under way, and who is there to do it.

    Attributes:
        at_work: Roles of which a process gave a sign of life lately: ``worker``, ``beat``.
    """

    issues: int
    plans: int
    running: int
    at_work: frozenset[str]


def waiting(connection: Connection, *, now: datetime, since: datetime) -> Waiting:
    """Open issues that are not put off, runs that wait for a yes, and runs under way.

    Args:
        since: Whoever gave no sign of life since then is not at work.
    """
    put_off = once(connection, "put off", lambda: connection.execute(_PUT_OFF).all())
    issues, plans, running, *seen = once(connection, "waiting", lambda: connection.execute(_WAITING).one())
    asleep = sum(number for until, number in put_off if until is not None and until > now)
    at_work = frozenset(role for role, at in zip(_ROLES, seen, strict=True) if at is not None and at >= since)
    return Waiting(issues=issues - asleep, plans=plans, running=running, at_work=at_work)


def _waiting_statement() -> Select[*tuple[Any, ...]]:
    run, worker = t.Run, t.Worker
    each = (
        select(func.count()).where(t.Issue.state == "open"),
        select(func.count()).where(run.state.in_(("held", "planned"))),
        select(func.count()).where(run.state.in_(_UNDER_WAY)),
        *(select(func.max(worker.seen_at)).where(worker.role == role) for role in _ROLES),
    )
    return select(*(one.scalar_subquery() for one in each))


_ROLES: Final = ("worker", "beat")
# Asked for every page: put together once. What time it is is not asked, so that answers last.
_WAITING: Final = _waiting_statement()
_PUT_OFF: Final = (
    select(t.Issue.snoozed_until, func.count())
    .where(t.Issue.state == "open", t.Issue.snoozed_until.is_not(None))
    .group_by(t.Issue.snoozed_until)
)
