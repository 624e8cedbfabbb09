"""What can a program ask about customers, and change of one?"""

from __future__ import annotations

from typing import Annotated

import msgspec
from sqlalchemy import Connection
from starlette.responses import Response

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Done, Endpoint, RunsMade
from syncd.console.asking import MOST
from syncd.console.connections.finding import connection_of
from syncd.console.customer.find import known_id
from syncd.console.exchange.cards import access_report_file, card_file, personal_data_file
from syncd.domain.code import id_of
from syncd.errors import InvalidRecord
from syncd.registry.engine import reading
from syncd.registry.merging import missing
from syncd.registry.queries.customer_list import Selection, page_behind, page_of, read_order, selection
from syncd.registry.queries.customer_rows import CustomerRow
from syncd.registry.queries.customers import Customer, find_customer
from syncd.registry.queries.history import Event, history
from syncd.sync.country_names import settle_country, unsettle_country
from syncd.sync.edit import edit_customer
from syncd.sync.explain import Explanation, explain, look_ahead
from syncd.sync.logins import let_log_in
from syncd.sync.pursue import erase_now
from syncd.sync.push_now import push_now

__all__ = ["ENDPOINTS"]


class CustomerQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which customers, in which order.

    Attributes:
        filter: As docs/reference/filters.md says: ``status:eq:blocked_by_erp AND country:eq:PL``.
        q: Part of a name, number, e-mail, tax number, phone or city, in any spelling.
        sort: Names of columns with commas between, ``-`` before one that is sorted from high to low.
        after: The ``after`` of the answer before: customers behind it in the order of their codes. Without `sort` and
            `page`; nobody is missed or repeated then, whatever changes meanwhile.
    """

    filter: str = ""
    q: str = ""
    sort: str = ""
    after: str = ""
    page: Annotated[int, msgspec.Meta(ge=1, le=MOST)] = 1
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class Customers(msgspec.Struct, frozen=True):
    """A page of customers.

    Attributes:
        total: How many there are on all pages; ``null`` where `after` was given: the first page has counted them.
        next: ``page`` of the one that follows; ``null`` where `after` was given.
        after: ``after`` for those that follow; ``null`` where none do, and of what is sorted otherwise.
    """

    items: list[CustomerRow]
    total: int | None
    next: int | None
    after: str | None


class HistoryQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far back."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class History(msgspec.Struct, frozen=True):
    """What happened to a customer, newest first."""

    items: list[Event]


class Edit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field and what it is to be."""

    field: str
    value: str


class Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The side that is to be told now."""

    connection: str


class CountryIs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the customer is: ISO 3166-1, or a name in any language that syncd reads."""

    country: str


class LogIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The employee by whose e-mail the customer logs in."""

    email: str


class Erase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The customer's code once more: one slip must not erase somebody else.

    Attributes:
        person: Keep only what is kept of persons: a sole trader is one.
    """

    meant: str
    person: bool = False


class ErasureBegun(msgspec.Struct, frozen=True):
    """The erasure that began; ``GET /erasures/{erasure_id}`` says how far it is."""

    erasure: int


def _list(call: Call) -> Customers:
    asked: CustomerQuery = call.query
    chosen = selection(asked.filter, asked.q, at=call.now)
    with reading(call.app.engine) as connection:
        if asked.after:
            return _go_on(connection, chosen, asked)
        page = page_of(connection, chosen, order=read_order(asked.sort), number=asked.page, size=asked.limit)
    rows = [] if asked.page > page.pages else page.rows
    more = asked.page < page.pages
    after = rows[-1].code if more and not asked.sort else None
    return Customers(rows, page.total, asked.page + 1 if more else None, after)


def _go_on(connection: Connection, chosen: Selection, asked: CustomerQuery) -> Customers:
    """Those behind a customer that was on the page before."""
    last = id_of(asked.after)
    if last is None or asked.sort or asked.page > 1:
        raise InvalidRecord(
            "`after` is the code of a customer, and stands without `sort` and `page`",
            code="value-unusable",
            field="after",
            cure="Take it from the answer before.",
        )
    rows, more = page_behind(connection, chosen, last, size=asked.limit)
    return Customers(rows, None, None, rows[-1].code if more else None)


def _show(call: Call) -> Customer:
    contractor_id = _id(call)
    with reading(call.app.engine) as connection:
        customer = find_customer(connection, contractor_id)
        if customer is None:
            raise missing(connection, contractor_id)
    return customer


