"""Where does an operator sit: in front of the simulated tables, without a network between?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Protocol

from adapters.tryton.simulated.records import Records
from adapters.tryton.simulated.search import search
from adapters.tryton.simulated.tables import Row, Tables

__all__ = ["Desk", "TablesDesk"]


class Desk(Protocol):
    """What a client of Tryton can do; switched-off records are seen. A real server's session is one, too."""

    def search(self, model: str, domain: Sequence[Any]) -> list[int]: ...

    def read(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> list[Row]: ...

    def create(self, model: str, rows: Sequence[Mapping[str, Any]]) -> list[int]: ...

    def write(self, model: str, ids: Sequence[int], values: Mapping[str, Any]) -> None: ...

    def delete(self, model: str, ids: Sequence[int]) -> None: ...


class TablesDesk:
    """Each call is a transaction, as it is at a server."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._late = timedelta()

    @contextmanager
    def late(self, seconds: float) -> Iterator[None]:
        """Transactions inside began so long ago, and bear that time."""
        self._late = timedelta(seconds=seconds)
        try:
            yield
        finally:
            self._late = timedelta()

    def search(self, model: str, domain: Sequence[Any]) -> list[int]:
        return search(self._tables, model, domain, active_test=False)

    def read(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> list[Row]:
        return self._records.read(model, ids, fields)

    def create(self, model: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        made: list[int] = self._records.transact("create", model, rows, late=self._late)
        return made

    def write(self, model: str, ids: Sequence[int], values: Mapping[str, Any]) -> None:
        self._records.transact("write", model, ids, values, late=self._late)

    def delete(self, model: str, ids: Sequence[int]) -> None:
        self._records.transact("delete", model, ids, late=self._late)

    @property
    def _records(self) -> Records:
        return Records(self._tables, active_test=False)
