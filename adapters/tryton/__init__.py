"""How does syncd speak with Tryton 8.2, as the ERP, in both directions?

Over JSON-RPC, as a user of the group Party Administration. A contractor is a party with its addresses, identifiers and
contact mechanisms; groups are its categories, which belong to Tryton unless an option says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from adapters.tryton.changes import WRITES, Places, creation, difference
from adapters.tryton.identifiers import TAX_TYPES
from adapters.tryton.mapping import READS, View, remote
from adapters.tryton.names import Names
from adapters.tryton.party import Party, decode
from adapters.tryton.query import alike, by_id
from adapters.tryton.reading import canonical, list_rows, read_pages
from adapters.tryton.refusal import explain_status
from adapters.tryton.session import Session
from syncd.domain.contractor import Contractor
from syncd.errors import NotFound, OutcomeUnknown, RecordError, SyncError, Unavailable, VersionConflict
from syncd.http import Client
from syncd.ports import Adapter, Capabilities, Context, Health, Page, Record, Remote, Secret, Side
from syncd.sentence import Counted, Sentence

__all__ = ["ADAPTER", "Options", "TrytonEndpoint", "open_endpoint"]

SERIES: Final = "8.2"
"""The series of Tryton that this was seen to work with."""

FOUND: Final = 20
"""Most parties that one key may find; more say only that the key is no key."""


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A connection to one database of one Tryton server."""

    url: Annotated[str, Meta(description="Address of the server without the database, e.g. https://erp.example.com")]
    database: Annotated[str, Meta(description="Name of the database")]
    username: Annotated[str, Meta(description="User of the group Party Administration")]
    password: Annotated[Secret, Meta(description="The user's password")]
    language: Annotated[
        str, Meta(description="Language of category names, as Tryton's code; empty: the database's")
    ] = ""
    page_size: Annotated[int, Meta(ge=1, le=1000, description="Parties on one page of a read")] = 500
    overlap_seconds: Annotated[
        int, Meta(ge=0, description="Longest time that a change needs to become visible; read again each time")
    ] = 60
    vat_types: Annotated[
        dict[str, str], Meta(description="Identifier type of the tax number by country, e.g. RU = ru_vat")
    ] = {}
    category_root: Annotated[
        str, Meta(description="Only categories below this one are groups, e.g. Shop; empty: all")
    ] = ""
    number_from: Annotated[
        Literal["code", "nothing"], Meta(description="Whether a party's code is the merchant's customer number")
    ] = "code"
    write_number: Annotated[bool, Meta(description="Give new parties the shop's number as their code")] = False
    write_groups: Annotated[bool, Meta(description="Put parties into categories, which must exist")] = False


DEGRADATIONS: Final = (
    "Tryton numbers parties itself and never changes a code; a shop's number is stored only on creation, by an option.",
    "Groups are read only, unless an option lets syncd write them; missing categories are never made.",
    "The country of a contractor is that of the first address; without an address it is not kept.",
    "The first address is the registered office; other kinds of address, their phones and regions are not stored.",
    "Persons are not told from organisations: names of persons, contact persons and employees are not stored.",
    "Consents, newsletter, approval and log-ins are unknown to a party and stay with the shop.",
    "Bank accounts, price lists, payment terms and credit limits live in other modules and are not read.",
    "A number of the Polish REGON, Russian INN and OGRN and of company registers is kept; KPP, OKPO and EORI are not.",
    "Personal identity numbers (PESEL and its kin) never leave Tryton.",
    "Phones come back in Tryton's own form, and a phone that Tryton finds invalid refuses the whole change.",
    "Deleted parties leave no trace; only a full read shows that they are missing.",
)


def capabilities_of(options: Options | None, fields: frozenset[str] | None) -> Capabilities:
    """What a connection with these options can express."""
    reads, writes = READS, WRITES
    if options is not None:
        if options.number_from == "nothing":
            reads = reads - {"number"}
        if options.write_groups:
            writes = writes | {"groups"}
        if options.write_number and options.number_from == "code":
            writes = writes | {"number"}
    if fields is not None:
        reads, writes = reads & (fields | {"name"}), writes & (fields | {"name"})
    return Capabilities(
        reads=reads,
        writes=writes,
        many_groups=True,
        block="flag",
        incremental="modified",
        versions=True,
        idempotent_create=False,
        delete="hard",
        degradations=DEGRADATIONS,
    )


