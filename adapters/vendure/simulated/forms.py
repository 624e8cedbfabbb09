"""What does a contractor look like on the pages of a shop's admin, and back?

Written from the shop's point of view and on purpose not with the adapter's mapping: if both understood a field in the
same wrong way, no test could tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.vendure.simulated.state import Customer, Group
from syncd.domain.contractor import Address, AddressKind, Contractor, Kind

__all__ = ["address_form", "contractor_of", "profile_form"]


def profile_form(contractor: Contractor) -> dict[str, Any]:
    """What the customer form holds, but for the e-mail."""
    return {
        "firstName": contractor.first_name,
        "lastName": contractor.last_name,
        "phoneNumber": ", ".join(contractor.phones),
        "customFields": {
            "companyName": contractor.name,
            "vatNumber": f"{contractor.tax_prefix} {contractor.tax_id_stated or contractor.tax_id}".strip() or None,
            "erpCode": contractor.number or None,
            "status": "active" if contractor.active else "blocked-by-shop",
        },
    }


def address_form(address: Address, company: str) -> dict[str, Any]:
    """What the form of one address holds."""
    line1, _, line2 = address.street.partition("\n")
    return {
        "company": address.name or company,
        "streetLine1": line1,
        "streetLine2": line2,
        "city": address.city,
        "province": address.region,
        "postalCode": address.postal_code,
        "phoneNumber": address.phone,
        "countryCode": address.country,
        "defaultBillingAddress": address.kind is AddressKind.MAIN,
    }


def contractor_of(customer: Customer, groups: Mapping[int, Group]) -> Contractor:
    """A customer's page, read by somebody who knows what a contractor is."""
    values, custom = customer.values, customer.custom
    company = custom["companyName"]
    vat = (custom["vatNumber"] or "").replace(" ", "")
    prefix = vat[:2] if vat[:2].isalpha() else ""
    phones = (values["phoneNumber"] or "").replace(";", ",").split(",")
    return Contractor(
        name=company or f"{values['firstName']} {values['lastName']}".strip() or "(nobody)",
        kind=Kind.ORGANISATION if company else Kind.PERSON,
        number=custom["erpCode"] or "",
        tax_id=vat.removeprefix(prefix),
        tax_prefix=prefix,
        first_name=values["firstName"],
        last_name=values["lastName"],
        email=values["emailAddress"],
        phones=tuple(phone.strip() for phone in phones if phone.strip()),
        addresses=tuple(
            Address(
                key=str(address.id),
                kind=AddressKind.MAIN if address.billing else AddressKind.DELIVERY,
                name="" if address.values["company"] == company else address.values["company"],
                street="\n".join(
                    line for line in (address.values["streetLine1"], address.values["streetLine2"]) if line
                ),
                postal_code=address.values["postalCode"],
                city=address.values["city"],
                region=address.values["province"],
                country=address.country,
                phone=address.values["phoneNumber"],
            )
            for address in sorted(customer.addresses, key=lambda one: one.id)
        ),
        groups=tuple(sorted({groups[id_].name for id_ in customer.groups})),
        registered=customer.user is not None,
        active=custom["status"] == "active",
    )
