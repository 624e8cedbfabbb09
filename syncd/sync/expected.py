"""What should a side hold, record by record, if nothing was believed but the registry?

A value that syncd brings to a side is the registry's own where platforms keep it as it is; everything else is what the
side held when it was last brought up to date, since a platform may keep a phone number or an address in its own form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import Engine, exists, select

from syncd.domain.contractor import Contractor, dump, load, restrict
from syncd.domain.country import Zone
from syncd.domain.holds import Status
from syncd.registry import lookups
from syncd.registry import tables as t
from syncd.registry.bindings import load_departures
from syncd.registry.engine import among, reading
from syncd.sync.routes import Network, Station

__all__ = ["COMPARED", "Entry", "content", "entries", "entries_of", "outsiders"]

COMPARED: Final = frozenset({"name", "tax_id", "email", "active"})
"""Compared with the registry's own word."""

_PAGE: Final = 1000


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A bound record as the registry has it.

    Attributes:
        echoed: A read has told it since it was last written; before that, what the side adds by itself is news.
        agreed: What the side held when last seen.
        wanted: What it should hold.
        behind: It was not brought about yet.
        not_told: Fields in which the side keeps what it has.
    """

    external_id: str
    contractor_id: int
    echoed: bool
    agreed: Contractor
    wanted: Contractor
    behind: bool
    departures: Mapping[str, str]
    not_told: frozenset[str]

    def expected(self, station: Station, fields: frozenset[str]) -> Contractor:
        """What a read should state, in `fields`."""
        agreed = restrict(self.agreed, fields)
        ours = {name: getattr(self.wanted, name) for name in (COMPARED & fields & station.written) - self.not_told}
        if all(getattr(agreed, name) == value for name, value in ours.items()):
            return agreed
        return msgspec.structs.replace(agreed, **ours)


def content(contractor: Contractor) -> bytes:
    """A statement as bytes: equal statements, equal bytes."""
    return dump(contractor)


_SELECTED: Final = (
    t.Binding.external_id, t.Binding.contractor_id, t.Binding.raw_hash, t.Binding.agreed, t.Binding.settled_hash,
    t.Binding.departures, t.Contractor.doc, t.Contractor.zone,
)  # fmt: skip


def entries(engine: Engine, station: Station) -> Iterator[Entry]:
    """All bound records of a side, but those of the erased, a page in memory at a time."""
    with reading(engine) as connection:
        yield from _made(station, connection.execute(_of(station).execution_options(yield_per=_PAGE)))


def entries_of(engine: Engine, station: Station, contractor_ids: Iterable[int]) -> dict[int, Entry]:
    """Those of some contractors, as they are now."""
    with reading(engine) as connection:
        rows = connection.execute(_of(station).where(among(connection, t.Contractor.id, list(contractor_ids))))
        return {entry.contractor_id: entry for entry in _made(station, rows)}


def outsiders(engine: Engine, network: Network, station: Station) -> Iterator[int]:
    """Contractors that should have a record at a side and have none."""
    contractor = t.Contractor
    here = exists().where(t.Binding.connection_id == station.id, t.Binding.contractor_id == contractor.id)
    candidates = select(contractor.id, contractor.doc, contractor.zone).where(
        ~here, contractor.status != Status.ANONYMISED
    )
    with reading(engine) as connection:
        for rows in connection.execute(candidates.execution_options(yield_per=_PAGE)).partitions():
            with reading(engine) as another:
                holders = lookups.holders(another, [row[0] for row in rows])
            for id_, doc, zone in rows:
                if network.takes(station, load(doc), Zone(zone), holders.get(id_, ())):
                    yield id_


def _of(station: Station) -> Any:
    return (
        select(*_SELECTED)
        .join(t.Contractor, t.Contractor.id == t.Binding.contractor_id)
        .where(t.Binding.connection_id == station.id, t.Contractor.status != Status.ANONYMISED)
    )


def _made(station: Station, rows: Iterable[Any]) -> Iterator[Entry]:
    for external_id, contractor_id, raw_hash, agreed, settled, departures, doc, stored_zone in rows:
        contractor, zone = load(doc), Zone(stored_zone)
        yield Entry(
            external_id,
            contractor_id,
            raw_hash is not None,
            load(agreed),
            station.wanted(contractor, zone),
            bool(station.written) and settled != station.wanted_hash(contractor, zone),
            load_departures(departures),
            station.not_told(contractor),
        )
