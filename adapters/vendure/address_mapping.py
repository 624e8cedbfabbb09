"""What does an address in a Vendure shop say about a contractor's, and how is one said to Vendure? Pure.

The default billing address is the main one and all others are for delivery, unless the shop has a custom field for the
kind. A company's name is repeated in its addresses, as storefronts print it from there; such a repetition is not read
back as the address' own name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec

from adapters.vendure.customer import Customer, CustomerAddress, company_of, custom_text
from adapters.vendure.options import Options
from syncd.domain.contractor import Address, AddressKind, Contractor
from syncd.errors import Unstorable
from syncd.sentence import Counted, Sentence

__all__ = ["Entry", "entries", "held_addresses", "stated_addresses"]

_KINDS: Final = {str(kind): kind for kind in AddressKind}


class Entry(msgspec.Struct, frozen=True):
    """An address of a contractor in the form that the shop can hold.

    Attributes:
        address: Without its key, so that two entries compare by content.
        fields: The same as ``CreateAddressInput``.
    """

    key: str
    address: Address
    fields: Mapping[str, Any]


def entries(contractor: Contractor, options: Options) -> list[Entry]:
    """Say the addresses, in their order; one without a country is where its contractor is.

    Raises:
        Unstorable: If a street has more than the two lines that there are.
    """
    company = company_of(contractor)
    billing = _billing(contractor.addresses)
    result = []
    for address in contractor.addresses:
        kind = address.kind
        if not options.address_kind:
            kind = AddressKind.MAIN if address is billing else AddressKind.DELIVERY
        country = (address.country or contractor.country).upper()
        held = msgspec.structs.replace(address, key="", kind=kind, country=country)
        result.append(Entry(address.key, held, _address_input(held, company, options, billing=address is billing)))
    return result


def stated_addresses(customer: Customer, options: Options) -> tuple[Address, ...]:
    """Addresses of a customer as the contractor's, by id."""
    companies = ("", custom_text(customer, options.company))
    return tuple(_address(address, companies, options) for address in _by_id(customer.addresses))


def held_addresses(customer: Customer, companies: Collection[str], options: Options) -> dict[str, Address]:
    """Addresses that the shop holds, by id and without key.

    Args:
        companies: Names under which the contractor goes now or went a moment ago; an address that repeats one of
            them has no name of its own.
    """
    known = {"", *companies, custom_text(customer, options.company)}
    return {
        address.id: msgspec.structs.replace(_address(address, known, options), key="")
        for address in _by_id(customer.addresses)
    }


def _address_input(address: Address, company: str, options: Options, *, billing: bool) -> dict[str, Any]:
    lines = address.street.split("\n")
    if len(lines) > 2:
        raise Unstorable(
            Sentence(
                Counted(
                    "the street of an address has %(count)s line; the shop has two",
                    "the street of an address has %(count)s lines; the shop has two",
                ),
                count=len(lines),
            ),
            code="street-too-long",
            field="addresses",
            cure="Write the street on one or two lines where it comes from; the next run takes it.",
        )
    fields: dict[str, Any] = {
        "fullName": address.name,
        "company": (address.name or company) if company else "",
        "streetLine1": lines[0],
        "streetLine2": lines[1] if len(lines) > 1 else "",
        "city": address.city,
        "province": address.region,
        "postalCode": address.postal_code,
        "countryCode": address.country,
        "phoneNumber": address.phone,
        "defaultBillingAddress": billing,
    }
    if options.address_kind:
        fields["customFields"] = {options.address_kind: str(address.kind)}
    return fields


def _address(address: CustomerAddress, companies: Collection[str], options: Options) -> Address:
    own = address.company or ""
    kind = (address.custom_fields or {}).get(options.address_kind) if options.address_kind else None
    street = address.street_line1 + (f"\n{address.street_line2}" if address.street_line2 else "")
    return Address(
        key=address.id,
        kind=_KINDS.get(kind or "") or (AddressKind.MAIN if address.default_billing_address else AddressKind.DELIVERY),
        name=(address.full_name or "") if own in companies else own,
        street=street,
        postal_code=address.postal_code or "",
        city=address.city or "",
        region=address.province or "",
        country=address.country.code,
        phone=address.phone_number or "",
    )


def _billing(addresses: Sequence[Address]) -> Address | None:
    """The one address that the shop shall bill to."""
    for kind in (AddressKind.MAIN, AddressKind.INVOICE):
        for address in addresses:
            if address.kind is kind:
                return address
    return None


def _by_id(addresses: Sequence[CustomerAddress]) -> list[CustomerAddress]:
    return sorted(addresses, key=lambda address: (len(address.id), address.id))
