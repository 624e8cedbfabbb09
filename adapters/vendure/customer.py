"""What does Vendure send of a customer, as `queries` selects it, before anybody has understood it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord
from syncd.sentence import Sentence

__all__ = [
    "Country",
    "Customer",
    "CustomerAddress",
    "Group",
    "User",
    "company_of",
    "custom_text",
    "decode",
    "full_name",
]


class Country(msgspec.Struct, frozen=True):
    """A country that the shop lists, by its ISO 3166-1 alpha-2 code."""

    code: str


class CustomerAddress(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One entry of a customer's address book."""

    id: str
    full_name: str | None = None
    company: str | None = None
    street_line1: str = ""
    street_line2: str | None = None
    city: str | None = None
    province: str | None = None
    postal_code: str | None = None
    phone_number: str | None = None
    country: Country
    default_billing_address: bool | None = None
    default_shipping_address: bool | None = None
    custom_fields: Mapping[str, Any] | None = None


class Group(msgspec.Struct, frozen=True):
    """A customer group; names may repeat."""

    id: str
    name: str


class User(msgspec.Struct, frozen=True):
    """The log-in of a customer; guests have none."""

    id: str


class Customer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A customer as `queries` selects it."""

    id: str
    updated_at: str
    email_address: str = ""
    first_name: str = ""
    last_name: str = ""
    phone_number: str | None = None
    user: User | None = None
    custom_fields: Mapping[str, Any] | None = None
    groups: Sequence[Group] = ()
    addresses: Sequence[CustomerAddress] = ()


_decode = msgspec.json.Decoder(Customer).decode


def decode(raw: bytes, external_id: str = "") -> Customer:
    """Decode one customer.

    Raises:
        InvalidRecord: If the bytes are not a customer's.
    """
    try:
        return _decode(raw)
    except msgspec.ValidationError as error:
        raise InvalidRecord(
            Sentence("the shop's answer has another shape than a customer's (%(problem)s)", problem=error),
            code="not-a-customer",
            record=external_id or None,
            cure="Check that the shop runs Vendure 3 and that no plugin changes the types of its customer.",
        ) from None


def custom_text(customer: Customer, name: str) -> str:
    """What a custom field holds, as text; ``""`` for an empty one, and for the name of none."""
    value = (customer.custom_fields or {}).get(name) if name else None
    return "" if value is None else str(value).strip()


def company_of(contractor: Contractor) -> str:
    """The company under which the shop shall hold a contractor; ``""`` for whose name is its first and last name."""
    name = contractor.name
    return "" if name == full_name(contractor.first_name, contractor.last_name) else name


def full_name(first: str, last: str) -> str:
    """A person's name in one text."""
    return f"{first} {last}".strip()