def _history(call: Call) -> History:
    with reading(call.app.engine) as connection:
        return History(history(connection, _id(call), limit=call.query.limit))


def _explain(call: Call) -> Explanation:
    return explain(call.app, _id(call), ask_sides=False, by=call.by)


def _preview(call: Call) -> RunsMade:
    return RunsMade(look_ahead(call.app, _id(call), by=call.by))


def _edit(call: Call) -> RunsMade:
    return RunsMade(edit_customer(call.app, _id(call), call.body.field, call.body.value, by=call.by))


def _retry(call: Call) -> Done:
    push_now(call.app, _id(call), connection_of(call.app, call.body.connection), by=call.by)
    return Done("due")


def _settle(call: Call) -> Done:
    return Done(settle_country(call.app, _id(call), call.body.country, by=call.by))


def _unsettle(call: Call) -> Done:
    unsettle_country(call.app, _id(call), by=call.by)
    return Done(_show(call).zone)


def _let_log_in(call: Call) -> RunsMade:
    return RunsMade(let_log_in(call.app, _id(call), call.body.email, by=call.by))


def _erase(call: Call) -> ErasureBegun:
    asked: Erase = call.body
    return ErasureBegun(erase_now(call.app, _id(call), meant=asked.meant, by=call.by, as_person=asked.person))


def _card(call: Call) -> Response:
    return card_file(call.app, _id(call), call.reader.language)


def _access_report(call: Call) -> Response:
    return access_report_file(call.app, _id(call), call.reader.language, by=call.by)


def _personal_data(call: Call) -> Response:
    return personal_data_file(call.app, _id(call), by=call.by)


def _id(call: Call) -> int:
    return known_id(call.app, call.path["code"])


_ONE = "/customers/{code}"
_PDF = ("application/pdf",)
ENDPOINTS = (
    Endpoint("GET", "/customers", Role.VIEWER, "List customers by filter and search.", _list, Customers, CustomerQuery),
    Endpoint("GET", _ONE, Role.VIEWER, "Show a customer with how each side stands.", _show, Customer),
    Endpoint(
        "GET", f"{_ONE}/history", Role.VIEWER, "List what happened to a customer.", _history, History, HistoryQuery
    ),
    Endpoint(
        "GET", f"{_ONE}/explain", Role.VIEWER, "Say why a customer is as it is, and who set each field.", _explain,
        Explanation,
    ),
    Endpoint(
        "POST", f"{_ONE}/preview", Role.OPERATOR, "Ask every side, and make the plans of what a sync would do now.",
        _preview, RunsMade,
    ),
    Endpoint(
        "POST", f"{_ONE}/edit", Role.OPERATOR, "Set a field that no ERP decides.", _edit, RunsMade, body=Edit,
        example={"field": "caretaker", "value": "Anna"},
    ),
    Endpoint(
        "POST", f"{_ONE}/retry", Role.OPERATOR, "Tell one side now what waits to be told there.", _retry, Done,
        body=Told, example={"connection": "shop"},
    ),
    Endpoint(
        "POST", f"{_ONE}/country", Role.OPERATOR, "Say where a customer is, until its statements change.", _settle,
        Done, body=CountryIs, example={"country": "DE"},
    ),
    Endpoint(
        "POST", f"{_ONE}/country/undo", Role.OPERATOR, "Let a customer's own statements say again where it is.",
        _unsettle, Done,
    ),
    Endpoint(
        "POST", f"{_ONE}/default-login", Role.OPERATOR, "Make one employee the default log-in, and no other.",
        _let_log_in, RunsMade, body=LogIn, example={"email": "anna@firma.example"},
    ),
    Endpoint(
        "POST", f"{_ONE}/erase", Role.ADMIN, "Forget a customer here and at every side; it cannot be undone.", _erase,
        ErasureBegun, body=Erase, example={"meant": "K000231"},
    ),
    Endpoint("GET", f"{_ONE}/card", Role.VIEWER, "Print a customer's card.", _card, None, files=_PDF),
    Endpoint(
        "GET", f"{_ONE}/access-report", Role.OPERATOR, "Print everything that is stored about a customer.",
        _access_report, None, files=_PDF,
    ),
    Endpoint(
        "GET", f"{_ONE}/personal-data", Role.OPERATOR, "Tell everything that is stored about a customer.",
        _personal_data, None, files=("application/json",),
    ),
)  # fmt: skip
