"""How is a list read page by page while customers are added, changed and deleted behind it?

Vendure pages by position, so each deletion moves everything behind it one place to the front, and whoever asks for
"the next 250" misses one customer. Therefore each page is asked for with the last record of the page before as its
first; if another one stands there, the list has moved and the place is looked for again.

The list must be sorted by something that never changes and is never equal: the id, the one key that Vendure sorts by
reliably. (Of several sort keys it uses the id first whatever their order, so "by time, then id" cannot be had.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from syncd.errors import Unavailable
from syncd.ports import Record

__all__ = ["Slice", "Step", "walk"]


class Slice(msgspec.Struct, frozen=True):
    """Records from one position on, and how many the list has in all at that moment."""

    total: int
    records: Sequence[Record]


class Step(msgspec.Struct, frozen=True):
    """The records that one page adds.

    Attributes:
        last: Whether the list ends with them.
        proven: On the last step: whether the position reached is the list's declared length.
    """

    records: Sequence[Record]
    total: int
    last: bool
    proven: bool


_SEARCHES: Final = 5
"""Times in a row that a place is found again and nobody behind it: a list that is not joined by that is none."""

Fetch = Callable[[int, int], Slice]
"""Asks for a number of records (second) from a position on (first)."""


def walk(fetch: Fetch, size: int) -> Iterator[Step]:
    """Read a whole list in steps, each of at most `size` records.

    Raises:
        Unavailable: If the list moved so much that the place cannot be found again.
    """
    previous: Sequence[Record] = ()
    position = searches = 0
    while True:
        start = max(position - 1, 0)
        found = fetch(start, size)
        moved = bool(previous) and (not found.records or found.records[0].external_id != previous[-1].external_id)
        if moved:
            start, found = _find_again(fetch, size, position, previous)
        fresh = _after(found.records, previous)
        position = start + len(found.records)
        if moved and not fresh and position < found.total:
            searches += 1
            if searches == _SEARCHES:
                raise _lost()
            previous = found.records
            continue
        searches = 0
        last = position >= found.total or not fresh
        yield Step(fresh, found.total, last, last and position == found.total)
        if last:
            return
        previous = fresh


def _find_again(fetch: Fetch, size: int, position: int, previous: Sequence[Record]) -> tuple[int, Slice]:
    """Look towards the front of the list for a record of the page before."""
    known = {record.external_id for record in previous}
    start = position
    while start > 0:
        start = max(start - size + 1, 0)
        found = fetch(start, size)
        if any(record.external_id in known for record in found.records):
            return start, found
    raise _lost()


def _lost() -> Unavailable:
    return Unavailable(
        "so many customers were deleted while the list was read that the place in it was lost",
        code="list-moved",
    )


def _after(records: Sequence[Record], previous: Sequence[Record]) -> Sequence[Record]:
    """The records behind the last one that the page before had as well."""
    known = {record.external_id for record in previous}
    joint = max((index for index, record in enumerate(records) if record.external_id in known), default=-1)
    return records[joint + 1 :]
