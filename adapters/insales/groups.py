"""Which client groups does the shop have? Read when first needed, kept while a connection is open."""

from __future__ import annotations

import threading
from typing import Any, Final

from adapters.insales.api import Api
from syncd.errors import NotFound
from syncd.once import found_group, found_or_made

__all__ = ["Groups"]

_PAGE: Final = 100


class Groups:
    """Client groups by id and by title. Of two with one title the older one counts. Thread-safe."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._lock = threading.RLock()
        self._titles: dict[int, str | None] | None = None

    def forget(self) -> None:
        """Read the list again when it is next needed."""
        with self._lock:
            self._titles = None

    def refresh(self) -> None:
        """Read the list again."""
        with self._lock:
            self._titles = {}
            page = 1
            while True:
                rows = self._api.list("client_groups.json", {"page": page, "per_page": _PAGE}).rows
                new = {
                    row["id"]: _title(row) for row in rows if isinstance(row, dict) and row["id"] not in self._titles
                }
                self._titles.update(new)
                # A shop that takes no notice of pages sends the same list again.
                if len(rows) != _PAGE or not new:
                    return
                page += 1

    def title(self, id_: int | None) -> str | None:
        """The title of a group; ``None`` for no group, and for one that was deleted."""
        if id_ is None:
            return None
        with self._lock:
            if id_ not in self._list():
                self.refresh()
            known = self._list()
            if id_ not in known:
                known[id_] = self._ask(id_)
            return known[id_]

    def find(self, title: str) -> int | None:
        """The id of a group, if there is one of that title."""
        with self._lock:
            return next(iter(self._ids(title)), None)

    def id_of(self, title: str, *, create: bool) -> int:
        """The id of a group, which is made where the shop lacks it and it may be made.

        Raises:
            Unstorable: If it may not.
        """
        with self._lock:
            found = self._ids(title)
            if found:
                return found[0]
            if not create:
                return found_group(lambda: self._look(title), title)
            return found_or_made(lambda: self._look(title), lambda: self._make(title), self._remove)

    def count(self) -> int:
        with self._lock:
            self.refresh()
            return len(self._list())

    def _list(self) -> dict[int, str | None]:
        if self._titles is None:
            self.refresh()
        return self._titles if self._titles is not None else {}

    def _ids(self, title: str) -> list[int]:
        return sorted(id_ for id_, known in self._list().items() if known == title)

    def _look(self, title: str) -> list[int]:
        self.refresh()
        return self._ids(title)

    def _make(self, title: str) -> int:
        return int(self._api.write("POST", "client_groups.json", {"client_group": {"title": title}})["id"])

    def _remove(self, made: int) -> None:
        self._api.delete(f"client_groups/{made}.json")
        self.refresh()

    def _ask(self, id_: int) -> str | None:
        try:
            return _title(self._api.get(f"client_groups/{id_}.json"))
        except NotFound:
            return None


def _title(row: dict[str, Any]) -> str:
    return str(row.get("title") or "")
