"""What does a person in front of Tryton do to a contractor, and what does that person see?

Written without the adapter's mapping, so that the two check each other. The operator edits rows where they stand, in
lists of their own: the party's own clock does not move then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

import phonenumbers

from adapters.tryton.simulated.desk import Desk
from adapters.tryton.simulated.tables import Row
from syncd.domain.contractor import Address, AddressKind, Contractor

__all__ = ["Operator"]

MEMBERS: Final = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR EL HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI".split()
)
TAX_NUMBERS: Final = {"PL": "pl_vat", "DE": "de_vat", "GB": "gb_vat", "NO": "no_vat", "SE": "se_vat"}
REGISTRATIONS: Final = {"regon": "pl_regon", "inn": "ru_vat", "ogrn": "ru_ogrn", "other": None}
FORMS: Final = {
    "party.address": "addresses",
    "party.identifier": "identifiers",
    "party.contact_mechanism": "contact_mechanisms",
}
"""Fields of a party's form that hold the rows of each model."""

SCREEN: Final = (
    *("name", "code", "active", "write_date", "categories.rec_name"),
    *(f"addresses.{name}" for name in ("street", "postal_code", "city", "country.code", "party_name")),
    *(f"identifiers.{name}" for name in ("type", "code_compact")),
    *(f"contact_mechanisms.{name}" for name in ("type", "value")),
    *(f"{form}.active" for form in FORMS.values()),
)


class Operator:
    """One person, who sees switched-off parties too, and their rows only if they are on."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def add(self, contractor: Contractor) -> int:
        """Create a party, then switch it off if need be: Tryton does not do both at once."""
        phones = [{"type": _phone_type(phone), "value": phone} for phone in contractor.phones]
        mechanisms = [{"type": "email", "value": contractor.email}, *phones]
        mechanisms.append({"type": "website", "value": contractor.website})
        values = {
            "name": contractor.name,
            "code": contractor.number or None,
            "addresses": [["create", [self._address(address) for address in contractor.addresses]]],
            "identifiers": [["create", self._identifiers(contractor)]],
            "contact_mechanisms": [["create", [mechanism for mechanism in mechanisms if mechanism["value"]]]],
            "categories": [["add", [self.category(path) for path in contractor.groups]]],
        }
        party = self.make("party.party", values)
        if not contractor.active:
            self.write("party.party", party, {"active": False})
        return party

    def edit(self, party: int, changes: Mapping[str, Any]) -> None:
        """Change fields of a contractor; one that is switched off is switched on for that, and off again."""
        off = not self._screen(party)["active"]
        if off and changes.keys() - {"active"}:
            self.write("party.party", party, {"active": True})
        for field, value in changes.items():
            self._edit(party, field, value)
        if off and "active" not in changes:
            self.write("party.party", party, {"active": False})

    def write(self, model: str, id_: int, values: Mapping[str, Any]) -> None:
        """Change one record."""
        self.desk.write(model, [id_], values)

    def make(self, model: str, values: Mapping[str, Any]) -> int:
        """Create one record."""
        return self.desk.create(model, [values])[0]

    def delete(self, model: str, id_: int) -> None:
        """Delete one record; nothing is left of it."""
        self.desk.delete(model, [id_])

    def category(self, path: str) -> int:
        """The category of that path, made with its parents where it is missing."""
        parent: int | None = None
        for name in path.split(" / "):
            found = self.desk.search("party.category", [["name", "=", name], ["parent", "=", parent]])
            parent = found[0] if found else self.make("party.category", {"name": name, "parent": parent})
        return parent or 0

    def country(self, code: str) -> int | None:
        """The id of a country; ``None`` for no country, or one that was not loaded."""
        found = self.desk.search("country.country", [["code", "=", code]]) if code else []
        return found[0] if found else None

    def sees(self, party: int) -> Contractor:
        """The party as it stands on the screen, in syncd's words."""
        return self.sees_all([party])[party]

    def sees_all(self, parties: Sequence[int]) -> dict[int, Contractor]:
        """Parties by id."""
        return {row["id"]: _contractor(row) for row in self.desk.read("party.party", parties, SCREEN)}

    def _screen(self, party: int) -> Row:
        return self.desk.read("party.party", [party], SCREEN)[0]

    def _rows(self, model: str, party: int) -> list[Row]:
        return [row for row in self._screen(party)[f"{FORMS[model]}."] if row["active"]]

    def _edit(self, party: int, field: str, value: Any) -> None:
        if field in {"name", "active"}:
            self.write("party.party", party, {field: value})
        elif field in {"email", "website"}:
            self._replace("party.contact_mechanism", party, {field}, [{"type": field, "value": value}] if value else [])
        elif field == "phones":
            phones = [{"type": _phone_type(phone), "value": phone} for phone in value]
            self._replace("party.contact_mechanism", party, {"phone", "mobile"}, phones)
        elif field == "addresses":
            self._replace("party.address", party, None, [self._address(address) for address in value])
        elif field == "country":
            self.write("party.address", self._rows("party.address", party)[0]["id"], {"country": self.country(value)})
        elif field in {"tax_id", "tax_prefix"}:
            self._edit_tax(party, Contractor(**{**_fields(self.sees(party)), field: value}), retype=field != "tax_id")
        elif field == "registrations":
            wanted = [{"type": REGISTRATIONS.get(kind, kind), "code": number} for kind, number in value.items()]
            self._replace("party.identifier", party, {*REGISTRATIONS.values()}, wanted)
        elif field == "groups":
            # As the client does: what is taken away and put back in one call is gone, on a real server.
            joined = {row["id"] for row in self._screen(party)["categories."]}
            chosen = {self.category(path) for path in value}
            commands = [["remove", sorted(joined - chosen)], ["add", sorted(chosen - joined)]]
            self.write("party.party", party, {"categories": commands})

    def _edit_tax(self, party: int, stated: Contractor, *, retype: bool) -> None:
        """A number is typed over the old one, whose type stays as it is unless the prefix changes."""
        rows = [row for row in self._rows("party.identifier", party) if row["type"] not in {*REGISTRATIONS.values()}]
        if rows and stated.tax_id and not retype:
            code = f"{stated.tax_prefix}{stated.tax_id}" if rows[0]["type"] == "eu_vat" else stated.tax_id
            self.write("party.identifier", rows[0]["id"], {"code": code})
            return
        wanted = self._identifiers(Contractor(**{**_fields(stated), "registrations": {}}))
        self._replace("party.identifier", party, {row["type"] for row in rows}, wanted)

    def _replace(
        self, model: str, party: int, types: AbstractSet[str | None] | None, wanted: Sequence[Mapping[str, Any]]
    ) -> None:
        """Rows that are there are edited in place; more are made, and those left over deleted, on the party's form."""
        rows = [row for row in self._rows(model, party) if types is None or row["type"] in types]
        for row, values in zip(rows, wanted, strict=False):
            self.write(model, row["id"], values)
        commands: list[list[Any]] = []
        if rows[len(wanted) :]:
            commands.append(["delete", [row["id"] for row in rows[len(wanted) :]]])
        if wanted[len(rows) :]:
            commands.append(["create", list(wanted[len(rows) :])])
        if commands:
            self.write("party.party", party, {FORMS[model]: commands})

    def _address(self, address: Address) -> Row:
        return {
            "street_unstructured": address.street or None,
            "postal_code": address.postal_code or None,
            "city": address.city or None,
            "country": self.country(address.country),
            "party_name": address.name or None,
        }

    def _identifiers(self, contractor: Contractor) -> list[Row]:
        rows: list[Row] = [
            {"type": REGISTRATIONS.get(kind, kind), "code": number} for kind, number in contractor.registrations.items()
        ]
        if not contractor.tax_id:
            return rows
        if contractor.tax_prefix in MEMBERS:
            return [{"type": "eu_vat", "code": contractor.tax_prefix + contractor.tax_id}, *rows]
        country = next((address.country for address in contractor.addresses if address.country), contractor.country)
        return [{"type": TAX_NUMBERS.get(country, "pl_vat"), "code": contractor.tax_id}, *rows]


