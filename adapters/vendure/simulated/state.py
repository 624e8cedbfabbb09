"""What does a simulated Vendure shop hold?"""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

__all__ = ["Address", "Country", "CustomField", "Customer", "Group", "HistoryEntry", "Setup", "State", "User"]


class CustomField(msgspec.Struct, frozen=True, kw_only=True):
    """A field that the shop's owner added to a type; text, as all that matter here.

    Attributes:
        public: Whether the Shop API shows it and shoppers write it.
        options: The only values that are taken, if any are given.
    """

    name: str
    public: bool = True
    nullable: bool = True
    default: str | None = None
    options: tuple[str, ...] = ()


_STATUSES = ("active", "blocked-by-erp", "blocked-by-shop")


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """How the shop's owner set it up.

    Attributes:
        countries: Codes of the countries listed. Some of them may be disabled; Vendure takes those all the same.
        bearer: Whether a log-in hands out its token in a header; without, in a cookie only.
        refuses_blocked: Whether a plugin keeps customers with a blocked status from logging in.
        api_key: The key made for syncd.
        permissions: What that key's role may do; an administrator may do everything.
    """

    customer_fields: tuple[CustomField, ...] = (
        CustomField(name="vatNumber"),
        CustomField(name="companyName"),
        CustomField(name="erpCode", public=False),
        CustomField(name="status", public=False, nullable=False, default="active", options=_STATUSES),
    )
    address_fields: tuple[CustomField, ...] = ()
    countries: tuple[str, ...] = tuple("PL DE FR GB NO US AT BE CZ ES IT NL SE SK UA".split())
    bearer: bool = True
    refuses_blocked: bool = False
    admin: str = "superadmin"
    password: str = msgspec.field(default_factory=lambda: secrets.token_urlsafe(12))
    api_key: str = msgspec.field(default_factory=lambda: f"{secrets.token_hex(12)}:{secrets.token_hex(32)}")
    permissions: frozenset[str] = frozenset(
        "ReadCustomer CreateCustomer UpdateCustomer DeleteCustomer ReadCustomerGroup CreateCustomerGroup "
        "UpdateCustomerGroup ReadCountry".split()
    )


class User(msgspec.Struct, kw_only=True):
    """A log-in of a customer."""

    id: int
    identifier: str
    password: str | None = None
    deleted: bool = False


class Address(msgspec.Struct, kw_only=True):
    """One entry of an address book.

    Attributes:
        written: Grows with each write; a database without an order gives the last written row last.
    """

    id: int
    written: int
    values: dict[str, Any]
    country: str
    billing: bool = False
    shipping: bool = False


class HistoryEntry(msgspec.Struct, kw_only=True):
    """What happened to a customer; `administrator` is ``None`` for what a shopper did."""

    id: int
    type: str
    created: str
    administrator: str | None
    data: dict[str, Any]


class Customer(msgspec.Struct, kw_only=True):
    """A customer; times are in whole seconds, as SQLite and MySQL keep them."""

    id: int
    created: str
    updated: str
    deleted: bool = False
    values: dict[str, Any]
    custom: dict[str, str | None]
    user: int | None = None
    groups: list[int] = []
    addresses: list[Address] = []
    history: list[HistoryEntry] = []


class Group(msgspec.Struct, kw_only=True):
    """A customer group; two may have one name."""

    id: int
    name: str


class Country(msgspec.Struct, kw_only=True):
    """A country that the shop lists."""

    id: int
    code: str


class State(msgspec.Struct, kw_only=True):
    """Everything that outlives the process.

    Attributes:
        last_ids: The last id given, by kind of thing.
    """

    customers: dict[int, Customer] = {}
    users: dict[int, User] = {}
    groups: dict[int, Group] = {}
    countries: list[Country] = []
    last_ids: dict[str, int] = {}
