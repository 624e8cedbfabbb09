"""Which runs touched a customer, and how much of it is kept where?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, func, select

from syncd.registry import tables as t
from syncd.sentence import unpack

__all__ = ["Touch", "last_told", "rows_kept", "touches"]


class Touch(msgspec.Struct, frozen=True, kw_only=True):
    """One run's line about a customer, applied or not.

    Attributes:
        outcome: ``applied``, ``planned`` where it is not yet, else why it was not.
    """

    run: int
    connection: str
    mode: str
    state: str
    dry_run: bool
    asked_by: str
    at: datetime
    action: str
    rule: str
    outcome: str


def touches(connection: Connection, contractor_id: int, *, skip: int = 0, limit: int = 50) -> list[Touch]:
    """Runs with a line about the customer, the latest first."""
    line, run = t.PlanLine, t.Run
    rows = connection.execute(
        select(
            run.id, t.Connection.name, run.mode, run.state, run.dry_run, run.asked_by, run.asked_at, run.finished_at,
            run.applied_seq, run.undoes, line.seq, line.action, line.rule, line.said, line.outcome,
        )
        .select_from(line)
        .join(run, run.id == line.run_id)
        .join(t.Connection, t.Connection.id == run.connection_id)
        .where(line.contractor_id == contractor_id)
        .order_by(run.id.desc(), line.seq.desc())
        .offset(skip)
        .limit(limit)
    )  # fmt: skip
    return [
        Touch(
            run=row.id,
            connection=row.name,
            mode="undo" if row.undoes is not None else row.mode,
            state=row.state,
            dry_run=row.dry_run,
            asked_by=row.asked_by,
            at=row.finished_at or row.asked_at,
            action=row.action,
            rule=unpack(row.rule, row.said),
            outcome=row.outcome or ("applied" if row.seq <= row.applied_seq else "planned"),
        )
        for row in rows
    ]


def last_told(connection: Connection, contractor_id: int) -> dict[str, tuple[datetime, str, str | None]]:
    """When each connection was last told something of the customer, what was done there, and how it is known."""
    delivery = t.Delivery
    rows = connection.execute(
        select(t.Connection.name, delivery.at, delivery.action, delivery.verified)
        .join(t.Connection, t.Connection.id == delivery.connection_id)
        .where(delivery.contractor_id == contractor_id)
        .order_by(delivery.id)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


_KEPT: Final[Mapping[str, Any]] = {
    "history": t.PlanLine,
    "deliveries": t.Delivery,
    "issues": t.Issue,
    "replay": t.QuietRecord,
    "pushes": t.Push,
}


def rows_kept(connection: Connection, contractor_id: int) -> dict[str, int]:
    """How many rows about the customer there are beside its own, by what they are for."""
    return {
        name: connection.scalar(select(func.count()).where(table.contractor_id == contractor_id)) or 0
        for name, table in _KEPT.items()
    }
