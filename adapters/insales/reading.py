"""How is the list of clients read without a gap while it moves, and where does the next read begin?

Pages by number lose whoever moves between two calls, so InSales' cursor is used, for full reads too: clients in the
order of their last change and id, always "page 1" of what comes after the last one seen. A change puts a client at the
end of that order, where it is met again. What is deleted moves nothing.

Two things make a client appear behind the place reached: a second change in the very second that was just read (its id
is then skipped), and a transaction that ends later than it began. The next read therefore looks back some seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec

from adapters.insales.mapping import moment
from syncd.errors import InvalidRecord, Misconfigured, SuspiciousRun
from syncd.ports import Page, Proof, Record, Rejected

__all__ = ["BEGINNING", "Mark", "load", "look_back", "pages", "walk"]

SURE_PAGE: Final = 100
"""InSales' own client takes a page shorter than this for the last one; larger pages may be cut to it."""


class Mark(NamedTuple):
    """A place in the order of changes: the shop's own time stamp, as it states it, and the client's id."""

    stamp: str
    id: int

    def dump(self) -> str:
        return f"{self.stamp} {self.id}"


BEGINNING: Final = Mark("1970-01-01T00:00:00+00:00", 0)

Ask = Callable[[Mapping[str, str | int]], Sequence[Any]]
"""Asks for clients with these parameters."""


def load(cursor: str) -> Mark:
    """Read a stored cursor.

    Raises:
        Misconfigured: If it is not one of this adapter's.
    """
    stamp, _, id_ = cursor.rpartition(" ")
    if moment(stamp) is None or not id_.isdecimal():
        raise Misconfigured(
            "the stored cursor is none of an InSales shop",
            code="bad-cursor",
            field="cursor",
            cure="Start a full read: it stores a new one.",
        )
    return Mark(stamp, int(id_))


def look_back(mark: Mark, seconds: int) -> Mark:
    """A place so many seconds earlier, in the same offset from UTC; from there on nobody is skipped by id."""
    at = moment(mark.stamp) or datetime.fromtimestamp(0, UTC)
    return Mark((at - timedelta(seconds=seconds)).isoformat(timespec="seconds"), 0)


def walk(ask: Ask, start: Mark, size: int) -> Iterator[tuple[Sequence[Any], Mark, bool]]:
    """Read batch after batch from a place on: what came, the place reached, and whether that was the end.

    Raises:
        SuspiciousRun: If the shop does not keep to the order of the cursor: nothing may be concluded then.
    """
    at = start
    while True:
        where: dict[str, str | int] = {"updated_since": at.stamp, "per_page": size}
        rows = ask({**where, "from_id": at.id} if at.id else where)
        reached = _reached(rows, at)
        last = not rows or len(rows) < size <= SURE_PAGE
        if reached == at and not last:
            raise _lost("no client of a page states when it changed, so the list cannot be read on")
        yield rows, reached, last
        if last:
            return
        at = reached


def pages(
    ask: Ask,
    understand: Callable[[Mapping[str, Any]], Record],
    count: Callable[[], int],
    cursor: Mark | None,
    *,
    size: int,
    overlap: int,
) -> Iterator[Page]:
    """List clients; with `cursor` only those that changed since it, and some before.

    Args:
        understand: Makes a record of one client.
        count: Asks for the number of clients, which a full read has to have seen.
    """
    start = look_back(cursor, overlap) if cursor else BEGINNING
    seen: set[int] = set()
    for rows, reached, last in walk(ask, start, size):
        records = [_record(row, understand) for row in rows]
        seen.update(row["id"] for row in rows if _has_id(row))
        if not last:
            yield Page(records=records)
            continue
        end = _proof(len(seen), None if cursor else count())
        mark = max((cursor or BEGINNING, reached), key=_order)
        yield Page(records=records, cursor=mark.dump(), end=end)


def _record(row: Any, understand: Callable[[Mapping[str, Any]], Record]) -> Record | Rejected:
    if _has_id(row):
        return understand(row)
    error = InvalidRecord("an entry of the shop's list is no client: it has no id", code="not-a-customer")
    return Rejected("an entry without id", msgspec.json.encode(row, order="deterministic"), error)


def _has_id(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), int)


def _reached(rows: Sequence[Any], before: Mark) -> Mark:
    """The place of the last client; each has to come after the one before it."""
    at = before
    for row in rows:
        stamp = row.get("updated_at") if _has_id(row) else None
        if not isinstance(stamp, str) or moment(stamp) is None:
            continue
        mark = Mark(stamp, row["id"])
        if _order(mark) <= _order(at) and at.id:
            raise _lost("the shop's list of clients is not in the order of their changes, so its end cannot be known")
        at = mark
    return at


def _lost(message: str) -> SuspiciousRun:
    cure = "Nothing was concluded from it; the next run reads again. If it stays, ask InSales."
    return SuspiciousRun(message, code="read-not-ended", cure=cure)


def _order(mark: Mark) -> tuple[datetime, int]:
    return moment(mark.stamp) or datetime.fromtimestamp(0, UTC), mark.id


def _proof(seen: int, declared: int | None) -> Proof:
    """The end of the list was seen; a full read must have met as many as the shop counts, no more and no less."""
    if declared is None:
        return Proof(complete=True, how="the end of the changes was reached")
    if seen != declared:
        how = f"the shop counts {declared} clients and listed {seen}: it changed while it was read"
        return Proof(complete=False, how=how, declared=declared)
    how = f"the end was reached, and all {declared} clients that the shop counts were met"
    return Proof(complete=True, how=how, declared=declared)
