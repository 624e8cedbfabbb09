"""How is the list of customers read while customers come and go behind it?

Abicart pages by position: a deletion moves everything behind it one place to the front, and whoever asks for "the next
500" misses one. Therefore the list is sorted by uid, which never changes, and each page begins with the last customer
of the page before. If it begins behind that one, something before it has gone, and the place is looked for again.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from syncd.errors import SuspiciousRun

__all__ = ["Ask", "Step", "walk"]

Ask = Callable[[int, int], Sequence[Any]]
"""Asks for so many rows (second) from a position on (first), by ascending uid."""


class Step(msgspec.Struct, frozen=True):
    """The rows that one page adds.

    Attributes:
        offset: Where the page was asked for.
        reached: Position behind its last row.
        seen: Rows that this step and those before it have added.
    """

    rows: Sequence[Any]
    offset: int
    reached: int
    seen: int
    last: bool


def walk(ask: Ask, size: int, total: int, uid_of: Callable[[Any], int | None]) -> Iterator[Step]:
    """Read a whole list in steps.

    Args:
        total: How many rows there are said to be; the list is read beyond that if it goes on.
        uid_of: A row's uid; ``None`` for one without, which is passed on and steers nothing.

    Raises:
        SuspiciousRun: If the rows do not come by ascending uid, or a page not from the place that was asked for.
    """
    reached, after, seen = 0, 0, 0
    while True:
        offset = place = max(reached - 1, 0)
        rows = _ordered(ask(offset, size), uid_of)
        while offset and _begins_behind(rows, after, uid_of):
            offset = max(offset - size + 1, 0)
            rows = _ordered(ask(offset, size), uid_of)
        fresh = [row for row in rows if (uid := uid_of(row)) is None or uid > after]
        before, after = after, max((uid for row in fresh if (uid := uid_of(row)) is not None), default=after)
        if offset != place and after == before and len(rows) >= size:
            raise _disordered()  # looked for again, and nobody is behind who was just there: it would go on for ever
        reached = offset + len(rows)
        seen += len(fresh)
        # A short page is no end by itself: the shop may give no longer ones than it likes.
        last = reached >= total or (after == before and (offset == place or len(rows) < size))
        yield Step(fresh, offset, reached, seen, last)
        if last:
            return


def _begins_behind(rows: Sequence[Any], after: int, uid_of: Callable[[Any], int | None]) -> bool:
    first = next((uid for row in rows if (uid := uid_of(row)) is not None), None)
    return first is None or first > after


def _ordered(rows: Sequence[Any], uid_of: Callable[[Any], int | None]) -> Sequence[Any]:
    uids = [uid for row in rows if (uid := uid_of(row)) is not None]
    if any(one >= other for one, other in itertools.pairwise(uids)):
        raise _disordered()
    return rows


def _disordered() -> SuspiciousRun:
    return SuspiciousRun(
        "the shop's list of customers is not in the order of uids, so its pages cannot be joined",
        cure="Tell the maintainers: the shop sorts otherwise than its interface says.",
    )
