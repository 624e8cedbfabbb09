"""Which reads let an undo go on for those of whom a side had news that nobody had heard?"""

from __future__ import annotations

from syncd.registry import connections
from syncd.registry.engine import reading
from syncd.sync.app import App
from syncd.sync.request import request_run

__all__ = ["ask_for_news"]


def ask_for_news(app: App, connection_id: int, *, asked_by: str) -> list[int]:
    """Ask for a read of every side that a change at one connection concerns, but of those that are paused.

    After them the undo is planned anew: what was edited is then known, and kept.

    Returns:
        The runs, in the order in which they are to be done.
    """
    app = app.up_to_date()
    asked = []
    for station in app.network.around(connection_id):
        connected = app.connection_by_id(station.id)
        with reading(app.engine) as connection:
            if connected.settings.paused or connections.paused(connection, station.id):
                continue
        run_id = request_run(app, connected, mode="incremental", asked_by=asked_by)
        asked.extend([run_id] if run_id is not None else [])
    return asked
