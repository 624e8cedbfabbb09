"""What does a simulated shop do with address books? None of it moves the customer's time stamp."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.vendure.simulated.execution import Refused
from adapters.vendure.simulated.shop import Shop, missing, not_null
from adapters.vendure.simulated.state import Address, Customer

__all__ = ["create", "delete", "update"]

_ADDRESS: Final = (
    "fullName",
    "company",
    "streetLine1",
    "streetLine2",
    "city",
    "province",
    "postalCode",
    "phoneNumber",
)


def create(shop: Shop, id_: str, given: Mapping[str, Any], *, by: str | None) -> Address:
    """Add an address; the customer's time stamp stays."""
    customer = shop.customer(id_)
    country = _country(shop, given["countryCode"])
    values: dict[str, Any] = {name: given.get(name) or "" for name in _ADDRESS}
    values["customFields"] = shop.custom(shop.setup.address_fields, given.get("customFields"), new=True)
    address = Address(id=shop.next_id("address"), written=shop.next_id("write"), values=values, country=country)
    customer.addresses.append(address)
    _mark(customer, address, given)
    shop.note(customer, "CUSTOMER_ADDRESS_CREATED", by, {"address": f"{values['streetLine1']}, {country}"})
    return address


def update(shop: Shop, given: Mapping[str, Any], *, by: str | None, owner: Customer | None = None) -> Address:
    """Change what is given; a shopper changes their own addresses only."""
    customer, address = _address(shop, given["id"], owner)
    if any(name in given and given[name] is None for name in _ADDRESS):
        raise not_null()
    if given.get("countryCode"):
        address.country = _country(shop, given["countryCode"])
    address.values.update({name: given[name] for name in _ADDRESS if name in given})
    custom = shop.custom(shop.setup.address_fields, given.get("customFields"), new=False)
    address.values["customFields"] = {**address.values["customFields"], **custom}
    address.written = shop.next_id("write")
    _mark(customer, address, given)
    shop.note(customer, "CUSTOMER_ADDRESS_UPDATED", by, {"input": dict(given)})
    return address


def delete(shop: Shop, id_: str, *, by: str | None, owner: Customer | None = None) -> None:
    """Remove an address; its default marks go to the oldest one that is left."""
    customer, address = _address(shop, id_, owner)
    customer.addresses.remove(address)
    if customer.addresses:
        # Ids are compared as the database gives them: numbers here.
        heir = min(customer.addresses, key=lambda other: other.id)
        heir.billing = heir.billing or address.billing
        heir.shipping = heir.shipping or address.shipping
    shop.note(customer, "CUSTOMER_ADDRESS_DELETED", by, {"address": address.country})


def _address(shop: Shop, id_: str, owner: Customer | None) -> tuple[Customer, Address]:
    for customer in shop.customers():
        for address in customer.addresses:
            if str(address.id) == id_ and (owner is None or owner is customer):
                return customer, address
    if owner is not None:
        raise Refused("FORBIDDEN", "You are not currently authorized to perform this action")
    raise missing("Address", id_)


def _mark(customer: Customer, address: Address, given: Mapping[str, Any]) -> None:
    """Set or take the default marks; setting one takes it from all others."""
    for name, attribute in (("defaultBillingAddress", "billing"), ("defaultShippingAddress", "shipping")):
        if given.get(name) is None:
            continue
        setattr(address, attribute, given[name])
        if given[name]:
            for other in customer.addresses:
                if other is not address:
                    setattr(other, attribute, False)


def _country(shop: Shop, code: str) -> str:
    if not any(country.code == code for country in shop.state.countries):
        raise Refused("USER_INPUT_ERROR", f'The countryCode "{code}" was not recognized')
    return code
