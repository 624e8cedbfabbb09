"""How is what a read gives stored, a chunk at a time, if the run is still ours?

The database works on one chunk while the next is read and decided: each waits for the other else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection

from syncd.registry import bindings, inputs, issues, leases, lines, lookups
from syncd.registry.bulk import reserve_ids
from syncd.registry.engine import writing
from syncd.registry.lines import Line
from syncd.registry.runs import Work, set_run
from syncd.sync.app import App, Connected
from syncd.sync.pull import CHUNK

__all__ = ["BEAT", "Keeper", "Kept"]

BEAT: Final = timedelta(seconds=1)
"""How often a run shows that it lives and how far it is, when it has nothing to store."""


class Kept(NamedTuple):
    """What one chunk gave.

    Attributes:
        counts: Records of the run so far by what becomes of them, and how many were `received`.
        healthy: External ids of the records that could be used, or of which nothing is left to be said.
        over: Contractor and field of events that a later value settled.
        gone: External ids of records of which complete reads say that they are there no more.
    """

    counts: Mapping[str, int]
    received: int
    lines: Sequence[Line] = ()
    reports: Sequence[issues.Report] = ()
    sightings: Sequence[bindings.Sighting] = ()
    healthy: Sequence[str] = ()
    over: Sequence[tuple[int, str]] = ()
    quiet: Sequence[inputs.Quiet] = ()
    gone: Sequence[str] = ()


class Keeper:
    """Stores what the chunks of one run give.

    Args:
        held: The lease under which it is stored.
        began_at: When the read began: what a push wrote since is newer than what it read.
        has_issues: Something is open about the connection's records, that can be over.

    Attributes:
        lines: How many lines the plan has.
    """

    def __init__(
        self, app: App, connected: Connected, work: Work, held: leases.Held, *, began_at: datetime, has_issues: bool
    ) -> None:
        self._app = app
        self._connected = connected
        self._work = work
        self._held = held
        self._began_at = self._beaten_at = began_at
        self._has_issues = has_issues
        self._ids: Iterator[int] = iter(())
        self._thread = ThreadPoolExecutor(1)
        self._stored: Future[None] = Future()
        self._stored.set_result(None)
        self.lines = 0

    @contextmanager
    def storing(self) -> Iterator[None]:
        """What is kept `later` within this is stored when it ends."""
        with self._thread:
            yield
            self._stored.result()

    def later(self, kept: Kept) -> None:
        """Let it be stored while the next chunk is read; one chunk at a time, in order."""
        self._number(kept.lines)
        self._stored.result()
        self._beaten_at = self._app.now()
        self._stored = self._thread.submit(self._store, kept, self._beaten_at)

    def at_once(self, kept: Kept) -> None:
        """Store it now."""
        self._number(kept.lines)
        self._store(kept, self._app.now())

    def beat(self, counts: Mapping[str, int], received: int) -> None:
        """Give a sign of life while the side is slow."""
        self._app.go_on()
        now = self._app.now()
        if now - self._beaten_at < BEAT:
            return
        self._beaten_at = now
        with writing(self._app.engine) as connection:
            self._prolong(connection, now)
            set_run(connection, self._work.id, heartbeat_at=now, counts=dict(counts), received=received)

    def new_id(self) -> int:
        """A number for a contractor that does not exist yet; numbers of a plan that is discarded are not used again."""
        for id_ in self._ids:
            return id_
        with writing(self._app.engine) as connection:
            self._ids = iter(reserve_ids(connection, "contractor", 10 * CHUNK if self.lines >= CHUNK else 100))
        return next(self._ids)

    def _number(self, planned: Sequence[Line]) -> None:
        for line in planned:
            self.lines += 1
            line.seq = self.lines

    def _store(self, kept: Kept, now: datetime) -> None:
        with writing(self._app.engine) as connection:
            self._prolong(connection, now)
            lines.store_lines(connection, kept.lines)
            inputs.keep(connection, kept.quiet)
            if not self._work.dry_run:
                self._remember_seen(connection, kept.sightings)
                self._tell(connection, kept, now)
            set_run(connection, self._work.id, heartbeat_at=now, counts=dict(kept.counts), received=kept.received)

    def _prolong(self, connection: Connection, now: datetime) -> None:
        leases.verify(connection, self._held)
        leases.prolong(connection, self._held, now=now, length=self._app.lease)

    def _remember_seen(self, connection: Connection, sightings: Sequence[bindings.Sighting]) -> None:
        """Take over what was seen, except of records that a push has written meanwhile: that is newer."""
        ids = [sighting.contractor_id for sighting in sightings]
        lookups.lock(connection, ids)
        overtaken = lookups.written_since(connection, self._connected.id, ids, self._began_at)
        bindings.remember(connection, [one for one in sightings if one.contractor_id not in overtaken])

    def _tell(self, connection: Connection, kept: Kept, now: datetime) -> None:
        """Open what a person should look at, and close what is over."""
        by = f"run {self._work.id}"
        issues.open_issues(connection, kept.reports, run_id=self._work.id, now=now)
        issues.close_events(connection, kept.over, by=by, now=now)
        if self._has_issues:
            still = [report.fingerprint for report in kept.reports]
            issues.close_gone(connection, self._connected.id, kept.healthy, still, by=by, now=now)
            spoke = [one.external_id for one in kept.reports if one.external_id and one.code != issues.UNANSWERED]
            issues.answered(connection, self._connected.id, spoke, by=by, now=now)
            issues.no_more_asked_for(connection, self._connected.id, kept.gone, by=by, now=now)
