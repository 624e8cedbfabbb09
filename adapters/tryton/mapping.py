"""What does a party of Tryton say, in syncd's words?

Pure: bytes in, a `Contractor` out. A party is one row with four kinds of child rows, and each row carries a
``_timestamp``: seconds of its last change on the database's clock, which are both its version and its age.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol, TypeVar

import msgspec

from adapters.tryton.identifiers import TAX_TYPES, Identifier, registrations, tax_rows
from syncd.domain.contractor import Address, AddressKind, Contractor, digest, restrict
from syncd.errors import InvalidRecord
from syncd.ports import Record, Remote

__all__ = [
    "FIELDS",
    "PHONES",
    "READS",
    "AddressRow",
    "Category",
    "Mechanism",
    "Party",
    "View",
    "changed_at",
    "decode",
    "ordered",
    "place",
    "remote",
    "understand",
]

READS: Final = frozenset(
    "name number tax_id tax_prefix country registrations email phones website addresses groups active".split()
)
"""Fields of a contractor that a party states."""

FIELDS: Final = (
    "_timestamp",
    "active",
    "addresses._timestamp",
    "addresses.active",
    "addresses.city",
    "addresses.country.code",
    "addresses.party_name",
    "addresses.postal_code",
    "addresses.sequence",
    "addresses.street",
    "addresses.subdivision.name",
    "categories.active",
    "categories.rec_name",
    "code",
    "contact_mechanisms._timestamp",
    "contact_mechanisms.active",
    "contact_mechanisms.sequence",
    "contact_mechanisms.type",
    "contact_mechanisms.value",
    "identifiers._timestamp",
    "identifiers.active",
    "identifiers.code",
    "identifiers.code_compact",
    "identifiers.sequence",
    "identifiers.type",
    "name",
)
"""What is asked of a party. Child rows that were switched off come too, and must be left out by hand."""

PHONES: Final = frozenset({"phone", "mobile"})


class Named(msgspec.Struct, frozen=True):
    """A country or a part of one."""

    id: int
    code: str | None = None
    name: str | None = None


class AddressRow(msgspec.Struct, frozen=True):
    """One row of ``party.address``."""

    id: int
    timestamp: str | None = msgspec.field(name="_timestamp")
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    party_name: str | None = None
    country: Named | None = msgspec.field(name="country.", default=None)
    subdivision: Named | None = msgspec.field(name="subdivision.", default=None)
    sequence: int | None = None
    active: bool = True


class Mechanism(msgspec.Struct, frozen=True):
    """One row of ``party.contact_mechanism``."""

    id: int
    timestamp: str | None = msgspec.field(name="_timestamp")
    type: str
    value: str
    sequence: int | None = None
    active: bool = True


class Category(msgspec.Struct, frozen=True):
    """A group; `name` is its path (``Dealer / Gold``)."""

    id: int
    name: str = msgspec.field(name="rec_name")
    active: bool = True


class Party(msgspec.Struct, frozen=True):
    """One row of ``party.party`` with its child rows."""

    id: int
    timestamp: str | None = msgspec.field(name="_timestamp")
    name: str | None = None
    code: str | None = None
    active: bool = True
    addresses: tuple[AddressRow, ...] = msgspec.field(name="addresses.", default=())
    identifiers: tuple[Identifier, ...] = msgspec.field(name="identifiers.", default=())
    mechanisms: tuple[Mechanism, ...] = msgspec.field(name="contact_mechanisms.", default=())
    categories: tuple[Category, ...] = msgspec.field(name="categories.", default=())

    @property
    def version(self) -> str:
        """Equal as long as nobody changed the party, one of its rows or its categories.

        Tryton moves a party's own ``_timestamp`` only for writes that go through the party: an address changed by
        itself would go unnoticed.
        """
        rows: Iterable[tuple[str, int, str | None]] = (
            *(("address", row.id, row.timestamp) for row in self.addresses),
            *(("identifier", row.id, row.timestamp) for row in self.identifiers),
            *(("contact_mechanism", row.id, row.timestamp) for row in self.mechanisms),
            *(("category", row.id, "") for row in self.categories),
        )
        return digest(msgspec.json.encode([self.timestamp, sorted(rows)])).hex()

    @property
    def timestamps(self) -> dict[str, str]:
        """The context value with which Tryton refuses to overwrite a row that moved since."""
        stamps = {
            f"party.party,{self.id}": self.timestamp,
            **{f"party.address,{row.id}": row.timestamp for row in self.addresses},
            **{f"party.identifier,{row.id}": row.timestamp for row in self.identifiers},
            **{f"party.contact_mechanism,{row.id}": row.timestamp for row in self.mechanisms},
        }
        return {row: stamp for row, stamp in stamps.items() if stamp is not None}


class View(msgspec.Struct, frozen=True):
    """The connection's choices on how to understand a party.

    Attributes:
        root: Only categories below this one count as groups; ``""`` for all.
        numbered: Whether Tryton's code is the merchant's customer number.
        tax_types: Identifier types that hold a tax number.
        fields: What the connection states; anything else is left at its default.
    """

    root: str = ""
    numbered: bool = True
    tax_types: frozenset[str] = TAX_TYPES
    fields: frozenset[str] = READS


class _Row(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def sequence(self) -> int | None: ...
    @property
    def active(self) -> bool: ...


Row = TypeVar("Row", bound=_Row)

# On SQLite Tryton answers 0 and 1 for false and true, hence not strict.
_party = msgspec.json.Decoder(Party, strict=False).decode


class _Timestamps(msgspec.Struct, frozen=True):
    timestamp: str | None = msgspec.field(name="_timestamp")


class _Aged(msgspec.Struct, frozen=True):
    timestamp: str | None = msgspec.field(name="_timestamp")
    addresses: tuple[_Timestamps, ...] = msgspec.field(name="addresses.", default=())
    identifiers: tuple[_Timestamps, ...] = msgspec.field(name="identifiers.", default=())
    mechanisms: tuple[_Timestamps, ...] = msgspec.field(name="contact_mechanisms.", default=())


_aged = msgspec.json.Decoder(_Aged).decode


def changed_at(raw: bytes) -> datetime | None:
    """When a party or one of its rows last changed, on the database's clock; ``None`` if it does not say."""
    try:
        party = _aged(raw)
    except msgspec.MsgspecError:
        return None
    return _latest(party.timestamp, party.addresses, party.identifiers, party.mechanisms)


