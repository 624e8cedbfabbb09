"""How does one full cycle go? Everything is pulled, everything is delivered, and then both sides are read again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import func, select

from syncd.domain.side import Side
from syncd.embedded.summary import Mark, Summary, mark, summarize
from syncd.registry import tables as t
from syncd.registry.engine import reading
from syncd.registry.runs import RunState
from syncd.sync.app import App
from syncd.sync.request import request_run

__all__ = ["Cycle"]

LONGEST_SECONDS: Final = 1800.0
"""After so long a cycle is given up and reported as it stands."""

_UNDER_WAY: Final = (RunState.QUEUED, RunState.RUNNING, RunState.APPLYING, RunState.INTERRUPTED)


class Cycle:
    """One cycle, from the asking to the summary. The workers do the work."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._began = time.monotonic()
        self._mark: Mark = mark(app)
        self._asked: list[int] = []

    def ask(self) -> None:
        """Ask for a full run of every connection, the ERPs first."""
        by_side = sorted(self._app.connections.values(), key=lambda connected: connected.settings.side is Side.SHOP)
        for connected in by_side:
            run_id = request_run(self._app, connected, mode="full", asked_by="syncd up --once")
            if run_id is not None:
                self._asked.append(run_id)

    def wait(self, watch: Callable[[Callable[[], bool]], None]) -> None:
        """Wait until nothing is under way and nothing waits to be delivered.

        Args:
            watch: Keeps the programs running until what it is given is true.
        """
        end = self._began + LONGEST_SECONDS
        watch(lambda: self._is_quiet() or time.monotonic() > end)

    def summary(self) -> Summary:
        """What it brought."""
        quiet = self._is_quiet()
        return summarize(self._app, self._mark, seconds=round(time.monotonic() - self._began, 1), quiet=quiet)

    def _is_quiet(self) -> bool:
        with reading(self._app.engine) as connection:
            under_way = connection.scalar(
                select(func.count()).where(t.Run.state.in_(_UNDER_WAY), t.Run.id > self._mark.run)
            )
            waiting = connection.scalar(select(func.count()).where(t.Push.due_at.is_not(None)))
        return not under_way and not waiting
