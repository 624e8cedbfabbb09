"""What stands around the list: views, chips of the filter, and where sorting leads?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from syncd.access import views
from syncd.access.preferences import PAGE_SIZES
from syncd.console.customers.chips import phrases
from syncd.console.customers.state import State, sort_text
from syncd.console.customers.tags import tags_address
from syncd.domain.filter import FIELDS, parse, parts, to_text, without
from syncd.registry.queries.customer_list import Order, counts_of_day

__all__ = ["BUILT_IN", "around"]

BUILT_IN: Final = {
    "all": "",
    "blocked_by_erp": "status:eq:blocked_by_erp",
    "new": "created:ge:7d",
    "unverified": "zone:eq:unresolved",
    "attention": "issue:filled",
}
"""Views that everybody has, by the names that `syncd.console.words` gives them."""

_FILTERS: Final = {name: parse(text) for name, text in BUILT_IN.items()}

_HIGH_FIRST: Final = frozenset({"created", "changed", "synced", "issues", "sync"})
"""Of these the highest is looked for."""


def around(connection: Connection, state: State, columns: Sequence[str], user_id: int, at: datetime) -> dict[str, Any]:
    """Everything but the rows.

    Args:
        columns: Those that are shown.
        at: What time it is, in the reader's zone.
    """
    kept = views.visible(connection, user_id)
    current = next((view for view in kept if view.id == state.view), None)
    # A view that says columns is as it was while these are seen, whether or not the address says them.
    here = msgspec.structs.replace(state, cols=tuple(columns)) if current and current.query.columns else state
    return {
        "built_in": _built_in(connection, state, at),
        "views": [(view, State(view=view.id).href(), view is current) for view in kept],
        "current": current,
        "dirty": current is not None and current.query != here.query,
        "chips": [
            (phrases(part), state.href(filter=without(state.filter, number)))
            for number, part in enumerate(parts(state.filter))
        ],
        "filter_text": to_text(state.filter),
        "sort_text": sort_text(state.sort),
        "sorts": {column: _sorting(state, column) for column in columns},
        "FIELDS": tuple(FIELDS),
        "sizes": [(size, state.href(size=size)) for size in PAGE_SIZES],
        "tags": tags_address(connection),
    }


def _built_in(connection: Connection, state: State, at: datetime) -> list[tuple[str, str, int, bool]]:
    """Name, address, how many there are, and whether it is shown."""
    numbers = counts_of_day(connection, list(_FILTERS.values()), at)
    plain = state.view is None and not state.q
    now = to_text(state.filter)
    return [
        (name, State(filter=one, size=state.size).href(), number, plain and now == BUILT_IN[name])
        for (name, one), number in zip(_FILTERS.items(), numbers, strict=True)
    ]


def _sorting(state: State, column: str) -> tuple[str, str, str, str]:
    """How the list is sorted by a column now, where a click leads, what Shift would add it to, and what it sorts by."""
    now = next((order for order in state.sort if order.column == column), None)
    turned = Order(column, not now.descending if now else column in _HIGH_FIRST)
    others = tuple(order for order in state.sort if order.column != column)
    said = "" if now is None else "descending" if now.descending else "ascending"
    more = sort_text((*others, turned)) if others else ""
    return said, state.href(sort=(turned,)), more, sort_text((turned,))
