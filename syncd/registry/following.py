"""How do lists follow what runs do? In a moment: beside the run and after it, in transactions of their own.

The dozen indexes by which lists are searched and sorted take as long to keep up as all else that follows from a change.
A run is over before that, so that sides are told of its changes the sooner. Whom a page of lines does nothing but make,
lists show while the next page is applied.

A process that dies in between leaves the run's ``listed_seq`` behind, and whoever comes next goes on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, bindparam, or_, select, text
from sqlalchemy.exc import IntegrityError

from syncd.registry import listings
from syncd.registry.engine import among, reading, writing
from syncd.registry.lines import GROUPS_ONLY
from syncd.registry.listings import Newcomer
from syncd.registry.plan_page import Page
from syncd.registry.runs import set_run
from syncd.registry.tables import Contractor, PlanLine, Run
from syncd.registry.tables.runs import UNLISTED_RUN

__all__ = ["follow", "made_by", "show_made"]

_PART: Final = 1000
"""Lines that lists follow in one transaction."""

_CHANGED: Final = (
    select(PlanLine.seq, PlanLine.contractor_id)
    .join(Contractor, Contractor.id == PlanLine.contractor_id)
    .where(PlanLine.run_id == bindparam("run"), PlanLine.seq > bindparam("after"), PlanLine.seq <= bindparam("last"))
    .where(PlanLine.outcome.is_(None), PlanLine.after.is_not(None))
    .where(or_(PlanLine.fields.is_distinct_from(GROUPS_ONLY), Contractor.listed != Contractor.version))
    .order_by(PlanLine.seq)
    .limit(_PART)
)
"""Whom a run made or changed. Who moved between groups only is found by the same, if lists followed so far."""

_WAITING: Final = select(Run.id).where(text(UNLISTED_RUN)).order_by(Run.id)
_NEXT: Final = (
    select(Run.listed_seq, Run.applied_seq)
    .where(Run.id == bindparam("run"), Run.listed_seq < Run.applied_seq)
    .with_for_update(skip_locked=True)
)
_STATED: Final[Any] = (PlanLine.country, PlanLine.zone, PlanLine.status, PlanLine.after)
_SHOWN: Final = select(Run.listed_seq).where(Run.id == bindparam("run"))
_MADE: Final = (
    select(PlanLine.contractor_id, *_STATED)
    .where(PlanLine.run_id == bindparam("run"), PlanLine.seq.between(bindparam("first"), bindparam("last")))
    .where(PlanLine.outcome.is_(None), PlanLine.base_version.is_(None))
    .order_by(PlanLine.contractor_id)
)
_WHOM: Final = _MADE.with_only_columns(PlanLine.contractor_id)


def made_by(connection: Connection, page: Page) -> list[tuple[Any, ...]] | None:
    """What lists will say of those whom a page makes: nothing of it waits for the page.

    ``None`` for a page that does more than that, and is left to `follow`.
    """
    if not page.makes or page.changes:
        return None
    made: list[tuple[Any, ...]] = []
    # Read a part at a time: their documents are the most that a worker would hold of a page.
    for first in range(page.first, page.last + 1, _PART):
        part = {"run": page.run_id, "first": first, "last": min(first + _PART - 1, page.last)}
        made.extend(Newcomer(*row).listed() for row in connection.execute(_MADE, part))
    return made


def show_made(engine: Engine, page: Page, rows: Iterable[tuple[Any, ...]], now: datetime) -> None:
    """Let lists show whom an applied page made, if they show all that the run did before it.

    If not, or if somebody changed one of them already and lists show that, `follow` comes to it.

    Args:
        rows: What `made_by` gave for it.
    """
    with contextlib.suppress(IntegrityError), writing(engine) as connection:
        if connection.scalar(_SHOWN, {"run": page.run_id}) != page.first - 1:
            return
        about = {"run": page.run_id, "first": page.first, "last": page.last}
        made = set(connection.scalars(_WHOM, about))  # a line may have been left out since it was looked at
        listings.add(connection, [row for row in rows if row[0] in made], now)
        set_run(connection, page.run_id, listed_seq=page.last)


def follow(engine: Engine, *, stopping: Callable[[], bool] = lambda: False) -> None:
    """Let lists show what the runs that are over have done; one that another process is at is left to it."""
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
