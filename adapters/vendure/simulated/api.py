"""What do the Admin API and the Shop API of a simulated shop answer, and to whom?"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

from adapters.vendure.simulated import addresses, groups
from adapters.vendure.simulated.execution import Answer, Refused, Resolver, execute
from adapters.vendure.simulated.lists import listed
from adapters.vendure.simulated.schema import admin_schema, shop_schema
from adapters.vendure.simulated.shop import EMAIL_CONFLICT, Shop, error_result, normal_email
from adapters.vendure.simulated.state import Address, Customer, User

__all__ = ["Apis", "forbidden"]

TOKEN_HEADER: Final = "vendure-auth-token"  # noqa: S105 - the header's name
API_KEY_HEADER: Final = "vendure-api-key"
ADMINISTRATOR: Final = "1"
EVERYTHING: Final = frozenset({"everything"})

_NEEDS: Final[Mapping[str, frozenset[str]]] = {
    "Query.customers": frozenset({"ReadCustomer"}),
    "Query.customer": frozenset({"ReadCustomer"}),
    "Query.customerGroups": frozenset({"ReadCustomer", "ReadCustomerGroup"}),
    "Query.countries": frozenset({"ReadSettings", "ReadCountry"}),
    "Mutation.createCustomer": frozenset({"CreateCustomer"}),
    "Mutation.updateCustomer": frozenset({"UpdateCustomer"}),
    "Mutation.deleteCustomer": frozenset({"DeleteCustomer"}),
    "Mutation.createCustomerAddress": frozenset({"CreateCustomer"}),
    "Mutation.updateCustomerAddress": frozenset({"UpdateCustomer"}),
    "Mutation.deleteCustomerAddress": frozenset({"DeleteCustomer"}),
    "Mutation.createCustomerGroup": frozenset({"CreateCustomerGroup"}),
    "Mutation.addCustomersToGroup": frozenset({"UpdateCustomerGroup"}),
    "Mutation.removeCustomersFromGroup": frozenset({"UpdateCustomerGroup"}),
    "Mutation.deleteCustomerGroup": frozenset({"DeleteCustomerGroup"}),
}
"""Permissions of which a caller of the Admin API needs one, by field."""


def forbidden() -> Refused:
    """The answer to whoever is not logged in, whose session ended, or who lacks a permission: always the same."""
    return Refused("FORBIDDEN", "You are not currently authorized to perform this action")


class Apis:
    """Both APIs of one shop, with the sessions of whoever is logged in. Thread-safe."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._admin = admin_schema(shop.setup)
        self._shop = shop_schema(shop.setup)
        self._admins: set[str] = set()
        self._shoppers: dict[str, int] = {}

    def forget_sessions(self) -> None:
        """End every session; API keys live on."""
        with self.shop.lock:
            self._admins.clear()
            self._shoppers.clear()

    def admin(self, body: Any, headers: Mapping[str, str]) -> tuple[Answer, dict[str, str]]:
        """Answer a request to the Admin API, and the headers to send with it."""
        new: dict[str, str] = {}
        with self.shop.lock:
            allowed = self._permissions(headers)
            resolvers = {name: _guarded(name, call, allowed) for name, call in self._admin_calls().items()}
            resolvers["Mutation.login"] = lambda given: self._admin_log_in(given, new)
            resolvers["Mutation.logout"] = lambda _given: self._log_out(headers)
            return execute(self._admin, resolvers, body), new

    def shopper(self, body: Any, headers: Mapping[str, str]) -> tuple[Answer, dict[str, str]]:
        """Answer a request to the Shop API, and the headers to send with it."""
        new: dict[str, str] = {}
        with self.shop.lock:
            user = self._shopper(headers)
            resolvers = self._shop_calls(user)
            resolvers["Mutation.login"] = lambda given: self._shop_log_in(given, new)
            resolvers["Mutation.logout"] = lambda _given: self._log_out(headers)
            return execute(self._shop, resolvers, body), new

    def _permissions(self, headers: Mapping[str, str]) -> frozenset[str]:
        token = _bearer(headers)
        if token:
            # A token counts even beside a good key.
            return EVERYTHING if token in self._admins else frozenset()
        key = headers.get(API_KEY_HEADER, "")
        return self.shop.setup.permissions if secrets.compare_digest(key, self.shop.setup.api_key) else frozenset()

    def _shopper(self, headers: Mapping[str, str]) -> User | None:
        user = self.shop.state.users.get(self._shoppers.get(_bearer(headers), 0))
        return None if user is None or user.deleted or self.shop.refuses(user) else user

    def _admin_log_in(self, given: Mapping[str, Any], new: dict[str, str]) -> dict[str, Any]:
        setup = self.shop.setup
        if (given["username"], given["password"]) != (setup.admin, setup.password):
            return _invalid_credentials("")
        self._admins.add(self._token(new))
        return {"__typename": "CurrentUser", "id": ADMINISTRATOR, "identifier": setup.admin}

    def _shop_log_in(self, given: Mapping[str, Any], new: dict[str, str]) -> dict[str, Any]:
        user = self.shop.may_log_in(given["username"], given["password"])
        if isinstance(user, str):
            return _invalid_credentials(user)
        self._shoppers[self._token(new)] = user.id
        return {"__typename": "CurrentUser", "id": str(user.id), "identifier": user.identifier}

    def _token(self, new: dict[str, str]) -> str:
        token = secrets.token_hex(32)
        if self.shop.setup.bearer:
            new[TOKEN_HEADER] = token
        return token

    def _log_out(self, headers: Mapping[str, str]) -> dict[str, Any]:
        self._admins.discard(_bearer(headers))
        self._shoppers.pop(_bearer(headers), None)
        return {"success": True}

    def _admin_calls(self) -> dict[str, Resolver]:
        shop, by = self.shop, ADMINISTRATOR
        return {
            "Query.customers": lambda given: self._listing(shop.customers(), given, _customer_value, self._customer),
            "Query.customer": lambda given: self._customer(self._or_none(given["id"])),
            "Query.customerGroups": lambda given: self._listing(shop.state.groups.values(), given, _value, _group),
            "Query.countries": lambda given: self._listing(shop.state.countries, given, _value, _country),
            "Query.me": lambda _given: {"id": ADMINISTRATOR, "identifier": shop.setup.admin},
            "Mutation.createCustomer": lambda given: self._result(
                shop.create_customer(given["input"], password=given.get("password"), by=by)
            ),
            "Mutation.updateCustomer": lambda given: self._result(
                shop.update_customer(given["input"]["id"], _without_id(given["input"]), by=by)
            ),
            "Mutation.deleteCustomer": lambda given: _deleted(shop.delete_customer, given["id"]),
            "Mutation.createCustomerAddress": lambda given: _address(
                addresses.create(shop, given["customerId"], given["input"], by=by)
            ),
            "Mutation.updateCustomerAddress": lambda given: _address(addresses.update(shop, given["input"], by=by)),
            "Mutation.deleteCustomerAddress": lambda given: self._delete_address(given, by, None),
            "Mutation.createCustomerGroup": lambda given: _group(
                groups.create(shop, given["input"]["name"], given["input"].get("customerIds") or ())
            ),
            "Mutation.addCustomersToGroup": lambda given: _group(
                groups.add(shop, given["customerGroupId"], given["customerIds"], by=by)
            ),
            "Mutation.removeCustomersFromGroup": lambda given: _group(
                groups.remove(shop, given["customerGroupId"], given["customerIds"], by=by)
            ),
            "Mutation.deleteCustomerGroup": lambda given: _deleted(lambda id_: groups.delete(shop, id_), given["id"]),
        }

    def _shop_calls(self, user: User | None) -> dict[str, Resolver]:
        shop = self.shop
        me = next((one for one in shop.customers() if user and one.user == user.id), None)

        def mine(call: Callable[[Customer, Mapping[str, Any]], Any]) -> Resolver:
            def checked(given: Mapping[str, Any]) -> Any:
                if me is None:
                    raise forbidden()
                return call(me, given)

            return checked

        return {
            "Query.activeCustomer": lambda _given: self._customer(me),
            "Query.me": mine(lambda one, _given: {"id": str(one.user), "identifier": one.values["emailAddress"]}),
            "Mutation.registerCustomerAccount": lambda given: shop.register(given["input"]),
            "Mutation.updateCustomer": mine(
                lambda one, given: self._result(shop.update_customer(str(one.id), given["input"], by=None))
            ),
            "Mutation.createCustomerAddress": mine(
                lambda one, given: _address(addresses.create(shop, str(one.id), given["input"], by=None))
            ),
            "Mutation.updateCustomerAddress": mine(
                lambda one, given: _address(addresses.update(shop, given["input"], by=None, owner=one))
            ),
            "Mutation.deleteCustomerAddress": mine(lambda one, given: self._delete_address(given, None, one)),
            "Mutation.requestUpdateCustomerEmailAddress": mine(self._change_email),
        }

    def _change_email(self, me: Customer, given: Mapping[str, Any]) -> dict[str, Any]:
        user = self.shop.may_log_in(me.values["emailAddress"], given["password"])
        if isinstance(user, str):
            return _invalid_credentials(user)
        email = normal_email(given["newEmailAddress"])
        if self.shop.by_email(email) is not None:
            return EMAIL_CONFLICT
        data = {"oldEmailAddress": me.values["emailAddress"], "newEmailAddress": email}
        user.identifier = me.values["emailAddress"] = email
        me.updated = self.shop.stamp()
        self.shop.note(me, "CUSTOMER_EMAIL_UPDATE_REQUESTED", None, data)
        self.shop.note(me, "CUSTOMER_EMAIL_UPDATE_VERIFIED", None, data)
        return {"__typename": "Success", "success": True}

    def _delete_address(self, given: Mapping[str, Any], by: str | None, owner: Customer | None) -> dict[str, Any]:
        addresses.delete(self.shop, given["id"], by=by, owner=owner)
        return {"success": True}

    def _or_none(self, id_: str) -> Customer | None:
        found = self.shop.state.customers.get(int(id_)) if id_.isdecimal() else None
        return None if found is None or found.deleted else found

    def _result(self, made: Customer | dict[str, Any]) -> dict[str, Any] | None:
        return made if isinstance(made, dict) else self._customer(made)

    def _listing(
        self, items: Any, given: Mapping[str, Any], value: Callable[[Any, str], Any], show: Callable[[Any], Any]
    ) -> dict[str, Any]:
        page, total = listed(items, given.get("options"), value)
        return {"items": [show(item) for item in page], "totalItems": total}

    def _customer(self, customer: Customer | None) -> dict[str, Any] | None:
        if customer is None:
            return None
        groups, users = self.shop.state.groups, self.shop.state.users
        user = users.get(customer.user or 0)
        return {
            "__typename": "Customer",
            "id": str(customer.id),
            "createdAt": customer.created,
            "updatedAt": customer.updated,
            **customer.values,
            "customFields": dict(customer.custom),
            "user": user and {"id": str(user.id), "identifier": user.identifier, "verified": True},
            "groups": lambda _given: [_group(groups[id_]) for id_ in customer.groups],
            "addresses": lambda _given: [_address(one) for one in sorted(customer.addresses, key=lambda a: a.written)],
            "history": lambda given: self._listing(customer.history, given, _value, _entry),
        }


