"""Which runs were there, how did they go, and how far is one?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, Select, case, func, select

from syncd.registry import tables as t
from syncd.registry.runs import counts_of

__all__ = ["RunRow", "find_run", "is_over", "list_runs"]

_WAITING: Final = frozenset({"held", "planned"})
_UNDER_WAY: Final = frozenset({"queued", "running", "applying", "interrupted"})


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """One run.

    Attributes:
        counts: What became of the records that were read, adding up to ``read``; how many contractors were missing
            in two complete reads; how many lines were left out as ``stale``; how many ``pushes`` follow.
        lines: How many lines its plan has.
        only: External ids, for a run over some records only.
    """

    id: int
    connection: str
    mode: str
    only: tuple[str, ...]
    dry_run: bool
    state: str
    asked_by: str
    asked_at: datetime
    slot: datetime | None
    started_at: datetime | None
    planned_at: datetime | None
    finished_at: datetime | None
    heartbeat_at: datetime | None
    attempts: int
    applied_seq: int
    approved_by: str | None
    counts: dict[str, int]
    lines: int
    proof: str | None
    held_because: str | None
    error: str | None
    error_code: str | None
    undoes: int | None

    @property
    def seconds(self) -> float | None:
        """How long it took; ``None`` while it is not over."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


def is_over(state: str) -> bool:
    """Whether nothing more happens to a run in this state until a person acts; an interrupted one is gone on with."""
    return state not in _UNDER_WAY


def list_runs(
    connection: Connection,
    *,
    of: int | None = None,
    states: Sequence[str] = (),
    before: int | None = None,
    limit: int = 20,
) -> list[RunRow]:
    """The latest runs, newest first.

    Args:
        of: Id of a connection, to list only its runs.
        before: Only runs with a lower id, to go on where the last list ended.
    """
    statement = _select()
    if of is not None:
        statement = statement.where(t.Run.connection_id == of)
    if states:
        statement = statement.where(t.Run.state.in_(states))
    if before is not None:
        statement = statement.where(t.Run.id < before)
    rows = connection.execute(statement.order_by(t.Run.id.desc()).limit(limit)).all()
    return [_run(connection, row) for row in rows]


def find_run(connection: Connection, run_id: int) -> RunRow | None:
    """One run; ``None`` if there is none of that number."""
    row = connection.execute(_select().where(t.Run.id == run_id)).one_or_none()
    return None if row is None else _run(connection, row)


def _select() -> Select[*tuple[Any, ...]]:
    # Lines are numbered from 1 without gaps; counting a hundred thousand of them takes its time.
    last = select(func.max(t.PlanLine.seq)).where(t.PlanLine.run_id == t.Run.id).scalar_subquery()
    return select(
        *(getattr(t.Run, name) for name in RunRow.__struct_fields__ if name not in {"connection", "lines"}),
        t.Connection.name.label("connection"),
        func.coalesce(last, 0).label("lines"),
    ).join(t.Connection, t.Connection.id == t.Run.connection_id)


def _run(connection: Connection, row: Row[Any]) -> RunRow:
    values = row._asdict()
    values["only"] = tuple(msgspec.json.decode(values["only"])) if values["only"] else ()
    counts = {"missing": 0, "stale": 0, "pushes": 0} | values["counts"]
    if row.state in _WAITING:
        counts["pushes"] = _planned_pushes(connection, row.id)
    values["counts"] = counts_of(counts)
    return RunRow(**values)


def _planned_pushes(connection: Connection, run_id: int) -> int:
    """How many names all ``push_to`` hold: each has one more than it has commas, but for the empty ones."""
    push_to = t.PlanLine.push_to
    commas = func.length(push_to) - func.length(func.replace(push_to, ",", ""))
    names = func.coalesce(func.sum(case((push_to == "", 0), else_=commas + 1)), 0)
    pushes: int = connection.execute(select(names).where(t.PlanLine.run_id == run_id)).scalar_one()
    return pushes
