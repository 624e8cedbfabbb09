"""Which mistakes do adapters make? Each class is the memory adapter with one of them."""

from __future__ import annotations

import html
import itertools
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from adapters.memory import MemoryEndpoint
from adapters.memory.store import Entry
from syncd import xml
from syncd.domain.contractor import Contractor
from syncd.errors import AuthFailed, InvalidRecord, NotFound, OutcomeUnknown, RateLimited, Unavailable
from syncd.ports import Context, NoThrottle, Page, Proof, Record, Rejected, Remote


class SkipsTheSecondItHasRead(MemoryEndpoint):
    """Asks for "later than the newest that I have seen", in whole seconds."""

    newest = datetime.min.replace(tzinfo=UTC)

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        for page in super().read(cursor, full=full):
            told = [(record, self.modified(record)) for record in page.records]
            later = [record for record, at in told if full or at > self.newest]
            yield msgspec.structs.replace(page, records=later)
            self.newest = max([self.newest, *(at for _, at in told)])

    def modified(self, record: Record | Rejected) -> datetime:
        return msgspec.json.decode(record.raw, type=Entry).modified


class RetriesACreate(MemoryEndpoint):
    """Sends it again when no answer came."""

    def create(self, contractor: Contractor) -> Remote:
        for _ in range(2):
            try:
                return super().create(contractor)
            except OutcomeUnknown:
                continue
        return super().create(contractor)


class HidesInactive(MemoryEndpoint):
    """Reads the list as the platform shows it by default."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        for page in super().read(cursor, full=full):
            active = [r for r in page.records if isinstance(r, Record) and self.parse(r).contractor.active]
            yield msgspec.structs.replace(page, records=active)


class FindsActiveOnly(MemoryEndpoint):
    """Searches the same default list."""

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        return [remote for remote in super().find(contractor) if remote.contractor.active]


class FindsByEmptyKeys(MemoryEndpoint):
    """Sends a search without a key as a search for all."""

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        if contractor.number or contractor.tax_id or contractor.email:
            return super().find(contractor)
        return [self.get(name) for name in self._store.entries()]


class IgnoresRetryAfter(MemoryEndpoint):
    """Knows that it was too fast, and not for how long."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        try:
            yield from super().read(cursor, full=full)
        except RateLimited as error:
            raise RateLimited(error.message) from None


class ClaimsCompletenessWithoutTheEnd(MemoryEndpoint):
    """Takes the end of what came for the end of the list."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        try:
            yield from super().read(cursor, full=full)
        except Unavailable:
            yield Page(records=[], end=Proof(complete=True, how="no more came"))


class TakesTheCursorAtTheEnd(MemoryEndpoint):
    """Starts the next read where this one stopped looking."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        for page in super().read(cursor, full=full):
            newest = max((entry.change for entry in self._store.entries().values()), default=0)
            yield msgspec.structs.replace(page, cursor=str(newest))


class PagesByPosition(MemoryEndpoint):
    """Counts records instead of remembering where it was."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        size = self._options.page
        for start in itertools.count(0, size):
            left = list(super().read(None, full=True))
            records = [record for page in left for record in page.records][start:]
            end = Proof(complete=True, how="a short page") if len(records) <= size else None
            yield Page(records=records[:size], cursor=left[-1].cursor, end=end)
            if end:
                return


class NumbersItsRecords(MemoryEndpoint):
    """Puts the read's own number into every record."""

    reads = 0

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        self.reads += 1
        for page in super().read(cursor, full=full):
            noisy = [Record(r.external_id, r.raw + b" " * self.reads) for r in page.records]
            yield msgspec.structs.replace(page, records=noisy)


class HashesWithoutGroups(MemoryEndpoint):
    """Reads the main table, and groups only on demand."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        for page in super().read(cursor, full=full):
            yield msgspec.structs.replace(page, records=[self.without(record) for record in page.records])

    def without(self, record: Record | Rejected) -> Record:
        entry = msgspec.json.decode(record.raw, type=Entry)
        told = msgspec.structs.replace(entry.contractor, groups=())
        bare = Entry(entry.external_id, 0, datetime(2026, 1, 1, tzinfo=UTC), told)
        return Record(record.external_id, msgspec.json.encode(bare, order="deterministic"))


class EndsThePageAtABadRecord(MemoryEndpoint):
    """Understands while it reads."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        for page in super().read(cursor, full=full):
            good = itertools.takewhile(self.is_good, page.records)
            yield msgspec.structs.replace(page, records=list(good))

    def is_good(self, record: Record | Rejected) -> bool:
        try:
            return isinstance(record, Record) and bool(self.parse(record))
        except InvalidRecord:
            return False


class WritesEverything(MemoryEndpoint):
    """Sends the whole record whatever differs, over whatever is there."""

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        everything = {name: getattr(contractor, name) for name in contractor.__struct_fields__}
        self._call("update", lambda: self._store.edit(remote.external_id, **everything), writes=True)
        return self.get(remote.external_id)


class OverwritesNewer(MemoryEndpoint):
    """Forgets the version that it read."""

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        return super().update(msgspec.structs.replace(remote, version=None), contractor)


class OnlyAddsGroups(MemoryEndpoint):
    """Never takes a contractor out of a group."""

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        groups = tuple(sorted({*remote.contractor.groups, *contractor.groups}))
        return super().update(remote, msgspec.structs.replace(contractor, groups=groups))


class CutsNames(MemoryEndpoint):
    """Makes long names fit."""

    def create(self, contractor: Contractor) -> Remote:
        return super().create(msgspec.structs.replace(contractor, name=contractor.name[:60]))


