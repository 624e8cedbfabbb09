"""How do lists follow what runs changed? In a moment: after the run, in transactions of their own.

The dozen indexes by which lists are searched and sorted take as long to keep up as all else that follows from a change.
A run is over before that, so that sides are told of its changes the sooner. Who is made is listed with all else: a row
more costs little.

A process that dies in between leaves the run's ``listed_seq`` behind, and whoever comes next goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from sqlalchemy import Connection, Engine, bindparam, or_, select, text

from syncd.registry import listings
from syncd.registry.engine import among, reading, writing
from syncd.registry.lines import GROUPS_ONLY
from syncd.registry.runs import set_run
from syncd.registry.tables import Contractor, PlanLine, Run
from syncd.registry.tables.runs import UNLISTED_RUN

__all__ = ["follow"]

_PART: Final = 1000
"""Lines that lists follow in one transaction."""

_CHANGED: Final = (
    select(PlanLine.seq, PlanLine.contractor_id)
    .join(Contractor, Contractor.id == PlanLine.contractor_id)
    .where(PlanLine.run_id == bindparam("run"), PlanLine.seq > bindparam("after"), PlanLine.seq <= bindparam("last"))
    .where(PlanLine.outcome.is_(None), PlanLine.after.is_not(None), PlanLine.base_version.is_not(None))
    .where(or_(PlanLine.fields.is_distinct_from(GROUPS_ONLY), Contractor.listed != Contractor.version))
    .order_by(PlanLine.seq)
    .limit(_PART)
)
"""Whom a run changed. Who moved between groups only is searched and sorted by the same, if lists followed so far."""

_WAITING: Final = select(Run.id).where(text(UNLISTED_RUN)).order_by(Run.id)
_NEXT: Final = (
    select(Run.listed_seq, Run.applied_seq)
    .where(Run.id == bindparam("run"), Run.listed_seq < Run.applied_seq)
    .with_for_update(skip_locked=True)
)


def follow(engine: Engine, *, stopping: Callable[[], bool] = lambda: False) -> None:
    """Let lists show what the runs that are over have changed; one that another process is at is left to it."""
    with reading(engine) as connection:
        waiting = connection.scalars(_WAITING).all()
    for run_id in waiting:
        more = True
        while more and not stopping():
            with writing(engine) as connection:
                more = _follow(connection, run_id)


def _follow(connection: Connection, run_id: int) -> bool:
    """Let lists follow a part of a run's lines; answer whether there are more."""
    run = connection.execute(_NEXT, {"run": run_id}).first()
    if run is None:
        return False
    changed = connection.execute(_CHANGED, {"run": run_id, "after": run.listed_seq, "last": run.applied_seq}).all()
    ids = [row.contractor_id for row in changed]
    _lock(connection, ids)
    listings.refresh(connection, ids)
    more = len(changed) == _PART
    set_run(connection, run_id, listed_seq=changed[-1].seq if more else run.applied_seq)
    return more


def _lock(connection: Connection, ids: Collection[int]) -> None:
    """Let nobody change them until lists show what they are, in the order in which runs lock them."""
    whom = select(Contractor.id).where(among(connection, Contractor.id, ids)).order_by(Contractor.id)
    connection.execute(whom.with_for_update(key_share=True))
