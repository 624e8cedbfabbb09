"""What does a Vendure customer say about a contractor, and how is a contractor said to Vendure?

Pure: bytes and structs in, structs and GraphQL inputs out.

- **Name.** The company custom field holds it. Whoever has no company is a person, named by first and last name; a
  contractor whose name is its first and last name is written as one.
- **Status.** ``active`` and everything else. The own rule for writing it is `Endpoint.update`'s.
- **Addresses.** See `adapters.vendure.address_mapping`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, get_type_hints

import msgspec

from adapters.vendure.address_mapping import stated_addresses
from adapters.vendure.customer import Customer, company_of, custom_text, full_name
from adapters.vendure.options import Options
from syncd.domain import tax
from syncd.domain.contractor import Contractor, Kind, digest
from syncd.errors import InvalidRecord, Unstorable
from syncd.ports import Remote
from syncd.sentence import Counted, Sentence

__all__ = [
    "ACTIVE",
    "BLOCKED_BY_ERP",
    "BLOCKED_BY_SHOP",
    "check_lengths",
    "customer_input",
    "difference",
    "email_of",
    "status_of",
    "understand",
    "vat_of",
]

ACTIVE: Final = "active"
BLOCKED_BY_ERP: Final = "blocked-by-erp"
BLOCKED_BY_SHOP: Final = "blocked-by-shop"

TEXT_LENGTH: Final = 255
"""Characters that MySQL's and MariaDB's columns take; SQLite and PostgreSQL take more."""

_TYPES: Final = get_type_hints(Contractor)
_BETWEEN_PHONES: Final = re.compile(r"[;,]")


def understand(customer: Customer, options: Options) -> Remote:
    """Say what `customer` states.

    Raises:
        InvalidRecord: If it has no name, or a custom field holds what it cannot mean.
    """
    company = custom_text(customer, options.company)
    name = company or full_name(customer.first_name, customer.last_name)
    if not name:
        raise InvalidRecord(
            "the customer has neither a company nor a first or last name",
            code="name-missing",
            record=customer.id,
            field="name",
            cure="Fill in the company or the person's name in the shop; the next run takes it.",
        )
    typed = custom_text(customer, options.vat_number)
    taxes = tax.split(typed)
    values: dict[str, Any] = {
        "name": name,
        "kind": Kind.ORGANISATION if company else Kind.PERSON,
        "number": custom_text(customer, options.erp_code),
        "tax_id": taxes.number,
        "tax_id_stated": tax.stated_form(typed, taxes),
        "tax_prefix": taxes.prefix,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "email": _stated_email(customer.email_address, options),
        "phones": _phones(customer.phone_number or ""),
        "addresses": stated_addresses(customer, options),
        "groups": tuple(sorted({group.name for group in customer.groups})),
        "registered": customer.user is not None,
        "active": status_of(customer, options) == ACTIVE,
    }
    values.update(_more(customer, options))
    return Remote(external_id=customer.id, contractor=Contractor(**values), modified=_moment(customer.updated_at))


def status_of(customer: Customer, options: Options) -> str:
    """The status as the shop holds it; a customer from before the custom field has none and is active."""
    return custom_text(customer, options.status) or ACTIVE


def customer_input(contractor: Contractor, options: Options) -> dict[str, Any]:
    """Say the contractor's own fields as a ``CreateCustomerInput``, but for the status.

    The e-mail is lower-cased, as the shop would. An organisation that names a contact person and no first and last
    name is written with that person's.
    """
    first, last = contractor.first_name, contractor.last_name
    if not first and not last and "contact_person" not in options.more:
        first, _, last = contractor.contact_person.strip().rpartition(" ")
    custom: dict[str, str | None] = {
        options.company: company_of(contractor) or None,
        options.vat_number: vat_of(contractor) or None,
        options.erp_code: contractor.number or None,
    }
    custom.update({name: _say(getattr(contractor, field)) for field, name in options.more.items()})
    custom.pop("", None)
    return {
        "firstName": first,
        "lastName": last,
        "emailAddress": email_of(contractor, options),
        "phoneNumber": "; ".join(contractor.phones),
        "customFields": custom,
    }


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of `after` only what differs from `before`; ``customFields`` is compared member by member."""
    changes = {key: value for key, value in after.items() if value != before.get(key)}
    if "customFields" in changes:
        custom = before.get("customFields") or {}
        changes["customFields"] = {
            key: value for key, value in changes["customFields"].items() if key not in custom or custom[key] != value
        }
    return changes


