"""How does syncd speak to Comarch ERP XL? It reads the database, and writes through a bridge beside the ERP."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from adapters.xl import clarion
from adapters.xl.bridge import Bridge
from adapters.xl.changes import NEW, WRITES, belonging, changes_of
from adapters.xl.document import Carrier, Document
from adapters.xl.drop import Drop
from adapters.xl.mapping import READS, contractor_of
from adapters.xl.options import Options, check_options
from adapters.xl.reading import Reader
from adapters.xl.records import decode
from syncd.domain.contractor import Contractor, digest, restrict
from syncd.errors import InvalidRecord, Misconfigured, NotFound, OutcomeUnknown, RecordError
from syncd.ports import Capabilities, Context, Health, Page, Record, Rejected, Remote
from syncd.sentence import Counted, Sentence, joined
from syncd.sql.database import Database

__all__ = ["CAPABILITIES", "XlEndpoint"]

LISTS: Final = {"addresses": "Adresy", "employees": "Osoby", "groups": "Grupy"}
"""Members of ``set`` that name single members by number: of those that wait XL has given none yet."""

_NOT_KEPT: Final = (
    "Bank accounts, payment terms, credit limits, notes, consents and the caretaker are not read.",
    "Of the registrations REGON and GLN are kept, of telephone numbers and attributes two and three.",
    "Addresses for invoices and post come back as other ones; the region of the main address alone is kept.",
    "A group, an address or a person that was deleted in XL leaves no stamp: full reads see it, or Change Tracking.",
    "Texts are kept in code page 1250: Cyrillic and several Western letters cannot be written.",
)
_READ_ONLY: Final = (
    "The database is only read; changes from the shop need a bridge beside XL (options outbox or bridge_url)."
)
_WRITES: Final = "A write is a document for a bridge beside XL: a new contractor is in doubt until the database has it."

CAPABILITIES: Final = Capabilities(reads=READS, block="none", degradations=(_READ_ONLY, *_NOT_KEPT))
_SKEW_SECONDS: Final = 300


class XlEndpoint:
    """An open connection to one company of XL."""

    def __init__(self, options: Options, context: Context) -> None:
        check_options(options)
        self._options = options
        self._context = context
        self._source = Database(
            options.url,
            context.folder,
            schema=options.schema,
            attach=options.attach,
            statement_seconds=options.statement_seconds,
        )
        self._carrier = _carrier(options, context)
        self._reader = Reader(self._source, options, self._carrier)
        self._capabilities = _capabilities(options, context.fields)

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> Health:
        warnings = []
        with self._source.connect() as connection:
            groups = self._reader.groups(connection)
            self._reader.selection(groups)
            rows = self._reader.queries.page(connection, 0, self._options.page, None, ())
            skew = abs((self._source.clock(connection) - self._context.now()).total_seconds())
        if skew > _SKEW_SECONDS:
            warnings.append(
                Sentence(
                    Counted(
                        "the database's clock and ours are %(count)s second apart",
                        "the database's clock and ours are %(count)s seconds apart",
                    ),
                    count=round(skew),
                )
            )
        if groups.twins:
            warnings.append(
                Sentence(
                    Counted(
                        '%(count)s name is that of several groups; set group_names = "path"',
                        '%(count)s names are those of several groups; set group_names = "path"',
                    ),
                    count=len(groups.twins),
                )
            )
        detail = Sentence(
            Counted("%(dialect)s: %(count)s customer", "%(dialect)s: %(count)s customers"),
            dialect=self._source.dialect,
            count=len(rows),
        )
        if len(rows) == self._options.page:
            detail = Sentence("%(dialect)s: %(count)s or more customers", dialect=self._source.dialect, count=len(rows))
        way = self._carrier.check() if self._carrier is not None else ""
        return Health(detail=joined((detail, way)) if way else detail, warnings=tuple(warnings))

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        return self._reader.pages(cursor, full=full)

    def parse(self, record: Record) -> Remote:
        values = decode(record)
        contractor = contractor_of(values, record.external_id, self._options)
        if self._context.fields is not None:
            contractor = restrict(contractor, self._capabilities.reads)
        modified = clarion.moment_of(int(values["moved"]), ZoneInfo(self._options.zone))
        return Remote(external_id=record.external_id, contractor=contractor, modified=modified)

    def get(self, external_id: str) -> Remote:
        with self._source.connect() as connection:
            return self.parse(self._record(connection, external_id))

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        tax_ids = [f"{prefix}{contractor.tax_id}" for prefix in _prefixes(contractor)] if contractor.tax_id else []
        with self._source.connect() as connection:
            numbers = self._reader.queries.matching(connection, contractor.number, tax_ids, contractor.email)
            found = self._reader.named(connection, numbers)
        remotes = [self.parse(_sound(record)) for record in found]
        return [remote for remote in remotes if _is_meant(remote.contractor, contractor)]

    def create(self, contractor: Contractor) -> Remote:
        writes, carrier = self._writable()
        wanted = restrict(contractor, writes)
        keys = (wanted.number, wanted.tax_prefix, wanted.tax_id, wanted.email, wanted.name)
        # The same contractor gets the same id, so that a second attempt is the same import and not a double.
        key = digest(msgspec.json.encode(keys)).hex()
        named = bool(wanted.number)
        wanted = msgspec.structs.replace(wanted, number=wanted.number or f"SK{key[:12].upper()}")
        with self._source.connect() as connection:
            groups = self._reader.groups(connection)
            changes = changes_of(NEW, Contractor(name=""), wanted, groups, self._options)
            there = self._coded(connection, wanted.number)
        if there is not None and not named:
            return self.parse(_sound(there))  # a code that syncd made up: an earlier attempt arrived
        if there is not None:
            raise InvalidRecord(
                "XL has a contractor with this code",
                code="refused",
                field="number",
                cure="Give one of the two another.",
            )
        changes = belonging(changes, self._reader.selection(groups), groups, self._options)
        answer = carrier.send(self._document(key, wanted.number, changes))
        with self._source.connect() as connection:
            if answer.GIDNumer is not None:
                made = next(iter(self._reader.named(connection, [answer.GIDNumer])), None)
            else:
                made = self._coded(connection, wanted.number)
        if made is None:
            raise _waits(None)
        return self.parse(_sound(made))

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        writes, carrier = self._writable()
        told, wanted = restrict(remote.contractor, writes), restrict(contractor, writes)
        if told == wanted:
            return remote
        with self._source.connect() as connection:
            record = self._record(connection, remote.external_id)
            values = decode(record)
            groups = self._reader.groups(connection)
        current = self.parse(record)
        number = int(remote.external_id)
        lists = {column for field, column in LISTS.items() if getattr(told, field) != getattr(wanted, field)}
        if any(lists & change.keys() for change in carrier.waiting({number}).get(number, ())):
            raise _waits(remote.external_id)
        # Addresses and persons are told apart by what they say, and by their keys where that changes.
        told, wanted = _with_keys(told, remote.contractor, writes), _with_keys(wanted, contractor, writes)
        try:
            changes = changes_of(values, told, wanted, groups, self._options)
        except RecordError as error:
            error.record = remote.external_id
            raise
        if not changes:
            return current
        key = digest(record.raw + msgspec.json.encode(changes, order="deterministic")).hex()
        document = self._document(key, values["card"].get("Knt_Akronim", ""), changes, number, values["moved"])
        answer = carrier.send(document)
        if answer.state == "waiting" and number not in carrier.waiting({number}):
            raise _waits(remote.external_id)
        return self.get(remote.external_id)

    def scrub(self, external_ids: Collection[str]) -> Sequence[str]:
        """Forget what waits for these contractors: see `syncd.ports.Scrubs`."""
        if self._carrier is None:
            return ()
        return self._carrier.scrub(frozenset(int(one) for one in external_ids if _is_number(one)))

    def close(self) -> None:
        self._source.close()
        if self._carrier is not None:
            self._carrier.close()

    def _record(self, connection: Connection, external_id: str) -> Record:
        found = self._reader.named(connection, [int(external_id)]) if _is_number(external_id) else []
        if not found:
            raise NotFound("XL has no such contractor", record=external_id)
        return _sound(found[0])

    def _coded(self, connection: Connection, code: str) -> Record | Rejected | None:
        """The contractor of this code, whoever it is."""
        numbers = self._reader.queries.matching(connection, code, (), "")
        return next(iter(self._reader.named(connection, numbers[:1])), None)

    def _document(
        self, key: str, code: str, changes: dict[str, Any], number: int | None = None, seen: int = 0
    ) -> Document:
        return Document(
            id=key,
            operation="create" if number is None else "update",
            at=self._context.now().astimezone(UTC).isoformat(timespec="microseconds"),
            GIDNumer=number,
            Akronim=code,
            seen=seen,
            set=changes,
        )

    def _writable(self) -> tuple[frozenset[str], Carrier]:
        if self._carrier is None:
            raise Misconfigured(
                Sentence("connection %(connection)s is only read", connection=self._context.connection),
                field="outbox",
                cure="Set outbox or bridge_url; syncd never writes XL's tables itself.",
            )
        return self._capabilities.writes, self._carrier


def _sound(record: Record | Rejected) -> Record:
    if isinstance(record, Rejected):
        raise record.error
    return record


def _with_keys(restricted: Contractor, whole: Contractor, writes: frozenset[str]) -> Contractor:
    lists = {name: getattr(whole, name) for name in ("addresses", "employees") if name in writes}
    return msgspec.structs.replace(restricted, **lists)


def _waits(record: str | None) -> OutcomeUnknown:
    return OutcomeUnknown(
        "the change waits for the bridge", code="import-waiting", record=record, cure="Start the bridge, if it is not."
    )


def _is_number(external_id: str) -> bool:
    return external_id.isascii() and external_id.isdigit() and int(external_id) < 2**31


def _prefixes(contractor: Contractor) -> set[str]:
    return {"", contractor.tax_prefix, contractor.country if len(contractor.country) == 2 else ""}


def _is_meant(found: Contractor, wanted: Contractor) -> bool:
    """Whether the two share a key in full: what a query finds by parts, or by another collation, is a candidate."""
    return any(
        getattr(wanted, key) and getattr(found, key).casefold() == getattr(wanted, key).casefold()
        for key in ("number", "tax_id", "email")
    )


def _carrier(options: Options, context: Context) -> Carrier | None:
    if options.bridge_url:
        return Bridge(options.bridge_url, options.bridge_token, context, seconds=options.wait_seconds)
    if options.outbox:
        folder = context.folder / options.outbox
        return Drop(
            folder,
            seconds=options.wait_seconds,
            limit=options.outbox_limit,
            now=context.now,
            sleep=context.sleep,
        )
    return None


def _capabilities(options: Options, chosen: frozenset[str] | None) -> Capabilities:
    reads = READS if chosen is None else READS & chosen
    written = bool(options.outbox or options.bridge_url)
    return Capabilities(
        reads=reads,
        writes=reads & WRITES if written else frozenset(),
        block="flag" if written and "active" in reads else "none",
        degradations=(_WRITES if written else _READ_ONLY, *_NOT_KEPT),
    )
