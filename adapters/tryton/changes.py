"""Which values must Tryton be told so that a party becomes the wanted contractor?

Pure: a party as it is and a contractor as it should be in, the ``values`` of ``create`` and ``write`` out. Fields that
syncd does not change are not in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from adapters.tryton.identifiers import Identifier, registration_type, registrations, tax_rows, tax_type
from adapters.tryton.mapping import PHONES
from adapters.tryton.party import AddressRow, Mechanism, Party, ordered
from adapters.tryton.rows import Wanted, arrange
from syncd.domain.contractor import Address, AddressKind, Contractor
from syncd.errors import InvalidRecord, Unstorable
from syncd.sentence import Sentence

__all__ = ["WRITES", "Places", "creation", "difference"]

WRITES: Final = frozenset("name tax_id tax_prefix registrations email phones website addresses active".split())
"""Fields that a party can hold without an option."""

_STRUCTURED: Final = (
    "street_name",
    "building_name",
    "building_number",
    "unit_number",
    "floor_number",
    "room_number",
    "post_box",
    "private_bag",
    "post_office",
)
"""Parts of a structured street. While one is filled, Tryton takes the street from them and refuses to change it."""

_DIGITS: Final = re.compile(r"\D+")


class Places(msgspec.Struct, frozen=True):
    """What names stand for in this database, and the connection's choices.

    Attributes:
        countries: Id by ISO code.
        categories: Id by path; empty where syncd does not write groups.
        vat_types: Tryton's identifier type by country, where it differs from the usual.
        tax_types: Identifier types that hold a tax number.
        home: Country of a contractor that states none.
    """

    countries: Mapping[str, int]
    categories: Mapping[str, int]
    vat_types: Mapping[str, str]
    tax_types: frozenset[str]
    home: str


def creation(contractor: Contractor, places: Places, fields: frozenset[str]) -> dict[str, Any]:
    """Values of a new party.

    The order matters: Tryton creates child rows in the order of the keys, and understands a phone without its
    country's prefix only if the address is there already.
    """
    empty = Party(id=-1, timestamp="")
    values = difference(empty, Contractor(name=""), contractor, places, fields - {"active", "number"})
    if "number" in fields and contractor.number:
        values["code"] = contractor.number
    return values


def difference(
    party: Party, before: Contractor, after: Contractor, places: Places, fields: frozenset[str]
) -> dict[str, Any]:
    """Values to write so that `party`, which states `before`, states `after` in `fields`.

    Raises:
        InvalidRecord: If a country, group or tax number has no place in this database.
        Unstorable: If the number differs: Tryton never changes a code.
    """
    changed = frozenset(field for field in fields if getattr(before, field) != getattr(after, field))
    if "number" in changed:
        raise Unstorable(
            "Tryton never changes the code of a party",
            code="code-is-final",
            cure="Change the number back at the shop, or make a new party in Tryton.",
            record=str(party.id),
            field="number",
        )
    values: dict[str, Any] = {}
    if "name" in changed:
        values["name"] = after.name
    if "addresses" in changed:
        values["addresses"] = _addresses(party, after, places)
    if changed & {"tax_id", "tax_prefix", "registrations"}:
        values["identifiers"] = _identifiers(party, after, places, changed)
    if changed & {"email", "phones", "website"}:
        values["contact_mechanisms"] = _mechanisms(party, after, changed)
    if "groups" in changed:
        values["categories"] = _categories(party, before, after, places)
    if "active" in changed:
        values["active"] = after.active
    return {name: value for name, value in values.items() if value != []}


def _addresses(party: Party, after: Contractor, places: Places) -> list[list[Any]]:
    main_first = sorted(after.addresses, key=lambda address: address.kind is not AddressKind.MAIN)
    if main_first and not main_first[0].country:
        # The contractor's country has no place of its own in Tryton.
        main_first[0] = msgspec.structs.replace(main_first[0], country=after.country)
    wanted = [_address_values(address, places) for address in main_first]
    return arrange(ordered(party.addresses), wanted, _edit_address, "deactivate")


def _address_values(address: Address, places: Places) -> dict[str, Any]:
    if address.country and address.country not in places.countries:
        raise InvalidRecord(
            Sentence("Tryton has no country %(country)s", country=address.country),
            code="unknown-country",
            cure="Load the countries with trytond_import_countries, or correct the address.",
            field="addresses",
        )
    return {
        "street_unstructured": address.street or None,
        "postal_code": address.postal_code or None,
        "city": address.city or None,
        "country": places.countries.get(address.country),
        "party_name": address.name or None,
    }


def _edit_address(row: AddressRow, want: Wanted) -> dict[str, Any]:
    states = {
        "street_unstructured": row.street or None,
        "postal_code": row.postal_code or None,
        "city": row.city or None,
        "country": row.country.id if row.country else None,
        "party_name": row.party_name or None,
    }
    edits = {name: value for name, value in want.items() if states[name] != value}
    if "street_unstructured" in edits:
        edits.update(dict.fromkeys(_STRUCTURED))
    if "country" in edits and row.subdivision:
        edits["subdivision"] = None  # a province of the old country would be refused
    return edits


def _identifiers(party: Party, after: Contractor, places: Places, changed: frozenset[str]) -> list[list[Any]]:
    country = next((address.country for address in after.addresses if address.country), after.country) or places.home
    rows = ordered(party.identifiers)
    taxes = tax_rows(rows, country, places.tax_types)
    told = taxes[0] if taxes else None
    commands: list[list[Any]] = []
    if changed & {"tax_id", "tax_prefix"}:
        wanted: list[Wanted] = []
        if after.tax_id:
            type_, code = tax_type(after.tax_prefix, after.tax_id, country, places.vat_types)
            wanted.append({"type": type_, "code": code})
        # The same number may stand twice, as national and as European; both were meant.
        same = [tax.row for tax in taxes if told and tax.number == told.number]
        commands += arrange(same, wanted, _edit_identifier, "deactivate")
    if "registrations" in changed:
        stated = dict(registrations(rows, told, places.tax_types))
        for kind in sorted({*stated, *after.registrations}):
            found = [stated[kind]] if kind in stated else []
            want = _registration(kind, after.registrations.get(kind, ""), country)
            commands += arrange(found, want, _edit_identifier, "deactivate")
    return commands


def _registration(kind: str, number: str, country: str) -> list[Wanted]:
    if not number:
        return []
    type_ = registration_type(kind, country)
    # A kind that Tryton has no type for (kpp, okpo, eori) would come back as a number of no kind.
    return [] if type_ is None else [{"type": type_ or None, "code": number}]


def _edit_identifier(row: Identifier, want: Wanted) -> dict[str, Any]:
    if row.type == want["type"] and want["code"] in {row.compact, row.code}:
        return {}
    return dict(want)


def _mechanisms(party: Party, after: Contractor, changed: frozenset[str]) -> list[list[Any]]:
    rows = ordered(party.mechanisms)
    commands: list[list[Any]] = []
    for field, type_ in (("email", "email"), ("website", "website")):
        if field in changed:
            value = getattr(after, field)
            found = [row for row in rows if row.type == type_]
            # A party's first e-mail is the contractor's, further ones are left alone. But an e-mail that was
            # cleared takes all with it: the next one would take its place.
            found, wanted = (found[:1], [{"type": type_, "value": value}]) if value else (found, [])
            commands += arrange(found, wanted, _edit_mechanism, "delete")
    if "phones" in changed:
        found = [row for row in rows if row.type in PHONES]
        commands += arrange(found, [{"type": "phone", "value": phone} for phone in after.phones], _edit_phone, "delete")
    return commands


def _edit_mechanism(row: Mechanism, want: Wanted) -> dict[str, Any]:
    return {} if row.value == want["value"] else {"value": want["value"]}


def _edit_phone(row: Mechanism, want: Wanted) -> dict[str, Any]:
    """Tryton rewrites numbers in its own form: the same digits are the same phone, and a mobile stays one."""
    return {} if _same_phone(row.value, want["value"]) else {"value": want["value"]}


def _same_phone(one: str, two: str) -> bool:
    long, short = sorted((_DIGITS.sub("", one), _DIGITS.sub("", two)), key=len, reverse=True)
    return long == short or (len(short.lstrip("0")) >= 7 and long.endswith(short.lstrip("0")))


def _categories(party: Party, before: Contractor, after: Contractor, places: Places) -> list[list[Any]]:
    unknown = sorted(set(after.groups) - set(before.groups) - places.categories.keys())
    if unknown:
        raise InvalidRecord(
            Sentence("Tryton has no category for %(count)s of the groups", count=len(unknown)),
            code="unknown-group",
            cure=Sentence("Create in Tryton: %(names)s.", names=", ".join(unknown)),
            record=str(party.id) if party.id > 0 else None,
            field="groups",
        )
    add = sorted({places.categories[name] for name in set(after.groups) - set(before.groups)})
    remove = sorted(row.id for row in party.categories if row.name in set(before.groups) - set(after.groups))
    return [*([["add", add]] if add else []), *([["remove", remove]] if remove else [])]