class ReplacesLetters(MemoryEndpoint):
    """Makes foreign letters fit."""

    def create(self, contractor: Contractor) -> Remote:
        name = contractor.name.encode("cp1250", "replace").decode("cp1250")
        return super().create(msgspec.structs.replace(contractor, name=name))


class CallsALostWriteUnavailable(MemoryEndpoint):
    """Says "not stored" where nobody knows."""

    def create(self, contractor: Contractor) -> Remote:
        try:
            return super().create(contractor)
        except OutcomeUnknown as error:
            raise Unavailable(error.message) from None


class RecreatesTheRemoved(MemoryEndpoint):
    """Creates what it cannot update."""

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        try:
            return super().update(remote, contractor)
        except NotFound:
            return self.create(contractor)


class LeaksItsOwnErrors(MemoryEndpoint):
    """Lets a library's error through."""

    def get(self, external_id: str) -> Remote:
        try:
            return super().get(external_id)
        except NotFound:
            raise KeyError(external_id) from None


class NamesPeopleInErrors(MemoryEndpoint):
    """Tells the log who could not be stored."""

    def create(self, contractor: Contractor) -> Remote:
        try:
            return super().create(contractor)
        except InvalidRecord as error:
            raise InvalidRecord(f"{contractor.email}: {error.message}") from None


class AsksThePlatformWhileParsing(MemoryEndpoint):
    """Reads groups one record at a time."""

    def parse(self, record: Record) -> Remote:
        return self.get(record.external_id)


class NeverGivesUpASession(MemoryEndpoint):
    """Logs in again and again."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        for _ in range(8):
            try:
                yield from super().read(cursor, full=full)
            except AuthFailed:
                continue
            return
        yield from super().read(cursor, full=full)


class WritesMarkupByHand(MemoryEndpoint):
    """Puts the name between two tags as it is."""

    def create(self, contractor: Contractor) -> Remote:
        root = xml.parse(f"<customer><name>{contractor.name}</name></customer>".encode())
        return super().create(msgspec.structs.replace(contractor, name=xml.text(root, "name")))


class EscapesTwice(MemoryEndpoint):
    """Escapes what the library escapes as well."""

    def create(self, contractor: Contractor) -> Remote:
        return super().create(msgspec.structs.replace(contractor, name=html.escape(contractor.name, quote=False)))


class LosesAPage(MemoryEndpoint):
    """Goes on with the next page when one does not come."""

    def _call(self, name: str, act: Callable[[], Any], **about: Any) -> Any:
        try:
            return super()._call(name, act, **about)
        except Unavailable:
            if name != "list":
                raise
            act()
            return super()._call(name, act, **about)


class ClearsWhatItDoesNotKnow(MemoryEndpoint):
    """Replaces the record by the one that it has built of what it knows."""

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        everything = {name: getattr(contractor, name) for name in contractor.__struct_fields__}
        edit = lambda: self._store.edit(remote.external_id, int(remote.version or 0), **everything)  # noqa: E731
        self._call("update", edit, writes=True)
        return self.get(remote.external_id)


class TakesNotFoundForNobody(MemoryEndpoint):
    """A list that is not there has nobody in it."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        try:
            yield from super().read(cursor, full=full)
        except NotFound:
            yield Page(records=[], cursor=cursor, end=Proof(complete=True, how="the list is empty"))


class TellsNobodyOfAPause(MemoryEndpoint):
    """Knows of the pause itself, and lets the other processes go on."""

    def __init__(self, options: Any, context: Context) -> None:
        super().__init__(options, context)
        self._throttle = NoThrottle()


class GoesByItsOwnClock(MemoryEndpoint):
    """Asks for what changed since it last looked, by the clock on its own wall."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        since = datetime.fromisoformat(cursor) if cursor and not full else None
        now = datetime.now(UTC).isoformat()
        for page in super().read(None, full=full):
            records = [r for r in page.records if since is None or self.modified(r) >= since - timedelta(seconds=5)]
            yield msgspec.structs.replace(page, records=records, cursor=now)

    def modified(self, record: Record | Rejected) -> datetime:
        return msgspec.json.decode(record.raw, type=Entry).modified


class UpsertsByEmail(MemoryEndpoint):
    """Takes whoever has the e-mail for the customer."""

    def create(self, contractor: Contractor) -> Remote:
        for entry in self._store.entries().values():
            if contractor.email and entry.contractor.email == contractor.email:
                return self.update(self.get(entry.external_id), contractor)
        return super().create(contractor)


class CutsNotes(MemoryEndpoint):
    """Makes long notes fit."""

    def create(self, contractor: Contractor) -> Remote:
        return super().create(msgspec.structs.replace(contractor, notes=contractor.notes[:2000]))


class LogsItsCalls(MemoryEndpoint):
    """Tells the log what it sends."""

    def create(self, contractor: Contractor) -> Remote:
        logging.getLogger("adapters.acme").debug("POST /customers %s", contractor)
        return super().create(contractor)


class TriesOnThroughALimit(MemoryEndpoint):
    """Tries again at once when it was too fast."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        for _ in range(3):
            try:
                yield from super().read(cursor, full=full)
            except RateLimited:
                continue
            return
        yield from super().read(cursor, full=full)


class ShowsItsAddress(MemoryEndpoint):
    """Tells in every error where it called, token and all."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        try:
            yield from super().read(cursor, full=full)
        except InvalidRecord as error:
            token = self._options.token.reveal()  # type: ignore[attr-defined]  # of the options with a token
            raise InvalidRecord(f"GET /customers?token={token}: {error.message}") from None


class LogsItsAddress(MemoryEndpoint):
    """Tells the log where it calls."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        token = self._options.token.reveal()  # type: ignore[attr-defined]  # of the options with a token
        logging.getLogger("httpx").info("HTTP Request: GET /customers?token=%s", token)
        yield from super().read(cursor, full=full)