def check_lengths(changes: Mapping[str, Any], options: Options) -> None:
    """Refuse what may not fit; fields of `Options.more` are the shop's own affair and not looked at.

    Raises:
        Unstorable: Naming the contractor's field.
    """
    fields = {
        "firstName": "first_name",
        "lastName": "last_name",
        "emailAddress": "email",
        "phoneNumber": "phones",
        options.company: "name",
        options.vat_number: "tax_id",
        options.erp_code: "number",
    }
    for key, value in {**changes, **changes.get("customFields", {})}.items():
        if key not in options.more.values() and isinstance(value, str) and len(value) > TEXT_LENGTH:
            raise Unstorable(
                Sentence(
                    Counted(
                        "the text for the shop's %(key)s has %(count)s character; %(limit)s is what a shop may hold",
                        "the text for the shop's %(key)s has %(count)s characters; %(limit)s is what a shop may hold",
                    ),
                    key=key,
                    count=len(value),
                    limit=TEXT_LENGTH,
                ),
                code="text-too-long",
                field=fields.get(key, "addresses"),
                cure="Shorten it where it comes from; the next run takes it. Nothing was cut.",
            )


def email_of(contractor: Contractor, options: Options) -> str:
    """The e-mail as the shop holds it, in lower case; for who has none an invented one if the options say so."""
    if contractor.email:
        return contractor.email.strip().lower()
    domain = options.placeholder_email_domain
    key = contractor.number or vat_of(contractor)
    if not domain or not key:
        return ""
    plain = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")
    # Two numbers that differ in signs only must not share an e-mail.
    return f"{plain}@{domain}" if plain == key.lower() else f"{plain}-{digest(key.encode())[:4].hex()}@{domain}"


def vat_of(contractor: Contractor) -> str:
    """The tax id as one text, with its prefix where one was stated."""
    return f"{contractor.tax_prefix}{contractor.tax_id}" if contractor.tax_id else ""


def _phones(stated: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phone.strip() for phone in _BETWEEN_PHONES.split(stated) if phone.strip()))


def _stated_email(email: str, options: Options) -> str:
    domain = options.placeholder_email_domain
    return "" if domain and email.endswith(f"@{domain}") else email


def _more(customer: Customer, options: Options) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field, name in options.more.items():
        text = custom_text(customer, name)
        if not text:
            continue
        try:
            values[field] = _understand(field, text)
        except (msgspec.ValidationError, msgspec.DecodeError):
            raise InvalidRecord(
                Sentence("the shop's custom field %(name)s holds no %(field)s", name=name, field=field),
                code="custom-field-unreadable",
                record=customer.id,
                field=field,
                cure=Sentence(
                    "Correct or empty %(name)s of this customer in the shop; the next run takes it.", name=name
                ),
            ) from None
    return values


def _say(value: Any) -> str | None:
    """Write a value as the text of a custom field: texts as they are, everything else as JSON."""
    if value is None or value in ("", (), {}):
        return None
    if isinstance(value, str):
        return str(value)
    return msgspec.json.encode(value, order="deterministic").decode().strip('"')


def _understand(field: str, text: str) -> Any:
    kind = _TYPES[field]
    if kind is str:
        return text
    if text[0] in "{[":
        return msgspec.json.decode(text, type=kind)
    return msgspec.convert(text, kind, strict=False)


def _moment(stated: str) -> datetime | None:
    try:
        return datetime.fromisoformat(stated).astimezone(UTC)
    except ValueError:
        return None
