"""What can a connection to Abicart express, given its options?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from adapters.abicart.options import Options
from syncd.ports import Capabilities

__all__ = ["capabilities"]

_FIELDS: Final = {
    "number": ("number",),
    "username": ("username", "registered"),
    "approved": ("approved",),
    "newsletter": ("newsletter",),
    "notes": ("notes",),
    "org_number": ("tax_id", "tax_id_stated", "tax_prefix"),
    "vat_number": ("tax_id", "tax_id_stated", "tax_prefix"),
    "phone_day": ("phones",),
    "street": ("addresses",),
    "country": ("country",),
}
"""Contractor's fields that a property holds."""

_READ: Final = frozenset("name kind first_name last_name email groups".split())

_NOT_WRITTEN: Final = frozenset({"registered", "tax_id_stated", "country"})

BLOCK: Final = (
    "A blocked customer can still log in and look: Abicart can only stop buying. A block takes the approval away and "
    "puts the customer into a group that remembers it."
)
BLOCK_NOT: Final = "Customers cannot be blocked: the options name no approval, or no group for blocked customers."
ONE_LOGIN: Final = "A customer is one log-in: employees and a log-in e-mail beside the username are not kept."
ADDRESSES: Final = (
    "A customer has one address and one for delivery: others are not kept, nor are region and phone of an address, "
    "nor a name of the first one besides the customer's own."
)
COUNTRY: Final = "The country of a customer is that of its address; of a contractor without one it is not written."
TRADE: Final = (
    "Abicart keeps no price list, payment form or days, credit limit, currency, discount, bank account, website, "
    "caretaker, tax class, origin or consent with its time; a discount hangs on a customer group."
)
ORDERS: Final = "What a customer ordered is not read, and guests who bought without an account are in no register."
PHONES: Final = "There are two phones; a third and more stand behind the second."
REGISTRATIONS: Final = (
    "One number is kept, as tax id: an organisation number beside a VAT number needs the property vat_number."
)
NUMBERS: Final = "The number of a private person is read as tax id as well; narrow the fields where it must not be."
CUSTOM: Final = "Only custom fields that the option custom names are kept."
UNVERSIONED: Final = "Abicart compares no versions: what is written is read just before, and only differences are sent."


def capabilities(options: Options, fields: frozenset[str] | None = None) -> Capabilities:
    """Say what a connection reads, writes and lacks; `fields` narrows it, ``None`` does not."""
    there = options.pointers
    named = {field for key, held in _FIELDS.items() if key in there for field in held}
    named |= {"active"} if options.blocks else set()
    named |= {"custom"} if options.custom else set()
    named |= {"registrations"} if {"org_number", "vat_number"} <= there.keys() else set()
    reads = _READ | named
    writes = (reads - _NOT_WRITTEN) | {"contact_person"}
    if fields is not None:
        reads, writes = reads & fields, writes & fields
    return Capabilities(
        reads=reads,
        writes=writes,
        many_groups=True,
        block="emulated" if options.blocks else "none",
        incremental="modified",
        versions=False,
        idempotent_create=False,
        delete="hard",
        degradations=tuple(_degradations(options)),
    )


def _degradations(options: Options) -> Iterator[str]:
    yield BLOCK if options.blocks else BLOCK_NOT
    yield from (ONE_LOGIN, ADDRESSES, COUNTRY, TRADE, ORDERS, PHONES, NUMBERS, CUSTOM, UNVERSIONED)
    if "vat_number" not in options.pointers:
        yield REGISTRATIONS
