"""Which plans wait for somebody, and what became of those that did?"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Connection, func, select

from syncd.registry import tables as t
from syncd.registry.queries.runs import told

__all__ = ["STATES", "PlanRow", "count_plans", "list_plans"]

STATES: Final = ("waiting", "applied", "discarded", "expired")

_WAITS: Final = ("held", "planned")


class PlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """One plan.

    Attributes:
        id: The run's number, which is the plan's.
        state: The run's.
        lines: How many it has.
    """

    id: int
    connection: str
    mode: str
    state: str
    asked_by: str
    planned_at: datetime
    finished_at: datetime | None
    approved_by: str | None
    held_because: str | None
    lines: int


def list_plans(
    connection: Connection,
    state: str,
    *,
    expired: datetime,
    of: int | None = None,
    before: int | None = None,
    offset: int = 0,
    limit: int = 25,
) -> list[PlanRow]:
    """Plans of one state, the newest first.

    Args:
        state: One of `STATES`.
        expired: Plans that were made before this moment may not be applied any more.
        of: Id of a connection.
        before: Only plans with a lower number, to go on where the last list ended.
    """
    last = select(func.max(t.PlanLine.seq)).where(t.PlanLine.run_id == t.Run.id).scalar_subquery()
    own = [name for name in PlanRow.__struct_fields__ if name not in {"connection", "lines"}]
    rows = connection.execute(
        select(
            *(getattr(t.Run, name) for name in (*own, "held_said")),
            t.Connection.name.label("connection"),
            func.coalesce(last, 0).label("lines"),
        )
        .join(t.Connection, t.Connection.id == t.Run.connection_id)
        .where(*_conditions(state, of, expired), *([] if before is None else [t.Run.id < before]))
        .order_by(t.Run.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [PlanRow(**told(row._asdict())) for row in rows]


def count_plans(connection: Connection, *, expired: datetime, of: int | None = None) -> dict[str, int]:
    """How many plans there are of each state."""
    return {
        state: connection.execute(
            select(func.count()).select_from(t.Run).where(*_conditions(state, of, expired))
        ).scalar_one()
        for state in STATES
    }


def _conditions(state: str, of: int | None, expired: datetime) -> list[ColumnElement[bool]]:
    run = t.Run
    found: list[ColumnElement[bool]] = [run.planned_at.is_not(None)]
    if of is not None:
        found.append(run.connection_id == of)
    if state in {"waiting", "expired"}:
        found.append(run.state.in_(_WAITS))
        found.append(run.planned_at < expired if state == "expired" else run.planned_at >= expired)
    elif state == "discarded":
        found.append(run.state == "cancelled")
    else:
        found += [run.approved_by.is_not(None), run.state.not_in((*_WAITS, "cancelled"))]
    return found
