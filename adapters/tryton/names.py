"""Which ids do countries and categories have in this database?"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping

import msgspec

from adapters.tryton.session import Session

__all__ = ["Names"]


class _Country(msgspec.Struct):
    id: int
    code: str | None = None


class _Category(msgspec.Struct):
    id: int
    rec_name: str


class Names:
    """Asked for once, when first needed; categories again when one is missing. Safe to use from several threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._countries: Mapping[str, int] | None = None
        self._categories: Mapping[str, int] = {}

    def countries(self) -> Mapping[str, int]:
        """Id by ISO code of two letters."""
        with self._lock:
            if self._countries is None:
                answer = self._session.read("model.country.country.search_read", [], 0, None, None, ["code"])
                self._countries = {row.code: row.id for row in answer.read_as(list[_Country]) if row.code}
            return self._countries

    def categories(self, wanted: Collection[str]) -> Mapping[str, int]:
        """Id by path (``Dealer / Gold``) of the categories that are switched on."""
        with self._lock:
            if not set(wanted) <= self._categories.keys():
                domain = [["active", "=", True]]
                answer = self._session.read("model.party.category.search_read", domain, 0, None, None, ["rec_name"])
                self._categories = {row.rec_name: row.id for row in answer.read_as(list[_Category])}
            return self._categories
