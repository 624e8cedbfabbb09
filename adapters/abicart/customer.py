"""What does Abicart send of a customer, before anybody has understood it?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from syncd.errors import InvalidRecord
from syncd.ports import Record, Rejected
from syncd.sentence import Sentence

__all__ = ["Customer", "at", "canonical", "decode", "moment", "record_of", "text_of"]

canonical: Final = msgspec.json.Encoder(order="deterministic").encode


class Customer(msgspec.Struct, frozen=True):
    """A customer as a record's bytes hold it.

    Attributes:
        customer: As the shop sent it, groups sorted.
        groups: Names of its groups by their uid, for whoever reads the bytes later.
    """

    customer: dict[str, Any]
    groups: dict[str, str] = {}


_decode = msgspec.json.Decoder(Customer).decode


def record_of(row: Any, names: Mapping[int, str], uid: str, groups: str) -> Record | Rejected:
    """Bytes of a customer: keys in one order, groups in the order of their uids with names.

    Args:
        names: Name of each group of the shop.
        uid: Pointer to the customer's uid; `groups`: to its groups.
    """
    key = at(row, uid) if isinstance(row, dict) else None
    if not isinstance(key, int | str) or isinstance(key, bool) or key == "":
        return Rejected("without uid", canonical(row), _no_customer(Sentence("it has no uid")))
    members = at(row, groups)
    if isinstance(members, list) and all(isinstance(member, int) for member in members):
        members = sorted(set(members))
        row = {**row, groups[1:]: members}
    else:
        members = []
    known = {str(member): names[member] for member in members if member in names}
    return Record(str(key), canonical({"customer": row, "groups": known}))


def decode(raw: bytes, external_id: str) -> Customer:
    """Decode what `record_of` made.

    Raises:
        InvalidRecord: If the bytes are not a customer's.
    """
    try:
        return _decode(raw)
    except msgspec.DecodeError:
        raise _no_customer(Sentence("it has another shape"), external_id) from None


def at(values: Mapping[str, Any], pointer: str) -> Any:
    """What stands at a JSON pointer; ``None`` where nothing does."""
    found: Any = values
    for step in pointer.split("/")[1:]:
        if not isinstance(found, dict):
            return None
        found = found.get(step)
    return found


def text_of(value: Any, language: str) -> str | None:
    """A text, of several by language the asked one or else the first there is; ``None`` if it is none.

    Nothing is the empty text.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, dict) and all(isinstance(one, str | None) for one in value.values()):
        stated = [value.get(language), *(value[code] for code in sorted(value))]
        return next((one.strip() for one in stated if one and one.strip()), "")
    return None


def moment(stated: Any, zone: ZoneInfo, *, earliest: bool = False) -> datetime | None:
    """A time of the shop in UTC; ``None`` if it is none.

    Args:
        zone: Of times without an offset. An hour of October comes twice in it: the second one is meant, or the first
            with `earliest`.
    """
    try:
        read = datetime.fromisoformat(stated)
    except (TypeError, ValueError):
        return None
    if read.tzinfo is None:
        read = read.replace(tzinfo=zone, fold=0 if earliest else 1)
    try:
        return read.astimezone(UTC)
    except OverflowError:
        return None


def _no_customer(problem: Sentence, external_id: str = "") -> InvalidRecord:
    return InvalidRecord(
        Sentence("the shop's answer is not a customer's: %(problem)s", problem=problem),
        code="not-a-customer",
        record=external_id or None,
        cure="Check the option properties against the shop's schema.",
    )
