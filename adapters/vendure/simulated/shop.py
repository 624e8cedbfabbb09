"""What does a simulated Vendure shop do with what it is told? Its rules, seen on Vendure 3.7, without any API.

Not thread-safe: whoever calls holds `Shop.lock`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from adapters.vendure.simulated.execution import Refused
from adapters.vendure.simulated.state import (
    Address,
    Country,
    Customer,
    CustomField,
    Group,
    HistoryEntry,
    Setup,
    State,
    User,
)

__all__ = ["EMAIL_CONFLICT", "Shop", "error_result", "normal_email"]

PASSWORD_LENGTHS: Final = range(4, 73)

_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+\Z")
_PROFILE: Final = ("title", "firstName", "lastName", "phoneNumber", "emailAddress")
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


def error_result(type_name: str, code: str, message: str, **more: str) -> dict[str, Any]:
    """A member of a result union that is an error, and a success to GraphQL."""
    return {"__typename": type_name, "errorCode": code, "message": message, **more}


EMAIL_CONFLICT: Final = error_result(
    "EmailAddressConflictError", "EMAIL_ADDRESS_CONFLICT_ERROR", "The email address is not available."
)


def normal_email(stated: str) -> str:
    """Blanks around it go, and what looks like an e-mail is lower-cased; nothing is checked."""
    stated = stated.strip()
    return stated.lower() if _EMAIL.match(stated) else stated


def _missing(kind: str, id_: str) -> Refused:
    return Refused("ENTITY_NOT_FOUND", f'No {kind} with the id "{id_}" could be found')


class Shop:
    """One shop with its owner's setup.

    Attributes:
        lock: Held by whoever calls.
    """

    def __init__(self, setup: Setup, state: State | None = None, now: Callable[[], datetime] | None = None) -> None:
        self.setup = setup
        self.state = state or State()
        self.lock = threading.RLock()
        self.now = now or (lambda: datetime.now(UTC))
        if not self.state.countries:
            self.state.countries = [Country(id=place, code=code) for place, code in enumerate(setup.countries, 1)]

    def stamp(self) -> str:
        """The time now, in whole seconds."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def customers(self) -> Iterable[Customer]:
        """Everybody who is not deleted, by id."""
        return [customer for customer in self.state.customers.values() if not customer.deleted]

    def customer(self, id_: str) -> Customer:
        """One who is not deleted.

        Raises:
            Refused: With ENTITY_NOT_FOUND.
        """
        found = self.state.customers.get(int(id_)) if id_.isdecimal() else None
        if found is None or found.deleted:
            raise _missing("Customer", id_)
        return found

    def by_email(self, email: str) -> Customer | None:
        return next((one for one in self.customers() if one.values["emailAddress"] == email), None)

    def create_customer(
        self, given: Mapping[str, Any], *, password: str | None, by: str | None
    ) -> Customer | dict[str, Any]:
        """Make a customer and its log-in; `by` is the administrator, ``None`` for a shopper."""
        email = normal_email(given["emailAddress"])
        if self.by_email(email):
            return EMAIL_CONFLICT
        custom = self._custom(self.setup.customer_fields, given.get("customFields"), new=True)
        if password and len(password) not in PASSWORD_LENGTHS:
            # The real resolver does not expect this result: an error without a code, and nothing is stored.
            raise Refused("", 'Unexpected error value: { __typename: "PasswordValidationError", … }')
        user = User(id=self._next("user"), identifier=email, password=password or None)
        values = {name: given.get(name) or "" for name in _PROFILE} | {"emailAddress": email}
        stamp = self.stamp()
        customer = Customer(
            id=self._next("customer"), created=stamp, updated=stamp, values=values, custom=custom, user=user.id
        )
        self.state.users[user.id] = user
        self.state.customers[customer.id] = customer
        self.note(customer, "CUSTOMER_REGISTERED", by, {"strategy": "native"})
        self.note(customer, "CUSTOMER_VERIFIED", by, {"strategy": "native"})
        return customer

    def update_customer(self, id_: str, given: Mapping[str, Any], *, by: str | None) -> Customer | dict[str, Any]:
        """Change what is given; the time stamp moves only if anything did change."""
        customer = self.customer(id_)
        custom = self._custom(self.setup.customer_fields, given.get("customFields"), new=False)
        values = {name: given[name] for name in _PROFILE if name in given}
        if any(values.get(name, "") is None for name in ("firstName", "lastName", "emailAddress")):
            raise Refused("", "SqliteError: NOT NULL constraint failed")
        if "emailAddress" in values:
            values["emailAddress"] = email = normal_email(values["emailAddress"])
            holder = self.by_email(email)
            if holder is not None and holder.id != customer.id:
                return EMAIL_CONFLICT
            if customer.user is not None:
                self.state.users[customer.user].identifier = email
        before = (dict(customer.values), dict(customer.custom))
        customer.values.update(values)
        customer.custom.update(custom)
        if before != (customer.values, customer.custom):
            customer.updated = self.stamp()
        self.note(customer, "CUSTOMER_DETAIL_UPDATED", by, {"input": dict(given)})
        return customer

    def delete_customer(self, id_: str) -> None:
        """Hide a customer everywhere and end the log-in; the e-mail is free again."""
        customer = self.customer(id_)
        customer.deleted = True
        if customer.user is not None:
            self.state.users[customer.user].deleted = True

    def create_address(self, id_: str, given: Mapping[str, Any], *, by: str | None) -> Address:
        """Add an address; the customer's time stamp stays."""
        customer = self.customer(id_)
        country = self._country(given["countryCode"])
        values: dict[str, Any] = {name: given.get(name) or "" for name in _ADDRESS}
        values["customFields"] = self._custom(self.setup.address_fields, given.get("customFields"), new=True)
        address = Address(id=self._next("address"), written=self._next("write"), values=values, country=country)
        customer.addresses.append(address)
        self._mark(customer, address, given)
        self.note(customer, "CUSTOMER_ADDRESS_CREATED", by, {"address": f"{values['streetLine1']}, {country}"})
        return address

    def update_address(self, given: Mapping[str, Any], *, by: str | None, owner: Customer | None = None) -> Address:
        """Change what is given; a shopper changes their own addresses only."""
        customer, address = self._address(given["id"], owner)
        if given.get("countryCode"):
            address.country = self._country(given["countryCode"])
        address.values.update({name: given[name] for name in _ADDRESS if name in given})
        custom = self._custom(self.setup.address_fields, given.get("customFields"), new=False)
        address.values["customFields"] = {**address.values["customFields"], **custom}
        address.written = self._next("write")
        self._mark(customer, address, given)
        self.note(customer, "CUSTOMER_ADDRESS_UPDATED", by, {"input": dict(given)})
        return address

    def delete_address(self, id_: str, *, by: str | None, owner: Customer | None = None) -> None:
        """Remove an address; its default marks go to the oldest one that is left."""
        customer, address = self._address(id_, owner)
        customer.addresses.remove(address)
        if customer.addresses:
            # Ids are compared as the database gives them: numbers here.
            heir = min(customer.addresses, key=lambda other: other.id)
            heir.billing = heir.billing or address.billing
            heir.shipping = heir.shipping or address.shipping
        self.note(customer, "CUSTOMER_ADDRESS_DELETED", by, {"address": address.country})

    def create_group(self, name: str, customers: Iterable[str]) -> Group:
        """Make a group, even if there is one of this name."""
        group = Group(id=self._next("group"), name=name)
        self.state.groups[group.id] = group
        self.add_to_group(str(group.id), customers, by="1")
        return group

    def group(self, id_: str) -> Group:
        """One group.

        Raises:
            Refused: With ENTITY_NOT_FOUND.
        """
        found = self.state.groups.get(int(id_)) if id_.isdecimal() else None
        if found is None:
            raise _missing("CustomerGroup", id_)
        return found

    def add_to_group(self, id_: str, customers: Iterable[str], *, by: str | None) -> Group:
        """Add those who are not in it; whoever is not there at all is passed over in silence. No time stamp moves."""
        group = self.group(id_)
        for customer in self._those(customers):
            if group.id not in customer.groups:
                customer.groups.append(group.id)
                self.note(customer, "CUSTOMER_ADDED_TO_GROUP", by, {"groupName": group.name})
        return group

    def remove_from_group(self, id_: str, customers: Iterable[str], *, by: str | None) -> Group:
        """Remove those who are in it.

        Raises:
            Refused: If one of them is not.
        """
        group = self.group(id_)
        those = self._those(customers)
        if any(group.id not in customer.groups for customer in those):
            raise Refused("USER_INPUT_ERROR", "Customer does not belong to this CustomerGroup")
        for customer in those:
            customer.groups.remove(group.id)
            self.note(customer, "CUSTOMER_REMOVED_FROM_GROUP", by, {"groupName": group.name})
        return group

    def delete_group(self, id_: str) -> None:
        """Remove a group and everybody's membership."""
        group = self.group(id_)
        del self.state.groups[group.id]
        for customer in self.state.customers.values():
            customer.groups = [member for member in customer.groups if member != group.id]

    def may_log_in(self, email: str, password: str) -> User | str:
        """The user, or the reason of a refusal as the shopper sees it."""
        wanted = normal_email(email)
        user = next((u for u in self.state.users.values() if u.identifier == wanted and not u.deleted), None)
        if user is None or not password or user.password != password:
            return ""
        return "This account is blocked." if self.refuses(user) else user

    def refuses(self, user: User) -> bool:
        """Whether the plugin keeps this user out."""
        customer = next((one for one in self.customers() if one.user == user.id), None)
        status = customer.custom.get("status") if customer else None
        return self.setup.refuses_blocked and bool(status and status.startswith("blocked-"))

    def note(self, customer: Customer, type_: str, by: str | None, data: dict[str, Any]) -> None:
        """Add to a customer's history."""
        entry = HistoryEntry(id=self._next("history"), type=type_, created=self.stamp(), administrator=by, data=data)
        customer.history.append(entry)

    def _those(self, ids: Iterable[str]) -> list[Customer]:
        wanted = set(ids)
        return [customer for customer in self.customers() if str(customer.id) in wanted]

    def _address(self, id_: str, owner: Customer | None) -> tuple[Customer, Address]:
        for customer in self.customers():
            for address in customer.addresses:
                if str(address.id) == id_ and (owner is None or owner is customer):
                    return customer, address
        if owner is not None:
            raise Refused("FORBIDDEN", "You are not currently authorized to perform this action")
        raise _missing("Address", id_)

    def _mark(self, customer: Customer, address: Address, given: Mapping[str, Any]) -> None:
        """Set or take the default marks; setting one takes it from all others."""
        for name, attribute in (("defaultBillingAddress", "billing"), ("defaultShippingAddress", "shipping")):
            if given.get(name) is None:
                continue
            setattr(address, attribute, given[name])
            if given[name]:
                for other in customer.addresses:
                    if other is not address:
                        setattr(other, attribute, False)

    def _country(self, code: str) -> str:
        if not any(country.code == code for country in self.state.countries):
            raise Refused("USER_INPUT_ERROR", f'The countryCode "{code}" was not recognized')
        return code

    def _custom(
        self, fields: Iterable[CustomField], given: Mapping[str, Any] | None, *, new: bool
    ) -> dict[str, str | None]:
        values: dict[str, str | None] = {}
        for field in fields:
            if given is None or field.name not in given:
                if new:
                    values[field.name] = field.default
                continue
            value = given[field.name]
            if value is None and not field.nullable:
                if not new:
                    raise Refused("USER_INPUT_ERROR", f'The custom field "{field.name}" value cannot be set to null')
                value = field.default
            if value is not None and field.options and value not in field.options:
                valid = ", ".join(f"'{option}'" for option in field.options)
                message = f'The custom field "{field.name}" value ["{value}"] is invalid. Valid options are [{valid}]'
                raise Refused("USER_INPUT_ERROR", message)
            values[field.name] = value
        return values

    def _next(self, kind: str) -> int:
        self.state.last_ids[kind] = self.state.last_ids.get(kind, 0) + 1
        return self.state.last_ids[kind]