def _guarded(name: str, call: Resolver, allowed: frozenset[str]) -> Resolver:
    needs = _NEEDS.get(name)

    def checked(given: Mapping[str, Any]) -> Any:
        if not allowed or not (allowed is EVERYTHING or needs is None or needs & allowed):
            raise forbidden()
        return call(given)

    return checked


def _bearer(headers: Mapping[str, str]) -> str:
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else ""


def _invalid_credentials(reason: str) -> dict[str, Any]:
    return error_result(
        "InvalidCredentialsError",
        "INVALID_CREDENTIALS_ERROR",
        "The provided credentials are invalid",
        authenticationError=reason,
    )


def _customer_value(customer: Customer, field: str) -> Any:
    own = {"id": customer.id, "createdAt": customer.created, "updatedAt": customer.updated}
    return {**customer.values, **customer.custom, **own}[field]


def _value(item: Any, field: str) -> Any:
    return getattr(item, field, None)


def _address(address: Address) -> dict[str, Any]:
    return {
        "id": str(address.id),
        **address.values,
        "country": {"id": address.country, "code": address.country, "name": address.country},
        "defaultBillingAddress": address.billing,
        "defaultShippingAddress": address.shipping,
    }


def _group(group: Any) -> dict[str, Any]:
    return {"id": str(group.id), "name": group.name}


def _country(country: Any) -> dict[str, Any]:
    return {"id": str(country.id), "code": country.code, "name": country.code}


def _entry(entry: Any) -> dict[str, Any]:
    by = entry.administrator
    shown = {"id": str(entry.id), "type": entry.type, "createdAt": entry.created, "data": entry.data}
    return {**shown, "administrator": by and {"id": by}}


def _without_id(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "id"}


def _deleted(delete: Callable[[str], None], id_: str) -> dict[str, Any]:
    delete(id_)
    return {"result": "DELETED", "message": None}
