"""How does syncd read contractors of Comarch ERP Optima, and how do changes reach it through files?

Reading is one of two sources, writing is an outbox, and between them stands what was written and is not yet seen: it
counts as held everywhere, in lists, in single reads and when somebody is looked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from adapters.optima.capabilities import capabilities_of
from adapters.optima.card import Card, Fault, decode, raw_of
from adapters.optima.document import document
from adapters.optima.mapping import contractor_of
from adapters.optima.newcomer import bare_card
from adapters.optima.options import Options, check_options
from adapters.optima.outbox import Outbox
from adapters.optima.saying import say
from adapters.optima.source import Source
from adapters.optima.sql_source import SqlSource
from adapters.optima.waiting import Change, Waiting, merged, overlaid, still
from adapters.optima.xml_source import XmlSource, wanted_name
from syncd.domain.contractor import FIELDS, Contractor, restrict
from syncd.errors import InvalidRecord, Misconfigured, NotFound, RecordError, Unstorable, VersionConflict
from syncd.folder.claiming import Folder, Terms
from syncd.folder.scrub import some
from syncd.ports import Capabilities, Context, Health, Page, Record, Rejected, Remote, Scrubbed
from syncd.sentence import Counted, Sentence, unpack

__all__ = ["OptimaEndpoint"]


class OptimaEndpoint:
    """An open connection to one company."""

    def __init__(self, options: Options, context: Context) -> None:
        check_options(options)
        self._options = options
        self._context = context
        self._capabilities = capabilities_of(options, context.fields)
        terms = Terms(ready=options.ready, settle_seconds=options.settle_seconds, archive_days=options.archive_days)
        root = context.folder / (options.folder or Path())
        state = context.folder / options.state if options.state else root
        folder = Folder(root, terms, lambda name: wanted_name(options, name), context.sleep)
        self._source: Source = (
            SqlSource(options, context)
            if options.read == "sql"
            else XmlSource(options, context, folder, state / ".syncd-state.sqlite3")
        )
        self._folder = folder
        self._outbox = Outbox(folder.outbox, options.outbox_limit)
        self._waiting = Waiting(state / ".syncd-waiting.sqlite3") if options.write == "xml" else None

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> Health:
        health = self._source.check()
        if self._waiting is not None:
            self._folder.require()
        overdue = [change for change in self._written().values() if self._is_late(change)]
        if not overdue:
            return health
        late = Sentence(
            Counted(
                "%(count)s change waits for more than %(hours)s h for Optima's import",
                "%(count)s changes wait for more than %(hours)s h for Optima's import",
            ),
            count=len(overdue),
            hours=self._options.import_hours,
        )
        return msgspec.structs.replace(health, warnings=(*health.warnings, late))

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        known, met = self._written(), set[str]()
        for batch in self._source.batches(cursor, full=full):
            known |= self._written()  # what was written while the page was on its way
            records = [self._delivered(item, known, met) for item in batch.items]
            if batch.end is not None:
                records += self._unmet({code: change for code, change in known.items() if code not in met}, full=full)
            yield Page(records=records, cursor=batch.cursor, end=batch.end)

    def parse(self, record: Record) -> Remote:
        try:
            card = decode(record.raw)
            if card.fault is not None:
                fault = card.fault
                said = unpack(fault.message, fault.said)
                raise InvalidRecord(said, code=fault.code, cure=fault.cure, field=fault.field)  # noqa: TRY301
            contractor = contractor_of(card)
        except msgspec.DecodeError:
            raise InvalidRecord("the record is no card of Optima", record=record.external_id) from None
        except InvalidRecord as error:
            error.record = record.external_id
            raise
        reads = self._capabilities.reads
        return Remote(external_id=record.external_id, contractor=restrict(contractor, reads))

    def get(self, external_id: str) -> Remote:
        return self._remote(external_id, self._now(external_id))

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        known = self._written()
        held = {card.code.casefold(): card for card in self._source.matching(contractor)}
        more = [change.card.code for code, change in known.items() if code not in held]
        held |= {card.code.casefold(): card for card in (self._source.cards(more) if more else ())}
        remotes = []
        for code in sorted({*held, *known}):
            card, change = held.get(code), known.get(code)
            card = overlaid(self._settle(code, change, card) if change is not None else None, card)
            try:
                remote = None if card is None else self._remote(self._name(card), card)
            except InvalidRecord:
                continue  # It cannot be linked to before somebody has mended it; reading makes it an issue.
            if remote is not None and _is_meant(remote.contractor, contractor):
                remotes.append(remote)
        return remotes

    def create(self, contractor: Contractor) -> Remote:
        waiting = self._writable()
        wanted = restrict(contractor, self._capabilities.writes)
        bare = bare_card(wanted, self._options, self._context.home, self._context.now().date())
        card = bare.changed(self._said(self._capabilities.writes, wanted, bare))
        made = self._remote(card.code, card)
        with waiting.writing(card.code) as slot:
            earlier = slot.change
            if earlier is not None and earlier.created and earlier.card == card:
                return made  # The first attempt's file is there; a second would be the same.
            if earlier is not None or self._source.card(card.code) is not None:
                raise InvalidRecord(
                    "Optima has a contractor with this acronym, whom the import would overwrite",
                    code="duplicate-code",
                    field="number",
                    cure="Give the contractor a number of its own, or link the two.",
                )
            at = self._context.now()
            name = self._outbox.put(document(card, self._options, new=True), "create", at)
            slot.put(Change(at=at.timestamp(), created=True, before={}, after={}, card=card, files=(name,)))
        return made

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        waiting = self._writable()
        writes = self._capabilities.writes
        told, wanted = restrict(remote.contractor, writes), restrict(contractor, writes)
        fields = [name for name in FIELDS if name in writes and getattr(told, name) != getattr(wanted, name)]
        if "number" in fields:
            raise Unstorable(
                "an acronym is what Optima's import knows a contractor by",
                code="code-is-final",
                record=remote.external_id,
                field="number",
                cure="Change it in Optima.",
            )
        if not fields:
            return remote
        with waiting.writing(remote.external_id) as slot:
            held = self._held(remote)
            noted = slot.change
            earlier = self._rest(noted, held) if noted is not None else None
            card = overlaid(earlier, held)
            if card is None:
                raise _not_found(remote.external_id)
            if held is None and earlier is not None:
                self._require_unfetched(earlier, remote.external_id)
            after = self._said(fields, wanted, card)
            done = self._remote(remote.external_id, card.changed(after))
            if after:
                if noted is not None and earlier is None:
                    self._outbox.clear(noted.files)
                slot.put(merged(earlier, self._placed(card, after, new=earlier is not None and earlier.created)))
        return done

    def scrub(self, external_ids: Collection[str]) -> Sequence[str]:
        """Forget these contractors: see `syncd.ports.Scrubs`."""
        said = self._source.scrub(external_ids) if isinstance(self._source, XmlSource) else []
        if self._waiting is None:
            return said
        withdrawn = 0
        for external_id in external_ids:
            change = self._waiting.get(external_id)
            if change is not None:
                withdrawn += self._outbox.clear(change.files[:-1])  # The last one overwrites the others there.
        before = self._waiting.scrub(external_ids)
        return [
            *said,
            *some(
                Counted(
                    "what %(count)s contractor held before its last change",
                    "what %(count)s contractors held before their last change",
                ),
                before,
            ),
            *some(Counted("%(count)s file in outbox/", "%(count)s files in outbox/"), withdrawn),
        ]

    def close(self) -> None:
        self._source.close()

    def _delivered(self, held: Card | Rejected, known: dict[str, Change], met: set[str]) -> Record | Rejected:
        """A card as a record, as it will be; an issue if that is too long in coming."""
        if isinstance(held, Rejected):
            return held
        code = held.code.casefold()
        change = known.get(code)
        if change is None:
            return Record(self._name(held), raw_of(held))
        met.add(code)
        rest = self._settle(code, change, held)
        if rest is not None and self._is_overdue(rest, held):
            return _overdue(rest)
        return Record(held.code, raw_of(held.changed(rest.after) if rest is not None else held))

    def _unmet(self, changes: dict[str, Change], *, full: bool) -> list[Record | Rejected]:
        """What waits and did not come in the list: new contractors count as there, late ones are issues."""
        names = [change.card.code for change in changes.values()]
        there = {card.code.casefold(): card for card in self._source.cards(names)} if names else {}
        records: list[Record | Rejected] = []
        for code, change in changes.items():
            rest = self._settle(code, change, there.get(code))
            if rest is None:
                continue
            if self._is_overdue(rest, there.get(code)):
                records.append(_overdue(rest))
            elif full and rest.created:
                records.append(Record(rest.card.code, raw_of(rest.card)))
        return records

    def _settle(self, code: str, change: Change, held: Card | None) -> Change | None:
        """What still waits, noted; files that are no longer needed go, and so does what nobody will ever import."""
        rest = self._rest(change, held)
        oldest = self._context.now() - timedelta(days=self._options.archive_days)
        if rest is not None and rest.at < oldest.timestamp():
            rest = None
        if rest != change and self._waiting is not None and self._waiting.settle(code, change, rest) and rest is None:
            self._outbox.clear(change.files)
        return rest

    def _rest(self, change: Change, held: Card | None) -> Change | None:
        """What still waits. Who is in no export may be in the next one; who is not in the database is gone."""
        return change if held is None and self._options.read == "xml" else still(change, held)

    def _now(self, external_id: str) -> Card:
        """One contractor as it is, or will be.

        Raises:
            NotFound: If there is none, and none to come.
        """
        change = self._waiting.get(external_id) if self._waiting is not None else None
        try:
            held = self._source.card(external_id)
        except Scrubbed:
            if change is None:
                raise
            return change.card
        rest = self._settle(external_id.casefold(), change, held) if change is not None else None
        card = overlaid(rest, held)
        if card is None:
            raise _not_found(external_id)
        return card

    def _placed(self, card: Card, after: dict[str, str], *, new: bool) -> Change:
        """Put a file for Optima that changes these elements of a card."""
        at, changed = self._context.now(), card.changed(after)
        name = self._outbox.put(document(changed, self._options, new=new), "update", at)
        before = {element: card.get(element) for element in after}
        return Change(at=at.timestamp(), created=False, before=before, after=after, card=changed, files=(name,))

    def _require_unfetched(self, create: Change, external_id: str) -> None:
        """Write nothing more for a new contractor that the database should have by now.

        Exports show what was imported much later, so there a fetched file says nothing.
        """
        if self._options.read == "sql" and not self._outbox.has(create.files):
            raise VersionConflict(
                "the file that makes this contractor was fetched, and Optima does not show it: it may be imported yet,"
                " or was deleted, and a second file would bring it back",
                record=external_id,
            )

    def _held(self, remote: Remote) -> Card | None:
        """What Optima holds; of a contractor that was erased here, what the caller says of it."""
        try:
            return self._source.card(remote.external_id)
        except Scrubbed:
            bare = Card(values={"AKRONIM": remote.external_id})
            return bare.changed(self._said(self._capabilities.writes, remote.contractor, bare))

    def _said(self, fields: Collection[str], wanted: Contractor, card: Card) -> dict[str, str]:
        try:
            return say(fields, wanted, card, self._options)
        except RecordError as error:
            error.record = card.code
            raise

    def _remote(self, external_id: str, card: Card) -> Remote:
        return self.parse(Record(external_id, raw_of(card)))

    def _name(self, card: Card) -> str:
        return card.id if self._options.identity == "id" else card.code

    def _written(self) -> dict[str, Change]:
        return self._waiting.all() if self._waiting is not None else {}

    def _is_late(self, change: Change) -> bool:
        since = datetime.fromtimestamp(change.at, UTC)
        return self._context.now() - since > timedelta(hours=self._options.import_hours)

    def _is_overdue(self, change: Change, held: Card | None) -> bool:
        """Whether a late change is all that is to be said: an issue must not hide that Optima blocks somebody."""
        unmoved = held is None or raw_of(held.changed(change.after)) == raw_of(change.card)
        return unmoved and self._is_late(change)

    def _writable(self) -> Waiting:
        if self._waiting is None:
            raise Misconfigured(
                Sentence("connection %(connection)s is only read", connection=self._context.connection),
                field="write",
                cure='Set write = "xml" if Optima imports the files of outbox/.',
            )
        return self._waiting


def _is_meant(found: Contractor, wanted: Contractor) -> bool:
    """Whether the two share a key in full: what a query finds by parts, or by another collation, is a candidate."""
    return any(
        getattr(wanted, key) and getattr(found, key).casefold() == getattr(wanted, key).casefold()
        for key in ("number", "tax_id", "email")
    )


def _not_found(external_id: str) -> NotFound:
    return NotFound("Optima has no contractor with this acronym, as far as was read", record=external_id)


def _overdue(change: Change) -> Record:
    """A record that is there, and an issue: rejected, it would look missing."""
    late = Fault(
        message="Optima has not taken in what was written for this contractor",
        code="import-overdue",
        cure="Look into the log of Optima's import. The files are in outbox/, and the issue closes when Optima has it.",
    )
    return Record(change.card.code, raw_of(msgspec.structs.replace(change.card, fault=late)))
