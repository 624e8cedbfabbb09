"""How is what a side held when last seen remembered?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from msgspec import json
from sqlalchemy import Connection, delete, func, select

from syncd.registry.absences import there_again
from syncd.registry.bulk import insert_rows, update_rows, upsert_rows
from syncd.registry.engine import among
from syncd.registry.tables import Binding

__all__ = [
    "Sighting",
    "add",
    "count",
    "dump_departures",
    "forget",
    "load_departures",
    "remember",
    "replace",
    "settle",
]


class Sighting(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One binding's row."""

    connection_id: int
    external_id: str
    contractor_id: int
    version: str | None
    raw_hash: bytes | None
    agreed: str
    settled_hash: bytes | None
    departures: str | None = None


def dump_departures(departures: Mapping[str, str]) -> str | None:
    """Encode for storing; mostly there is nothing."""
    return json.encode(departures, order="sorted").decode() if departures else None


def load_departures(data: str | None) -> Mapping[str, str]:
    """Decode what `dump_departures` wrote."""
    return json.decode(data, type=dict[str, str]) if data else {}


_COLUMNS: Final = Sighting.__struct_fields__
_KEY: Final = ("connection_id", "external_id")
_SEEN: Final = (*_KEY, "version", "raw_hash", "agreed", "settled_hash", "departures")


def _rows(sightings: Sequence[Sighting]) -> list[tuple[object, ...]]:
    return [msgspec.structs.astuple(sighting) for sighting in sightings]


def add(connection: Connection, sightings: Sequence[Sighting]) -> None:
    """Bind records that were not bound; one that is bound raises an integrity error."""
    insert_rows(connection, Binding, _COLUMNS, _rows(sightings))


def replace(connection: Connection, sightings: Sequence[Sighting]) -> None:
    """Bind one connection's records, or bind anew: the record's contractor and the contractor's record become these."""
    if not sightings:
        return
    connection_id = sightings[0].connection_id
    names = [sighting.external_id for sighting in sightings]
    taken = select(Binding.contractor_id).where(
        Binding.connection_id == connection_id, among(connection, Binding.external_id, names)
    )
    there_again(connection, connection_id, {*connection.scalars(taken), *(one.contractor_id for one in sightings)})
    upsert_rows(connection, Binding, _COLUMNS, _rows(sightings))


def remember(connection: Connection, sightings: Sequence[Sighting]) -> None:
    """Take over what was seen of one connection's bound records; who they are bound to stays."""
    if not sightings:
        return
    there_again(connection, sightings[0].connection_id, [sighting.contractor_id for sighting in sightings])
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


def forget(connection: Connection, connection_id: int, contractor_id: int) -> str | None:
    """Unbind a contractor from its record on one connection; answer which that was."""
    there_again(connection, connection_id, [contractor_id])
    return connection.scalar(
        delete(Binding)
        .where(Binding.connection_id == connection_id, Binding.contractor_id == contractor_id)
        .returning(Binding.external_id)
    )


def count(connection: Connection, connection_id: int, *, most: int | None = None) -> int:
    """How many records of the connection are bound.

    Args:
        most: Number from which on it does not matter how many more there are: counting takes time.
    """
    bound = select(Binding.contractor_id).where(Binding.connection_id == connection_id).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(bound)).scalar_one()
