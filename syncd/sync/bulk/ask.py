"""How are sides or rules asked about some customers only? By runs over just these, for each connection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from syncd.registry import outbox
from syncd.registry.engine import among, reading, writing
from syncd.registry.tables import Binding
from syncd.sync.app import App
from syncd.sync.bulk.judge import Tally, judge_page, pages_of
from syncd.sync.bulk.operations import Operation
from syncd.sync.change import Draft
from syncd.sync.request import request_run
from syncd.sync.reverify import request_look

__all__ = ["ask"]


def ask(app: App, operation: Operation, ids: Sequence[int], tally: Tally, *, by: str) -> tuple[int, list[int]]:
    """Ask; answer about how many customers, and the runs that find out."""
    asked, runs = 0, []
    for page in pages_of(ids):
        with reading(app.engine) as connection:
            wanted = [
                known.id
                for known, _, found in judge_page(connection, operation, page, tally)
                if isinstance(found, Draft)
            ]
        asked += len(wanted)
        if wanted:
            about = _sync if operation.name == "sync" else _reverify
            runs += about(app, wanted, by)
    return asked, runs


def _reverify(app: App, ids: Sequence[int], by: str) -> list[int]:
    return request_look(app, ids, by=by)


def _sync(app: App, ids: Sequence[int], by: str) -> list[int]:
    """Read the customers' records at every side, and let what waits to be tried again be tried now."""
    records: dict[int, list[str]] = defaultdict(list)
    with writing(app.engine) as connection:
        rows = connection.execute(
            select(Binding.connection_id, Binding.external_id).where(among(connection, Binding.contractor_id, ids))
        )
        for connection_id, external_id in rows:
            records[connection_id].append(external_id)
        hurried = outbox.hurry(connection, ids, now=app.now())
    runs = [
        request_run(app, connected, mode="only", only=records[connected.id], asked_by=by)
        for connected in app.connections.values()
        if connected.id in records
    ]
    for connection_id in sorted(hurried):
        app.doorbell.push(connection_id)
    return [run_id for run_id in runs if run_id is not None]
