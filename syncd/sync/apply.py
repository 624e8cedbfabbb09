"""How does a plan become true? Page by page, each in one transaction with everything that follows from it.

A line whose contractor moved since the plan is left out and says so.
"""

from __future__ import annotations

from typing import Final

from syncd.registry import application, leases
from syncd.registry.application import Page
from syncd.registry.bulk import analyze
from syncd.registry.engine import reading, writing
from syncd.registry.runs import Work, set_run
from syncd.registry.tables import Binding, Contractor, Group, Membership, PlanLine, Push
from syncd.sync.app import App, Connected

__all__ = ["apply_plan"]

PAGE: Final = 5000
"""Lines applied in one transaction: long enough to be cheap, short enough not to keep SQLite's one writer."""


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
    if last - work.applied_seq > PAGE:
        with writing(app.engine) as connection:
            analyze(connection, PlanLine, application.SELECTED_BY)
    for first in range(work.applied_seq + 1, last + 1, PAGE):
        page = Page(work.id, connected.id, first, min(first + PAGE - 1, last))
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
        if page.last < last:
            app.go_on()
    return pushes
