"""What stands in a table of customers? Rows by id, a page at a time, for lists and exports."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, select

from syncd.domain.columns import Entry
from syncd.domain.contractor import load
from syncd.domain.holds import load_holds
from syncd.registry import tables as t
from syncd.registry.engine import among
from syncd.registry.queries.customer_list import Order, Selection, select_ids, sort_ids
from syncd.registry.queries.customer_rows import CustomerRow, rows_of

__all__ = ["PAGE", "chosen_ids", "read_entries", "these_ids"]

PAGE: Final = 1000
"""Customers read at a time: what an export holds in memory, however long it is."""


_ELSEWHERE: Final = frozenset({"sync", "issues", "synced"})


def these_ids(ids: Collection[int], order: Sequence[Order] = ()) -> Callable[[Connection], Iterator[Sequence[int]]]:
    """The same for some customers, whatever a list has."""
    return lambda connection: _in_pages(sort_ids(connection, list(ids), order))


def chosen_ids(chosen: Selection, order: Sequence[Order] = ()) -> Callable[[Connection], Iterator[Sequence[int]]]:
    """What gives the ids of a list in pages, in its order: the numbers alone are held, eight bytes for each."""

    def pages(connection: Connection) -> Iterator[Sequence[int]]:
        return _in_pages(select_ids(connection, chosen, order))

    return pages


def _in_pages(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    held = array("q", ids)
    for start in range(0, len(held), PAGE):
        yield held[start : start + PAGE].tolist()


def read_entries(connection: Connection, ids: Sequence[int], columns: Collection[str] = ()) -> list[Entry]:
    """These customers in this order; who is not there any more is left out.

    Args:
        columns: Codes of what is looked up of what stands elsewhere.
    """
    c = t.Contractor
    rows = connection.execute(
        select(c.id, c.doc, c.status, c.zone, c.holds, c.created_at, c.updated_at).where(among(connection, c.id, ids))
    )
    found = {row.id: row for row in rows}
    named = _external_ids(connection, ids) if "external_ids" in columns else {}
    elsewhere = _ELSEWHERE & set(columns)
    standing = {row.id: row for row in rows_of(connection, ids, elsewhere)} if elsewhere else {}
    return [
        Entry(
            id=row.id,
            contractor=load(row.doc),
            status=row.status,
            zone=row.zone,
            holds=load_holds(row.holds),
            created_at=row.created_at,
            updated_at=row.updated_at,
            external_ids=named.get(row.id, {}),
            **_where_it_stands(standing.get(row.id)),
        )
        for row in (found[id_] for id_ in ids if id_ in found)
    ]


def _where_it_stands(row: CustomerRow | None) -> dict[str, Any]:
    return {} if row is None else {"sync": row.sync, "issues": row.issues, "synced_at": row.synced_at}


def _external_ids(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    binding = t.Binding
    rows = connection.execute(
        select(binding.contractor_id, t.Connection.name, binding.external_id)
        .join(t.Connection, t.Connection.id == binding.connection_id)
        .where(among(connection, binding.contractor_id, ids))
        .order_by(t.Connection.side, t.Connection.name)
    )
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for contractor_id, name, external_id in rows:
        found[contractor_id][name] = external_id
    return found
