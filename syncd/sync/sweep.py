"""What was left lying? Runs whose process died, and work that nobody was told of, or that was told to nobody.

The guarantee behind the doorbell: Redis may lose everything and no work is lost, only late by one sweep.
"""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import String, bindparam, cast, exists, or_, select, update

from syncd.registry import outbox
from syncd.registry.engine import writing
from syncd.registry.runs import RunState
from syncd.registry.tables import Lease, Run
from syncd.sync.ahead import put_right
from syncd.sync.app import App
from syncd.sync.hooks import drain
from syncd.sync.pursue import pursue_all
from syncd.sync.taken import let_go_free

__all__ = ["Swept", "sweep"]

# One statement: a run that ends, or shows that it lives, just then is looked at again once that is stored.
_INTERRUPT: Final = (
    update(Run)
    .where(
        Run.state.in_([RunState.RUNNING, RunState.APPLYING]),
        or_(Run.heartbeat_at.is_(None), Run.heartbeat_at < bindparam("silent_since")),
        ~exists().where(Lease.until > bindparam("now"), Lease.owner.endswith("/" + cast(Run.id, String))),
    )
    .values(state=RunState.INTERRUPTED)
    .returning(Run.id)
)


class Swept(msgspec.Struct, frozen=True):
    """What one sweep found."""

    interrupted: int
    requeued: int
    rung: int
    erasures: int = 0


def sweep(app: App) -> Swept:
    """Mark runs whose process gave no sign of life, ring for everything that is due, and go on with erasures."""
    now = app.now()
    let_go_free(app)
    configured = [connected.id for connected in app.connections.values()]
    with writing(app.engine) as connection:
        put_right(app, connection, now)
        dead = connection.scalars(_INTERRUPT, {"now": now, "silent_since": now - app.lease}).all()
        waiting = connection.scalars(
            select(Run.id)
            .where(Run.state.in_([RunState.QUEUED, RunState.INTERRUPTED]), Run.connection_id.in_(configured))
            .order_by(Run.id)
        ).all()
        due = [id_ for id_ in outbox.due_connections(connection, now) if id_ in configured]
    for connected in app.connections.values():
        if connected.adapter.hook is not None:
            drain(app, connected)  # what a console took in before it died
    for run_id in waiting:
        app.doorbell.run(run_id)
    for connection_id in due:
        app.doorbell.push(connection_id)
    return Swept(len(dead), len(waiting), len(due), pursue_all(app))
