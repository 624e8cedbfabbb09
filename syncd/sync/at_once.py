"""How is a change made that is more than a contractor's fields: a tie undone, two contractors made one?

In one transaction with its run, which is over when the transaction is. It has lines like any other, so that the history
tells of it and it can be taken back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from syncd.domain.code import code_of
from syncd.domain.holds import is_erased, load_holds
from syncd.errors import InvalidRecord, Unavailable
from syncd.registry import application, lines, listings, lookups, merging
from syncd.registry.lines import Line
from syncd.registry.plan_page import Page
from syncd.registry.runs import COUNT_OF, RunState, counts_of
from syncd.registry.tables import Audit, Push, Run
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected
from syncd.sync.mode import EDIT

__all__ = ["hold_still", "make_run", "refuse_erased", "ring", "write_down"]


def hold_still(app: App, connection: Connection, ids: Collection[int]) -> dict[int, lookups.Known]:
    """Contractors as they are, and as they stay until the transaction ends.

    Raises:
        NotFound: When one is not there.
        Unavailable: While a side is being told about one: nobody knows yet what it will hold.
    """
    lookups.lock(connection, ids)
    known = lookups.known(connection, ids)
    unknown = sorted(set(ids) - known.keys())
    if unknown:
        raise merging.missing(connection, unknown[0])
    under_way = select(Push.contractor_id).where(Push.contractor_id.in_(ids), Push.leased_until >= app.now())
    if (busy := connection.scalars(under_way).first()) is not None:
        raise Unavailable(
            Sentence("a side is being told about %(customer)s just now", customer=code_of(busy)),
            cure="Try again in a minute.",
        )
    return known


def refuse_erased(known: lookups.Known, *, cure: str) -> None:
    """Who was erased is nobody: there is nothing left that could be tied, parted or made one with somebody.

    Raises:
        InvalidRecord: When the contractor was.
    """
    if is_erased(load_holds(known.holds)):
        raise InvalidRecord(Sentence("%(customer)s is erased", customer=code_of(known.id)), code="erased", cure=cure)


def make_run(app: App, connection: Connection, connected: Connected, planned: Sequence[Line], *, by: str) -> int:
    """Store a run that is over, with its lines, and let follow from them what follows from any."""
    now = app.now()
    run_id: int = connection.execute(
        insert(Run)
        .values(
            connection_id=connected.id,
            mode=EDIT,
            dry_run=False,
            state=RunState.SUCCEEDED,
            asked_by=by,
            asked_at=now,
            started_at=now,
            planned_at=now,
            finished_at=now,
            attempts=1,
            applied_seq=len(planned),
            listed_seq=len(planned),
            counts=counts_of(Counter(COUNT_OF[line.action] for line in planned)),
        )
        .returning(Run.id)
    ).scalar_one()
    for seq, line in enumerate(planned, start=1):
        line.run_id, line.seq = run_id, seq
    lines.store_lines(connection, planned)
    page = Page(run_id, connected.id, 1, len(planned))
    application.apply_page(connection, page, app.network.stations, now)
    listings.refresh(connection, {line.contractor_id for line in planned})
    return run_id


def write_down(
    app: App, connection: Connection, by: str, action: str, subject: str, details: Mapping[str, Any]
) -> None:
    """Keep what a person did."""
    connection.execute(
        insert(Audit).values(at=app.now(), actor=by, action=action, subject=subject, details=dict(details))
    )


def ring(app: App) -> None:
    """Wake whoever brings about what follows at the sides; they are told once the transaction is over."""
    for connection_id in app.network.stations:
        app.doorbell.push(connection_id)