class TrytonEndpoint:
    """An opened connection to one database."""

    def __init__(self, options: Options, context: Context) -> None:
        self.capabilities = capabilities_of(options, context.fields)
        self._options = options
        self._context = context
        self._client = Client(
            options.url.rstrip("/") + "/",
            throttle=context.throttle,
            explain=explain_status,
            now=context.now,
            sleep=context.sleep,
        )
        words: dict[str, Any] = {"active_test": False}
        if options.language:
            words["language"] = options.language
        self._session = Session(
            self._client,
            options.database,
            options.username,
            options.password,
            throttle=context.throttle,
            context=words,
        )
        self._names = Names(self._session)
        tax_types = TAX_TYPES | set(options.vat_types.values())
        self._view = View(options.category_root, options.number_from == "code", tax_types, self.capabilities.reads)

    def __repr__(self) -> str:
        return f"TrytonEndpoint({self._context.connection!r})"

    def check(self) -> Health:
        """Log in and count what is there."""
        version = self._session.version()
        parties = self._session.read("model.party.party.search_count", []).read_as(int)
        warnings = []
        if version != SERIES:
            warnings.append(
                Sentence(
                    "This is Tryton %(version)s; syncd was checked with %(series)s.", version=version, series=SERIES
                )
            )
        if not self._names.countries():
            warnings.append(
                Sentence("No countries are loaded: run trytond_import_countries, or no address can be written.")
            )
        detail = Sentence(
            Counted(
                "Tryton %(version)s, database %(database)s, %(count)s party",
                "Tryton %(version)s, database %(database)s, %(count)s parties",
            ),
            version=version,
            database=self._options.database,
            count=parties,
        )
        return Health(detail=detail, warnings=tuple(warnings))

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        """List parties by id, the switched-off ones included."""
        overlap = timedelta(seconds=self._options.overlap_seconds)
        return read_pages(self._session, None if full else cursor, size=self._options.page_size, overlap=overlap)

    def parse(self, record: Record) -> Remote:
        """Understand one party."""
        return remote(decode(record), self._view)

    def get(self, external_id: str) -> Remote:
        """Read one party now."""
        return remote(self._party(external_id), self._view)

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        """Look by code, then by numbers, then by e-mail; switched-off parties are found too."""
        found: dict[str, Remote] = {}
        for domain in alike(contractor, numbered=self._view.numbered):
            for row in list_rows(self._session, domain, FOUND):
                one = self.parse(_record_of(row))
                found.setdefault(one.external_id, one)
        return list(found.values())

    def create(self, contractor: Contractor) -> Remote:
        """Make a party with all its rows in one call; Tryton switches it off in a second one if need be."""
        fields = self.capabilities.writes
        values = creation(contractor, self._places(contractor), fields)
        made = self._session.write("model.party.party.create", [values])
        try:
            external_id = str(made.read_as(tuple[int])[0])
            if "active" in fields and not contractor.active:
                self._session.write("model.party.party.write", [int(external_id)], {"active": False})
            return self.get(external_id)
        except (Unavailable, VersionConflict) as error:
            raise OutcomeUnknown(Sentence("the party was made, but: %(problem)s", problem=error.said)) from None

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        """Write the differences, unless the party or one of its rows moved since `remote` was read."""
        party = self._party(remote.external_id)
        if remote.version is not None and remote.version != party.version:
            raise VersionConflict("somebody changed the party in the meantime", record=remote.external_id)
        try:
            places = self._places(contractor)
            values = difference(party, remote.contractor, contractor, places, self.capabilities.writes)
        except RecordError as error:
            error.record = remote.external_id
            raise
        if values:
            self._write(party, values)
        try:
            return self.get(remote.external_id)
        except Unavailable as error:
            raise OutcomeUnknown(
                Sentence("the party was written, but: %(problem)s", problem=error.said), record=remote.external_id
            ) from None

    def close(self) -> None:
        """Give back connections. The session ends by itself: others may be using the same user."""
        self._client.close()

    def _party(self, external_id: str) -> Party:
        rows = list_rows(self._session, by_id(external_id), 1)
        if not rows:
            raise NotFound("Tryton has no such party (any more)", record=external_id)
        return decode(_record_of(rows[0]))

    def _places(self, contractor: Contractor) -> Places:
        groups = "groups" in self.capabilities.writes
        return Places(
            countries=self._names.countries(),
            categories=self._names.categories(contractor.groups) if groups else {},
            vat_types=self._options.vat_types,
            tax_types=self._view.tax_types,
            home=self._context.home,
        )

    def _write(self, party: Party, values: dict[str, Any]) -> None:
        """Write to a party; a party that is switched off keeps its name until it is switched on in a call before."""
        if party.active or "name" not in values:
            self._send(party, values)
            return
        stays_off = "active" not in values
        edits = {name: value for name, value in values.items() if name != "active"}
        self._send(party, {"active": True})
        try:
            again = self._party(str(party.id))
            if msgspec.structs.replace(again, timestamp=party.timestamp).version != party.version:
                raise VersionConflict("somebody changed the party in the meantime", record=str(party.id))
            self._send(again, {**edits, "active": False} if stays_off else edits)
        except SyncError:
            if stays_off:
                self._switch_off(party.id)
            raise

    def _switch_off(self, party: int) -> None:
        """A change that failed half way must not leave a blocked contractor switched on."""
        try:
            self._session.write("model.party.party.write", [party], {"active": False}, record=str(party))
        except SyncError as error:
            raise OutcomeUnknown(
                Sentence(
                    "the party was switched on to be edited, and could not be switched off again: %(problem)s",
                    problem=error.said,
                ),
                code="left-active",
                cure="Switch it off in Tryton if syncd does not do so within the hour.",
                record=str(party),
            ) from None

    def _send(self, party: Party, values: Mapping[str, Any]) -> None:
        self._session.write(
            "model.party.party.write", [party.id], values, record=str(party.id), timestamps=party.timestamps
        )


def _record_of(row: bytes) -> Record:
    return Record(str(msgspec.json.decode(row)["id"]), canonical(row))


def open_endpoint(options: Options, context: Context) -> TrytonEndpoint:
    """Open a connection; Tryton is not called yet."""
    return TrytonEndpoint(options, context)


ADAPTER: Final = Adapter(
    kind="tryton",
    title="Tryton 8.2",
    sides=frozenset({Side.ERP}),
    options=Options,
    open=open_endpoint,
    capabilities=capabilities_of(None, None),
    poll_seconds=300,
    parallel_calls=4,
)
