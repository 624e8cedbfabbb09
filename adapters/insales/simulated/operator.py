"""What does the shop's own staff do and see in a simulated shop? In a contractor's terms, without the adapter.

Written from the pages of the back office and on purpose not with the adapter's mapping: if both understood a field in
the same wrong way, no test could tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

import msgspec

from adapters.insales.simulated.shop import DESTINIES, INDIVIDUAL, JURIDICAL, Shop, moment
from adapters.insales.simulated.state import Client
from syncd.domain.contractor import Account, Address, Consent, Contractor, Kind
from syncd.ports import Remote

__all__ = ["BLOCKED", "EDITS", "Operator"]

BLOCKED: Final = "ERP: заблокированы"
EDITS: Final = frozenset(
    "name number tax_id registrations accounts email phones addresses country groups newsletter consents custom "
    "active".split()
)
"""Fields of a contractor that the staff can change."""

_WRITTEN: Final = frozenset(
    "first_name last_name contact_person website caretaker price_list payment_form payment_days credit_limit currency "
    "discount notes tax_class tax_prefix".split()
)
"""What only the page's text of details can tell."""


class Operator:
    """Somebody in the shop's back office."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def add(self, contractor: Contractor) -> str:
        """Make a client with all that the form has."""
        with self._shop.lock:
            type_ = INDIVIDUAL if contractor.kind is Kind.PERSON else JURIDICAL
            client = self._shop.create({"type": type_, **self._form(contractor, type_), "skip_send_mail": True})
            self._shop.update(client, self._fields(client, contractor))
            if not contractor.active:
                self._block(client)
            return str(client.id)

    def edit(self, external_id: str, changes: Mapping[str, Any]) -> None:
        """Change fields of a contractor."""
        with self._shop.lock:
            client = self._shop.state.clients[int(external_id)]
            seen = self._sees(client)
            asked = msgspec.structs.replace(seen, **changes)
            form = self._form(asked, client.type)
            was = self._form(seen, client.type)
            given = {name: value for name, value in form.items() if value != was.get(name)}
            given |= self._fields(client, asked)
            if "groups" in changes:  # one group is all there is: this takes a blocked client out of its block
                given["client_group_id"] = self._group(asked.groups)
            self._shop.update(client, given)
            if "active" in changes and asked.active is not seen.active:
                self._unblock(client) if asked.active else self._block(client)

    def move(self, external_id: str, group: str) -> None:
        """Drag a client into another group, and think of nothing else."""
        with self._shop.lock:
            client = self._shop.state.clients[int(external_id)]
            self._shop.update(client, {"client_group_id": self._group((group,))})

    def type_in(self, external_id: str, field: str, text: str) -> None:
        """Type into an additional field of a client."""
        with self._shop.lock:
            client = self._shop.state.clients[int(external_id)]
            self._shop.update(client, {"fields_values_attributes": [self._value(client, field, text)]})

    def holds(self) -> dict[str, Remote]:
        """Everybody, by id."""
        with self._shop.lock:
            return {
                str(client.id): Remote(
                    external_id=str(client.id),
                    contractor=self._sees(client),
                    modified=moment(client.updated).astimezone(UTC),
                )
                for client in self._shop.state.clients.values()
            }

    def text(self, client: Client, name: str) -> str:
        """What stands in one additional field."""
        ids = [field.id for field in self._shop.state.fields.values() if name in {field.handle, field.title}]
        return next((one.value for one in client.fields if one.field in ids), "")

    def _form(self, contractor: Contractor, type_: str) -> dict[str, Any]:
        given: dict[str, Any] = {
            "name": contractor.name,
            "email": contractor.email,
            "phone": contractor.phones[0] if contractor.phones else "",
            "subscribe": contractor.newsletter is True,
            "consent_to_personal_data": any(c.given for c in contractor.consents if c.kind == "personal_data"),
        }
        if type_ == INDIVIDUAL:
            first, _, rest = contractor.first_name.partition(" ")
            parts = {"name": first, "middlename": rest, "surname": contractor.last_name}
            return {**given, **(parts if contractor.first_name else {})}
        account = contractor.accounts[0] if contractor.accounts else Account()
        numbers = contractor.registrations
        main = contractor.addresses[0] if contractor.addresses else Address()
        line = ", ".join(part for part in (main.postal_code, main.region, main.city, main.street) if part)
        return {
            **given,
            "inn": contractor.tax_id,
            "kpp": numbers.get("kpp", ""),
            "ogrn": numbers.get("ogrn", ""),
            "okpo": numbers.get("okpo", ""),
            "bik": account.bik,
            "bank_name": account.bank,
            "settlement_account": account.settlement,
            "correspondent_account": account.correspondent,
            "juridical_address": line,
        }

    def _fields(self, client: Client, contractor: Contractor) -> dict[str, Any]:
        wanted = {
            "erp_id": contractor.number,
            "erp_country": contractor.country,
            "erp_groups": contractor.custom.get("erp_groups", ""),
        }
        rows = [self._value(client, n, v) for n, v in wanted.items() if v != self.text(client, n)]
        moved = {"client_group_id": self._group(contractor.groups)} if contractor.groups and not client.group else {}
        return {"fields_values_attributes": [row for row in rows if row], **moved}

    def _value(self, client: Client, name: str, text: str) -> dict[str, Any]:
        field = next(
            (f.id for f in self._shop.state.fields.values() if f.office_title == name
             and f.destiny == DESTINIES[client.type]),
            None,
        )  # fmt: skip
        held = next((one.id for one in client.fields if one.field == field), None)
        if field is None:
            return {}
        return {"field_id": field, "value": text, **({"id": held} if held else {})}

    def _group(self, titles: tuple[str, ...]) -> int | None:
        """Every group that is named comes into being; a client can be in the first only."""
        known = {group.title: group.id for group in reversed(self._shop.state.groups.values())}
        ids = [known.get(title) or self._shop.make_group(title).id for title in titles]
        return ids[0] if ids else None

    def _block(self, client: Client) -> None:
        self._shop.update(client, {"client_group_id": self._group((BLOCKED,))})

    def _unblock(self, client: Client) -> None:
        saved = self._saved(client)
        row = self._value(client, "erp_status", "active")
        self._shop.update(client, {"client_group_id": saved, "fields_values_attributes": [row] if row else []})

    def _saved(self, client: Client) -> int | None:
        found = re.search(r"group (\d+)", self.text(client, "erp_status"))
        return int(found[1]) if found and int(found[1]) in self._shop.state.groups else None

    def _sees(self, client: Client) -> Contractor:
        values = {name: value for name, value in client.values.items() if value is not None}
        told = _details(self.text(client, "erp_details"))
        group = self._shop.state.groups[client.group].title if client.group in self._shop.state.groups else ""
        blocked = group == BLOCKED
        if blocked:
            saved = self._saved(client)
            group = self._shop.state.groups[saved].title if saved else ""
        groups_text = self.text(client, "erp_groups")
        more = msgspec.convert({"name": "", **{k: v for k, v in told.items() if k in _WRITTEN}}, Contractor)
        seen: dict[str, Any] = {name: getattr(more, name) for name in _WRITTEN}
        seen |= _person(values, told) if client.type == INDIVIDUAL else _organisation(values, told)
        phones = (values.get("phone") or "",)
        if told.get("phones") and re.sub(r"\D", "", told["phones"][0])[-10:] == re.sub(r"\D", "", phones[0])[-10:]:
            phones = tuple(told["phones"])
        agreed = (Consent(kind="personal_data", given=True),) if values["consent_to_personal_data"] else ()
        return Contractor(
            kind=Kind.PERSON if client.type == INDIVIDUAL else Kind.ORGANISATION,
            number=self.text(client, "erp_id"),
            country=self.text(client, "erp_country"),
            email=values.get("email") or "",
            phones=tuple(phone for phone in phones if phone),
            groups=(group,) if group else (),
            newsletter=True if values["subscribe"] else False if told.get("newsletter") is not None else None,
            consents=msgspec.convert(told["consents"], tuple[Consent, ...]) if "consents" in told else agreed,
            registered=bool(values["registered"]),
            custom={**told.get("custom", {}), **({"erp_groups": groups_text} if groups_text else {})},
            active=not blocked,
            **seen,
        )


def _details(text: str) -> dict[str, Any]:
    """The page shows it as text; whoever knows JSON can read it."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _person(values: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    first = f"{values.get('name', '')} {values.get('middlename', '')}".strip()
    last = values.get("surname", "")
    name = f"{first} {last}".strip()
    if told.get("names", {}).get("of") == [values.get(n) or "" for n in ("name", "surname", "middlename")]:
        name, first, last = told["names"]["stated"]
    return {
        "name": name,
        "first_name": first,
        "last_name": last,
        "tax_id": told.get("tax_id", ""),
        "registrations": told.get("registrations", {}),
        "accounts": msgspec.convert(told.get("accounts", ()), tuple[Account, ...]),
        "addresses": msgspec.convert(told.get("addresses", ()), tuple[Address, ...]),
    }


def _organisation(values: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    text = {name: value or "" for name, value in values.items()}
    numbers = {kind: text.get(kind, "") for kind in ("kpp", "ogrn", "okpo")}
    account = Account(
        bank=text.get("bank_name", ""),
        bik=text.get("bik", ""),
        settlement=text.get("settlement_account", ""),
        correspondent=text.get("correspondent_account", ""),
    )
    line = text.get("juridical_address", "")
    addresses = msgspec.convert(told.get("addresses", ()), tuple[Address, ...])
    if line and not (addresses and addresses[0].street in line and addresses[0].city in line):
        addresses = (Address(street=line), *addresses[1:])
    accounts = msgspec.convert(told.get("accounts", ()), tuple[Account, ...])
    return {
        "name": text.get("name", "") or "(nobody)",
        "tax_id": text.get("inn", "") or told.get("tax_id", ""),
        "registrations": {**told.get("registrations", {}), **{kind: n for kind, n in numbers.items() if n}},
        "accounts": accounts or ((account,) if account != Account() else ()),
        "addresses": addresses,
    }
