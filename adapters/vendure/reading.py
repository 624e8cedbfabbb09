"""How is a list of customers taken apart into records, and where does the next read begin?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from adapters.vendure.paging import Slice, walk
from syncd.errors import Misconfigured
from syncd.ports import Page, Proof, Record
from syncd.sentence import Counted, Sentence

__all__ = ["Listing", "look_back", "pages", "read_listing"]

BEGINNING: Final = "1970-01-01T00:00:00.000Z"


class _Id(msgspec.Struct, frozen=True):
    id: str


class _Keys(msgspec.Struct, frozen=True):
    """Of a customer only what makes its bytes comparable."""

    id: str
    groups: list[_Id]
    addresses: list[_Id]


class _Stamp(msgspec.Struct, frozen=True, rename="camel"):
    updated_at: str


class _Newest(msgspec.Struct, frozen=True):
    items: list[_Stamp]


class _Customers(msgspec.Struct, frozen=True, rename="camel"):
    total_items: int
    items: list[msgspec.Raw]


class Listing(msgspec.Struct, frozen=True):
    """Customers, not yet understood, and in the first answer of a read the latest time stamp in the shop."""

    customers: _Customers
    newest: _Newest | None = None


_read_keys = msgspec.json.Decoder(_Keys).decode
read_listing = msgspec.json.Decoder(Listing).decode


def pages(ask: Callable[[bool, Mapping[str, Any]], Listing], size: int, after: str | None) -> Iterator[Page]:
    """List customers by id; with `after` only those with a later time stamp.

    The next cursor is the latest time stamp that the shop had given when this read began, by its own clock.

    Args:
        ask: Calls the shop with list options, and with the question for the latest time stamp if the first is true.
    """
    where = {} if after is None else {"filter": {"updatedAt": {"after": after}}}
    newest = ""

    def fetch(skip: int, take: int) -> Slice:
        nonlocal newest
        listing = ask(not newest, {**where, "sort": {"id": "ASC"}, "skip": skip, "take": take})
        if not newest:
            stamps = listing.newest.items if listing.newest else []
            newest = stamps[0].updated_at if stamps else BEGINNING
        return Slice(listing.customers.total_items, [_record(raw) for raw in listing.customers.items])

    for step in walk(fetch, size):
        if not step.last:
            yield Page(records=step.records)
            continue
        how = Sentence(
            Counted(
                "the shop declares %(count)s customer, and the list ended there",
                "the shop declares %(count)s customers, and the list ended there",
            ),
            count=step.total,
        )
        if not step.proven:
            how = Sentence(
                Counted(
                    "the shop declares %(count)s customer, and the list ended elsewhere: it moved while it was read",
                    "the shop declares %(count)s customers, and the list ended elsewhere: it moved while it was read",
                ),
                count=step.total,
            )
        proof = Proof(complete=step.proven, how=how, declared=step.total if after is None else None)
        yield Page(records=step.records, cursor=newest, end=proof)


def look_back(cursor: str, seconds: int) -> str:
    """The moment after which to ask: stamps have whole seconds and "after" is exclusive, hence some seconds earlier.

    Raises:
        Misconfigured: If `cursor` is not one of this adapter's.
    """
    try:
        at = datetime.fromisoformat(cursor).astimezone(UTC) - timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        raise Misconfigured(
            "the stored cursor is none of a Vendure shop",
            field="cursor",
            cure="Start a full read: it stores a new one.",
        ) from None
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _record(raw: msgspec.Raw) -> Record:
    """Bytes of a customer with groups and addresses in the order of their ids, which the database does not promise."""
    keys = _read_keys(raw)
    if _sorted(keys.groups) and _sorted(keys.addresses):
        return Record(keys.id, bytes(raw))
    customer = msgspec.json.decode(raw)
    for part in ("groups", "addresses"):
        customer[part].sort(key=lambda member: (len(member["id"]), member["id"]))
    return Record(keys.id, msgspec.json.encode(customer))


def _sorted(members: list[_Id]) -> bool:
    order = [(len(member.id), member.id) for member in members]
    return order == sorted(order)
