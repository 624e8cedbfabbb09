"""How is what a side held when last seen remembered?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, Engine, delete, func, select, update

from syncd.registry.bulk import insert_rows, update_rows, upsert_rows
from syncd.registry.engine import among, reading
from syncd.registry.lookups import Bound
from syncd.registry.tables import Binding

__all__ = ["Sighting", "absent", "add", "count", "forget", "missed", "of_contractor", "remember", "replace", "settle"]


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """One binding's row."""

    connection_id: int
    external_id: str
    contractor_id: int
    version: str | None
    raw_hash: bytes | None
    agreed: str
    settled_hash: bytes | None
    missing_reads: int = 0


_COLUMNS: Final = Sighting.__struct_fields__
_KEY: Final = ("connection_id", "external_id")
_SEEN: Final = (*_KEY, "version", "raw_hash", "agreed", "settled_hash", "missing_reads")


def _rows(sightings: Sequence[Sighting]) -> list[tuple[object, ...]]:
    return [msgspec.structs.astuple(sighting) for sighting in sightings]


def add(connection: Connection, sightings: Sequence[Sighting]) -> None:
    """Bind records that were not bound; one that is bound raises an integrity error."""
    insert_rows(connection, Binding, _COLUMNS, _rows(sightings))


def replace(connection: Connection, sightings: Sequence[Sighting]) -> None:
    """Bind, or bind anew: the record's contractor and the contractor's record become these."""
    upsert_rows(connection, Binding, _COLUMNS, _rows(sightings))


def remember(connection: Connection, sightings: Sequence[Sighting]) -> None:
    """Take over what was seen of records that are bound; who they are bound to stays."""
    update_rows(
        connection,
        Binding,
        _KEY,
        _SEEN,
        [tuple(getattr(sighting, name) for name in _SEEN) for sighting in sightings],
    )


def settle(connection: Connection, connection_id: int, settled: Mapping[int, bytes]) -> None:
    """Take down that contractors' records need nothing more than they hold."""
    update_rows(
        connection,
        Binding,
        ("connection_id", "contractor_id"),
        ("connection_id", "contractor_id", "settled_hash"),
        [(connection_id, contractor_id, digest) for contractor_id, digest in settled.items()],
    )


def forget(connection: Connection, connection_id: int, contractor_id: int) -> None:
    """Unbind a contractor from its record on one connection."""
    connection.execute(
        delete(Binding).where(Binding.connection_id == connection_id, Binding.contractor_id == contractor_id)
    )


def of_contractor(connection: Connection, contractor_id: int) -> dict[int, Bound]:
    """A contractor's records, by connection."""
    columns = [getattr(Binding, name) for name in Bound.__struct_fields__]
    rows = connection.execute(select(Binding.connection_id, *columns).where(Binding.contractor_id == contractor_id))
    return {row[0]: Bound(*row[1:]) for row in rows}


def count(connection: Connection, connection_id: int) -> int:
    """How many records of the connection are bound."""
    return connection.execute(select(func.count()).where(Binding.connection_id == connection_id)).scalar_one()


def absent(engine: Engine, connection_id: int, present: bytearray) -> Iterator[tuple[str, int, int]]:
    """Bound records whose contractor is not marked in `present`: external id, contractor id, reads missed so far.

    Args:
        present: One byte for each contractor id.
    """
    after = ""
    while True:
        with reading(engine) as connection:
            page = connection.execute(
                select(Binding.external_id, Binding.contractor_id, Binding.missing_reads)
                .where(Binding.connection_id == connection_id, Binding.external_id > after)
                .order_by(Binding.external_id)
                .limit(10_000)
            ).all()
        if not page:
            return
        for external_id, contractor_id, missing_reads in page:
            if contractor_id >= len(present) or not present[contractor_id]:
                yield external_id, contractor_id, missing_reads
        after = page[-1][0]


def missed(connection: Connection, connection_id: int, external_ids: Collection[str]) -> None:
    """Count one more complete read that did not contain these records."""
    if external_ids:
        connection.execute(
            update(Binding)
            .where(Binding.connection_id == connection_id, among(connection, Binding.external_id, external_ids))
            .values(missing_reads=Binding.missing_reads + 1)
        )
