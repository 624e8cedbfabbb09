"""What do the addresses of an AtomStore user say, and which of them does a change touch? Pure.

The **main** address is the one for invoices: of several one with a place, with a tax number, the default one, the
first, in this order; without any for invoices it is the default one. It carries the tax number, the person and the
telephone, so a contractor that has these and no main address gets one without a street, which is not read back as a
place.

A user's addresses are written as a whole list: one that is left out may be deleted, one with nothing but its
``address_id`` stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from syncd import xml
from syncd.domain.contractor import Address, AddressKind, Contractor, Kind
from syncd.errors import VersionConflict

__all__ = ["Entry", "Place", "entries", "merge", "places_of"]

# A number behind a word of some letters is the house's; behind "lok." or "m" it is a flat's, and all stays together.
_STREET: Final = re.compile(r"((?:\S.*)?[^\W\d_]{3}) (\d+[A-Za-z]?)(?:/([0-9A-Za-z]+))?")
_STREET_PARTS: Final = ("street", "street_number_1", "street_number_2")
_WHERE: Final = (*_STREET_PARTS, "postcode", "city")

Texts = Mapping[str, str]


class Place(msgspec.Struct, frozen=True):
    """One address as the shop holds it.

    Attributes:
        texts: Elements by name.
        main: Whether it carries what belongs to the customer.
    """

    texts: Texts
    main: bool

    @property
    def id(self) -> str:
        return self.texts.get("address_id", "")

    @property
    def is_place(self) -> bool:
        """Whether it says where something is, and is not only there to carry a number or a name."""
        return any(self.texts.get(name) for name in _WHERE)

    def address(self, companies: Collection[str]) -> Address:
        """Say it as a contractor's; its company is its own name unless it repeats the contractor's.

        Args:
            companies: Names under which the contractor goes, or went a moment ago.
        """
        texts = self.texts
        own = texts.get("company", "")
        kind = AddressKind.INVOICE if texts.get("invoice") == "1" else AddressKind.DELIVERY
        return Address(
            key=self.id,
            kind=AddressKind.MAIN if self.main else kind,
            name="" if own in companies else own,
            street=_joined(texts),
            postal_code=texts.get("postcode", ""),
            city=texts.get("city", ""),
            region=texts.get("state_code", ""),
            country=texts.get("country_code", "").upper(),
            phone="" if self.main else texts.get("phone", ""),
        )


class Entry(msgspec.Struct, frozen=True):
    """One address as a contractor wants it.

    Attributes:
        key: The shop's id of it, where the contractor was read from there.
        address: As it will be read back, without its key; ``None`` for a main one without a place.
        texts: Elements that syncd answers for; others keep what the shop holds.
    """

    key: str
    main: bool
    address: Address | None
    texts: Texts


def places_of(user: xml.Element) -> list[Place]:
    """Addresses of a user by their ids, whatever order the shop's database gave them."""
    book = [
        {xml.local_name(element): (element.text or "").strip() for element in address}
        for address in xml.children(user, "addresses/address")
    ]
    book.sort(key=lambda texts: (len(texts.get("address_id", "")), texts.get("address_id", "")))
    main = _main_of(book)
    return [Place(texts, texts is main) for texts in book]


def entries(contractor: Contractor) -> list[Entry]:
    """Say where a contractor is, the main address first."""
    organisation = contractor.kind is Kind.ORGANISATION
    company = contractor.name if organisation else ""
    kinds = (AddressKind.MAIN, AddressKind.INVOICE)
    chosen = next((one for kind in kinds for one in contractor.addresses if one.kind is kind), None)
    others = [_entry(one, company) for one in contractor.addresses if one is not chosen]
    phones = dict.fromkeys((*contractor.phones, *((chosen.phone,) if chosen and chosen.phone else ())))
    first, last = contractor.first_name, contractor.last_name
    if not organisation and not first and not last:
        first, _, last = contractor.name.rpartition(" ")
    carried = {
        "nip": f"{contractor.tax_prefix}{contractor.tax_id}" if contractor.tax_id else "",
        "firstname": first,
        "lastname": last,
        "phone": "; ".join(phones),
    }
    if chosen is None and not any(carried.values()):
        return others
    place = chosen or Address()
    texts = _texts(place, (place.name or company) if organisation else "")
    own = place.name if organisation and place.name != company else ""
    held = msgspec.structs.replace(
        place, key="", kind=AddressKind.MAIN, name=own, phone="", country=place.country.upper()
    )
    main = Entry(place.key, main=True, address=held if chosen else None, texts={**texts, **carried, "invoice": "1"})
    return [main, *others]


