"""What does a person in front of Tryton do to a contractor, and what does that person see?

Written without the adapter's mapping, so that the two check each other. The operator edits rows where they stand, in
lists of their own: the party's own clock does not move then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Any, Final

import phonenumbers

from adapters.tryton.simulated.records import Records
from adapters.tryton.simulated.search import rec_name, search, siblings
from adapters.tryton.simulated.tables import Row, Tables
from syncd.domain.contractor import Address, AddressKind, Contractor

__all__ = ["Operator"]

MEMBERS: Final = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR EL HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI".split()
)
TAX_NUMBERS: Final = {"PL": "pl_vat", "DE": "de_vat", "GB": "gb_vat", "NO": "no_vat", "SE": "se_vat"}
REGISTRATIONS: Final = {"regon": "pl_regon", "inn": "ru_vat", "ogrn": "ru_ogrn", "other": None}


class Operator:
    """One person, who sees switched-off records too."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._records = Records(tables, active_test=False)

    def add(self, contractor: Contractor) -> int:
        """Create a party, then switch it off if need be: Tryton does not do both at once."""
        addresses = [self._address(address) for address in contractor.addresses]
        phones = [{"type": _phone_type(phone), "value": phone} for phone in contractor.phones]
        mechanisms = [{"type": "email", "value": contractor.email}, *phones]
        mechanisms.append({"type": "website", "value": contractor.website})
        values = {
            "name": contractor.name,
            "code": contractor.number or None,
            "addresses": [["create", addresses]],
            "identifiers": [["create", self._identifiers(contractor)]],
            "contact_mechanisms": [["create", [mechanism for mechanism in mechanisms if mechanism["value"]]]],
            "categories": [["add", [self.category(path) for path in contractor.groups]]],
        }
        with self._tables.transaction():
            (party,) = self._records.create("party.party", [values])
        if not contractor.active:
            self.write("party.party", party, {"active": False})
        return party

    def edit(self, party: int, changes: Mapping[str, Any], *, late: timedelta = timedelta()) -> None:
        """Change fields of a contractor; one that is switched off is switched on for that, and off again."""
        off = not self._tables.rows["party.party"][party]["active"]
        if off and changes.keys() - {"active"}:
            self.write("party.party", party, {"active": True})
        with self._tables.transaction(late):
            for field, value in changes.items():
                self._edit(party, field, value)
            if off and "active" not in changes:
                self._records.write("party.party", [party], {"active": False})

    def write(self, model: str, id_: int, values: Mapping[str, Any], *, late: timedelta = timedelta()) -> None:
        """Change one record."""
        with self._tables.transaction(late):
            self._records.write(model, [id_], values)

    def make(self, model: str, values: Mapping[str, Any]) -> int:
        """Create one record."""
        with self._tables.transaction():
            return self._records.create(model, [values])[0]

    def delete(self, model: str, id_: int) -> None:
        """Delete one record; nothing is left of it."""
        with self._tables.transaction():
            self._records.delete(model, [id_])

    def category(self, path: str) -> int:
        """The category of that path, made with its parents where it is missing."""
        parent: int | None = None
        for name in path.split(" / "):
            found = search(self._tables, "party.category", [["name", "=", name], ["parent", "=", parent]])
            parent = found[0] if found else self.make("party.category", {"name": name, "parent": parent})
        return parent or 0

    def country(self, code: str) -> int | None:
        """The id of a country; ``None`` for no country, or one that was not loaded."""
        found = search(self._tables, "country.country", [["code", "=", code]]) if code else []
        return found[0] if found else None

    def sees(self, party: int) -> Contractor:
        """The party as it stands on the screen, in syncd's words."""
        row = self._tables.rows["party.party"][party]
        addresses = tuple(self._shown(address) for address in self._rows("party.address", party))
        mechanisms = self._rows("party.contact_mechanism", party)
        tax_prefix, tax_id, registrations = self._numbers(party)
        values = {kind: [row["value"] for row in mechanisms if row["type"] == kind] for kind in ("email", "website")}
        return Contractor(
            name=row["name"] or "",
            number=row["code"],
            tax_id=tax_id,
            tax_prefix=tax_prefix,
            country=addresses[0].country if addresses else "",
            registrations=registrations,
            email=next(iter(values["email"]), ""),
            website=next(iter(values["website"]), ""),
            phones=tuple(row["value"] for row in mechanisms if row["type"] in {"phone", "mobile"}),
            addresses=tuple(
                Address(**{**_fields(address), "kind": AddressKind.OTHER if index else AddressKind.MAIN})
                for index, address in enumerate(addresses)
            ),
            groups=tuple(sorted({rec_name(self._tables, "party.category", id_) for id_ in row["categories"]})),
            active=row["active"],
        )

    def _edit(self, party: int, field: str, value: Any) -> None:
        if field in {"name", "active"}:
            self._records.write("party.party", [party], {field: value})
        elif field in {"email", "website"}:
            self._replace("party.contact_mechanism", party, {field}, [{"type": field, "value": value}] if value else [])
        elif field == "phones":
            phones = [{"type": _phone_type(phone), "value": phone} for phone in value]
            self._replace("party.contact_mechanism", party, {"phone", "mobile"}, phones)
        elif field == "addresses":
            self._replace("party.address", party, None, [self._address(address) for address in value])
        elif field == "country":
            (first, *_) = self._rows("party.address", party)
            self._records.write("party.address", [first["id"]], {"country": self.country(value)})
        elif field in {"tax_id", "tax_prefix"}:
            self._edit_tax(party, Contractor(**{**_fields(self.sees(party)), field: value}), retype=field != "tax_id")
        elif field == "registrations":
            wanted = [{"type": REGISTRATIONS.get(kind, kind), "code": number} for kind, number in value.items()]
            self._replace("party.identifier", party, {*REGISTRATIONS.values()}, wanted)
        elif field == "groups":
            held_ids = self._tables.rows["party.party"][party]["categories"]
            wanted_ids = [self.category(path) for path in value]
            commands = [["remove", list(held_ids)], ["add", wanted_ids]]
            self._records.write("party.party", [party], {"categories": commands})

    def _edit_tax(self, party: int, stated: Contractor, *, retype: bool) -> None:
        """A number is typed over the old one, whose type stays as it is unless the prefix changes."""
        rows = [row for row in self._rows("party.identifier", party) if row["type"] not in {*REGISTRATIONS.values()}]
        if rows and stated.tax_id and not retype:
            code = f"{stated.tax_prefix}{stated.tax_id}" if rows[0]["type"] == "eu_vat" else stated.tax_id
            self._records.write("party.identifier", [rows[0]["id"]], {"code": code})
            return
        wanted = self._identifiers(Contractor(**{**_fields(stated), "registrations": {}}))
        self._replace("party.identifier", party, {row["type"] for row in rows}, wanted)

    def _replace(self, model: str, party: int, types: AbstractSet[str | None] | None, wanted: Sequence[Row]) -> None:
        """Rows that are there are edited in place; more are added, and those left over are deleted, by the party."""
        rows = [row for row in self._rows(model, party) if types is None or row["type"] in types]
        for row, values in zip(rows, wanted, strict=False):
            self._records.write(model, [row["id"]], values)
        field = {"party.address": "addresses", "party.identifier": "identifiers"}.get(model, "contact_mechanisms")
        commands: list[list[Any]] = []
        if rows[len(wanted) :]:
            commands.append(["delete", [row["id"] for row in rows[len(wanted) :]]])
        if wanted[len(rows) :]:
            commands.append(["create", list(wanted[len(rows) :])])
        if commands:
            self._records.write("party.party", [party], {field: commands})

    def _rows(self, model: str, party: int) -> list[Row]:
        return [self._tables.rows[model][id_] for id_ in siblings(self._tables, model, party, active_test=True)]

    def _address(self, address: Address) -> Row:
        return {
            "street_unstructured": address.street or None,
            "postal_code": address.postal_code or None,
            "city": address.city or None,
            "country": self.country(address.country),
            "party_name": address.name or None,
        }

    def _shown(self, row: Row) -> Address:
        country = self._tables.rows["country.country"].get(row["country"] or -1, {}).get("code") or ""
        (street,) = self._records.read("party.address", [row["id"]], ["street"])
        return Address(
            name=row["party_name"] or "",
            street=street["street"] or "",
            postal_code=row["postal_code"] or "",
            city=row["city"] or "",
            country=country,
        )

    def _identifiers(self, contractor: Contractor) -> list[Row]:
        rows = [
            {"type": REGISTRATIONS.get(kind, kind), "code": number} for kind, number in contractor.registrations.items()
        ]
        if not contractor.tax_id:
            return rows
        if contractor.tax_prefix in MEMBERS:
            return [{"type": "eu_vat", "code": contractor.tax_prefix + contractor.tax_id}, *rows]
        country = next((address.country for address in contractor.addresses if address.country), contractor.country)
        return [{"type": TAX_NUMBERS.get(country, "pl_vat"), "code": contractor.tax_id}, *rows]

    def _numbers(self, party: int) -> tuple[str, str, dict[str, str]]:
        prefix = number = ""
        others: dict[str, str] = {}
        names = {type_: kind for kind, type_ in REGISTRATIONS.items()}
        for row in sorted(self._rows("party.identifier", party), key=lambda row: row["type"] != "eu_vat"):
            compact = row["code_compact"]
            if row["type"] == "eu_vat" and not number:
                prefix, number = compact[:2], compact[2:]
            elif (row["type"] or "").endswith("_vat") and row["type"] != "ru_vat" and not number:
                prefix, number = {"gb_vat": "GB", "no_vat": "NO"}.get(row["type"], ""), compact
            elif not (row["type"] or "").endswith("_vat") or row["type"] == "ru_vat":
                others[names.get(row["type"]) or row["type"]] = compact
        return prefix, number, others


def _phone_type(phone: str) -> str:
    """Tryton's client tells mobiles from other phones by their numbers."""
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(phone, "PL"))
    except phonenumbers.NumberParseException:
        return "phone"
    return "mobile" if kind == phonenumbers.PhoneNumberType.MOBILE else "phone"


def _fields(struct: Address | Contractor) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}
