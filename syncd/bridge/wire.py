"""How do the bridge protocol's bytes become records and contractors, and the other way round?

The wire carries syncd's own shape, so this maps little; it is strict instead, and names the field that is wrong.
docs/reference/bridge-protocol.md is the contract.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from syncd.domain.contractor import FIELDS, Contractor, restrict
from syncd.errors import InvalidRecord, RecordError, SyncError, Unstorable
from syncd.ports import Record, Rejected, Remote
from syncd.sentence import Sentence

__all__ = ["Listing", "differences", "explain", "listing_of", "records_of", "remote_of", "request_of"]


class Listing(msgspec.Struct, frozen=True):
    """One page, its items still bytes.

    Attributes:
        next: What to pass as ``page`` for the following page; ``None`` on the last one.
        total: How many records the whole listing has, as the system counts them now.
        cursor: What to pass as ``since`` next time if this page was the last one stored; ``None`` keeps the old one.
    """

    items: list[msgspec.Raw]
    next: str | None = None
    total: int | None = None
    cursor: str | None = None


class _Key(msgspec.Struct, frozen=True, gc=False):
    """As much of an item as a read looks at."""

    id: str


class _Item(msgspec.Struct, frozen=True, gc=False):
    id: str
    contractor: Contractor
    version: str | None = None
    modified: datetime | None = None


class _Problem(msgspec.Struct, frozen=True):
    """What syncd uses of an ``application/problem+json``; its ``detail`` may name people and is not repeated."""

    field: str | None = None
    reason: str | None = None


listing_of = msgspec.json.Decoder(Listing).decode
_key_of = msgspec.json.Decoder(_Key).decode
_item_of = msgspec.json.Decoder(_Item).decode
_problem_of = msgspec.json.Decoder(_Problem).decode
_encode: Final = msgspec.json.Encoder(order="deterministic", decimal_format="string").encode

_PLACE: Final = re.compile(r"\$\.(?:contractor\.)?(\w+)")
_NAMED: Final = re.compile(r"required field `(\w+)`")


def records_of(items: Sequence[msgspec.Raw]) -> list[Record | Rejected]:
    """Name each item without understanding it: unchanged ones are never looked at again."""
    try:
        return [Record(_key_of(item).id, bytes(item)) for item in items]
    except msgspec.DecodeError:
        return [_record_of(number, item) for number, item in enumerate(items, 1)]


def _record_of(number: int, item: msgspec.Raw) -> Record | Rejected:
    """The same for one item of a page on which at least one has no id."""
    try:
        return Record(_key_of(item).id, bytes(item))
    except msgspec.DecodeError:
        place = f"item {number}"
        error = InvalidRecord("the item has no id", cure="The bridge must give each item an id.", record=place)
        return Rejected(place, bytes(item), error)


def remote_of(raw: bytes, external_id: str) -> Remote:
    """Understand one item.

    Raises:
        InvalidRecord: Naming the field that is missing or has another form than the protocol's.
    """
    try:
        item = _item_of(raw)
    except msgspec.DecodeError as error:
        raise _invalid(str(error), external_id) from None
    if not item.contractor.name:
        raise InvalidRecord(
            "the name is empty", cure="Give the contractor a name there.", record=external_id, field="name"
        )
    modified = item.modified
    if modified is not None and modified.tzinfo is None:
        raise InvalidRecord(
            "the moment has no offset from UTC",
            cure="The bridge must write moments as in 2026-01-31T12:00:00Z.",
            record=external_id,
            field="modified",
        )
    contractor = item.contractor
    if len(contractor.groups) > 1 and (groups := tuple(sorted(set(contractor.groups)))) != contractor.groups:
        contractor = msgspec.structs.replace(contractor, groups=groups)
    return Remote(
        external_id=item.id,
        contractor=contractor,
        version=item.version,
        modified=modified.astimezone(UTC) if modified else None,
    )


def _invalid(message: str, external_id: str) -> InvalidRecord:
    """Name the field; the rest of msgspec's text may quote a value and is left out."""
    place = _NAMED.search(message) or _PLACE.search(message)
    return InvalidRecord(
        "the record has not the form of the bridge protocol",
        cure="Compare it with docs/reference/bridge-protocol.md.",
        record=external_id,
        field=place.group(1) if place else None,
    )


def request_of(values: Mapping[str, Any]) -> bytes:
    """The body of a write: fields by name, also those that are empty."""
    return _encode({"contractor": values})


def differences(told: Contractor, wanted: Contractor, fields: frozenset[str]) -> dict[str, Any]:
    """Values of `wanted` by field, where the two differ in content; sides' own keys do not count."""
    one, two = restrict(told, fields), restrict(wanted, fields)
    return {
        name: getattr(wanted, name) for name in FIELDS if name in fields and getattr(one, name) != getattr(two, name)
    }


_REASONS: Final[dict[str, tuple[type[RecordError], Sentence]]] = {
    "too_long": (Unstorable, Sentence("the system has no room for the value")),
    "unstorable": (Unstorable, Sentence("the system has no letters for the value")),
    "required": (InvalidRecord, Sentence("the system wants a value")),
    "duplicate": (InvalidRecord, Sentence("another record there has the value already")),
    "invalid": (InvalidRecord, Sentence("the system refuses the value")),
}


_LOGINS: Final = frozenset({"email", "login_email", "username", "employees"})
"""Fields by which somebody logs in: a value of theirs that another record has is not just any duplicate."""


def explain(status: int, body: bytes) -> SyncError | None:
    """Read a refused value out of a problem document; everything else means what HTTP says."""
    if status not in {400, 422}:
        return None
    try:
        problem = _problem_of(body)
    except msgspec.DecodeError:
        problem = _Problem()
    kind, message = _REASONS.get(problem.reason or "", (InvalidRecord, Sentence("the system refused the record")))
    field = problem.field if problem.field in FIELDS else None
    taken = problem.reason == "duplicate" and field in _LOGINS
    return kind(
        message,
        code="login-taken" if taken else None,
        cure="Change the value on the other side, or the rule in the system.",
        field=field,
    )
