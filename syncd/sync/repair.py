"""What would make a side agree? Plans that a person looks at and applies like any other.

Who was edited there is read; who is behind is told. A record that an ERP has no more is not made again: that it is gone
is the ERP's word, and two complete reads conclude from it what there is to conclude.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from syncd.domain.code import id_of
from syncd.domain.contractor import load
from syncd.domain.difference import READ, TELL, Cause, Difference
from syncd.domain.holds import is_erased, load_holds
from syncd.domain.side import Side
from syncd.registry import lookups
from syncd.registry.engine import writing
from syncd.registry.lines import Action, Line
from syncd.registry.runs import COUNT_OF, RunState
from syncd.registry.tables import Binding
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected
from syncd.sync.change import store_plan
from syncd.sync.decide import Decider, open_decider
from syncd.sync.execute import execute_run
from syncd.sync.request import request_run
from syncd.sync.verify import LISTED, Verified

__all__ = ["plan_repair"]


def plan_repair(app: App, verified: Verified, *, by: str) -> list[int]:
    """Store what would settle a side's differences; answer the runs whose plans wait.

    Pushes that are due, open issues, and values that the side keeps in another form are left to themselves.
    """
    app = app.up_to_date()
    connected = app.connection(verified.connection)
    runs = [_plan_reading(app, connected, verified, by=by), _plan_telling(app, connected, verified.differences, by=by)]
    return [run_id for run_id in runs if run_id is not None]


def _plan_reading(app: App, connected: Connected, verified: Verified, *, by: str) -> int | None:
    """A dry run over the records that have something to say; over all of them where they are very many."""
    names = [one.external_id for one in verified.differences if one.cause in READ and one.external_id]
    if not names:
        return None
    whole = sum(verified.by_cause.get(cause, 0) for cause in READ) > min(len(names), LISTED // 2)
    run_id = (
        request_run(app, connected, mode="full", dry_run=True, asked_by=by, ring=False)
        if whole
        else request_run(app, connected, mode="only", only=names, dry_run=True, asked_by=by, ring=False)
    )
    if run_id is not None:
        execute_run(app, run_id)
    return run_id


def _plan_telling(app: App, connected: Connected, differences: Sequence[Difference], *, by: str) -> int | None:
    """A plan whose lines change nothing in the registry and say that the side is behind."""
    tell = {id_of(one.code): one for one in differences if one.cause in TELL and one.code}
    if connected.settings.side is Side.ERP:
        tell = {id_: one for id_, one in tell.items() if one.cause is not Cause.MISSING}
    if not app.network.stations[connected.id].created:
        return None
    with writing(app.engine) as connection:
        known = lookups.known(connection, [id_ for id_ in tell if id_ is not None])
        decider = open_decider(app, connection, connected, said=frozenset(), run_id=0)
        planned = list(_lines(connection, connected, decider, known, tell))
        if not planned:
            return None
        counts = Counter(COUNT_OF[line.action] for line in planned)
        return store_plan(app, connection, connected, planned, by=by, state=RunState.PLANNED, counts=counts)


def _lines(
    connection: Connection,
    connected: Connected,
    decider: Decider,
    known: dict[int, lookups.Known],
    tell: dict[int | None, Difference],
) -> Iterator[Line]:
    bound = lookups.bound(connection, connected.id, list(known))
    for id_, one in known.items():
        difference = tell[id_]
        if is_erased(load_holds(one.holds)):
            continue
        if difference.cause is not Cause.MISSING:
            rule = Sentence("%(connection)s was found to be behind", connection=connected.name)
            line = decider.decreed(one, load(one.doc), load_holds(one.holds), rule, unsettled=[connected.id])
            if line is not None:
                yield line
        elif id_ in bound:
            yield Line(
                run_id=0,
                contractor_id=id_,
                external_id=bound[id_].external_id,
                action=Action.RELEASE,
                rule=Sentence("the record is gone from %(connection)s: it is made again", connection=connected.name),
                base_version=one.version,
                before=one.doc,
                agreed=bound[id_].agreed,
                raw_hash=b"",
                seen_hash=_raw_hash(connection, connected.id, id_),
                push_to=str(connected.id),
            )


def _raw_hash(connection: Connection, connection_id: int, contractor_id: int) -> bytes | None:
    """What the line rests on: a record that was seen again since is not let go."""
    seen: bytes | None = connection.scalar(
        select(Binding.raw_hash).where(Binding.connection_id == connection_id, Binding.contractor_id == contractor_id)
    )
    return seen
