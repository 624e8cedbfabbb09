"""What does a side say that differs from what it said last time?

Reads pages and compares digests of the bytes: a record that is the same as last time is not even parsed. No
transaction is open while the network is.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import bindparam, or_, select

from syncd.domain.findings import check_storable
from syncd.errors import InvalidRecord, NotFound, RecordError, SuspiciousRun, SyncError, Unavailable
from syncd.ports import Endpoint, Proof, Record, Rejected, Remote
from syncd.registry import issues, lookups
from syncd.registry.engine import reading, writing
from syncd.registry.runs import RunState, Work, set_run
from syncd.registry.tables import Issue, Run
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected
from syncd.sync.met import Met
from syncd.sync.mistakes import NotUnderstood
from syncd.sync.pauses import OUTAGE, answers
from syncd.sync.unheard import Unanswered

__all__ = ["CHUNK", "RULES_VERSION", "Chunk", "Puller"]

RULES_VERSION: Final = 8
"""Raised whenever the rules decide differently about the same record: unchanged records are then looked at again."""

CHUNK: Final = 1250
"""Records handled with one set of queries; bounds a run's memory, whatever the list's length. 2,000 took 8 MB more."""

POISON: Final = "poison-record"

_NOT_THERE: Final = Sentence("If it was deleted there, drop this issue; else ask by the id that the side itself shows.")
_POISON: Final = select(Issue.external_id, Issue.details).where(
    Issue.connection_id == bindparam("which"), Issue.code == POISON, Issue.state != "resolved"
)
_DOUBTED: Final = (
    select(Issue.external_id)
    .outerjoin(Run, Run.id == Issue.run_id)
    .where(
        Issue.connection_id == bindparam("which"),
        Issue.external_id.is_not(None),
        Issue.state != "resolved",
        # What a plan found that was never applied is about bytes that nobody took over.
        or_(Issue.raw.is_not(None), Run.state.not_in([RunState.SUCCEEDED, RunState.PARTIAL])),
    )
)


class Chunk(msgspec.Struct, frozen=True):
    """Records that differ from what was last seen.

    Attributes:
        understood: Each with the digest of its bytes.
        seen: What was last seen of them, for those that are bound.
        reports: What a person should know of records that could not be used.
        gone: Records that are nobody's and are not there any more: what was asked about them is over.
    """

    understood: Sequence[tuple[Remote, bytes]]
    seen: Mapping[str, lookups.Seen]
    reports: list[issues.Report]
    gone: Sequence[str] = ()


class Puller:
    """Reads one side for one run.

    Args:
        beat: Called after each page, or record read by name: a slow side must not look like a dead process.
        empty: The registry knew nobody when the run began: what is bound since, the transaction that applies the plan
            finds.

    Attributes:
        counts: What became of the records that need no decision.
        present: One byte for each contractor id: whether the read contained it. An array, because a set of a million
            numbers would be the largest thing in the process.
        received: How many records the side has brought, decided or not.
        proof: How the read ended; ``None`` until it has.
        cursor: Where the next read starts.
    """

    def __init__(
        self,
        app: App,
        connected: Connected,
        endpoint: Endpoint,
        work: Work,
        beat: Callable[[], None],
        *,
        empty: bool = False,
    ) -> None:
        self._app = app
        self._connected = connected
        self._endpoint = endpoint
        self._work = work
        self._beat = beat
        self._empty = empty
        self._salt = f"{connected.adapter.version}/{RULES_VERSION}".encode()
        self._met = Met()
        self._only_broken: set[int] = set()
        self._poison = self._known_poison()
        self._doubted = self._known_doubted()
        self._read_again = False
        self._silent = 0
        self._answered: str | None = None
        self.counts: Counter[str] = Counter({k: n for k, n in work.counts.items() if k == "missed_slots"})
        self.received = 0
        self.present = bytearray()
        self.proof: Proof | None = None
        self.cursor: str | None = None

    def chunks(self, cursor: str | None) -> Iterator[Chunk]:
        """Read from `cursor` to the end.

        Raises:
            SuspiciousRun: When the read ended without saying that it was the end.
        """
        buffered: list[Record | Rejected] = []
        for page in self._endpoint.read(cursor, full=self._work.mode == "full"):
            buffered.extend(page.records)
            self.received += len(page.records)
            self.cursor = page.cursor if page.cursor is not None else self.cursor
            self.proof = page.end
            self._beat()
            while len(buffered) >= CHUNK:
                yield self._sift(_taken(buffered))
        if buffered:
            yield self._sift(buffered)
        if self.proof is None:
            raise SuspiciousRun(
                "the list ended without saying that it was complete",
                code="read-not-ended",
                cure="Nothing was concluded from it; the next run reads again.",
            )
        if self._read_again:
            self.cursor = None

    def keep_cursor(self) -> None:
        """Let the next read begin where this one did: a record moved under it, or was bound by a push meanwhile."""
        self._read_again = True

    def named(self, external_ids: Sequence[str]) -> Chunk:
        """Read some records by name; the cursor stays where it is."""
        understood, reports, missing = [], [], []
        for external_id in dict.fromkeys(external_ids):
            try:
                remote = self._get(external_id)
                check_storable(remote.contractor, external_id)
            except RecordError as error:
                self.counts["failed"] += 1
                if isinstance(error, NotFound):
                    error.cure = error.cure or _NOT_THERE
                    missing.append(external_id)
                reports.append(self._report(error, external_id))
            else:
                # A read by name has no bytes to compare: the next list read finds its own and takes them over.
                understood.append((remote, b""))
            self.received += 1
            self._beat()
        self.proof = Proof(complete=False, how="only the records that were asked for")
        seen = self._seen(list(dict.fromkeys(external_ids)))
        gone = [external_id for external_id in missing if external_id not in seen]
        return Chunk(understood, seen, [_with_customer(report, seen) for report in reports], gone)

    def _get(self, external_id: str) -> Remote:
        """Read one record by its name.

        Raises:
            Unanswered: When the side does not answer for this record, and answers else.
        """
        try:
            remote = self._endpoint.get(external_id)
        except RecordError:
            self._silent, self._answered = 0, external_id
            raise
        except Unavailable as error:
            self._silent += 1
            if not answers(self._endpoint) or (self._silent % OUTAGE == 0 and not self._answers_for_another()):
                raise
            if self._work.dry_run:  # it opens no issue that would tell of it
                error.record = external_id
                raise
            raise Unanswered(self._connected.name, error) from None
        self._silent, self._answered = 0, external_id
        return remote

    def _answers_for_another(self) -> bool:
        """Whether the side is there for any record that is asked for by its name: what fails may be all that was."""
        if self._answered is None:
            with reading(self._app.engine) as connection:
                self._answered = lookups.any_other(connection, self._connected.id, self._work.only)
        if self._answered is None:
            return False
        try:
            self._endpoint.get(self._answered)
        except RecordError:
            return True
        except SyncError:
            return False
        return True

    def has_met(self, external_id: str) -> bool:
        """Whether the read contained a record that is nobody's, in a form that can be read."""
        return self._met.get(external_id) is not None

    def _sift(self, records: Sequence[Record | Rejected]) -> Chunk:
        reports: list[issues.Report] = []
        asked: list[Record] = []
        seen = self._seen([record.external_id for record in records])
        for record in records:
            if isinstance(record, Record):
                asked.append(record)
            else:
                self.counts["failed"] += 1
                reports.append(self._report(record.error, record.external_id, raw=record.raw))
                if record.external_id in seen:
                    self._mark_broken(seen[record.external_id])
        fresh = []
        for record in asked:
            raw_hash = hashlib.blake2b(record.raw, digest_size=16, key=self._salt).digest()
            last = seen.get(record.external_id)
            if self._met_before(record, raw_hash, last, reports):
                continue
            same = last is not None and last.raw_hash == raw_hash and not last.absent
            if same and record.external_id not in self._doubted:
                self.counts["unchanged"] += 1
            else:
                if last is not None:  # a stranger is remembered as soon as it is looked for
                    self._met.meet(record.external_id, raw_hash)
                fresh.append((record, raw_hash))
        understood = self._understand(fresh, reports)
        return Chunk(understood, seen, [_with_customer(report, seen) for report in reports])

    def _seen(self, external_ids: Sequence[str]) -> dict[str, lookups.Seen]:
        if self._empty:
            return {}
        with reading(self._app.engine) as connection:
            return lookups.seen(connection, self._connected.id, external_ids)

    def _met_before(
        self, record: Record, raw_hash: bytes, last: lookups.Seen | None, reports: list[issues.Report]
    ) -> bool:
        """Mark a record as present; say whether this read had it already.

        A repeat with other contents is a record that changed while it was read, which the next read brings because
        the cursor stays; or, where records carry neither version nor time, two records with one code.
        """
        if last is None:
            before = self._met.meet(record.external_id, raw_hash)
            if before is None:
                return False
        elif self._is_first(last):
            return False
        else:
            before = self._met.get(record.external_id) or last.raw_hash
        if before != raw_hash:
            self._contradicts(record, reports)
        return True

    def _is_first(self, last: lookups.Seen) -> bool:
        """Mark a bound contractor as present; say whether nothing usable of it was met before."""
        broken = last.contractor_id in self._only_broken
        self._only_broken.discard(last.contractor_id)
        return not self.mark_present(last.contractor_id) or broken

    def mark_present(self, contractor_id: int) -> bool:
        """Note that the read contains a bound contractor; say whether that was known."""
        if contractor_id >= len(self.present):
            self.present.extend(bytes(contractor_id + CHUNK - len(self.present)))
        known = bool(self.present[contractor_id])
        self.present[contractor_id] = 1
        return known

    def _mark_broken(self, last: lookups.Seen) -> None:
        """Note that the read contains a bound contractor in a form that cannot be used: it is not missing.

        A usable record of it that follows is the first one of this read, and no repeat.
        """
        if not self.mark_present(last.contractor_id):
            self._only_broken.add(last.contractor_id)

    def _contradicts(self, record: Record, reports: list[issues.Report]) -> None:
        try:
            remote = self._endpoint.parse(record)
        except RecordError:
            remote = None
        if remote is not None and (remote.version is not None or remote.modified is not None):
            self.keep_cursor()
            return
        self.counts["failed"] += 1
        error = InvalidRecord(
            "the list has two different records with this code; the first one was used",
            code="duplicate-code",
            field="number",
            cure="Give one of them another code where they come from.",
        )
        reports.append(self._report(error, record.external_id, raw=record.raw))

    def _understand(
        self, fresh: Sequence[tuple[Record, bytes]], reports: list[issues.Report]
    ) -> list[tuple[Remote, bytes]]:
        """Parse records; one that cannot be used becomes an issue that keeps its bytes."""
        understood = []
        careful = self._work.attempts > 1
        for record, raw_hash in fresh:
            if self._poison.get(record.external_id) == raw_hash.hex():
                self.counts["skipped"] += 1
                continue
            if careful and self._kills(record, raw_hash, reports):
                continue
            try:
                remote = self._endpoint.parse(record)
                check_storable(remote.contractor, record.external_id)
            except RecordError as error:
                self.counts["failed"] += 1
                reports.append(self._report(error, record.external_id, raw=record.raw))
            except SyncError:
                raise
            except Exception as error:  # noqa: BLE001 - a mistake in an adapter is one record's trouble
                self.counts["failed"] += 1
                reports.append(self._report(NotUnderstood(error), record.external_id, raw=record.raw))
            else:
                understood.append((remote, raw_hash))
        return understood

    def _kills(self, record: Record, raw_hash: bytes, reports: list[issues.Report]) -> bool:
        """After a crash: leave out the record at which the process died, and say which one is next.

        The mark is stored before the work, because the work may not come back.
        """
        if self._work.probe == record.external_id:
            self.counts["failed"] += 1
            error = InvalidRecord(
                "the process died while it read this record",
                code=POISON,
                cure="The record is left out until it changes; send its bytes to the adapter's maintainers.",
            )
            reports.append(
                self._report(error, record.external_id, raw=record.raw, details={"raw_hash": raw_hash.hex()})
            )
            return True
        with writing(self._app.engine) as connection:
            set_run(connection, self._work.id, probe=record.external_id)
        return False

    def _known_poison(self) -> dict[str, str]:
        """Digest of each record that killed a process and has not changed since, by external id."""
        with reading(self._app.engine) as connection:
            rows = connection.execute(_POISON, {"which": self._connected.id}).all()
        return {external_id: details["raw_hash"] for external_id, details in rows if external_id}

    def _known_doubted(self) -> frozenset[str]:
        """Records of which more was said than was taken over: even if they are again as they were, it is to be said."""
        with reading(self._app.engine) as connection:
            return frozenset(connection.scalars(_DOUBTED, {"which": self._connected.id}))

    def _report(self, error: SyncError, external_id: str, **more: object) -> issues.Report:
        return issues.from_error(error, connection_id=self._connected.id, external_id=external_id, **more)


def _with_customer(report: issues.Report, seen: Mapping[str, lookups.Seen]) -> issues.Report:
    """Say whose the record is, if that is known: a person looks for customers."""
    last = seen.get(report.external_id or "")
    return report if last is None else msgspec.structs.replace(report, contractor_id=last.contractor_id)


def _taken(buffered: list[Record | Rejected]) -> list[Record | Rejected]:
    """Take a chunk's records out: their bytes need not be kept while they are decided."""
    taken = buffered[:CHUNK]
    del buffered[:CHUNK]
    return taken