def _latest(own: str | None, *children: Iterable[_Timestamps | AddressRow | Identifier | Mechanism]) -> datetime | None:
    """A row that was put in by SQL may have no time, or one that is none."""
    stamps = [own, *(row.timestamp for rows in children for row in rows)]
    try:
        return max((datetime.fromtimestamp(float(stamp), UTC) for stamp in stamps if stamp), default=None)
    except (ValueError, OverflowError, OSError):
        return None


def decode(record: Record) -> Party:
    """Read the bytes of one record.

    Raises:
        InvalidRecord: If they are not a party's.
    """
    try:
        return _party(record.raw)
    except msgspec.MsgspecError as error:
        # msgspec names the place and the type, never the value.
        raise InvalidRecord(
            f"Tryton states the party in a form that it should not have: {error}",
            code="unexpected-form",
            cure="Open the party in Tryton and save it; if that does not help, check which modules change parties.",
            record=record.external_id,
        ) from None


def remote(party: Party, view: View) -> Remote:
    """A party as a statement of one side."""
    modified = _latest(party.timestamp, party.addresses, party.identifiers, party.mechanisms)
    contractor = understand(party, view)
    return Remote(external_id=str(party.id), contractor=contractor, version=party.version, modified=modified)


def understand(party: Party, view: View) -> Contractor:
    """A party as a contractor.

    Raises:
        InvalidRecord: If the party has no name, which Tryton allows.
    """
    if not (party.name or "").strip():
        raise InvalidRecord(
            "the party has no name", cure="Give it a name in Tryton.", record=str(party.id), field="name"
        )
    addresses = _addresses(ordered(party.addresses))
    country = addresses[0].country if addresses else ""
    numbers = ordered(party.identifiers)
    told = next(iter(tax_rows(numbers, country, view.tax_types)), None)
    mechanisms = ordered(party.mechanisms)
    contractor = Contractor(
        name=(party.name or "").strip(),
        number=(party.code or "") if view.numbered else "",
        tax_id=told.number if told else "",
        tax_prefix=told.prefix if told else "",
        country=country,
        registrations={kind: row.compact for kind, row in registrations(numbers, told, view.tax_types)},
        email=next((row.value for row in mechanisms if row.type == "email"), ""),
        phones=tuple(row.value for row in mechanisms if row.type in PHONES),
        website=next((row.value for row in mechanisms if row.type == "website"), ""),
        addresses=addresses,
        groups=_groups(party.categories, view.root),
        active=party.active,
    )
    return contractor if view.fields >= READS else restrict(contractor, view.fields)


def ordered(rows: Iterable[Row]) -> list[Row]:
    """Rows that are switched on, in Tryton's order: those without a sequence first."""
    return sorted((row for row in rows if row.active), key=place)


def place(row: _Row) -> tuple[bool, int, int]:
    """Sorting key of a row among its siblings."""
    return row.sequence is not None, row.sequence or 0, row.id


def _addresses(rows: Sequence[AddressRow]) -> tuple[Address, ...]:
    """Tryton's client gives each new party an empty address, which says nothing."""
    stated = [
        Address(
            key=str(row.id),
            kind=AddressKind.OTHER,
            name=row.party_name or "",
            street=row.street or "",
            postal_code=row.postal_code or "",
            city=row.city or "",
            region=(row.subdivision.name or "") if row.subdivision else "",
            country=(row.country.code or "").upper() if row.country else "",
        )
        for row in rows
    ]
    filled = [address for address in stated if address != Address(key=address.key, kind=AddressKind.OTHER)]
    # Nothing in Tryton says which address is the registered office; its own reports take the first.
    return tuple(
        msgspec.structs.replace(address, kind=AddressKind.MAIN) if index == 0 else address
        for index, address in enumerate(filled)
    )


def _groups(categories: Iterable[Category], root: str) -> tuple[str, ...]:
    below = f"{root} / " if root else ""
    return tuple(sorted({row.name for row in categories if row.active and row.name.startswith(below)}))
