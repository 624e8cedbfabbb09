"""What does a connection to an Abicart shop have in its configuration?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from syncd.domain.encoding import usable
from syncd.errors import Misconfigured
from syncd.ports import Secret
from syncd.sentence import Sentence

__all__ = ["CSV_COLUMNS", "PROPERTIES", "Options", "verify"]

PROPERTIES: Final[Mapping[str, str]] = {
    "uid": "/uid",
    "changed": "/changed",
    "number": "/customerNumber",
    "username": "/username",
    "password": "/password",
    "approved": "/isApproved",
    "newsletter": "/wantsNewsletter",
    "notes": "/notes",
    "groups": "/groups",
    "email": "/info/email",
    "phone_day": "/info/phoneDay",
    "phone_evening": "/info/phoneEvening",
    "org_number": "/info/orgNumber",
    "vat_number": "",
    "company": "/address/company",
    "first_name": "/address/firstName",
    "last_name": "/address/lastName",
    "street": "/address/address",
    "postal_code": "/address/zip",
    "city": "/address/city",
    "country": "/address/country",
    "delivery_company": "/deliveryAddress/company",
    "delivery_first_name": "/deliveryAddress/firstName",
    "delivery_last_name": "/deliveryAddress/lastName",
    "delivery_street": "/deliveryAddress/address",
    "delivery_postal_code": "/deliveryAddress/zip",
    "delivery_city": "/deliveryAddress/city",
    "delivery_country": "/deliveryAddress/country",
}
"""JSON pointer into the class Customer by what it holds. Abicart publishes no list of that class's properties, so each
of these can be another one, or none (``""``); a shop's own schema decides."""

_POINTERS: Final = Sentence(
    "JSON pointer into a customer, or empty for none, of: %(names)s.", names=", ".join(sorted(PROPERTIES))
)

REQUIRED: Final = frozenset({"uid", "changed", "company", "first_name", "last_name", "email", "groups"})

CSV_COLUMNS: Final = (
    "first_name last_name email company org_number street postal_code city country phone_day phone_evening groups "
    "username"
).split()
"""The columns of an export file whose order is known; more may follow."""

_POINTER: Final = "^((/[A-Za-z_][A-Za-z0-9_]*){1,2})?$"

Pointer = Annotated[str, Meta(pattern=_POINTER)]

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """Options of a connection to one shop."""

    url: Annotated[str, Meta(pattern="^https?://", description="Address of the JSON-RPC interface, with its path.")] = (
        "https://admin.abicart.se/backend/jsonrpc/v1/"
    )
    webshop: Annotated[int, Meta(ge=1, description="Number of the shop.")]
    token: Annotated[Secret, Meta(description="Persistent token of an administrator, made by AuthToken.create.")] = (
        Secret("")
    )
    username: Annotated[str, Meta(description="Administrator to log in as, where there is no persistent token.")] = ""
    password: Annotated[Secret, Meta(description="That administrator's password.")] = Secret("")
    auth_in: Annotated[
        Literal["query", "cookie"], Meta(description="How the token is sent; a cookie stays out of proxies' logs.")
    ] = "query"
    language: Annotated[str, Meta(pattern="^[a-z]{2}$", description="Language of group names, ISO 639-1.")] = "sv"
    timezone: Annotated[str, Meta(description="Zone of times that the shop states without one.")] = "Europe/Stockholm"
    properties: Annotated[
        Mapping[str, Pointer],
        Meta(description=str(_POINTERS), extra={"meaning": _POINTERS}),
    ] = {}
    custom: Annotated[
        Mapping[str, Annotated[str, Meta(pattern="^/[A-Za-z_][A-Za-z0-9_]*$")]],
        Meta(description="JSON pointer of a text property by name of a custom field, e.g. language = /language."),
    ] = {}
    address_is: Annotated[
        Literal["main", "invoice"], Meta(description="Which of a contractor's addresses the customer's own one is.")
    ] = "main"
    swedish_numbers: Annotated[
        Literal["as_typed", "vat"],
        Meta(description="Tax id of a Swedish company: its organisation number, or the VAT number made of it."),
    ] = "as_typed"
    newsletter_unticked: Annotated[
        Literal["no", "unknown"], Meta(description="Whether an empty tick says no, or that nobody was asked.")
    ] = "no"
    approve_new: Annotated[
        bool, Meta(description="Whether a new customer of whom nobody has said it is an approved buyer.")
    ] = True
    username_from_email: Annotated[
        bool, Meta(description="New customers without a username get their e-mail, to set a password by.")
    ] = True
    blocked_group: Annotated[
        str, Meta(description="Customer group of approved buyers whom the ERP blocked; empty: syncd blocks nobody.")
    ] = "ERP blocked"
    blocked_unapproved_group: Annotated[
        str, Meta(min_length=1, description="The same for those who were no approved buyers before.")
    ] = "ERP blocked, not approved"
    block_scrambles_password: Annotated[
        bool, Meta(description="A block also sets a random password; the customer can have it reset by mail.")
    ] = False
    create_groups: Annotated[bool, Meta(description="Create a customer group that the shop lacks.")] = True
    changed_since: Annotated[
        str,
        Meta(
            pattern="^[A-Za-z]*$",
            description="Filter operator for 'not before', if the shop is known to have one; empty: times are listed.",
        ),
    ] = ""
    page_size: Annotated[int, Meta(ge=2, le=500, description="Customers on one page of a read.")] = 500
    overlap_seconds: Annotated[
        int, Meta(ge=1, description="How far an incremental read looks back behind the last one.")
    ] = 600
    csv_export: Annotated[
        str, Meta(description="Export file of all customers that the very first read takes most from; empty: none.")
    ] = ""
    csv_columns: Annotated[
        tuple[str, ...], Meta(description="What the file's columns hold, in order, as in properties; empty: skipped.")
    ] = tuple(CSV_COLUMNS)
    csv_header: Annotated[bool, Meta(description="The file's first line names the columns.")] = False
    csv_delimiter: Annotated[str, Meta(min_length=1, max_length=1, description="What separates its columns.")] = ";"
    csv_encoding: Annotated[str, Meta(description="Its code page if it is not UTF-8.")] = "cp1252"

    @cached_property
    def pointers(self) -> dict[str, str]:
        """Pointers by what they hold; only those that this shop has."""
        return {key: pointer for key, pointer in {**PROPERTIES, **self.properties}.items() if pointer}

    @property
    def blocks(self) -> bool:
        """Whether syncd can block here at all: by approval and a group that remembers it."""
        return bool(self.blocked_group and "approved" in self.pointers)


