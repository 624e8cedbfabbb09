"""What happened that nobody was told of yet?

Each run keeps the state that others heard of last, each issue when they did. Whatever changes a run or opens an issue
need not know of those who listen, and nothing is missed by a process that dies in between.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, TextClause, select, text, update

from syncd.registry import tables as t
from syncd.registry.engine import is_sqlite
from syncd.registry.runs import RunState, counts_of
from syncd.registry.tables.people import UNTOLD_ISSUE
from syncd.registry.tables.runs import UNTOLD_RUN

__all__ = ["MOST", "IssueNews", "RunNews", "issues_told", "runs_told", "untold_issues", "untold_runs"]

MOST: Final = 1000
"""Runs or issues that are looked at in one transaction."""

_UNDER_WAY: Final = (RunState.QUEUED, RunState.RUNNING, RunState.APPLYING, RunState.INTERRUPTED)
"""What they come to is told; asked for so, the few that are untold are found by their own index."""


class RunNews(msgspec.Struct, frozen=True, kw_only=True):
    """A run that came to another state."""

    id: int
    connection_id: int
    connection: str
    state: RunState
    mode: str
    asked_by: str
    undoes: int | None
    asked_at: datetime
    started_at: datetime | None
    planned_at: datetime | None
    finished_at: datetime | None
    counts: dict[str, int]
    error_code: str | None
    held_because: str | None
    held_said: str | None


class IssueNews(msgspec.Struct, frozen=True, kw_only=True):
    """An issue that was opened, or came back."""

    id: int
    code: str
    state: str
    connection_id: int | None
    connection: str | None
    contractor_id: int | None
    run_id: int | None


def untold_runs(connection: Connection) -> list[RunNews]:
    """Runs of whose state nobody heard, oldest first. Other processes leave them alone until the transaction ends."""
    run = t.Run
    ids = _taken(connection, run.id, text(f"({UNTOLD_RUN})"), run.state.not_in(_UNDER_WAY))
    if not ids:
        return []
    columns = [getattr(run, name) for name in RunNews.__struct_fields__ if name != "connection"]
    rows = connection.execute(
        select(*columns, t.Connection.name.label("connection"))
        .join(t.Connection, t.Connection.id == run.connection_id)
        .where(run.id.in_(ids))
        .order_by(run.id)
    ).mappings()
    return [RunNews(**{**row, "state": RunState(row["state"]), "counts": counts_of(row["counts"])}) for row in rows]


def runs_told(connection: Connection, news: Collection[RunNews]) -> None:
    """Remember which state of each run is no news any more."""
    for state in {one.state for one in news}:
        ids = [one.id for one in news if one.state is state]
        connection.execute(update(t.Run).where(t.Run.id.in_(ids)).values(told=state))


def untold_issues(connection: Connection) -> list[IssueNews]:
    """Issues of which nobody heard, those that are over again included."""
    issue = t.Issue
    ids = _taken(connection, issue.id, text(UNTOLD_ISSUE))
    if not ids:
        return []
    columns = [getattr(issue, name) for name in IssueNews.__struct_fields__ if name != "connection"]
    rows = connection.execute(
        select(*columns, t.Connection.name.label("connection"))
        .outerjoin(t.Connection, t.Connection.id == issue.connection_id)
        .where(issue.id.in_(ids))
        .order_by(issue.id)
    ).mappings()
    return [IssueNews(**row) for row in rows]


def _taken(connection: Connection, id_: Any, *untold: ColumnElement[bool] | TextClause) -> Sequence[int]:
    """The oldest of what nobody heard of; other processes pass it by until the transaction ends."""
    news = select(id_).where(*untold).order_by(id_).limit(MOST)
    return connection.scalars(news if is_sqlite(connection) else news.with_for_update(skip_locked=True)).all()


def issues_told(connection: Connection, news: Collection[IssueNews], now: datetime) -> None:
    """Remember that they are no news any more."""
    ids: list[Any] = [one.id for one in news]
    connection.execute(update(t.Issue).where(t.Issue.id.in_(ids)).values(told_at=now))
