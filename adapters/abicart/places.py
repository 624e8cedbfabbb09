"""Which addresses does an Abicart customer have, and how are a contractor's said to it? Pure.

The customer's own address is the main one, or where the invoice goes if an option says so; the other is for delivery.
The name of a delivery's receiver is a company in its first line and a person in its second, or one of the two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from adapters.abicart.options import Options
from syncd.domain.contractor import Address, AddressKind, Contractor, Kind
from syncd.domain.country import alpha2
from syncd.domain.country.normal import as_code
from syncd.errors import Unstorable

__all__ = ["ADDRESS", "DELIVERY", "demand_country", "read_addresses", "say_addresses"]

ADDRESS: Final = ("street", "postal_code", "city", "country")
DELIVERY: Final = tuple(f"delivery_{key}" for key in ("company", "first_name", "last_name", *ADDRESS))


def read_addresses(text: Callable[[str], str], options: Options) -> tuple[Address, ...]:
    """The addresses that are there; a country alone is none.

    Args:
        text: What stands in a property.
    """
    street, postal_code, city, country = (text(key) for key in ADDRESS)
    own = _address(AddressKind(options.address_is), "", street, postal_code, city, country)
    company, first, last, *place = (text(key) for key in DELIVERY)
    person = f"{first} {last}".strip()
    other = _address(AddressKind.DELIVERY, "\n".join(line for line in (company, person) if line), *place)
    return tuple(one for one in (own, other) if one is not None)


def say_addresses(contractor: Contractor, options: Options) -> dict[str, str]:
    """Values by property; empty ones for an address that the contractor does not have."""
    own, delivery = _own(contractor, options), _first(contractor, AddressKind.DELIVERY) or Address()
    company, person = _receiver(delivery.name, contractor.kind)
    first, _, last = person.rpartition(" ")
    country = _code(own.country or contractor.country)
    place = (delivery.street, delivery.postal_code, delivery.city, _code(delivery.country))
    return {
        **dict(zip(ADDRESS, (own.street, own.postal_code, own.city, country), strict=True)),
        **dict(zip(DELIVERY, (company, first, last, *place), strict=True)),
    }


def _own(contractor: Contractor, options: Options) -> Address:
    """The address that the customer's own one shall be: of the asked kind, or of the one that is nearest to it."""
    kinds = [AddressKind.MAIN, AddressKind.INVOICE, AddressKind.POSTAL, AddressKind.OTHER]
    if options.address_is == "invoice":
        kinds.insert(0, AddressKind.INVOICE)
    found = (_first(contractor, kind) for kind in kinds)
    return next((address for address in found if address is not None), Address())


def _first(contractor: Contractor, kind: AddressKind) -> Address | None:
    return next((address for address in contractor.addresses if address.kind is kind), None)


def _address(kind: AddressKind, name: str, street: str, postal_code: str, city: str, country: str) -> Address | None:
    if not (name or street or postal_code or city):
        return None
    return Address(kind=kind, name=name, street=street, postal_code=postal_code, city=city, country=as_code(country))


def _receiver(name: str, kind: Kind) -> tuple[str, str]:
    first, _, second = name.partition("\n")
    if second:
        return first.strip(), second.strip()
    return ("", name.strip()) if kind is Kind.PERSON else (name.strip(), "")


def _code(country: str) -> str:
    return alpha2(country) or country


def demand_country(country: str) -> None:
    """Check that the shop can take it.

    Raises:
        Unstorable: If it is none that has a code.
    """
    if country and alpha2(country) is None:
        raise Unstorable(
            "an address is in a country that has no code of two letters, and the shop takes no other",
            code="country-not-listed",
            field="addresses",
            cure="Correct the country of the address, or map its name; the next run takes it.",
        )
