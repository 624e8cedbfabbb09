"""What does the platform that lives in this process hold?

The plainest platform that can keep every promise: numbered records, a version for each, a clock of whole seconds and
a count of all changes, which is what its cursors are. Stores have names; whoever opens one name twice shares it.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Final, Protocol, TypeVar

import msgspec

from syncd.domain.contractor import Contractor
from syncd.errors import NotFound, VersionConflict

__all__ = ["Content", "Entry", "Gate", "Store", "forget", "store_named"]

Answer = TypeVar("Answer")


class Entry(msgspec.Struct, frozen=True):
    """One record.

    Attributes:
        change: Number of the change that made it so, unique and rising in its store; also its version.
        modified: When that was, in whole seconds, as most platforms count.
    """

    external_id: str
    change: int
    modified: datetime
    contractor: Contractor


class Content(msgspec.Struct, frozen=True):
    """All that a store held at a moment.

    Attributes:
        made: How many records it ever gave a number.
        change: Number of the last change.
    """

    entries: dict[str, Entry]
    made: int
    change: int


class Gate(Protocol):
    """Stands where the network would: every call passes it, and it may fail."""

    def __call__(self, name: str, act: Callable[[], Answer], /, *, writes: bool, external_id: str | None) -> Answer:
        """Let a call act, or not, and answer or raise."""


def _open_gate(_name: str, act: Callable[[], Answer], /, *, writes: bool, external_id: str | None) -> Answer:
    del writes, external_id
    return act()


class Store:
    """Records of one named platform. Safe to use from several threads.

    Attributes:
        tell: Is called with the external id after each change of a record, as a platform sends webhooks.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.now = now
        self.gate: Gate = _open_gate
        self.tell: Callable[[str], object] = lambda _external_id: None
        self._lock = threading.RLock()
        self._entries: dict[str, Entry] = {}
        self._made = 0
        self._change = 0

    @property
    def last_change(self) -> int:
        """Number of the last change."""
        return self._change

    def entries(self) -> dict[str, Entry]:
        """All records by external id, in the order of creation."""
        with self._lock:
            return dict(self._entries)

    def content(self) -> Content:
        """What it holds now."""
        with self._lock:
            return Content(dict(self._entries), self._made, self._change)

    def become(self, content: Content) -> None:
        """Hold what a store held at another moment, as a system does that was restored."""
        with self._lock:
            self._entries, self._made, self._change = dict(content.entries), content.made, content.change

    def get(self, external_id: str) -> Entry:
        """One record.

        Raises:
            NotFound: If there is none.
        """
        with self._lock:
            entry = self._entries.get(external_id)
        if entry is None:
            raise NotFound("the platform has no such record", record=external_id)
        return entry

    def add(self, contractor: Contractor) -> Entry:
        """Store a new record under the next number."""
        with self._lock:
            self._made += 1
            return self._put(str(self._made), contractor)

    def edit(self, external_id: str, change: int | None = None, **values: Any) -> Entry:
        """Change fields of a record.

        Args:
            change: The change that the caller last saw; ``None`` does not compare.

        Raises:
            NotFound: If there is no such record.
            VersionConflict: If it has changed since.
        """
        with self._lock:
            entry = self.get(external_id)
            if change is not None and change != entry.change:
                raise VersionConflict("the record has changed in the meantime", record=external_id)
            return self._put(external_id, msgspec.structs.replace(entry.contractor, **values))

    def remove(self, external_id: str) -> None:
        """Delete a record without a trace."""
        with self._lock:
            self._entries.pop(external_id, None)

    def pages(self, since: int, size: int) -> Iterator[tuple[Sequence[Entry], int, bool]]:
        """Records changed after `since` by page, in the order of change; where each page ends; whether it is the last.

        Who is listed is settled when the read begins, what each one holds when its page is asked for. What changes
        after the beginning has a higher number than the last page's end, and so belongs to the next read as well.
        """
        with self._lock:
            until = self._change
            order = sorted((entry.change, entry.external_id) for entry in self._entries.values())
        start = bisect_right(order, since, key=itemgetter(0))
        while True:
            asked = order[start : start + size]
            start += size
            with self._lock:
                page = [self._entries[name] for _, name in asked if name in self._entries]
            last = start >= len(order)
            yield page, until if last else asked[-1][0], last
            if last:
                return

    def matching(self, contractor: Contractor) -> list[Entry]:
        """Records with the same number, tax number or contact e-mail."""
        with self._lock:
            return [
                entry
                for entry in self._entries.values()
                if any(
                    getattr(contractor, key) and getattr(contractor, key) == getattr(entry.contractor, key)
                    for key in ("number", "tax_id", "email")
                )
            ]

    def _put(self, external_id: str, contractor: Contractor) -> Entry:
        self._change += 1
        entry = Entry(external_id, self._change, self.now().replace(microsecond=0), contractor)
        self._entries[external_id] = entry
        self.tell(external_id)
        return entry


_stores: Final[dict[str, Store]] = {}
_stores_lock: Final = threading.Lock()


def store_named(name: str) -> Store:
    """The store of that name, made on its first use; it lives as long as the process, or until `forget`."""
    with _stores_lock:
        return _stores.setdefault(name, Store())


def forget(name: str) -> None:
    """Let the next use of that name find an empty store; open connections keep the old one."""
    with _stores_lock:
        _stores.pop(name, None)
