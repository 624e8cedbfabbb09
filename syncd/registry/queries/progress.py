"""How far is one run, and what is left of the pushes that follow from it?"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, case, func, select

from syncd.domain.progress import Facts, Progress, progress_of
from syncd.registry import tables as t
from syncd.registry.queries.runs import RunRow, find_run, is_over, previous_read

__all__ = ["Look", "Waiting", "look_at", "tried_in_vain", "waiting_pushes"]

_UNTRIED = "not-tried"
"""What a push says that a batch had no time for."""


class Waiting(msgspec.Struct, frozen=True):
    """Pushes that a run left behind.

    Attributes:
        retrying: Those that were tried and are tried again by themselves.
        stuck: Those that wait for a person.
    """

    left: int
    retrying: int
    stuck: int


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A run at one moment.

    Attributes:
        unusable: Records that could not be used, and are not settled.
    """

    run: RunRow
    progress: Progress
    waiting: Waiting
    unusable: int
    at: datetime

    @property
    def over(self) -> bool:
        """Whether nothing moves any more: neither the run nor a push of it."""
        return is_over(self.run.state) and self.waiting.left == self.waiting.stuck

    @property
    def beat_seconds(self) -> float | None:
        """How old its last sign of life is."""
        beat = self.run.heartbeat_at
        return None if beat is None else max((self.at - beat).total_seconds(), 0.0)


def look_at(connection: Connection, run_id: int, *, now: datetime) -> Look | None:
    """Look at one run; ``None`` if there is none of that number."""
    run = find_run(connection, run_id)
    if run is None:
        return None
    waiting = waiting_pushes(connection, run_id)
    facts = Facts(
        state=run.state,
        dry_run=run.dry_run,
        began_at=run.began_at,
        planned_at=run.planned_at,
        seen_at=run.heartbeat_at,
        expected=previous_read(connection, run) if run.state == "running" else None,
        received=run.received,
        decided=run.counts["read"],
        lines=run.lines,
        applied=run.applied_seq,
        pushes=run.counts["pushes"],
        left=waiting.left,
        stuck=waiting.stuck,
        reads=run.mode != "edit",
    )
    issue = t.Issue
    unusable = (issue.run_id == run_id) & (issue.state == "open") & issue.raw.is_not(None)
    return Look(
        run=run,
        progress=progress_of(facts),
        waiting=waiting,
        unusable=connection.scalar(select(func.count()).where(unusable)) or 0,
        at=now,
    )


def waiting_pushes(connection: Connection, run_id: int) -> Waiting:
    """Count what is left of a run's pushes."""
    push = t.Push
    stuck = push.due_at.is_(None)
    row = connection.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((~stuck & tried_in_vain(), 1), else_=0)), 0),
            func.coalesce(func.sum(case((stuck, 1), else_=0)), 0),
        ).where(push.run_id == run_id)
    ).one()
    return Waiting(row[0], row[1], row[2])


def tried_in_vain() -> ColumnElement[bool]:
    """Pushes that were tried and did not succeed."""
    return t.Push.error_code.is_not(None) & (t.Push.error_code != _UNTRIED)
