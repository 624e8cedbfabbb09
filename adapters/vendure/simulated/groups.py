"""What does a simulated shop do with customer groups? None of it moves a customer's time stamp."""

from __future__ import annotations

from collections.abc import Iterable

from adapters.vendure.simulated.execution import Refused
from adapters.vendure.simulated.shop import Shop, missing
from adapters.vendure.simulated.state import Customer, Group

__all__ = ["add", "create", "delete", "one", "remove"]


def create(shop: Shop, name: str, customers: Iterable[str]) -> Group:
    """Make a group, even if there is one of this name."""
    group = Group(id=shop.next_id("group"), name=name)
    shop.state.groups[group.id] = group
    add(shop, str(group.id), customers, by="1")
    return group


def one(shop: Shop, id_: str) -> Group:
    """One group.

    Raises:
        Refused: With ENTITY_NOT_FOUND.
    """
    found = shop.state.groups.get(int(id_)) if id_.isdecimal() else None
    if found is None:
        raise missing("CustomerGroup", id_)
    return found


def add(shop: Shop, id_: str, customers: Iterable[str], *, by: str | None) -> Group:
    """Add those who are not in it; whoever is not there at all is passed over in silence. No time stamp moves."""
    group = one(shop, id_)
    for customer in _those(shop, customers):
        if group.id not in customer.groups:
            customer.groups.append(group.id)
            shop.note(customer, "CUSTOMER_ADDED_TO_GROUP", by, {"groupName": group.name})
    return group


def remove(shop: Shop, id_: str, customers: Iterable[str], *, by: str | None) -> Group:
    """Remove those who are in it.

    Raises:
        Refused: If one of them is not.
    """
    group = one(shop, id_)
    those = _those(shop, customers)
    if any(group.id not in customer.groups for customer in those):
        raise Refused("USER_INPUT_ERROR", "Customer does not belong to this CustomerGroup")
    for customer in those:
        customer.groups.remove(group.id)
        shop.note(customer, "CUSTOMER_REMOVED_FROM_GROUP", by, {"groupName": group.name})
    return group


def delete(shop: Shop, id_: str) -> None:
    """Remove a group and everybody's membership."""
    group = one(shop, id_)
    del shop.state.groups[group.id]
    for customer in shop.state.customers.values():
        customer.groups = [member for member in customer.groups if member != group.id]


def _those(shop: Shop, ids: Iterable[str]) -> list[Customer]:
    wanted = set(ids)
    return [customer for customer in shop.customers() if str(customer.id) in wanted]
