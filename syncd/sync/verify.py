"""Do all sides hold what the registry says? Everything is read, and nothing is believed.

Both are summed up by bucket: what a side states, by listing it, and what the registry expects it to state. Buckets
whose sums are equal agree. Of the others the records that differ are named, looked at one by one, and each gets its
cause. Listing is cheap on every platform and reading records one by one is not: those are as many as differences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Final

import msgspec
from sqlalchemy import select

from syncd.domain.checksums import Checksums, bucket_of, leaf_of, number_of
from syncd.domain.contractor import restrict
from syncd.domain.difference import EXCUSED, Cause, Difference
from syncd.domain.holds import Status
from syncd.errors import RecordError
from syncd.ports import Endpoint, Proof, Record, Rejected, Remote
from syncd.registry import certificates
from syncd.registry import tables as t
from syncd.registry.engine import among, reading, writing
from syncd.sync.app import App, Connected
from syncd.sync.expected import content, entries, outsiders
from syncd.sync.graves import open_graves
from syncd.sync.judge import Judge
from syncd.sync.pull import CHUNK, Chunk

__all__ = ["LISTED", "Verified", "both_sides", "prove", "verify"]

LISTED: Final = 1000
"""Differences that are named one by one; more are counted."""

_BEHIND: Final = b"\0behind"


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """One side against the registry.

    Attributes:
        compared: Records there, and contractors that should have one and have none.
        agree: How many of them are as they should be.
        by_cause: How many differ, by why.
        differences: Those that differ; of very many the first ones.
        complete: Whether the list was proven to be all of it, and `how`.
        record_reads: Records that were read one by one.
        buckets: Parts by country, group and status, and in how many of them something differs.
        expected: Checksum of what the registry expects; `stated` is the side's own.
        silent: Fields that the side does not state, so that nothing is known of them.
        degradations: What is asked of a customer registry and this side cannot do.
    """

    connection: str
    compared: int
    agree: int
    by_cause: dict[str, int]
    differences: list[Difference]
    complete: bool
    how: str
    record_reads: int
    buckets: int
    buckets_differing: int
    expected: str
    stated: str
    silent: list[str]
    degradations: list[str]

    @property
    def unexcused(self) -> int:
        """Differences that nobody knew of."""
        return sum(number for cause, number in self.by_cause.items() if Cause(cause) not in EXCUSED)

    @property
    def agrees(self) -> bool:
        """Whether all of the side is known to be as it should be, but for what waits for a person."""
        return self.complete and not self.unexcused


def both_sides(app: App, connected: Connected) -> list[Connected]:
    """A connection and all that its routes join it with, the named one first."""
    routes = app.network.stations[connected.id].routes
    names = [connected.name, *(name for route in routes for name in (route.erp, route.shop))]
    return [app.connection(name) for name in dict.fromkeys(names)]


def prove(app: App, connected: Connected, *, by: str) -> Verified:
    """Verify one side, and keep the certificate."""
    started = app.now()
    found = verify(app, connected)
    with writing(app.engine) as connection:
        certificates.store(
            connection,
            found.differences,
            connection_id=connected.id,
            asked_by=by,
            started_at=started,
            finished_at=app.now(),
            **{
                name: getattr(found, name)
                for name in ("compared", "agree", "complete", "record_reads", "by_cause", "expected", "stated")
            },
        )
    return found


def verify(app: App, connected: Connected) -> Verified:
    """Read one side in full and compare it with the registry; nothing is changed.

    Raises:
        SyncError: If the side cannot be read.
    """
    app = app.up_to_date()
    with closing(app.open(connected)) as endpoint:
        comparison = _Comparison(app, connected, endpoint)
        comparison.sum_up_registry()
        comparison.sum_up_side()
        return comparison.conclude()


class _Comparison:
    def __init__(self, app: App, connected: Connected, endpoint: Endpoint) -> None:
        self._app = app
        self._connected = connected
        self._station = app.network.stations[connected.id]
        self._endpoint = endpoint
        self._said = endpoint.capabilities.reads & self._station.said
        self._graves = open_graves(app, connected)
        self._expected = Checksums()
        self._told = Checksums()
        self._met: set[int] = set()
        self._unknown: list[str] = []
        self._unreadable: list[str] = []
        self._proof: Proof | None = None

    def sum_up_registry(self) -> None:
        for entry in entries(self._app.engine, self._station):
            statement = entry.expected(self._station, self._fields(echoed=entry.echoed))
            number = number_of(entry.external_id)
            held = _BEHIND if entry.behind else content(statement)
            self._expected.add(bucket_of(statement), number, leaf_of(number, held))

    def sum_up_side(self) -> None:
        for records in self._chunks():
            self._app.go_on()
            self._sum_up(records)

    def conclude(self) -> Verified:
        places = self._expected.differing(self._told)
        expected, told = dict(self._expected.records(places)), dict(self._told.records(places))
        suspects = {number for number in expected.keys() | told.keys() if expected.get(number) != told.get(number)}
        outside = list(outsiders(self._app.engine, self._app.network, self._station))
        compared = len(self._met) + sum(number not in self._met for number in suspects) + len(outside)
        judge = Judge(
            *(self._app, self._connected, self._endpoint, self._said), listed=self._met, most=max(50, compared // 20)
        )
        found = [
            *judge.bound(self._named(suspects)),
            *judge.outside(outside),
            *judge.strange(self._unknown, Cause.UNKNOWN),
            *judge.strange(self._unreadable, Cause.UNREADABLE),
        ]
        proof = self._proof
        return Verified(
            connection=self._connected.name,
            compared=compared,
            agree=compared - len(found),
            by_cause=dict(sorted(Counter(str(one.cause) for one in found).items())),
            differences=found[:LISTED],
            complete=proof is not None and proof.complete,
            how=proof.how if proof is not None else "the list ended without saying that it was complete",
            record_reads=judge.reads,
            buckets=len(self._expected.buckets | self._told.buckets),
            buckets_differing=len({place.bucket for place in places}),
            expected=self._expected.root,
            stated=self._told.root,
            silent=sorted((self._station.written | self._station.said) - self._said),
            degradations=list(self._station.degradations),
        )

    def _fields(self, *, echoed: bool) -> frozenset[str]:
        """What a statement is compared in: until it is heard again, what a side adds to what it was given is news."""
        return self._said if echoed else self._said & self._station.created

    def _chunks(self) -> Iterator[list[Record | Rejected]]:
        gathered: list[Record | Rejected] = []
        for page in self._endpoint.read(None, full=True):
            self._proof = page.end
            for record in page.records:
                number = number_of(record.external_id)
                if number not in self._met:
                    self._met.add(number)
                    gathered.append(record)
            while len(gathered) >= CHUNK:
                yield gathered[:CHUNK]
                del gathered[:CHUNK]
        yield gathered

    def _sum_up(self, records: Sequence[Record | Rejected]) -> None:
        known = self._known([record.external_id for record in records])
        strangers: list[Remote] = []
        for record in records:
            echoed, erased = known.get(record.external_id, (None, False))
            if erased:
                continue
            try:
                if isinstance(record, Rejected):
                    raise record.error
                remote = self._endpoint.parse(record)
            except RecordError:
                if echoed is None:
                    self._unreadable.append(record.external_id)
                continue
            if echoed is None:
                strangers.append(remote)
                continue
            statement = restrict(remote.contractor, self._fields(echoed=echoed))
            number = number_of(record.external_id)
            self._told.add(bucket_of(statement), number, leaf_of(number, content(statement)))
        self._unknown.extend(self._living(strangers))

    def _known(self, external_ids: Sequence[str]) -> dict[str, tuple[bool, bool]]:
        """For each bound record whether it was heard since it was written, and whether it is an erased customer's."""
        with reading(self._app.engine) as connection:
            rows = connection.execute(
                select(t.Binding.external_id, t.Binding.raw_hash.is_not(None), t.Contractor.status)
                .join(t.Contractor, t.Contractor.id == t.Binding.contractor_id)
                .where(
                    t.Binding.connection_id == self._connected.id,
                    among(connection, t.Binding.external_id, external_ids),
                )
            )
            return {row[0]: (row[1], row[2] == Status.ANONYMISED) for row in rows}

    def _living(self, strangers: Sequence[Remote]) -> list[str]:
        """Names of those that are of nobody who was erased: about these the erasure itself tells."""
        if self._graves is None or not strangers:
            return [remote.external_id for remote in strangers]
        rest = self._graves.sift(Chunk([(remote, b"") for remote in strangers], {}, [])).chunk
        return [remote.external_id for remote, _ in rest.understood]

    def _named(self, numbers: set[int]) -> dict[str, int]:
        """External id and contractor of the bound records that some numbers stand for."""
        if not numbers:
            return {}
        bound = select(t.Binding.external_id, t.Binding.contractor_id).where(
            t.Binding.connection_id == self._connected.id
        )
        with reading(self._app.engine) as connection:
            rows = connection.execute(bound.order_by(t.Binding.external_id).execution_options(yield_per=CHUNK))
            return {row[0]: row[1] for row in rows if number_of(row[0]) in numbers}
