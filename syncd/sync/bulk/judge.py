"""What becomes of each of a page of customers, and of how many of them?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from sqlalchemy import Connection

from syncd.domain.acts import LeftOut
from syncd.errors import RecordError
from syncd.registry import lookups
from syncd.sync.bulk.operations import Operation
from syncd.sync.change import Draft, Subject, subject_of

__all__ = ["PAGE", "Tally", "judge_page", "pages_of"]

PAGE: Final = 1000
"""Customers that are looked at, and stored, in one transaction."""


class Tally:
    """Counts of customers of whom nothing changes."""

    def __init__(self) -> None:
        self.left_out: Counter[LeftOut] = Counter()
        self.failed: Counter[str] = Counter()


def pages_of(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """A selection in pieces."""
    return (ids[start : start + PAGE] for start in range(0, len(ids), PAGE))


def judge_page(
    connection: Connection, operation: Operation, page: Collection[int], tally: Tally
) -> Iterator[tuple[lookups.Known, Subject, Draft | LeftOut]]:
    """Everybody of the page who is there; what is left out or fails is counted."""
    known = lookups.known(connection, page)
    reached = lookups.holders(connection, page) if operation.kind.asks else {}
    tally.left_out[LeftOut.UNKNOWN] += len(page) - len(known)
    for id_ in page:
        if id_ not in known:
            continue
        subject = subject_of(known[id_])
        try:
            found = operation.judge(subject)
        except RecordError as error:
            tally.failed[error.code] += 1
            continue
        if operation.kind.asks and isinstance(found, Draft) and id_ not in reached:
            found = LeftOut.NOWHERE
        if isinstance(found, LeftOut):
            tally.left_out[found] += 1
        yield known[id_], subject, found
