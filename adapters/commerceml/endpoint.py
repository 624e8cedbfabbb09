"""How does syncd read a 1C that pushes files, and write to one that asks?"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import msgspec

from adapters.commerceml.intake import Intake
from adapters.commerceml.mapping import contractor_of, keys_of, terms_of
from adapters.commerceml.options import Options, check_options, open_folder
from adapters.commerceml.outbox import Outbox
from adapters.commerceml.pending import Pending, Standing
from adapters.commerceml.scrub import holds_document
from adapters.commerceml.state import Entry, FileFacts, State, end_of
from adapters.commerceml.statement import Parts, compose, differences, overlay, parts_of_raw
from adapters.commerceml.writing import parts_from, readable, writable
from syncd.domain.contractor import FIELDS, Contractor, digest, restrict
from syncd.errors import InvalidRecord, Misconfigured, NotFound, RecordError, SyncError, Unavailable
from syncd.folder.scrub import delete_holding, forgotten
from syncd.ports import Capabilities, Context, Health, Page, Proof, Record, Rejected, Remote, Scrubbed
from syncd.sentence import Counted, Sentence, joined

__all__ = ["DEGRADATIONS", "CommerceMLEndpoint", "capabilities", "open_endpoint"]

_DELTA: Final = "Without lists of everybody (option snapshot) a contractor that 1C deletes for good is never missing."
_READ_ONLY: Final = "1C is only read; changes from the shop need the option writes and a rule in 1C that takes them."
_WRITES: Final = "1C fetches a change when it next exchanges: until its next file, what was written counts as held."
_PROPERTIES: Final = (
    "CommerceML has no groups, customer number, price list or payment terms: they are properties of this 1C (option"
    " properties); custom fields, consents and registrations without a property or an element are not sent."
)
_SHAPES: Final = (
    "1C keeps a short and a legal name, of which one is carried; of addresses a registered and a postal one, without"
    " name and phone; of contact persons the name of one; of bank accounts no currency."
)
_PEOPLE: Final = "Employees with log-ins, and the moment of a change, are no part of CommerceML."
DEGRADATIONS: Final = (_PROPERTIES, _SHAPES, _PEOPLE)


class CommerceMLEndpoint:
    """An open connection to one folder, into which 1C or the exchange endpoint drops files."""

    def __init__(self, options: Options, context: Context) -> None:
        check_options(options)
        self._options = options
        self._context = context
        self._terms = terms_of(options)
        self._folder = open_folder(context.folder / options.folder, options, context.sleep)
        self._state = State(state_path(options, context))
        self._pending = Pending(self._state)
        self._outbox = Outbox(self._folder, self._pending, options, context.now)
        self._intake = Intake(self._folder, self._state, options, self._understand, context.now)
        self._capabilities = capabilities(options, context.fields)
        self._writing = threading.Lock()

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> Health:
        waiting = self._folder.waiting()
        self._state.require()
        warnings = []
        if not os.access(self._folder.root, os.W_OK):
            warnings.append(Sentence("the folder is read-only, so files cannot be claimed from it"))
        if broken := self._folder.claimed("quarantine"):
            warnings.append(
                Sentence(
                    Counted(
                        "%(count)s file is in quarantine; the last one is %(name)s",
                        "%(count)s files are in quarantine; the last one is %(name)s",
                    ),
                    count=len(broken),
                    name=broken[-1].name,
                )
            )
        if self._options.port and self._options.host not in ("127.0.0.1", "::1", "localhost"):
            warnings.append(Sentence("the exchange endpoint is open to the network without TLS: put a proxy before it"))
        standing = self._pending.standing() if self._state.exists() else Standing(0, 0, None)
        if standing.since is not None:
            hours = (self._context.now().timestamp() - standing.since) / 3600
            warnings.append(
                Sentence(
                    Counted(
                        "%(count)s change that 1C fetched is unconfirmed, since %(hours)s h",
                        "%(count)s changes that 1C fetched are unconfirmed, since %(hours)s h",
                    ),
                    count=standing.unconfirmed,
                    hours=round(hours),
                )
            )
        return Health(
            detail=joined(
                (
                    Sentence(
                        Counted("%(count)s file waits in the folder", "%(count)s files wait in the folder"),
                        count=len(waiting),
                    ),
                    Sentence(
                        Counted("%(count)s change waits for 1C", "%(count)s changes wait for 1C"),
                        count=standing.waiting,
                    ),
                ),
                ", ",
            ),
            warnings=tuple(warnings),
        )

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        done = _position(cursor)
        with self._writing:
            self._outbox.notice()
        self._intake.run(done)
        if done is not None:
            self._state.settle(done)
        files = self._state.files()
        final = max([end_of(seq) for seq in files] + ([] if done is None else [done]), default=None)
        at = (-1, "") if full or done is None else (done, "\U0010ffff")
        limit = self._options.page
        while True:
            entries = self._state.page(at, limit + 1)
            records = [_delivered(entry) for entry in entries[:limit]]
            if len(entries) <= limit:
                yield Page(records=records, cursor=None if final is None else str(final), end=self._proof(files))
                return
            at = entries[limit - 1].position, entries[limit - 1].external_id
            yield Page(records=records, cursor=None if full or done is None else str(at[0]))

    def parse(self, record: Record) -> Remote:
        try:
            contractor = contractor_of(parts_of_raw(record.raw), self._terms, record.external_id)
        except RecordError as error:
            error.record = record.external_id
            raise
        return Remote(external_id=record.external_id, contractor=self._narrow(contractor))

    def get(self, external_id: str) -> Remote:
        raw = self._state.raw(external_id)
        if raw is None and self._state.is_scrubbed(external_id):
            raise Scrubbed("what 1C said of this contractor was erased", record=external_id)
        if raw is None:
            raise NotFound(
                "no file that was read has this contractor", record=external_id, cure="Let 1C export it again."
            )
        return self.parse(Record(external_id, raw))

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        return [self.get(external_id) for external_id in self._state.find(keys_of(contractor))]

    def create(self, contractor: Contractor) -> Remote:
        self._writable()
        # The same contractor gets the same Ид, so that a second attempt is the same import and not a double.
        keys = (contractor.number, contractor.tax_prefix, contractor.tax_id, contractor.email, contractor.name)
        external_id = f"S-{digest(msgspec.json.encode(keys)).hex()}"
        return self._write(external_id, {}, self._stated(contractor, {}, external_id))

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        writes = self._writable()
        told, wanted = restrict(remote.contractor, writes), restrict(contractor, writes)
        changed = [name for name in FIELDS if name in writes and getattr(told, name) != getattr(wanted, name)]
        if not changed:
            return remote
        if "tax_id" in changed:
            changed += [name for name in ("tax_prefix", "country") if name not in changed]
        base, current = self._current(remote)
        target = msgspec.structs.replace(current, **{name: getattr(contractor, name) for name in changed})
        before = self._stated(current, base, remote.external_id)
        after = self._stated(target, base, remote.external_id)
        changes = differences(before, after)
        if not base:
            changes = {**after, **changes}
        return self._write(remote.external_id, base, changes) if changes else remote

    def scrub(self, external_ids: Collection[str]) -> Sequence[str]:
        """Forget these contractors: see `syncd.ports.Scrubs`."""
        known = self._state.files()
        names = self._state.names_of(external_ids)
        rows = self._state.scrub(external_ids)
        deleted = delete_holding(self._folder, names, holds_document(self._options), known)
        return [*forgotten(rows), *deleted]

    def close(self) -> None:
        """There is nothing to give back: files are open only while they are read."""

    def _current(self, remote: Remote) -> tuple[Parts, Contractor]:
        """What counts as held now; after a scrub, or where it makes no sense, what the caller says."""
        raw = self._state.raw(remote.external_id)
        if raw is None and not self._state.is_scrubbed(remote.external_id):
            self.get(remote.external_id)
        base = parts_of_raw(raw) if raw else {}
        try:
            return base, contractor_of(base, self._terms, remote.external_id)
        except InvalidRecord:
            return base, remote.contractor

    def _stated(self, contractor: Contractor, base: Parts, external_id: str) -> Parts:
        try:
            return parts_from(contractor, base, self._terms)
        except RecordError as error:
            error.record = external_id
            raise

    def _write(self, external_id: str, base: Parts, changes: Parts) -> Remote:
        """Let 1C have changes, and answer what then counts as held."""
        remote = self.parse(Record(external_id, compose(overlay(base, changes))))
        with self._writing:  # else another thread sees a row whose file is on its way, and writes it too
            self._outbox.notice()
            if self._pending.waiting() >= self._options.waiting_limit:
                raise Unavailable(
                    "1C does not fetch what was written for it",
                    code="outbox-full",
                    cure="Start the exchange in 1C; writing goes on by itself when it has fetched.",
                )
            said = compose(changes, emptied=True)
            offer = self._pending.write(external_id, said, keys_of(remote.contractor), self._context.now())
            if self._options.writes == "outbox":
                self._outbox.put(offer)
        return remote

    def _writable(self) -> frozenset[str]:
        writes = self._capabilities.writes
        if not writes:
            raise Misconfigured(
                Sentence("connection %(connection)s is only read", connection=self._context.connection),
                field="writes",
                cure='Set writes = "exchange" or "outbox" if 1C takes contractors.',
            )
        return writes

    def _understand(self, raw: bytes, external_id: str) -> Contractor | None:
        try:
            return contractor_of(parts_of_raw(raw), self._terms, external_id)
        except SyncError:
            return None

    def _narrow(self, contractor: Contractor) -> Contractor:
        return contractor if self._context.fields is None else restrict(contractor, self._capabilities.reads)

    def _proof(self, files: dict[int, FileFacts]) -> Proof:
        if not self._options.snapshot:
            return Proof(complete=False, how="files hold changes only: who is absent from them is not missing")
        last = max((facts for facts in files.values() if facts.snapshot), key=lambda facts: facts.seq, default=None)
        if last is None:
            return Proof(complete=False, how="no list of everybody has arrived yet")
        alone = last.seq == max(files)
        return Proof(
            complete=last.proven,
            how=last.how,
            declared=last.declared if alone and not self._pending.standing().waiting else None,
            listing=str(last.seq),
            listed=last.records if alone else None,
        )


def _delivered(entry: Entry) -> Record | Rejected:
    if entry.error is None:
        return Record(entry.external_id, entry.raw)
    return Rejected(entry.external_id, entry.raw, entry.error)


def _position(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not cursor.isdecimal():
        raise Misconfigured("the cursor is not this platform's", cure="Run a full read.", code="bad-cursor")
    return int(cursor)


def state_path(options: Options, context: Context) -> Any:
    """Where the state of a connection is."""
    folder = context.folder / options.folder
    return context.folder / options.state if options.state else folder / ".syncd-state.sqlite3"


def capabilities(options: Options, chosen: frozenset[str] | None) -> Capabilities:
    """What a connection with these options can express."""
    terms = terms_of(options)
    reads = readable(terms)
    reads = reads if chosen is None else reads & chosen
    writes = writable(terms) & reads if options.writes else frozenset()
    return Capabilities(
        reads=reads,
        writes=writes,
        block="flag" if "active" in writes else "none",
        delete="hard" if options.snapshot else "none",
        degradations=(
            *([] if options.snapshot else [_DELTA]),
            _WRITES if options.writes else _READ_ONLY,
            *DEGRADATIONS,
        ),
    )


def open_endpoint(options: Any, context: Context) -> CommerceMLEndpoint:
    """Open a folder without touching it.

    Raises:
        Misconfigured: If the options contradict themselves or name unknown fields.
    """
    return CommerceMLEndpoint(options, context)
