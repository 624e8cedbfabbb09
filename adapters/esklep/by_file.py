"""How is the shop reached through its panel alone? It exports everybody into a folder, and imports files from another.

The id of a customer is the one that an ERP gave, or the shop's own number behind a ``#``. A new customer gets an id
made of its keys, so that creating it twice is the same import.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from adapters.esklep.accounts import as_the_shop_has_it
from adapters.esklep.capabilities import capabilities
from adapters.esklep.document import record_of
from adapters.esklep.ingest import Held, Keys
from adapters.esklep.intake import Intake
from adapters.esklep.limits import check
from adapters.esklep.mapping import contractor_of, employees_of, status_of, texts_of
from adapters.esklep.options import Options, is_wanted, terms_of, words_of
from adapters.esklep.outbox import Outbox
from adapters.esklep.state import Entry, State
from syncd import xml
from syncd.bridge import differences
from syncd.domain.contractor import FIELDS, Contractor, Employee, digest, restrict
from syncd.errors import InvalidRecord, Misconfigured, NotFound, RecordError, VersionConflict
from syncd.folder.claiming import Folder, reachable
from syncd.folder.position import Position, cursor_of, position_of
from syncd.folder.scrub import delete_holding, forgotten, holds_text, some
from syncd.ports import Capabilities, Context, Health, Page, Proof, Record, Rejected, Remote, Scrubbed
from syncd.sentence import Counted, Sentence

__all__ = ["FileShop"]


class FileShop:
    """An open connection to one folder."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options = options
        self._context = context
        self._words = words_of(options)
        root = context.folder / (options.folder or "")
        self._folder = Folder(root, terms_of(options), lambda name: is_wanted(options, name), context.sleep)
        state = context.folder / options.state if options.state else root / ".syncd-state.sqlite3"
        self._state = State(state)
        self._intake = Intake(self._folder, self._state, options, self._words, settle=self._settle, now=context.now)
        self._outbox = Outbox(self._folder.outbox, self._words, options.outbox_limit)
        self._taking_in = threading.Lock()
        self._capabilities = capabilities(options, context.fields)
        self._all = capabilities(options).writes

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> Health:
        exports = self._folder.waiting()
        self._state.require()
        warnings = list(self._capabilities.degradations[:1]) if not self._all else []
        if not os.access(self._folder.root, os.W_OK):
            warnings.append(Sentence("the folder is read-only, so exports cannot be claimed from it"))
        broken = self._folder.claimed("quarantine")
        if broken:
            warnings.append(
                Sentence(
                    Counted(
                        "%(count)s export is in quarantine; the last one is %(name)s",
                        "%(count)s exports are in quarantine; the last one is %(name)s",
                    ),
                    count=len(broken),
                    name=broken[-1].name,
                )
            )
        waiting = self._state.waiting() if self._all else None
        if waiting and waiting.count and waiting.oldest < self._intake.written_since():
            warnings.append(
                Sentence(
                    Counted(
                        "%(count)s change is not in any export yet, for more than %(hours)s h: import "
                        "the files in outbox/ in the shop's panel, then export",
                        "%(count)s changes are not in any export yet, some for more than %(hours)s h: import "
                        "the files in outbox/ in the shop's panel, then export",
                    ),
                    count=waiting.count,
                    hours=self._options.import_hours,
                )
            )
        return Health(
            detail=Sentence(
                Counted("%(count)s export waits in the folder", "%(count)s exports wait in the folder"),
                count=len(exports),
            ),
            warnings=tuple(warnings),
        )

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        with self._taking_in:
            self._intake.run()
        done, last = position_of(cursor), self._state.last_export()
        final = Position(last.seq) if last is not None else done
        limit = self._options.page
        at = Position() if full or done is None else done
        while True:
            entries = self._state.page(at, limit + 1)
            records = [_delivered(entry) for entry in entries[:limit]]
            if len(entries) <= limit:
                if last is None:
                    proof = Proof(complete=False, how="no export has arrived yet")
                else:
                    proof = Proof(
                        complete=last.proven,
                        how=last.how,
                        declared=last.declared,
                        listing=str(last.seq),
                        listed=self._state.count(),
                    )
                yield Page(records=records, cursor=cursor_of(final), end=proof)
                return
            at = entries[limit - 1].at
            yield Page(records=records, cursor=None if full else cursor_of(at))

    def parse(self, record: Record) -> Remote:
        contractor, _ = self._understood(record.raw, record.external_id)
        return self._told(record.external_id, contractor)

    def get(self, external_id: str) -> Remote:
        self._catch_up()
        held = self._state.held(external_id)
        if held is None and self._state.is_scrubbed(external_id):
            raise Scrubbed("what the exports said of this customer was erased", record=external_id)
        if held is None:
            raise NotFound("the last export does not have this customer", record=external_id, cure="Export again.")
        remote = self.parse(Record(external_id, held.raw))
        if remote.contractor.active or held.written is None or held.shop is None:
            return remote
        return msgspec.structs.replace(remote, blocked_logins=self._open_until_imported(external_id, held.shop))

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        self._catch_up()
        return [self.get(external_id) for external_id in self._state.find(_keys(contractor))]

    def create(self, contractor: Contractor) -> Remote:
        self._demand_writable()
        stored = restrict(contractor, self._capabilities.writes)
        check(stored, self._capabilities.writes)
        keys = (stored.number, stored.tax_prefix, stored.tax_id, stored.email, stored.name)
        external_id = f"S-{digest(msgspec.json.encode(keys)).hex()}"
        values = {name: getattr(stored, name) for name in FIELDS if name in self._capabilities.writes}
        changes = as_the_shop_has_it(values, stored)
        if "employees" not in changes and stored.email:
            # What the shop does by itself for everybody who is added in the panel.
            changes["employees"] = (Employee(email=stored.email, default_login=True),)
        changes.setdefault("tax_class", self._words.zones()["domestic"])
        return self._write(external_id, None, Contractor(name=stored.name), changes)

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        """See `syncd.ports.Endpoint.update`. A block is never held up by another field that has no room."""
        self._demand_writable()
        changes = as_the_shop_has_it(differences(remote.contractor, contractor, self._capabilities.writes), contractor)
        if not changes:
            return remote
        raw, held = self._held(remote)
        try:
            check(contractor, changes)
            return self._write(remote.external_id, raw, held, changes)
        except RecordError as error:
            error.record = error.record or remote.external_id
            if changes.get("active") is False and len(changes) > 1:
                self._write(remote.external_id, raw, held, {"active": False})
            raise

    def scrub(self, external_ids: Collection[str]) -> Sequence[str]:
        """Forget these customers: see `syncd.ports.Scrubs`."""
        rows = self._state.scrub(external_ids)
        ids = [external_id.removeprefix("#") for external_id in external_ids]
        deleted = delete_holding(self._folder, ids, holds_text(self._options.encoding))
        withdrawn = self._outbox.withdraw(external_ids)
        return [
            *forgotten(rows),
            *deleted,
            *some(Counted("%(count)s statement in outbox/", "%(count)s statements in outbox/"), withdrawn),
        ]

    def close(self) -> None:
        """Join what was written into one file, so that a person has one to import."""
        if self._all:
            self._outbox.join(self._context.now())

    def _open_until_imported(self, external_id: str, shop: bytes) -> tuple[str, ...]:
        """Log-ins of a customer whose block nobody has imported yet."""
        _, element = texts_of(shop, self._words, self._options.separator)
        if element is None or not self._understood(shop, external_id)[0].active:
            return ()
        people = employees_of(element, self._words)
        return tuple(one.email for one in people if one.active and one.email)

    def _catch_up(self) -> None:
        """Take in what the panel has exported meanwhile: a write is a whole customer and would undo edits there."""
        if self._folder.waiting():
            with self._taking_in:
                self._intake.run()

    def _held(self, remote: Remote) -> tuple[bytes | None, Contractor]:
        """What the shop holds of a customer who is to be changed: bytes, unless they were erased, and what they say.

        Raises:
            NotFound: If the last export does not have the customer.
            VersionConflict: If it says something else than `remote`.
        """
        self._catch_up()
        known = self._state.held(remote.external_id)
        if known is None:
            if self._state.is_scrubbed(remote.external_id):
                return None, remote.contractor
            raise NotFound("the last export does not have this customer", record=remote.external_id)
        try:
            held, _ = self._understood(known.raw, remote.external_id)
        except InvalidRecord:
            return None, remote.contractor
        if differences(held, remote.contractor, self._capabilities.reads):
            raise VersionConflict("an export says something else of the customer by now", record=remote.external_id)
        return known.raw, held

    def _write(self, external_id: str, raw: bytes | None, held: Contractor, changes: Mapping[str, Any]) -> Remote:
        self._outbox.demand_room()
        now = self._context.now()
        record = self._record(external_id, raw, held, changes)
        written = xml.write(record).partition(b"\n")[2]
        contractor, keys = self._understood(written, external_id)
        with reachable():
            self._folder.root.stat()
        self._outbox.write(external_id, record, now)
        self._state.note_written(external_id, written, keys, now)
        return self._told(external_id, contractor)

    def _record(self, external_id: str, raw: bytes | None, held: Contractor, changes: Mapping[str, Any]) -> xml.Element:
        """The whole customer after `changes`."""
        base, employees, status = None, held.employees, "active" if held.active else "blocked_by_erp"
        if raw is not None:
            texts, base = texts_of(raw, self._words, self._options.separator)
            employees = employees_of(base, self._words) if base is not None else ()
            status = status_of(texts, self._words) or "active"
        if changes.get("active") is False and status == "active":
            status = "blocked_by_erp"
        elif changes.get("active") and status == "blocked_by_erp":
            status = "active"
        wanted = msgspec.structs.replace(held, **changes)
        said = self._words.status(status)
        return record_of(external_id, wanted, changes.get("employees", employees), said, base, self._words)

    def _settle(self, external_id: str, held: Held, raw: bytes) -> bytes | None:
        """What counts as held of a customer whom we have written, now that an export says `raw`.

        Three-way: what moved in the shop since the export before is the shop's word, everything else is ours. If that
        is what the export says, it was imported. Otherwise our file waits, and is written anew with the shop's edits,
        which it would undo.
        """
        if held.written is None or held.shop is None or held.written < self._intake.written_since():
            return None
        try:
            before, _ = self._understood(held.shop, external_id)
            theirs, _ = self._understood(raw, external_id)
            ours, _ = self._understood(held.raw, external_id)
        except InvalidRecord:
            return None
        changes = {
            name: getattr(ours, name)
            for name in self._all
            if getattr(theirs, name) == getattr(before, name) and getattr(ours, name) != getattr(theirs, name)
        }
        if not changes:
            return None
        record = self._record(external_id, raw, theirs, changes)
        merged = xml.write(record).partition(b"\n")[2]
        if raw != held.shop:
            self._outbox.write(external_id, record, self._context.now())
        return held.raw if self._understood(merged, external_id) == self._understood(held.raw, external_id) else merged

    def _understood(self, raw: bytes, external_id: str) -> tuple[Contractor, Keys]:
        try:
            texts, element = texts_of(raw, self._words, self._options.separator)
            contractor = contractor_of(texts, element, self._words)
        except InvalidRecord as error:
            error.record = external_id
            raise
        return contractor, _keys(contractor)

    def _told(self, external_id: str, contractor: Contractor) -> Remote:
        kept = restrict(contractor, self._capabilities.reads)
        return Remote(external_id=external_id, contractor=kept)

    def _demand_writable(self) -> None:
        if not self._capabilities.writes:
            raise Misconfigured(
                Sentence("connection %(connection)s is only read", connection=self._context.connection),
                field="export" if self._options.export == "csv" else "edition",
                cure="Writing needs the edition Enterprise or B2B, and exports in XML.",
            )


def _keys(contractor: Contractor) -> Keys:
    return Keys(contractor.number, contractor.tax_id, contractor.email.casefold())


def _delivered(entry: Entry) -> Record | Rejected:
    if entry.error is None:
        return Record(entry.external_id, entry.raw)
    return Rejected(entry.external_id, entry.raw, entry.error)
