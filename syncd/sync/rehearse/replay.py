"""What would the records of a run do under other rules? Decided once more, by the same code, and compared."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, select

from syncd.domain.holds import is_erased, load_holds
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import lookups
from syncd.registry.engine import reading
from syncd.registry.lookups import Known
from syncd.registry.runs import READS, Work, load_run
from syncd.registry.tables import Run
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.decide import Decider, open_decider
from syncd.sync.rehearse.cases import Case, cases, decide
from syncd.sync.rehearse.compare import NOTHING, Before, Replayed, Totals, compared

__all__ = ["AsOf", "Replay", "open_replay"]


class AsOf(StrEnum):
    """Against what the records are decided: the registry as it was when the run met them, or as it is."""

    THEN = "then"
    NOW = "now"


class Replay:
    """Decides the records of one run again.

    Args:
        other: The program under the rules to look at.

    Attributes:
        totals: Complete once `differing` is exhausted.
    """

    def __init__(self, app: App, other: App, work: Work, began: datetime, as_of: AsOf) -> None:
        self._apps = tuple(dataclasses.replace(one, now=lambda: began) for one in (app, other))
        self._same = app is other
        self._work = work
        self._as_of = as_of
        self.totals = Totals()

    def differing(self) -> Iterator[Replayed]:
        """Records that would do something else."""
        app, other = self._apps
        for page in cases(app.engine, self._work.id):
            with reading(app.engine) as connection:
                ids = [case.contractor_id for case in page if case is not None]
                known = lookups.known(connection, ids)
                holders = lookups.holders(connection, ids)
                deciders = (self._decider(app, connection), self._decider(other, connection))
            for case in page:
                if case is None or _is_gone(case, known):
                    self.totals.not_kept += 1
                    continue
                yield from self._replayed(case, known, deciders, holders.get(case.contractor_id, set()))

    def _replayed(
        self,
        case: Case,
        known: Mapping[int, Known],
        deciders: tuple[Decider, Decider],
        holders: set[int],
    ) -> Iterator[Replayed]:
        base, other = deciders
        if self._as_of is AsOf.NOW:
            case = _brought_up_to_date(case, known)
        line = case.line if self._as_of is AsOf.THEN else decide(base, case)
        did = Before(app=self._apps[0], line=line)
        # Without other rules there is nothing to compare at the sides: the rules of then are not kept.
        would = Before(app=self._apps[0] if self._same else self._apps[1], line=decide(other, case))
        found = compared(case, case.known, did, would, {*holders, self._work.connection_id})
        self.totals.records += 1
        self.totals.did[did.line.action if did.line is not None else NOTHING] += 1
        self.totals.would[would.line.action if would.line is not None else NOTHING] += 1
        if found is None:
            self.totals.same += 1
        else:
            self.totals.differ += 1
            yield found

    def _decider(self, app: App, connection: Connection) -> Decider:
        connected = app.connection_by_id(self._work.connection_id)
        said = app.network.stations[connected.id].capabilities.reads
        return open_decider(app, connection, connected, said=said, run_id=self._work.id)


def open_replay(app: App, run_id: int, *, other: App | None = None, as_of: AsOf = AsOf.THEN) -> Replay:
    """Prepare to decide a run's records again.

    Args:
        other: The program under other rules; without, the rules in force are compared with what the run did.

    Raises:
        NotFound: When there is no such run.
        InvalidRecord: When it read no side, or is not over.
    """
    with reading(app.engine) as connection:
        work = load_run(connection, run_id)
        if work is None:
            raise NotFound(Sentence("there is no run %(run)s", run=run_id), cure="`syncd runs list` shows all.")
        row = connection.execute(select(Run.started_at, Run.asked_at).where(Run.id == run_id)).one()
    if work.mode not in READS or work.planned_at is None:
        raise InvalidRecord(
            Sentence("run %(run)s has no records that could be replayed", run=run_id),
            code="not-to-be-replayed",
            cure="Only runs that read a side, and came to the end of it, can be. `syncd runs list` shows them.",
        )
    return Replay(app, other or app, work, row.started_at or row.asked_at, as_of)


def _is_gone(case: Case, known: Mapping[int, Known]) -> bool:
    """Nobody comes back through a replay who was erased."""
    one = known.get(case.contractor_id)
    return one is not None and is_erased(load_holds(one.holds))


def _brought_up_to_date(case: Case, known: Mapping[int, Known]) -> Case:
    """The same record against the contractor as it is now; one that is no more is decided as it was."""
    one = known.get(case.contractor_id)
    return case if one is None or case.known is None else msgspec.structs.replace(case, known=one)
