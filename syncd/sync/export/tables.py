"""Which tables can be exported, and what is in each?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from syncd.domain.columns import Column
from syncd.registry.queries import exported
from syncd.registry.queries.entries import read_entries
from syncd.sync.export.sheet import Sheet

__all__ = ["TABLES", "Pages", "customers"]

Pages = Callable[[Connection], Iterable[Sequence[int]]]
"""Ids of customers in the wanted order, in pages."""


def customers(columns: Sequence[Column], pages: Pages) -> Callable[[Connection], Sheet]:
    """Exactly these customers, in this order, with exactly these columns."""
    codes = tuple(column.code for column in columns)
    values = [column.value for column in columns]

    def rows(connection: Connection) -> Iterator[Sequence[Any]]:
        for ids in pages(connection):
            for entry in read_entries(connection, ids, codes):
                yield [value(entry) for value in values]

    def make(connection: Connection) -> Sheet:
        return Sheet(name="customers", item="customer", columns=codes, rows=rows(connection))

    return make


def _groups(connection: Connection) -> Sheet:
    return Sheet(name="groups", item="group", columns=exported.GROUPS, rows=exported.groups(connection))


def _mapping(connection: Connection) -> Sheet:
    return Sheet(name="mapping", item="rule", columns=exported.MAPPING, rows=exported.mapping(connection))


def _audit(connection: Connection) -> Sheet:
    return Sheet(name="audit", item="entry", columns=exported.AUDIT, rows=exported.audit(connection))


TABLES: Final[dict[str, Callable[[Connection], Sheet]]] = {"groups": _groups, "mapping": _mapping, "audit": _audit}
"""Tables that are exported whole, by name."""
