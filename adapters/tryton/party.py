"""What is a party of Tryton: which fields are asked for, and in which rows do they come?

A party is one row with four kinds of child rows, and each row carries a ``_timestamp``: seconds of its last change on
the database's clock, which are both its version and its age.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, Protocol, TypeVar

import msgspec

from adapters.tryton.identifiers import Identifier
from syncd.domain.contractor import digest
from syncd.errors import InvalidRecord
from syncd.ports import Record
from syncd.sentence import Sentence

__all__ = ["FIELDS", "AddressRow", "Category", "Mechanism", "Party", "changed_at", "decode", "ordered", "place"]

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
    def modified(self) -> datetime | None:
        """When the party or one of its rows last changed; ``None`` if no row says."""
        return _latest(self.timestamp, self.addresses, self.identifiers, self.mechanisms)

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
            Sentence("Tryton states the party in a form that it should not have: %(problem)s", problem=error),
            code="unexpected-form",
            cure="Open the party in Tryton and save it; if that does not help, check which modules change parties.",
            record=record.external_id,
        ) from None


def ordered(rows: Iterable[Row]) -> list[Row]:
    """Rows that are switched on, in Tryton's order: those without a sequence first."""
    return sorted((row for row in rows if row.active), key=place)


def place(row: _Row) -> tuple[bool, int, int]:
    """Sorting key of a row among its siblings."""
    return row.sequence is not None, row.sequence or 0, row.id
