"""What can a program have done to customers, one or many?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Endpoint
from syncd.console.customer.act import PLAIN
from syncd.console.customer.find import known_id
from syncd.errors import InvalidRecord
from syncd.sync import bulk
from syncd.sync.bulk import KINDS, Operation
from syncd.sync.bulk.counts import Affected

__all__ = ["ENDPOINTS"]

_BYTES = 2 * 1024 * 1024


class Bulk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done to whom.

    Attributes:
        operation: ``block``, ``unblock``, ``activate``, ``deactivate``, ``accept``, ``reject``, ``hold``, ``release``,
            ``group-add``, ``group-remove``, ``caretaker``, ``newsletter``, ``sync`` or ``reverify``.
        value: A group's name, a person's name, or ``yes`` or ``no``, where the operation takes one.
        note: For a yes to the newsletter: where and how it was said.
        codes: Customers by their codes; or `filter` and `q`, of which one is needed then and more than blanks.
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


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of everybody.

    Attributes:
        changing: How many customers would change.
        left_out: How many would not, by reason.
        samples: The first few that would change, field by field, then the first few that would not.
        needs_number: Whether ``number`` has to repeat how many are selected.
        reversible: Whether an undo of the runs takes it back.
    """

    selected: int
    changing: int
    left_out: dict[str, int]
    samples: list[Affected]
    warnings: list[str]
    needs_number: bool
    reversible: bool


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of the admins'; one that is joined is made if there is none."""

    group: Annotated[str, msgspec.Meta(min_length=1)]


class BulkDone(msgspec.Struct, frozen=True, kw_only=True):
    """What became of everybody; numbers add up to `selected`.

    Attributes:
        waiting: A limit holds the change until an admin approves it, or a worker is still about it.
        left_out: How many are left out, by reason.
        held: Runs that wait for an admin.
    """

    dry_run: bool
    selected: int
    changed: int
    waiting: int = 0
    left_out: dict[str, int] = {}
    failed: dict[str, int] = {}
    runs: list[int] = []
    held: list[int] = []


def _bulk(call: Call) -> BulkDone:
    asked: Bulk = call.body
    operation, ids = _opened(call)
    if asked.dry_run:
        seen = bulk.preview(call.app, operation, ids)
        return BulkDone(dry_run=True, selected=len(ids), changed=seen.changing, left_out=_plain(seen.left_out))
    return _carry_out(call, operation, ids, number=asked.number)


def _look(call: Call) -> Seen:
    seen = bulk.preview(call.app, *_opened(call))
    return Seen(
        selected=seen.selected,
        changing=seen.changing,
        left_out=_plain(seen.left_out),
        samples=list(seen.samples),
        warnings=list(seen.warnings),
        needs_number=seen.needs_number,
        reversible=seen.reversible,
    )


def _opened(call: Call) -> tuple[Operation, list[int]]:
    """What is to be done, and to whom."""
    asked: Bulk = call.body
    if bool(asked.codes) == bool(asked.filter.strip() or asked.q.strip()):
        raise InvalidRecord(
            "nobody is selected, or in two ways",
            code="value-unusable",
            field="codes",
            cure="Give `codes`, or `filter` and `q`.",
        )
    ids = bulk.ids_of(asked.codes) if asked.codes else bulk.ids_matching(call.app, asked.filter, asked.q)
    return bulk.open_operation(call.app, asked.operation, asked.value, note=asked.note, by=call.by), ids


def _act(name: str) -> Callable[[Call], BulkDone]:
    def act(call: Call) -> BulkDone:
        id_ = known_id(call.app, call.path["code"])
        # It is this customer that is meant: a block is placed beneath the ERP's as well.
        return _carry_out(call, bulk.open_operation(call.app, name, beneath=True, by=call.by), [id_])

    return act


def _join(call: Call) -> BulkDone:
    return _regroup(call, "group-add")


def _leave(call: Call) -> BulkDone:
    return _regroup(call, "group-remove")


def _regroup(call: Call, name: str) -> BulkDone:
    id_ = known_id(call.app, call.path["code"])
    return _carry_out(call, bulk.open_operation(call.app, name, call.body.group, by=call.by), [id_])


def _carry_out(call: Call, operation: Operation, ids: list[int], *, number: int | None = None) -> BulkDone:
    approved = call.visitor.role >= Role.ADMIN
    done = bulk.carry_out(call.app, operation, ids, by=call.by, number=number, approved=approved)
    return BulkDone(
        dry_run=False,
        selected=done.selected,
        changed=done.changed,
        waiting=done.waiting,
        left_out=_plain(done.left_out),
        failed=done.failed,
        runs=done.runs,
        held=done.held,
    )


def _plain(counted: dict[Any, int]) -> dict[str, int]:
    return {str(reason): number for reason, number in counted.items()}


_ONE = "/customers/{code}"
_EXAMPLE = {"operation": "block", "filter": "country:eq:BY"}
ENDPOINTS = (
    Endpoint(
        "POST", "/customers/bulk/preview", Role.OPERATOR, "Say what one thing would do to many customers.", _look, Seen,
        body=Bulk, example=_EXAMPLE, at_most=_BYTES, fleeting=True,
    ),
    Endpoint(
        "POST", "/customers/bulk", Role.OPERATOR,
        "Do one thing to many customers; what the ERP decides is never touched.", _bulk, BulkDone, body=Bulk,
        example={**_EXAMPLE, "dry_run": True}, at_most=_BYTES,
    ),
    *(Endpoint("POST", f"{_ONE}/{name}", Role.OPERATOR, KINDS[name].text, _act(name), BulkDone) for name in PLAIN),
    Endpoint(
        "POST", f"{_ONE}/groups/add", Role.OPERATOR, "Put a customer into a group of the admins'.", _join, BulkDone,
        body=Member, example={"group": "Wholesale"},
    ),
    Endpoint(
        "POST", f"{_ONE}/groups/remove", Role.OPERATOR, "Take a customer out of a group of the admins'.", _leave,
        BulkDone, body=Member, example={"group": "Wholesale"},
    ),
)  # fmt: skip
