"""Which calls bring a customer's address book from what was read to what is wanted? Pure.

Three statements meet: what the caller read (`before`), what it wants (`after`) and what the shop holds now (`held`,
with ids). An address that the shopper added since is left alone; one that the shopper changed since is a conflict; a
step that an earlier, broken-off attempt has done already is not done twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from adapters.vendure.address_mapping import Entry
from adapters.vendure.mapping import difference
from syncd.domain.contractor import Address
from syncd.errors import VersionConflict
from syncd.sentence import Sentence

__all__ = ["Change", "plan"]


class Change(msgspec.Struct, frozen=True):
    """One call.

    Attributes:
        id: The address to change or delete; ``None`` creates one.
        fields: What to write; ``None`` deletes.
    """

    id: str | None
    fields: Mapping[str, Any] | None


def plan(before: Sequence[Entry], after: Sequence[Entry], held: Mapping[str, Address]) -> list[Change]:
    """List the calls; deletions come last, so that the shop never lacks an address that it had and shall have.

    Raises:
        VersionConflict: If an address to be changed or deleted was changed in the shop since it was read.
    """
    pairs, gone, new = _pair(before, after)
    free = dict(held)
    changes = []
    for was, wanted in pairs:
        fields = difference(was.fields, wanted.fields)
        id_ = _take(was.address, free, key=was.key)
        if id_ is None and fields:
            id_ = _take(wanted.address, free)
            fields = {}
        if id_ is None and was.address != wanted.address:
            raise _moved(was)
        if id_ is not None and fields:
            changes.append(Change(id_, fields))
    changes += [Change(None, wanted.fields) for wanted in new if _take(wanted.address, free) is None]
    for was in gone:
        if was.key in free and free[was.key] != was.address:
            raise _moved(was)
        id_ = _take(was.address, free, key=was.key)
        if id_ is not None:
            changes += _delete(id_, was, after)
    return changes


def _pair(
    before: Sequence[Entry], after: Sequence[Entry]
) -> tuple[list[tuple[Entry, Entry]], list[Entry], list[Entry]]:
    """Match wanted addresses with those read: equal ones, then those of one kind; answer who is left over as well."""
    gone, new = list(before), list(after)
    pairs = []
    for alike in (_equal, _same_kind):
        for wanted in list(new):
            was = next((one for one in gone if alike(one.address, wanted.address)), None)
            if was is not None:
                gone.remove(was)
                new.remove(wanted)
                pairs.append((was, wanted))
    return pairs, gone, new


def _equal(one: Address, other: Address) -> bool:
    return one == other


def _same_kind(one: Address, other: Address) -> bool:
    return one.kind is other.kind


def _take(address: Address, free: dict[str, Address], *, key: str = "") -> str | None:
    """Find who holds exactly this, under `key` if it is there, and take it out of those that are free."""
    ids = [key] if key in free else list(free)
    id_ = next((id_ for id_ in ids if free[id_] == address), None)
    if id_ is not None:
        del free[id_]
    return id_


def _delete(id_: str, was: Entry, after: Sequence[Entry]) -> list[Change]:
    """Delete one; first take the billing mark from it, or the shop passes the mark on to an address of its choice."""
    marked = was.fields["defaultBillingAddress"] and not any(one.fields["defaultBillingAddress"] for one in after)
    unmark = [Change(id_, {"defaultBillingAddress": False})] if marked else []
    return [*unmark, Change(id_, None)]


def _moved(was: Entry) -> VersionConflict:
    if not was.key:
        return VersionConflict("address of the customer was changed in the shop since it was read")
    return VersionConflict(Sentence("address %(key)s was changed in the shop since it was read", key=was.key))
