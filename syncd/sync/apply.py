"""How does a plan become true? Page by page, each in one transaction with everything that follows from it.

A line whose contractor moved since the plan is left out and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from typing import Any, Final

from sqlalchemy import Engine

from syncd.registry import application, leases
from syncd.registry.bulk import analyze
from syncd.registry.engine import reading, writing
from syncd.registry.following import made_by, show_made
from syncd.registry.lines import Action
from syncd.registry.plan_page import Page
from syncd.registry.runs import COUNT_OF, Work, set_run
from syncd.registry.tables import Binding, Contractor, Group, Membership, PlanLine, Push
from syncd.sync.app import App, Connected

__all__ = ["apply_plan"]

PAGE: Final = 3000
"""Lines applied in one transaction: long enough to be cheap, short enough not to keep SQLite's one writer. What lists
say of as many contractors is held twice, which takes two kilobytes for each."""


def apply_plan(app: App, connected: Connected, work: Work, held: leases.Held) -> int:
    """Apply the lines that are not applied yet; answer how many pushes follow from them.

    Stops between two pages when the process is asked to end; the next call goes on from there.

    Raises:
        LostLease: When another process took the run over.
        Stopping: When the process is to end.
    """
    pushes = 0
    with reading(app.engine) as connection:
        last = application.last_seq(connection, work.id)
        empty = application.is_empty(connection)
    if last - work.applied_seq > PAGE and work.counts.get(COUNT_OF[Action.CREATE]):
        # Who is known is found one by one, which is what PostgreSQL does where it knows nothing of the lines.
        with writing(app.engine) as connection:
            analyze(connection, PlanLine, application.SELECTED_BY)
    starts = range(work.applied_seq + 1, last + 1, PAGE)
    pages = [Page(work.id, connected.id, first, min(first + PAGE - 1, last)) for first in starts]
    with ThreadPoolExecutor(1) as beside:
        shown = []
        for page, made in _looked_at(beside, app.engine, pages):
            now = app.now()
            with writing(app.engine) as connection:
                leases.verify(connection, held)
                leases.prolong(connection, held, now=now, length=app.lease)
                application.lock_contractors(connection, page)
                application.mark_stale(connection, page)
                pushes += application.apply_page(connection, page, app.network.stations.keys(), now)
                set_run(connection, work.id, applied_seq=page.last, heartbeat_at=now)
                if empty:
                    for table in (Contractor, Binding, Group, Membership, Push):
                        analyze(connection, table)
                    empty = False
            if made is not None and app.engine.dialect.name == "sqlite":
                # It has one writer, for whom the next page would wait; and each of its connections has its own cache.
                show_made(app.engine, page, made, now)
            elif made is not None:
                shown.append(beside.submit(show_made, app.engine, page, made, now))
            if page.last < last:
                app.go_on()
        for one in shown:
            one.result()
    return pushes


_Rows = list[tuple[Any, ...]] | None


def _looked_at(beside: ThreadPoolExecutor, engine: Engine, pages: Sequence[Page]) -> Iterator[tuple[Page, _Rows]]:
    """Each page with what it does and what lists will say of whom it makes, looked at while the one before is applied.

    A plan is not altered while it is applied.
    """
    coming = [beside.submit(_look_at, engine, page) for page in pages[:1]]
    for _, following in zip_longest(pages, pages[1:]):
        looked_at = coming.pop().result()
        if following is not None:
            coming.append(beside.submit(_look_at, engine, following))
        yield looked_at


def _look_at(engine: Engine, page: Page) -> tuple[Page, _Rows]:
    with reading(engine) as connection:
        page = application.sized_up(connection, page)
        return page, made_by(connection, page)
