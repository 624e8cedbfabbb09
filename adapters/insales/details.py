"""What becomes of a contractor's values that a client of InSales has no place for?

One additional field holds them as a JSON object by the contractor's fields. Where the shop has a place for part of a
value (one phone of two, an address as one line), the whole is kept here, and counts only as long as the part in the
shop is still the one that was written with it: an edit in the shop is never hidden by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord, Unstorable
from syncd.sentence import Counted, Sentence

__all__ = ["NAMES", "Details", "plain", "read", "write"]

Details = Mapping[str, Any]
"""By the contractor's field; values as JSON has them."""

NAMES: Final = "names"
"""Key of a person's names beside the parts in the shop that they were written with."""


def plain(value: Any) -> Any:
    """A value of a contractor's field as JSON has it."""
    return msgspec.to_builtins(value, order="deterministic")


def read(text: str, record: str, field: str) -> tuple[Contractor, Mapping[str, Any]]:
    """Understand the field's text: the values as a contractor's, and the names as they are.

    Raises:
        InvalidRecord: If somebody made it unreadable.
    """
    if not text:
        return Contractor(name=""), {}
    try:
        found = msgspec.json.decode(text, type=dict[str, Any])
        names = msgspec.convert(found.pop(NAMES, {}), dict[str, Any])
        return msgspec.convert({**found, "name": ""}, Contractor), names
    except (msgspec.ValidationError, msgspec.DecodeError):
        raise InvalidRecord(
            Sentence("the shop's additional field %(name)s holds no details that syncd wrote", name=field),
            code="custom-field-unreadable",
            record=record,
            field="custom",
            cure="Empty it for this client in the shop: what it held is written again by the next push.",
        ) from None


def write(held: str, changes: Details, limit: int) -> str:
    """The field's text after `changes`, of which ``None`` takes a value away; what nobody changes stays.

    Raises:
        Unstorable: If it has no room for all that.
    """
    try:
        known = msgspec.json.decode(held, type=dict[str, Any]) if held else {}
    except (msgspec.ValidationError, msgspec.DecodeError):
        known = {}
    merged = {name: value for name, value in {**known, **changes}.items() if value is not None}
    text = msgspec.json.encode(merged, order="deterministic").decode() if merged else ""
    if len(text.encode()) > limit:
        raise Unstorable(
            Sentence(
                Counted(
                    "what the shop's additional field is to hold has more than %(count)s byte",
                    "what the shop's additional field is to hold has more than %(count)s bytes",
                ),
                count=limit,
            ),
            code="text-too-long",
            field=max(changes, key=lambda name: len(str(changes[name]))),
            cure="Shorten it where it comes from; the next run takes it. Nothing was cut.",
        )
    return text
