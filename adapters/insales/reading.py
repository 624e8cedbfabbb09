"""How is the list of clients read without a gap while it moves, and where does the next read begin?

Pages by number lose whoever moves between two calls, so InSales' cursor is used, for full reads too: clients in the
order of their last change and id, always "page 1" of what comes after the last one seen. A change puts a client at the
end of that order, where it is met again. What is deleted moves nothing.

Two things make a client appear behind the place reached: a second change in the very second that was just read (its id
is then skipped), and a transaction that ends later than it began. Both belong to the last moments before the read, so
the next one begins that much earlier: so long before this one began, by the shop's clock, or at the last client met if
that was before. A shop where nothing happens is asked once, and sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec

from adapters.insales.api import Batch
from adapters.insales.mapping import moment
from syncd.errors import InvalidRecord, Misconfigured, SuspiciousRun
from syncd.ports import Page, Proof, Record, Rejected
from syncd.sentence import Counted, Sentence

__all__ = ["BEGINNING", "Ask", "Mark", "Step", "load", "pages", "walk"]

SURE_PAGE: Final = 100
"""InSales' own client takes a page shorter than this for the last one; larger pages may be cut to it."""


class Mark(NamedTuple):
    """A place in the order of changes: the shop's own time stamp, as it states it, and the client's id.

    Clients come after it; with the id 0 those of that second, too.
    """

    stamp: str
    id: int

    @property
    def at(self) -> datetime:
        return moment(self.stamp) or datetime.fromtimestamp(0, UTC)

    def dump(self) -> str:
        """The mark as a cursor."""
        return f"{self.stamp} {self.id}"


class Step(NamedTuple):
    """One batch of a walk.

    Attributes:
        resume: On the last batch: where the next walk begins.
    """

    rows: Sequence[Any]
    resume: Mark | None


BEGINNING: Final = Mark("1970-01-01T00:00:00+00:00", 0)

Ask = Callable[[Mapping[str, str | int]], Batch]
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


def walk(ask: Ask, start: Mark, *, size: int, overlap: int) -> Iterator[Step]:
    """Read batch after batch from a place on.

    Args:
        overlap: Seconds before this walk in which the shop's word is not final yet.

    Raises:
        SuspiciousRun: If the shop does not keep to the order of the cursor: nothing may be concluded then.
    """
    at = start
    began: datetime | None = None
    while True:
        where: dict[str, str | int] = {"updated_since": at.stamp, "per_page": size}
        rows, sent = ask({**where, "from_id": at.id} if at.id else where)
        began = began or sent
        reached = _reached(rows, at)
        if not rows or len(rows) < size <= SURE_PAGE:
            yield Step(rows, _resume(reached, began, overlap))
            return
        if reached == at:
            raise _lost("no client of a page states when it changed, so the list cannot be read on")
        yield Step(rows, None)
        at = reached


def pages(
    walk: Iterator[Step], understand: Callable[[Mapping[str, Any]], Record], count: Callable[[], int] | None
) -> Iterator[Page]:
    """Turn a walk into pages.

    Args:
        understand: Makes a record of one client.
        count: Asks for the number of clients, which a full read has to have met; ``None`` for other reads.
    """
    seen: set[int] = set()
    for step in walk:
        records = [_record(row, understand) for row in step.rows]
        seen.update(row["id"] for row in step.rows if _has_id(row))
        if step.resume is None:
            yield Page(records=records)
            continue
        end = _proof(len(seen), count() if count else None)
        yield Page(records=records, cursor=step.resume.dump(), end=end)


def _record(row: Any, understand: Callable[[Mapping[str, Any]], Record]) -> Record | Rejected:
    if _has_id(row):
        return understand(row)
    error = InvalidRecord("an entry of the shop's list is no client: it has no id", code="not-a-customer")
    return Rejected("an entry without id", msgspec.json.encode(row, order="deterministic"), error)


def _has_id(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), int)


def _reached(rows: Sequence[Any], before: Mark) -> Mark:
    """The place of the last client; none may have changed before the one before it.

    Ids are not looked at: a shop that sorts by parts of a second which it does not state seems to mix them up.
    """
    at = before
    for row in rows:
        stamp = row.get("updated_at") if _has_id(row) else None
        if not isinstance(stamp, str) or moment(stamp) is None:
            continue
        mark = Mark(stamp, row["id"])
        if mark.at < at.at:
            raise _lost("the shop's list of clients is not in the order of their changes, so its end cannot be known")
        at = mark
    return at


def _resume(reached: Mark, began: datetime | None, overlap: int) -> Mark:
    """Where the next walk begins, in the shop's own offset from UTC; its last change stands for a clock it lacks."""
    settled = (began or reached.at) - timedelta(seconds=overlap)
    if settled > reached.at or reached == BEGINNING:
        return reached
    zone = datetime.fromisoformat(reached.stamp).tzinfo if "T" in reached.stamp else UTC
    return Mark(settled.astimezone(zone).isoformat(timespec="seconds"), 0)


def _lost(message: str) -> SuspiciousRun:
    cure = "Nothing was concluded from it; the next run reads again. If it stays, ask InSales."
    return SuspiciousRun(message, code="read-not-ended", cure=cure)


def _proof(seen: int, declared: int | None) -> Proof:
    """The end of the list was seen; a full read must have met as many as the shop counts, no more and no less."""
    if declared is None:
        return Proof(complete=True, how="the end of the changes was reached")
    if seen != declared:
        how = Sentence(
            Counted(
                "the shop counts %(count)s client and listed %(seen)s: it changed while it was read",
                "the shop counts %(count)s clients and listed %(seen)s: it changed while it was read",
            ),
            count=declared,
            seen=seen,
        )
        return Proof(complete=False, how=how, declared=declared)
    how = Sentence(
        Counted(
            "the end was reached, and the %(count)s client that the shop counts was met",
            "the end was reached, and all %(count)s clients that the shop counts were met",
        ),
        count=declared,
    )
    return Proof(complete=True, how=how, declared=declared)
