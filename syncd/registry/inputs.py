"""What did a run's decisions rest on? Kept for a while, so that they can be made again by other rules.

A line of a plan says itself what its side stated and what was known; what else it was made on is its `basis`. A record
without a line would be forgotten, although other rules might have made one of it: it is kept beside the plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, Engine, delete, func, select, update

from syncd.domain.contractor import Contractor
from syncd.ports import Remote
from syncd.registry.bulk import insert_rows
from syncd.registry.engine import reading
from syncd.registry.lines import Basis, snapshot
from syncd.registry.lookups import Bound, Known
from syncd.registry.tables import PlanLine, QuietRecord, Run

__all__ = ["Quiet", "basis", "basis_of_absence", "basis_of_link", "forget", "keep", "load_basis", "pages", "quiet"]

_PAGE = 1000


class Quiet(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One record that was heard and changed nothing; see `syncd.registry.tables.QuietRecord`."""

    run_id: int
    external_id: str
    connection_id: int
    contractor_id: int
    told: str
    version: str | None
    known: str
    was_holds: str
    basis: str


_COLUMNS = Quiet.__struct_fields__


def basis(known: Known, bound: Bound, *, absent: bool, maybe_sent: Sequence[Contractor] | None) -> str:
    """What a decision about a bound record rests on beside document and holds."""
    return _dump(
        Basis(
            zone=known.zone,
            reasons=known.reasons,
            bound=True,
            agreed=None if bound.agreed == known.doc else bound.agreed,
            version=bound.version,
            settled=bound.settled_hash,
            departures=bound.departures,
            absent=absent,
            maybe_sent=None if maybe_sent is None else tuple(maybe_sent),
        )
    )


def basis_of_link(
    known: Known,
    evidence: str | None,
    holders: Collection[int],
    *,
    maybe_sent: Sequence[Contractor] | None,
    made_again: bool,
) -> str:
    """The same for a record that was linked."""
    return _dump(
        Basis(
            zone=known.zone,
            reasons=known.reasons,
            holders=tuple(sorted(holders)),
            evidence=str(evidence or ""),
            maybe_sent=None if maybe_sent is None else tuple(maybe_sent),
            made_again=made_again,
        )
    )


def basis_of_absence(known: Known) -> str:
    """The same for a record that was missing."""
    return _dump(Basis(zone=known.zone, reasons=known.reasons))


def load_basis(text: str) -> Basis:
    """Decode what `basis` made."""
    return msgspec.json.decode(text, type=Basis)


def _dump(value: Basis) -> str:
    return msgspec.json.encode(value).decode()


def quiet(run_id: int, connection_id: int, remote: Remote, known: Known, rests_on: str) -> Quiet:
    """A record that changed nothing."""
    return Quiet(
        run_id=run_id,
        external_id=remote.external_id,
        connection_id=connection_id,
        contractor_id=known.id,
        told=snapshot(remote.contractor),
        version=remote.version,
        known=known.doc,
        was_holds=known.holds,
        basis=rests_on,
    )


def keep(connection: Connection, records: Sequence[Quiet]) -> None:
    """Keep records without a line."""
    if records:
        insert_rows(connection, QuietRecord, _COLUMNS, [msgspec.structs.astuple(one) for one in records])


def pages(engine: Engine, run_id: int) -> Iterator[list[Quiet]]:
    """A run's records without a line, a page at a time."""
    after = ""
    while True:
        with reading(engine) as connection:
            rows = connection.execute(
                select(*(getattr(QuietRecord, name) for name in _COLUMNS))
                .where(QuietRecord.run_id == run_id, QuietRecord.external_id > after)
                .order_by(QuietRecord.external_id)
                .limit(_PAGE)
            ).mappings()
            page = [Quiet(**row) for row in rows]
        if not page:
            return
        yield page
        after = page[-1].external_id


def forget(connection: Connection, *, before: datetime, most: int) -> None:
    """Forget what older runs rested on, and of the others so much that no more than `most` records are kept."""
    old = select(Run.id).where(Run.asked_at < before)
    connection.execute(delete(QuietRecord).where(QuietRecord.run_id.in_(old)))
    connection.execute(update(PlanLine).where(PlanLine.run_id.in_(old), PlanLine.basis.is_not(None)).values(basis=None))
    kept = 0
    counted = select(QuietRecord.run_id, func.count()).group_by(QuietRecord.run_id)
    for run_id, number in connection.execute(counted.order_by(QuietRecord.run_id.desc())).all():
        kept += number
        if kept > most:
            connection.execute(delete(QuietRecord).where(QuietRecord.run_id == run_id))
