"""Which lines of a plan become true in one transaction, and how is one statement made about all of them?"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, text

from syncd.registry.lines import Action

__all__ = ["BOUND", "KNOWN", "LINKS", "NEW", "OF_PAGE", "SIZES", "Page", "ask"]


class Page(msgspec.Struct, frozen=True):
    """Lines `first` to `last` of a run's plan, both included.

    Attributes:
        makes: Whether any of them may make a contractor.
        changes: Whether any may be about one that is there.
        links: Whether any may link a record to it.
        states: Whether any may say what a side states of it.
        leaves: Whether any may take it out of a group.
        swaps: Whether any may do so and put it into another.
        groups: Whether any may name a group that is not there yet.
    """

    run_id: int
    connection_id: int
    first: int
    last: int
    makes: bool = True
    changes: bool = True
    links: bool = True
    states: bool = True
    leaves: bool = True
    swaps: bool = True
    groups: bool = True


OF_PAGE: Final = "l.run_id = :run_id AND l.seq BETWEEN :first AND :last AND l.outcome IS NULL"
LINKS: Final = f"l.action = '{Action.LINK}'"
NEW: Final = "l.base_version IS NULL"
"""Lines that make a contractor. Nothing refers to it yet, so what they add need not look for what is there."""
KNOWN: Final = "l.base_version IS NOT NULL"
BOUND: Final = "SELECT 1 FROM bindings b WHERE b.connection_id = :connection_id AND b.external_id = l.external_id"

SIZES: Final = {
    "makes": NEW,
    "changes": KNOWN,
    "links": LINKS,
    "states": f"{KNOWN} AND NOT {LINKS} AND l.raw_hash IS NOT NULL",
    "leaves": f"""{KNOWN} AND l.groups IS NOT NULL AND (l.moves IS NULL OR l.before IS NULL OR l.moves LIKE '%"-%')""",
    "swaps": f"""{KNOWN} AND l.moves LIKE '%"+%' AND l.moves LIKE '%"-%'""",
}
"""What a page's lines may do, by what says that one does."""


_parsed: Final = cache(text)


def ask(connection: Connection, page: Page, statement: str, **values: Any) -> Any:
    """Carry a statement out; it finds what `Page` has by name."""
    return connection.execute(_parsed(statement), {**msgspec.structs.asdict(page), **values})
