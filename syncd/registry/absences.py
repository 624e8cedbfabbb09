"""Which records did the last complete reads of a connection not contain?

Only those have a row, so a list from which a few are missing writes a few rows side by side, and one from which nobody
is missing writes none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, Engine, and_, case, delete, func, insert, literal, select, update

from syncd.registry.engine import among, reading
from syncd.registry.tables import Absence, Binding

__all__ = ["READS", "absent", "absent_again", "beside", "settled", "there_again"]

READS = case((Absence.excused, 0), else_=func.coalesce(Absence.reads, 0))
"""Complete reads in a row without the record, in a selection of bindings that are joined with absences.

None for one whose absence is excused: what followed from it was undone."""

beside = and_(Absence.connection_id == Binding.connection_id, Absence.contractor_id == Binding.contractor_id)
"""How a binding finds its absence; most have none."""


def absent(engine: Engine, connection_id: int, present: bytearray) -> Iterator[tuple[str, int, int]]:
    """Bound records whose contractor is not marked in `present`: external id, contractor id, reads missed so far.

    Args:
        present: One byte for each contractor id.
    """
    after = ""
    while True:
        with reading(engine) as connection:
            page = connection.execute(
                select(Binding.external_id, Binding.contractor_id, READS)
                .outerjoin(Absence, beside)
                .where(Binding.connection_id == connection_id, Binding.external_id > after)
                .order_by(Binding.external_id)
                .limit(10_000)
            ).all()
        if not page:
            return
        for external_id, contractor_id, reads in page:
            if contractor_id >= len(present) or not present[contractor_id]:
                yield external_id, contractor_id, reads
        after = page[-1][0]


def settled(connection: Connection, connection_id: int) -> int:
    """How many records two complete reads in a row did not contain: what follows from that was done."""
    gone = select(func.count()).where(Absence.connection_id == connection_id, READS > 1)
    return connection.execute(gone).scalar_one()


def absent_again(connection: Connection, connection_id: int, contractor_ids: Collection[int]) -> None:
    """Count one more complete read that did not contain these contractors' records."""
    if not contractor_ids:
        return
    here = Absence.connection_id == connection_id
    counted = update(Absence).where(here, among(connection, Absence.contractor_id, contractor_ids))
    connection.execute(counted.values(reads=Absence.reads + 1))
    known = select(Absence.contractor_id).where(here)
    first = select(Binding.connection_id, Binding.contractor_id, literal(1)).where(
        Binding.connection_id == connection_id,
        among(connection, Binding.contractor_id, contractor_ids),
        Binding.contractor_id.not_in(known),
    )
    connection.execute(insert(Absence).from_select(["connection_id", "contractor_id", "reads"], first))


def there_again(connection: Connection, connection_id: int, contractor_ids: Collection[int]) -> None:
    """Begin to count anew for these contractors' records: they were seen."""
    if contractor_ids:
        connection.execute(
            delete(Absence).where(
                Absence.connection_id == connection_id, among(connection, Absence.contractor_id, contractor_ids)
            )
        )
