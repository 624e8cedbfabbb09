"""What does the shop's own staff do and see in a simulated shop? In a contractor's terms, without the adapter."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from adapters.abicart.simulated.shop import Shop
from syncd.domain import tax
from syncd.domain.contractor import Address, AddressKind, Contractor, Kind
from syncd.ports import Remote

__all__ = ["EDITS", "Operator"]

EDITS: Final = frozenset(
    "name kind number tax_id tax_prefix country first_name last_name email username phones addresses groups "
    "newsletter approved notes active".split()
)
"""Fields of a contractor that the staff can change."""

BLOCKED: Final = "ERP blocked"
BLOCKED_UNAPPROVED: Final = "ERP blocked, not approved"


class Operator:
    """Somebody at the shop's admin pages."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def add(self, contractor: Contractor) -> str:
        """Create a customer with all that a card has room for."""
        with self._shop.lock:
            made = self._shop.set_customer(None, self._card(contractor))
            return str(made["uid"])

    def edit(self, external_id: str, changes: Mapping[str, Any]) -> None:
        """Change fields of a contractor; the others stay."""
        with self._shop.lock:
            uid = int(external_id)
            held = self._sees(self._shop.customer(uid))
            after = Contractor(**{name: getattr(held, name) for name in EDITS} | dict(changes))
            card = self._card(after)
            if "country" in changes:
                card["address"]["country"] = after.country
            if after.kind is Kind.PERSON and "name" in changes:
                first, _, last = after.name.rpartition(" ")
                card["address"] |= {"firstName": first, "lastName": last}
            if not changes.keys() & {"groups", "active", "approved"}:
                del card["groups"], card["isApproved"]
            self._shop.set_customer(uid, card)

    def holds(self) -> dict[str, Remote]:
        """Everybody, by uid."""
        with self._shop.lock:
            return {
                str(uid): Remote(
                    external_id=str(uid),
                    contractor=self._sees(customer),
                    modified=datetime.fromtimestamp(customer["changed"], UTC),
                )
                for uid, customer in self._shop.state.customers.items()
                if customer["address"].get("company") or customer["address"].get("lastName")
            }

    def spoil(self, external_id: str) -> None:
        """Have a customer without any name, as an old import left some."""
        with self._shop.lock:
            customer = copy.deepcopy(self._shop.customer(int(external_id)))
            customer["address"] |= dict.fromkeys(("company", "firstName", "lastName"), "")
            self._shop.put(int(external_id), customer)

    def group(self, name: str) -> int:
        """A group of that name, made if there is none."""
        language = self._shop.setup.language
        for uid, names in self._shop.state.groups.items():
            if names.get(language) == name:
                return uid
        return self._shop.set_group(None, {"name": {language: name}})

    def _card(self, contractor: Contractor) -> dict[str, Any]:
        main = next((a for a in contractor.addresses if a.kind is not AddressKind.DELIVERY), Address())
        other = next((a for a in contractor.addresses if a.kind is AddressKind.DELIVERY), Address())
        company, first, last = contractor.name, contractor.first_name, contractor.last_name
        if contractor.kind is Kind.PERSON:
            company = ""
            if not (first or last):
                first, _, last = contractor.name.rpartition(" ")
        blocked = BLOCKED_UNAPPROVED if contractor.approved is False else BLOCKED
        groups = [*contractor.groups, *([] if contractor.active else [blocked])]
        return {
            "customerNumber": contractor.number,
            "username": contractor.username,
            "isApproved": contractor.active and contractor.approved is not False,
            "wantsNewsletter": bool(contractor.newsletter),
            "notes": contractor.notes,
            "info": {
                "email": contractor.email,
                "phoneDay": "".join(contractor.phones[:1]),
                "phoneEvening": "; ".join(contractor.phones[1:]),
                "orgNumber": contractor.tax_id_stated or f"{contractor.tax_prefix}{contractor.tax_id}",
            },
            "address": {
                "company": company,
                "firstName": first,
                "lastName": last,
                **_place(main, main.country or contractor.country),
            },
            "deliveryAddress": {"company": other.name, **_place(other, other.country)},
            "groups": sorted({self.group(name) for name in groups}),
        }

    def _sees(self, customer: Mapping[str, Any]) -> Contractor:
        info, own, other = customer["info"], customer["address"], customer["deliveryAddress"]
        names = {self._named(uid) for uid in customer["groups"]}
        marked = {name for name in names if name in {BLOCKED, BLOCKED_UNAPPROVED}}
        approved = customer["isApproved"]
        active = approved or not marked
        typed = info.get("orgNumber", "")
        parts = tax.split(typed)
        person = f"{own.get('firstName', '')} {own.get('lastName', '')}".strip()
        receiver = [other.get("company", ""), f"{other.get('firstName', '')} {other.get('lastName', '')}".strip()]
        places = [_seen(AddressKind.MAIN, "", own)]
        places.append(_seen(AddressKind.DELIVERY, "\n".join(line for line in receiver if line), other))
        return Contractor(
            name=own.get("company") or person,
            kind=Kind.ORGANISATION if own.get("company") else Kind.PERSON,
            number=customer["customerNumber"],
            tax_id=parts.number,
            tax_prefix=parts.prefix,
            tax_id_stated=tax.stated_form(typed, parts),
            country=own.get("country", ""),
            first_name=own.get("firstName", ""),
            last_name=own.get("lastName", ""),
            email=info.get("email", ""),
            username=customer["username"],
            registered=bool(customer["username"]),
            phones=tuple(phone for phone in _phones(info) if phone),
            addresses=tuple(place for place in places if place is not None),
            groups=tuple(sorted(names - marked)),
            newsletter=customer["wantsNewsletter"],
            notes=customer["notes"],
            approved=approved if active else BLOCKED in marked,
            active=active,
        )

    def _named(self, uid: int) -> str:
        return self._shop.state.groups.get(uid, {}).get(self._shop.setup.language, "")


def _phones(info: Mapping[str, str]) -> list[str]:
    return [info.get("phoneDay", ""), *(phone.strip() for phone in info.get("phoneEvening", "").split(";"))]


def _place(address: Address, country: str) -> dict[str, str]:
    return {"address": address.street, "zip": address.postal_code, "city": address.city, "country": country}


def _seen(kind: AddressKind, name: str, held: Mapping[str, str]) -> Address | None:
    street, code, city = (held.get(key, "") for key in ("address", "zip", "city"))
    if not (name or street or code or city):
        return None
    return Address(kind=kind, name=name, street=street, postal_code=code, city=city, country=held.get("country", ""))