def merge(
    before: Sequence[Entry], after: Sequence[Entry], held: Sequence[Place], companies: Collection[str]
) -> list[dict[str, str]] | None:
    """List what to write of each address so that `held` becomes `after`; ``None`` if nothing is to be written.

    What the shop added meanwhile stays.

    Args:
        before: The addresses that `after` was decided on.

    Raises:
        VersionConflict: If an address to be changed or removed was changed in the shop meanwhile.
    """
    pairs, gone, new = _pair(before, after)
    touched: dict[str, dict[str, str] | None] = {}
    for was, wanted in pairs:
        changes = _changes(was.texts, wanted.texts)
        if changes:
            place = _held(was, held, companies)
            touched[place.id] = {**place.texts, **changes}
    for was in gone:
        touched[_held(was, held, companies).id] = None
    if not touched and not new:
        return None
    book = [touched.get(place.id, {"address_id": place.id}) for place in held]
    kept = [texts for texts in book if texts is not None]
    has_default = any(place.texts.get("default") == "1" and touched.get(place.id, {}) is not None for place in held)
    return kept + [{"default": "1" if entry.main and not has_default else "0", **entry.texts} for entry in new]


def _changes(before: Texts, after: Texts) -> dict[str, str]:
    """Elements that differ; a street with its numbers is one, since the shop may have put them together otherwise."""
    names = {name for name, text in after.items() if before.get(name, "") != text}
    if not names.isdisjoint(_STREET_PARTS):
        names.update(_STREET_PARTS)
    return {name: text for name, text in after.items() if name in names}


def _pair(
    before: Sequence[Entry], after: Sequence[Entry]
) -> tuple[list[tuple[Entry, Entry]], list[Entry], list[Entry]]:
    """Match what was read with what is wanted: the main ones, equal ones, then those of one kind."""
    gone, new = list(before), list(after)
    pairs = []
    for alike in (_both_main, _equal, _same_kind):
        for wanted in list(new):
            was = next((one for one in gone if alike(one, wanted)), None)
            if was is not None:
                gone.remove(was)
                new.remove(wanted)
                pairs.append((was, wanted))
    return pairs, gone, new


def _both_main(one: Entry, other: Entry) -> bool:
    return one.main and other.main


def _equal(one: Entry, other: Entry) -> bool:
    return one.main is other.main and one.address == other.address


def _same_kind(one: Entry, other: Entry) -> bool:
    return not one.main and not other.main and one.texts["invoice"] == other.texts["invoice"]


def _held(was: Entry, held: Sequence[Place], companies: Collection[str]) -> Place:
    """The address that was read, in the shop's list of now."""
    for place in held:
        if place.main is not was.main or (was.key and place.id != was.key):
            continue
        told = msgspec.structs.replace(place.address(companies), key="") if place.is_place else None
        if told == was.address:
            return place
    raise VersionConflict("an address was changed in the shop since it was read")


def _entry(address: Address, company: str) -> Entry:
    kind = AddressKind.INVOICE if address.kind in {AddressKind.MAIN, AddressKind.INVOICE} else AddressKind.DELIVERY
    own = "" if address.name == company else address.name
    held = msgspec.structs.replace(address, key="", kind=kind, name=own, country=address.country.upper())
    texts = _texts(held, address.name or company)
    return Entry(address.key, main=False, address=held, texts={**texts, "phone": address.phone})


def _texts(address: Address, company: str) -> dict[str, str]:
    street, first, second = _split(address.street)
    return {
        "invoice": "1" if address.kind is AddressKind.INVOICE else "0",
        "company": company,
        "street": street,
        "street_number_1": first,
        "street_number_2": second,
        "postcode": address.postal_code,
        "city": address.city,
        "state_code": address.region,
        "country_code": address.country.upper(),
    }


def _split(street: str) -> tuple[str, str, str]:
    """Take house and flat number off a street, only where joining them again gives the same text."""
    found = _STREET.fullmatch(street)
    return (found[1], found[2], found[3] or "") if found else (street, "", "")


def _joined(texts: Texts) -> str:
    numbers = "/".join(part for name in ("street_number_1", "street_number_2") if (part := texts.get(name, "")))
    return " ".join(part for part in (texts.get("street", ""), numbers) if part)


def _main_of(book: Sequence[Texts]) -> Texts | None:
    bills = [texts for texts in book if texts.get("invoice") == "1"]
    if bills:
        return max(bills, key=_mainness)
    return next((texts for texts in book if texts.get("default") == "1"), None)


def _mainness(texts: Texts) -> tuple[bool, bool, bool]:
    """How much an address for invoices is the main one; of equal ones the first is."""
    return any(texts.get(name) for name in _WHERE), bool(texts.get("nip")), texts.get("default") == "1"
