"""What does the shop's own staff do and see in a simulated AtomStore shop? In a contractor's terms, by no adapter's."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from adapters.atomstore.simulated.shop import Shop
from adapters.atomstore.simulated.state import Representative, User, UserField
from syncd.domain.contractor import Activity, Address, AddressKind, Contractor, Kind
from syncd.ports import Remote

__all__ = ["EDITS", "Staff"]

EDITS: Final = frozenset(
    "name kind number tax_id tax_prefix country first_name last_name email phones addresses groups payment_days"
    " credit_limit currency custom activity active".split()
)
"""Fields of a contractor that the staff can change and the shop shows."""

PREFIXES: Final = frozenset("PL DE FR CZ EL XI SE".split())


class Staff:
    """Somebody at the shop's panel."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def add(self, contractor: Contractor) -> str:
        """Open an account."""
        with self._shop.lock:
            user = self._shop.open_account("")
            user.texts["email"] = contractor.email or f"klient{user.atom_id}@poczta.example"
            self._fill(user, contractor)
            return str(user.atom_id)

    def edit(self, external_id: str, changes: Mapping[str, Any]) -> None:
        """Change fields of an account."""
        with self._shop.lock:
            user = self._shop.state.users[int(external_id)]
            self._fill(user, msgspec.structs.replace(seen(user), **changes))

    def remove(self, external_id: str) -> None:
        """Delete an account; nothing is left of it."""
        with self._shop.lock:
            del self._shop.state.users[int(external_id)]

    def holds(self) -> dict[str, Remote]:
        """Everybody, by the shop's id."""
        with self._shop.lock:
            users = self._shop.state.users.items()
            return {str(id_): Remote(external_id=str(id_), contractor=seen(user)) for id_, user in users}

    def _fill(self, user: User, contractor: Contractor) -> None:
        user.texts |= {
            "external_id": contractor.number,
            "name": contractor.name,
            "email": contractor.email or user.texts["email"],
            "active": "1" if contractor.active else "0",
            "credit": "" if contractor.credit_limit is None else f"{contractor.credit_limit:f}",
            "payment_term": "" if contractor.payment_days is None else str(contractor.payment_days),
            "currency": contractor.currency,
            "loyalty_point": str(contractor.activity.points if contractor.activity else 0),
        }
        self._shop.put_in_group(user, next(iter(contractor.groups), ""))
        user.fields = [UserField(key=key, name=key, value=value) for key, value in contractor.custom.items()]
        if "@" in contractor.caretaker:
            user.salesrep = Representative(email=contractor.caretaker)
        self._set_addresses(user, contractor)

    def _set_addresses(self, user: User, contractor: Contractor) -> None:
        own = [one for one in contractor.addresses if one.kind is AddressKind.MAIN][:1]
        others = [one for one in contractor.addresses if one not in own]
        company = contractor.name if contractor.kind is Kind.ORGANISATION else ""
        main = own[0] if own else Address(country=contractor.country)
        if contractor.country and own and contractor.country != seen(user).country:
            main = msgspec.structs.replace(main, country=contractor.country)
        book = [
            {
                **_texts(main, company),
                "default": "1",
                "invoice": "1",
                "nip": f"{contractor.tax_prefix}{contractor.tax_id}",
                "firstname": contractor.first_name,
                "lastname": contractor.last_name,
                "phone": "; ".join(contractor.phones),
            },
            *({**_texts(one, company), "invoice": "1" if one.kind is AddressKind.INVOICE else "0"} for one in others),
        ]
        held = [address["address_id"] for address in user.addresses]
        for address in book:
            if not held:
                self._shop.state.last_address += 1
            address["address_id"] = held.pop(0) if held else str(self._shop.state.last_address)
        user.addresses = book


def seen(user: User) -> Contractor:
    """An account as it stands on the screen, in syncd's words."""
    texts, book = user.texts, user.addresses
    bill = [one for one in book if one.get("invoice") == "1"]
    main = next((one for one in bill if one.get("nip")), None) or next(
        (one for one in bill if one.get("default") == "1"),
        bill[0] if bill else next((one for one in book if one.get("default") == "1"), {}),
    )
    nip = main.get("nip", "")
    prefix = nip[:2] if nip[:2] in PREFIXES else ""
    person = bool(main) and not main.get("company") and bool(main.get("firstname") or main.get("lastname"))
    points = int(texts["loyalty_point"])
    return Contractor(
        name=texts.get("name", ""),
        kind=Kind.PERSON if person else Kind.ORGANISATION,
        number=texts.get("external_id", ""),
        tax_prefix=prefix,
        tax_id=nip.removeprefix(prefix),
        country=main.get("country_code", "").upper(),
        first_name=main.get("firstname", ""),
        last_name=main.get("lastname", ""),
        email=texts.get("email", ""),
        phones=tuple(phone.strip() for phone in main.get("phone", "").split(";") if phone.strip()),
        addresses=tuple(_address(one, texts.get("name", ""), main=one is main) for one in book if _is_place(one)),
        groups=(texts["client_group"],) if texts.get("client_group") else (),
        payment_days=int(texts["payment_term"]) if texts.get("payment_term") else None,
        credit_limit=Decimal(texts["credit"]) if texts.get("credit") else None,
        currency=texts.get("currency", ""),
        custom={field.key: field.value for field in user.fields if field.value},
        activity=Activity(points=points) if points else None,
        active=texts["active"] != "0",
    )


def _texts(address: Address, company: str) -> dict[str, str]:
    """An address as staff types it: the street into one line."""
    return {
        "default": "0",
        "company": address.name or company,
        "street": address.street,
        "postcode": address.postal_code,
        "city": address.city,
        "state_code": address.region,
        "country_code": address.country,
        "phone": address.phone,
    }


def _is_place(texts: Mapping[str, str]) -> bool:
    return any(texts.get(name) for name in ("street", "street_number_1", "postcode", "city"))


def _address(texts: Mapping[str, str], company: str, *, main: bool) -> Address:
    number = "/".join(part for name in ("street_number_1", "street_number_2") if (part := texts.get(name, "")))
    kind = AddressKind.INVOICE if texts.get("invoice") == "1" else AddressKind.DELIVERY
    own = texts.get("company", "")
    return Address(
        kind=AddressKind.MAIN if main else kind,
        name="" if own == company else own,
        street=" ".join(part for part in (texts.get("street", ""), number) if part),
        postal_code=texts.get("postcode", ""),
        city=texts.get("city", ""),
        region=texts.get("state_code", ""),
        country=texts.get("country_code", "").upper(),
        phone="" if main else texts.get("phone", ""),
    )
