"""What does a party of Tryton say, in syncd's words?

Pure: a party in, a `Contractor` out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from adapters.tryton.identifiers import TAX_TYPES, registrations, tax_rows
from adapters.tryton.party import AddressRow, Category, Party, ordered
from syncd.domain.contractor import Address, AddressKind, Contractor, restrict
from syncd.errors import InvalidRecord
from syncd.ports import Remote

__all__ = ["PHONES", "READS", "View", "remote", "understand"]

READS: Final = frozenset(
    "name number tax_id tax_prefix country registrations email phones website addresses groups active".split()
)
"""Fields of a contractor that a party states."""

PHONES: Final = frozenset({"phone", "mobile"})


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


def remote(party: Party, view: View) -> Remote:
    """A party as a statement of one side."""
    contractor = understand(party, view)
    return Remote(external_id=str(party.id), contractor=contractor, version=party.version, modified=party.modified)


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