def verify(options: Options, connection: str) -> None:
    """Check what spans several options.

    Raises:
        Misconfigured: Naming the connection and the option.
    """
    fault = _fault(options)
    if fault is not None:
        field, problem, cure = fault
        raise Misconfigured(
            Sentence("connection %(connection)s: %(problem)s", connection=connection, problem=problem),
            field=field,
            cure=cure,
        )


def _fault(options: Options) -> tuple[str, Sentence, Sentence] | None:
    """Option, problem and cure of what is wrong first."""
    address = urlsplit(options.url)
    if address.scheme == "http" and address.hostname not in _LOOPBACK:
        return (
            "url",
            Sentence("option url is not https, and the token would travel readably"),
            Sentence("Give the address with https://."),
        )
    if address.query or address.username:
        return (
            "url",
            Sentence("option url has a query or a user in it"),
            Sentence("Give the address alone; syncd adds shop and token."),
        )
    if not options.token and not (options.username and options.password):
        cure = Sentence("Make a token by AuthToken.create after Admin.login, and give it as token.")
        return "token", Sentence("neither token nor username and password are given"), cure
    unknown = sorted(set(options.properties) - set(PROPERTIES))
    if unknown:
        return (
            "properties",
            Sentence("option properties names %(names)s", names=", ".join(unknown)),
            Sentence("Known are: %(names)s.", names=", ".join(PROPERTIES)),
        )
    lacking = sorted(REQUIRED - set(options.pointers))
    if lacking:
        return (
            "properties",
            Sentence("option properties leaves out %(names)s", names=", ".join(lacking)),
            Sentence("Name the shop's property for it."),
        )
    deep = [key for key in ("uid", "groups") if options.pointers[key].count("/") > 1]
    if deep:
        return (
            "properties",
            Sentence("option properties has %(names)s inside of an object", names=", ".join(deep)),
            Sentence("It is one of its own."),
        )
    if options.blocked_group == options.blocked_unapproved_group:
        return (
            "blocked_group",
            Sentence("both groups of blocked customers have one name"),
            Sentence("They tell who was approved before."),
        )
    return _fault_of_values(options)


def _fault_of_values(options: Options) -> tuple[str, Sentence, Sentence] | None:
    try:
        ZoneInfo(options.timezone)
    except (KeyError, ValueError):
        return (
            "timezone",
            Sentence("option timezone is none that is known here"),
            Sentence("For example Europe/Stockholm."),
        )
    if not usable(options.csv_encoding):
        return (
            "csv_encoding",
            Sentence("option csv_encoding is not one that syncd reads"),
            Sentence("For example cp1252 or utf-8."),
        )
    strange = sorted(set(options.csv_columns) - set(PROPERTIES) - {""})
    if strange:
        return (
            "csv_columns",
            Sentence("option csv_columns names %(names)s", names=", ".join(strange)),
            Sentence("Known are: %(names)s.", names=", ".join(PROPERTIES)),
        )
    return None
