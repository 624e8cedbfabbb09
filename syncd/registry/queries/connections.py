"""How did the last run of each connection end, and what did its last test find?"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, func, select

from syncd.registry import tables as t

__all__ = ["Ended", "Tested", "last_ended", "last_test"]

_OVER: Final = ("succeeded", "partial", "failed", "held", "interrupted")


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """The last run that came to an end."""

    id: int
    state: str
    mode: str
    at: datetime | None
    seconds: float | None


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """The last test; `checks` as it is kept."""

    at: datetime
    by: str
    checks: str


def last_ended(connection: Connection) -> dict[int, Ended]:
    """By connection. Dry runs tell nothing about how a connection is."""
    run = t.Run
    newest = select(func.max(run.id)).where(run.state.in_(_OVER), run.dry_run.is_(False)).group_by(run.connection_id)
    rows = connection.execute(
        select(
            run.connection_id, run.id, run.state, run.mode, run.started_at, run.finished_at, run.planned_at,
            run.heartbeat_at,
        ).where(run.id.in_(newest))
    )  # fmt: skip
    found = {}
    for row in rows:
        at, until = row.finished_at or row.planned_at, row.finished_at or row.heartbeat_at
        seconds = (until - row.started_at).total_seconds() if until and row.started_at else None
        found[row.connection_id] = Ended(id=row.id, state=row.state, mode=row.mode, at=at, seconds=seconds)
    return found


def last_test(connection: Connection, connection_id: int) -> Tested | None:
    """What somebody found who tested it."""
    own = t.Connection
    row = connection.execute(
        select(own.tested_at, own.tested_by, own.tested).where(own.id == connection_id, own.tested_at.is_not(None))
    ).one_or_none()
    return None if row is None else Tested(at=row.tested_at, by=row.tested_by or "", checks=row.tested or "[]")
