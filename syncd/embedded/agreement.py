"""Do all sides hold what the registry says? Everything is read, and nothing is believed.

A record that has an open issue is not a disagreement: it is known, and waits for a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any, Final

import msgspec
from sqlalchemy import select

from syncd.domain.contractor import Contractor, load, restrict
from syncd.domain.country import Zone
from syncd.errors import RecordError
from syncd.ports import Endpoint, Rejected, Remote
from syncd.registry import tables as t
from syncd.registry.engine import reading
from syncd.sync.app import App, Connected

__all__ = ["Compared", "compare"]

EXAMPLES: Final = 10
_CHUNK: Final = 500

COMPARED: Final = frozenset({"name", "tax_id", "email", "active"})
"""Compared with the registry's own word. Everything else is compared with what the side held when it was last brought
up to date, since a platform may keep a phone number or an address in a form of its own."""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One side against the registry.

    Attributes:
        compared: Records that the side listed.
        excused: Those with an open issue.
        differences: How many records or contractors differ.
        examples: Some of them, as external id or customer number and what is wrong; no values.
    """

    compared: int
    excused: int
    differences: int
    examples: list[str]


class _Comparison:
    def __init__(self, app: App, connected: Connected, endpoint: Endpoint) -> None:
        self._app = app
        self._connected = connected
        self._station = app.network.stations[connected.id]
        self._endpoint = endpoint
        self._said = endpoint.capabilities.reads & self._station.said
        self._seen: set[str] = set()
        self._excused_records, self._excused_contractors = self._issues()
        self.compared = 0
        self.excused = 0
        self.differences: list[str] = []

    def of_records(self) -> None:
        for records in self._chunks():
            self._compare_chunk(records)

    def of_absent(self) -> None:
        """Contractors that should be at this side and are not."""
        binding, contractor = t.Binding, t.Contractor
        here = (binding.contractor_id == contractor.id) & (binding.connection_id == self._connected.id)
        with reading(self._app.engine) as connection:
            rows: Iterable[Any] = connection.execute(
                select(contractor.id, contractor.doc, contractor.zone, binding.external_id).outerjoin(binding, here)
            )
            for id_, doc, zone, external_id in rows:
                if external_id is not None and external_id not in self._seen:
                    self._differs(external_id, id_, "is not there")
                elif external_id is None and self._app.network.takes(self._station, load(doc), Zone(zone)):
                    self._differs(None, id_, "was not created there")

    def _issues(self) -> tuple[set[str], set[int]]:
        with reading(self._app.engine) as connection:
            rows = connection.execute(
                select(t.Issue.external_id, t.Issue.contractor_id).where(
                    t.Issue.connection_id == self._connected.id, t.Issue.state != "resolved"
                )
            ).all()
        return {row[0] for row in rows if row[0]}, {row[1] for row in rows if row[1]}

    def _chunks(self) -> Iterator[Sequence[Remote]]:
        gathered: list[Remote] = []
        for page in self._endpoint.read(None, full=True):
            for record in page.records:
                if record.external_id in self._seen:
                    continue
                self._seen.add(record.external_id)
                self.compared += 1
                try:
                    if isinstance(record, Rejected):
                        raise record.error
                    gathered.append(self._endpoint.parse(record))
                except RecordError:
                    self._differs(record.external_id, None, "cannot be understood, and no issue says so")
            while len(gathered) >= _CHUNK:
                yield gathered[:_CHUNK]
                del gathered[:_CHUNK]
        yield gathered

    def _compare_chunk(self, remotes: Sequence[Remote]) -> None:
        binding, contractor = t.Binding, t.Contractor
        with reading(self._app.engine) as connection:
            rows = connection.execute(
                select(
                    binding.external_id,
                    contractor.id,
                    binding.agreed,
                    binding.settled_hash,
                    contractor.doc,
                    contractor.zone,
                )
                .join(contractor, contractor.id == binding.contractor_id)
                .where(
                    binding.connection_id == self._connected.id,
                    binding.external_id.in_([remote.external_id for remote in remotes]),
                )
            )
            known = {row[0]: row[1:] for row in rows}
        for remote in remotes:
            if remote.external_id not in known:
                self._differs(remote.external_id, None, "is not known to the registry")
                continue
            id_, agreed, settled_hash, doc, zone = known[remote.external_id]
            wrong = self._wrong(remote.contractor, load(agreed), load(doc), Zone(zone), settled_hash)
            if wrong:
                self._differs(remote.external_id, id_, wrong)

    def _wrong(
        self, told: Contractor, agreed: Contractor, doc: Contractor, zone: Zone, settled_hash: bytes | None
    ) -> str:
        # What a side added by itself to a record that we made (that it is registered) is news and no disagreement.
        news = {f for f in self._said - self._station.created if getattr(agreed, f) == getattr(_BLANK, f)}
        heard = self._said - news
        moved = _differing(restrict(told, heard), restrict(agreed, heard), heard)
        if moved:
            return f"changed there: {', '.join(moved)}"
        if settled_hash != self._station.wanted_hash(doc, zone):
            return "is behind the registry"
        written = COMPARED & self._said & self._station.written
        unlike = _differing(told, self._station.wanted(doc, zone), written)
        return f"differs from the registry: {', '.join(unlike)}" if unlike else ""

    def _differs(self, external_id: str | None, contractor_id: int | None, what: str) -> None:
        if external_id in self._excused_records or contractor_id in self._excused_contractors:
            self.excused += 1
        else:
            self.differences.append(f"{external_id or f'contractor {contractor_id}'} {what}")


_BLANK: Final = Contractor(name="")


def _differing(one: Contractor, other: Contractor, fields: Iterable[str]) -> list[str]:
    def value(contractor: Contractor, field: str) -> Any:
        return getattr(contractor, field)

    return sorted(field for field in fields if value(one, field) != value(other, field))


def compare(app: App, connected: Connected) -> Compared:
    """Read one side in full and compare it with the registry.

    Raises:
        SyncError: If the side cannot be read.
    """
    with closing(app.open(connected)) as endpoint:
        comparison = _Comparison(app, connected, endpoint)
        comparison.of_records()
        comparison.of_absent()
    return Compared(
        compared=comparison.compared,
        excused=comparison.excused,
        differences=len(comparison.differences),
        examples=comparison.differences[:EXAMPLES],
    )
