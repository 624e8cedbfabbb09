"""Who of the shop's clients has this number, tax id or e-mail? The shop cannot be asked, so syncd keeps count itself.

Whether InSales' list can be narrowed by e-mail is not documented, and by additional fields it cannot. So before the
first create of a connection all clients are read once, and before each later one what changed since: one call, mostly.
Kept are digests of keys, never what they stand for.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from adapters.insales.reading import BEGINNING, Ask, walk
from syncd.domain.contractor import Contractor, digest

__all__ = ["Index", "keys_of"]


def keys_of(number: str, tax_id: str, email: str) -> Iterator[bytes]:
    """Digests of what somebody can be found by; empty ones find nobody."""
    for kind, value in (("number", number), ("tax", tax_id), ("email", email.strip().casefold())):
        if value:
            yield digest(f"{kind}:{value}".encode())


class Index:
    """Ids of clients by their keys, as current as the last look-up. Thread-safe.

    Args:
        keys: Says the keys of one client as the shop sent it.
    """

    def __init__(
        self, ask: Ask, keys: Callable[[Mapping[str, Any]], Sequence[bytes]], *, size: int, overlap: int
    ) -> None:
        self._ask = ask
        self._keys = keys
        self._size = size
        self._overlap = overlap
        self._lock = threading.Lock()
        self._resume = BEGINNING
        self._ids: dict[bytes, set[int]] = defaultdict(set)
        self._held: dict[int, Sequence[bytes]] = {}

    def find(self, contractor: Contractor) -> list[int]:
        """Ids of clients with one of the contractor's keys, after a look at what changed."""
        wanted = list(keys_of(contractor.number, contractor.tax_id, contractor.email))
        if not wanted:
            return []
        with self._lock:
            self._catch_up()
            return sorted({id_ for key in wanted for id_ in self._ids.get(key, ())})

    def _catch_up(self) -> None:
        for step in walk(self._ask, self._resume, size=self._size, overlap=self._overlap):
            for row in step.rows:
                if isinstance(row, dict) and isinstance(row.get("id"), int):
                    self._note(row["id"], self._keys(row))
            self._resume = step.resume or self._resume

    def _note(self, id_: int, keys: Sequence[bytes]) -> None:
        for key in self._held.get(id_, ()):
            self._ids[key].discard(id_)
        self._held[id_] = keys
        for key in keys:
            self._ids[key].add(id_)
