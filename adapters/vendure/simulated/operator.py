"""What does the shop's own staff do and see in a simulated shop? In a contractor's terms, without the adapter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from adapters.vendure.simulated import addresses as books
from adapters.vendure.simulated import groups
from adapters.vendure.simulated.forms import address_form, contractor_of, profile_form
from adapters.vendure.simulated.shop import Shop
from adapters.vendure.simulated.state import Customer
from syncd.domain.contractor import Address, Contractor
from syncd.ports import Remote

__all__ = ["EDITS", "Operator"]

EDITS: Final = frozenset(
    "name number tax_id tax_prefix first_name last_name email phones addresses groups active".split()
)
"""Fields of a contractor that the staff can change."""

STAFF: Final = "1"


class Operator:
    """Somebody at the shop's admin pages."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def add(self, contractor: Contractor) -> str:
        """Create a customer with all that the shop has fields for."""
        with self._shop.lock:
            email = contractor.email or f"customer-{len(self._shop.state.customers) + 1}@example.org"
            made = self._shop.create_customer(
                {"emailAddress": email, **profile_form(contractor)}, password=None, by=STAFF
            )
            if not isinstance(made, Customer):
                raise RuntimeError(made["message"])  # noqa: TRY004 - not the type is wrong, but what was asked
            self._set_addresses(made, contractor.addresses, contractor.name)
            self._set_groups(made, contractor.groups)
            return str(made.id)

    def edit(self, external_id: str, changes: Mapping[str, Any]) -> None:
        """Change fields of a contractor."""
        with self._shop.lock:
            customer = self._shop.customer(external_id)
            before = contractor_of(customer, self._shop.state.groups)
            after = Contractor(**{name: getattr(before, name) for name in EDITS} | dict(changes))
            given: dict[str, Any] = {"emailAddress": after.email, **profile_form(after)}
            if after.active == before.active:
                given["customFields"].pop("status")
            self._shop.update_customer(external_id, given, by=STAFF)
            if "addresses" in changes:
                self._set_addresses(customer, after.addresses, after.name)
            if "groups" in changes:
                self._set_groups(customer, after.groups)

    def holds(self) -> dict[str, Remote]:
        """Everybody, by id."""
        with self._shop.lock:
            return {
                str(customer.id): Remote(
                    external_id=str(customer.id),
                    contractor=contractor_of(customer, self._shop.state.groups),
                    modified=datetime.fromisoformat(customer.updated),
                )
                for customer in self._shop.customers()
            }

    def spoil(self, external_id: str) -> None:
        """Leave a customer without any name, as Vendure allows."""
        given = {"firstName": "", "lastName": "", "customFields": {"companyName": None}}
        with self._shop.lock:
            self._shop.update_customer(external_id, given, by=STAFF)

    def _set_addresses(self, customer: Customer, addresses: tuple[Address, ...], company: str) -> None:
        for held in list(customer.addresses):
            books.delete(self._shop, str(held.id), by=STAFF)
        for address in addresses:
            books.create(self._shop, str(customer.id), address_form(address, company), by=STAFF)

    def _set_groups(self, customer: Customer, names: tuple[str, ...]) -> None:
        known = {group.name: group for group in self._shop.state.groups.values()}
        ids = {(known.get(name) or groups.create(self._shop, name, ())).id for name in names}
        for id_ in ids - set(customer.groups):
            groups.add(self._shop, str(id_), [str(customer.id)], by=STAFF)
        for id_ in set(customer.groups) - ids:
            groups.remove(self._shop, str(id_), [str(customer.id)], by=STAFF)
