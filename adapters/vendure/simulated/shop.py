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
    Country,
    Customer,
    CustomField,
    HistoryEntry,
    Setup,
    State,
    User,
)

__all__ = ["EMAIL_CONFLICT", "Shop", "error_result", "normal_email"]

PASSWORD_LENGTHS: Final = range(4, 73)

_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+\Z")
_PROFILE: Final = ("title", "firstName", "lastName", "phoneNumber", "emailAddress")


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


def missing(kind: str, id_: str) -> Refused:
    return Refused("ENTITY_NOT_FOUND", f'No {kind} with the id "{id_}" could be found')


def not_null() -> Refused:
    """What comes of ``null`` for a column that takes none: nobody foresaw it, so the error has no code."""
    return Refused("", "SqliteError: NOT NULL constraint failed")


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
            raise missing("Customer", id_)
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
        custom = self.custom(self.setup.customer_fields, given.get("customFields"), new=True)
        if password and len(password) not in PASSWORD_LENGTHS:
            # The real resolver does not expect this result: an error without a code, and nothing is stored.
            raise Refused("", 'Unexpected error value: { __typename: "PasswordValidationError", … }')
        values = {name: given.get(name) for name in _PROFILE} | {"emailAddress": email}
        customer = self._new(values, custom)
        self._give_user(customer, password)
        self.note(customer, "CUSTOMER_REGISTERED", by, {"strategy": "native"})
        self.note(customer, "CUSTOMER_VERIFIED", by, {"strategy": "native"})
        return customer

    def register(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Let a shopper make an account; who is known already changes nothing and is told nothing.

        A password that is refused leaves a guest behind: the customer is made before the password is looked at, and
        an error result does not undo it.
        """
        password = given.get("password")
        if not password:
            return error_result("MissingPasswordError", "MISSING_PASSWORD_ERROR", "A password must be provided.")
        email = normal_email(given["emailAddress"])
        customer = self.by_email(email)
        if customer is not None and customer.user is not None:
            return {"__typename": "Success", "success": True}
        values = {name: given.get(name) or "" for name in _PROFILE} | {"emailAddress": email}
        if customer is None:
            custom = self.custom(self.setup.customer_fields, given.get("customFields"), new=True)
            customer = self._new(values, custom)
        else:
            self._patch(customer, values, self.custom(self.setup.customer_fields, given.get("customFields"), new=False))
        self.note(customer, "CUSTOMER_REGISTERED", None, {"strategy": "native"})
        if len(password) not in PASSWORD_LENGTHS:
            return error_result("PasswordValidationError", "PASSWORD_VALIDATION_ERROR", "Password is invalid")
        self._give_user(customer, password)
        self.note(customer, "CUSTOMER_VERIFIED", None, {"strategy": "native"})
        return {"__typename": "Success", "success": True}

    def update_customer(self, id_: str, given: Mapping[str, Any], *, by: str | None) -> Customer | dict[str, Any]:
        """Change what is given; the time stamp moves only if anything did change."""
        customer = self.customer(id_)
        custom = self.custom(self.setup.customer_fields, given.get("customFields"), new=False)
        values = {name: given[name] for name in _PROFILE if name in given}
        if any(values.get(name, "") is None for name in ("firstName", "lastName", "emailAddress")):
            raise not_null()
        if "emailAddress" in values:
            values["emailAddress"] = email = normal_email(values["emailAddress"])
            holder = self.by_email(email)
            if holder is not None and holder.id != customer.id:
                return EMAIL_CONFLICT
            if customer.user is not None:
                self.state.users[customer.user].identifier = email
        self._patch(customer, values, custom)
        self.note(customer, "CUSTOMER_DETAIL_UPDATED", by, {"input": dict(given)})
        return customer

    def delete_customer(self, id_: str) -> None:
        """Hide a customer everywhere and end the log-in; the e-mail is free again."""
        customer = self.customer(id_)
        customer.deleted = True
        if customer.user is not None:
            self.state.users[customer.user].deleted = True

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
        entry = HistoryEntry(id=self.next_id("history"), type=type_, created=self.stamp(), administrator=by, data=data)
        customer.history.append(entry)

    def _new(self, values: dict[str, Any], custom: dict[str, str | None]) -> Customer:
        stamp = self.stamp()
        customer = Customer(id=self.next_id("customer"), created=stamp, updated=stamp, values=values, custom=custom)
        self.state.customers[customer.id] = customer
        return customer

    def _give_user(self, customer: Customer, password: str | None) -> None:
        user = User(id=self.next_id("user"), identifier=customer.values["emailAddress"], password=password or None)
        self.state.users[user.id] = user
        customer.user = user.id

    def _patch(self, customer: Customer, values: Mapping[str, Any], custom: Mapping[str, str | None]) -> None:
        """Change a customer; the time stamp moves only if anything did change."""
        before = (dict(customer.values), dict(customer.custom))
        customer.values.update(values)
        customer.custom.update(custom)
        if before != (customer.values, customer.custom):
            customer.updated = self.stamp()

    def custom(
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

    def next_id(self, kind: str) -> int:
        """An id that no other thing of this kind has had."""
        self.state.last_ids[kind] = self.state.last_ids.get(kind, 0) + 1
        return self.state.last_ids[kind]
