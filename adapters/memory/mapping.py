"""How does a record of the in-process platform read as a contractor, and what do two of them differ in?"""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.memory.store import Entry
from syncd.domain.contractor import FIELDS, Contractor, restrict
from syncd.errors import InvalidRecord
from syncd.ports import Record, Remote
from syncd.sentence import Sentence

__all__ = ["differences", "record_of", "remote_of", "understood"]

_encode = msgspec.json.Encoder(order="deterministic", decimal_format="string").encode
_decode = msgspec.json.Decoder(Entry).decode


def record_of(entry: Entry) -> Record:
    """The entry as bytes: equal entries, equal bytes."""
    return Record(entry.external_id, _encode(entry))


def understood(record: Record) -> Remote:
    """Read those bytes.

    Raises:
        InvalidRecord: If they are no entry, or one without a name.
    """
    try:
        return remote_of(_decode(record.raw))
    except msgspec.DecodeError as error:
        raise InvalidRecord(
            Sentence("the record cannot be read: %(problem)s", problem=error), record=record.external_id
        ) from None


def remote_of(entry: Entry) -> Remote:
    """What the platform states.

    Raises:
        InvalidRecord: If the record has no name.
    """
    if not entry.contractor.name:
        raise InvalidRecord(
            "the name is empty", cure="Give the contractor a name.", record=entry.external_id, field="name"
        )
    return Remote(
        external_id=entry.external_id,
        contractor=entry.contractor,
        version=str(entry.change),
        modified=entry.modified,
    )


def differences(told: Contractor, wanted: Contractor, fields: frozenset[str]) -> dict[str, Any]:
    """Values of `wanted` by field, where the two differ in content; sides' own keys do not count."""
    one, two = restrict(told, fields), restrict(wanted, fields)
    return {
        name: getattr(wanted, name) for name in FIELDS if name in fields and getattr(one, name) != getattr(two, name)
    }