def _contractor(row: Row) -> Contractor:
    addresses = [address for address in row["addresses."] if address["active"]]
    mechanisms = [mechanism for mechanism in row["contact_mechanisms."] if mechanism["active"]]
    values = {kind: [m["value"] for m in mechanisms if m["type"] == kind] for kind in ("email", "website")}
    tax_prefix, tax_id, registrations = _numbers([number for number in row["identifiers."] if number["active"]])
    return Contractor(
        name=row["name"] or "",
        number=row["code"],
        tax_id=tax_id,
        tax_prefix=tax_prefix,
        country=_code(addresses[0]) if addresses else "",
        registrations=registrations,
        email=next(iter(values["email"]), ""),
        website=next(iter(values["website"]), ""),
        phones=tuple(m["value"] for m in mechanisms if m["type"] in {"phone", "mobile"}),
        addresses=tuple(_shown(address, first=index == 0) for index, address in enumerate(addresses)),
        groups=tuple(sorted({category["rec_name"] for category in row["categories."]})),
        active=bool(row["active"]),
    )


def _shown(row: Row, *, first: bool) -> Address:
    return Address(
        kind=AddressKind.MAIN if first else AddressKind.OTHER,
        name=row["party_name"] or "",
        street=row["street"] or "",
        postal_code=row["postal_code"] or "",
        city=row["city"] or "",
        country=_code(row),
    )


def _code(address: Row) -> str:
    return str(address["country."]["code"]) if address["country."] else ""


def _numbers(rows: Sequence[Row]) -> tuple[str, str, dict[str, str]]:
    prefix = number = ""
    others: dict[str, str] = {}
    names = {type_: kind for kind, type_ in REGISTRATIONS.items()}
    for row in sorted(rows, key=lambda row: row["type"] != "eu_vat"):
        type_, compact = row["type"], row["code_compact"]
        if type_ == "eu_vat" and not number:
            prefix, number = compact[:2], compact[2:]
        elif (type_ or "").endswith("_vat") and type_ != "ru_vat":
            if not number:
                prefix, number = {"gb_vat": "GB", "no_vat": "NO"}.get(type_, ""), compact
        else:
            others[names.get(type_) or type_] = compact
    return prefix, number, others


def _phone_type(phone: str) -> str:
    """Tryton's client tells mobiles from other phones by their numbers."""
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(phone, "PL"))
    except phonenumbers.NumberParseException:
        return "phone"
    return "mobile" if kind == phonenumbers.PhoneNumberType.MOBILE else "phone"


def _fields(contractor: Contractor) -> dict[str, Any]:
    return {name: getattr(contractor, name) for name in contractor.__struct_fields__}
