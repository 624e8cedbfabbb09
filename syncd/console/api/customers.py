"""What can a program ask about customers, and have done to them?"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Endpoint, RunsMade
from syncd.domain.code import id_of
from syncd.errors import InvalidRecord, NotFound
from syncd.registry.engine import reading
from syncd.registry.queries.customer_list import page_of, read_order, selection
from syncd.registry.queries.customer_rows import CustomerRow
from syncd.registry.queries.customers import Customer, find_customer
from syncd.registry.queries.history import Event, history
from syncd.sync import bulk
from syncd.sync.edit import edit_customer

__all__ = ["ENDPOINTS"]

_BYTES = 2 * 1024 * 1024


class CustomerQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which customers, in which order.

    Attributes:
        filter: As docs/reference/filters.md says: ``status:eq:blocked_by_erp AND country:eq:PL``.
        q: Part of a name, number, e-mail, tax number, phone or city, in any spelling.
        sort: Names of columns with commas between, ``-`` before one that is sorted from high to low.
    """

    filter: str = ""
    q: str = ""
    sort: str = ""
    page: Annotated[int, msgspec.Meta(ge=1)] = 1
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class Customers(msgspec.Struct, frozen=True):
    """A page of customers.

    Attributes:
        total: How many there are on all pages.
        next: ``page`` of the one that follows.
    """

    items: list[CustomerRow]
    total: int
    next: int | None


class History(msgspec.Struct, frozen=True):
    """What happened to a customer, newest first."""

    items: list[Event]


class Edit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field and what it is to be."""

    field: str
    value: str


class Bulk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done to whom.

    Attributes:
        operation: ``block``, ``unblock``, ``activate``, ``deactivate``, ``accept``, ``reject``, ``hold``, ``release``,
            ``group-add``, ``group-remove``, ``caretaker``, ``newsletter``, ``sync`` or ``reverify``.
        value: A group's name, a person's name, or ``yes`` or ``no``, where the operation takes one.
        note: For a yes to the newsletter: where and how it was said.
        codes: Customers by their codes; or `filter` and `q`, of which one is needed then.
        number: How many there are, repeated; needed of more than 500.
        dry_run: Only say what would be done.
    """

    operation: str
    value: str = ""
    note: str = ""
    codes: tuple[str, ...] = ()
    filter: str = ""
    q: str = ""
    number: int | None = None
    dry_run: bool = False


class BulkDone(msgspec.Struct, frozen=True, kw_only=True):
    """What became of everybody; numbers add up to `selected`.

    Attributes:
        waiting: A limit holds the change until an admin approves it, or a worker is still about it.
        left_out: How many are left out, by reason.
    """

    dry_run: bool
    selected: int
    changed: int
    waiting: int = 0
    left_out: dict[str, int] = {}
    failed: dict[str, int] = {}
    runs: list[int] = []


def _list(call: Call) -> Customers:
    asked: CustomerQuery = call.query
    chosen = selection(asked.filter, asked.q, at=call.now)
    with reading(call.app.engine) as connection:
        page = page_of(connection, chosen, order=read_order(asked.sort), number=asked.page, size=asked.limit)
    beyond = asked.page > page.pages
    return Customers([] if beyond else page.rows, page.total, asked.page + 1 if asked.page < page.pages else None)


def _show(call: Call) -> Customer:
    contractor_id = _id(call)
    with reading(call.app.engine) as connection:
        customer = find_customer(connection, contractor_id)
    if customer is None:
        raise NotFound(f"there is no customer {call.path['code']}", code="not-found")
    return customer


def _history(call: Call) -> History:
    contractor_id = _id(call)
    with reading(call.app.engine) as connection:
        return History(history(connection, contractor_id))


def _edit(call: Call) -> RunsMade:
    _show(call)
    return RunsMade(edit_customer(call.app, _id(call), call.body.field, call.body.value, by=call.by))


def _bulk(call: Call) -> BulkDone:
    asked: Bulk = call.body
    if bool(asked.codes) == bool(asked.filter or asked.q):
        raise InvalidRecord(
            "nobody is selected, or in two ways",
            code="value-unusable",
            field="codes",
            cure="Give `codes`, or `filter` and `q`.",
        )
    ids = bulk.ids_of(asked.codes) if asked.codes else bulk.ids_matching(call.app, asked.filter, asked.q)
    operation = bulk.open_operation(call.app, asked.operation, asked.value, note=asked.note, by=call.by)
    if asked.dry_run:
        seen = bulk.preview(call.app, operation, ids)
        return BulkDone(dry_run=True, selected=len(ids), changed=seen.changing, left_out=_plain(seen.left_out))
    approved = call.visitor.role >= Role.ADMIN
    done = bulk.carry_out(call.app, operation, ids, by=call.by, number=asked.number, approved=approved)
    return BulkDone(
        dry_run=False,
        selected=done.selected,
        changed=done.changed,
        waiting=done.waiting,
        left_out=_plain(done.left_out),
        failed=done.failed,
        runs=done.runs,
    )


def _plain(counted: dict[Any, int]) -> dict[str, int]:
    return {str(reason): number for reason, number in counted.items()}


def _id(call: Call) -> int:
    found = id_of(call.path["code"])
    if found is None:
        raise NotFound("this is no customer code", code="not-found", field="code", cure="Codes look like K000231.")
    return found


_ONE = "/customers/{code}"
ENDPOINTS = (
    Endpoint("GET", "/customers", Role.VIEWER, "List customers by filter and search.", _list, Customers, CustomerQuery),
    Endpoint(
        "POST",
        "/customers/bulk",
        Role.OPERATOR,
        "Do one thing to many customers; what the ERP decides is never touched.",
        _bulk,
        BulkDone,
        body=Bulk,
        example={"operation": "block", "filter": "country:eq:BY", "dry_run": True},
        at_most=_BYTES,
    ),
    Endpoint("GET", _ONE, Role.VIEWER, "Show a customer with how each side stands.", _show, Customer),
    Endpoint("GET", f"{_ONE}/history", Role.VIEWER, "List what happened to a customer.", _history, History),
    Endpoint(
        "POST",
        f"{_ONE}/edit",
        Role.OPERATOR,
        "Set a field that no ERP decides.",
        _edit,
        RunsMade,
        body=Edit,
        example={"field": "caretaker", "value": "Anna"},
    ),
)
