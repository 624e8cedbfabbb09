"""Which customers are meant?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from syncd.domain.code import id_of
from syncd.errors import InvalidRecord
from syncd.registry.engine import reading
from syncd.registry.queries.customer_list import select_ids, selection
from syncd.sentence import Sentence
from syncd.sync.app import App

__all__ = ["ids_matching", "ids_of", "mark_of"]


def ids_of(codes: Iterable[str]) -> list[int]:
    """Customers named by their codes, each once.

    Raises:
        InvalidRecord: When one is no code; one that nobody has is left out when it is acted on, and counted.
    """
    found: dict[int, None] = {}
    for code in codes:
        id_ = id_of(code)
        if id_ is None:
            raise InvalidRecord(
                Sentence("%(code)s is no customer code", code=repr(code[:40])),
                code="no-such-code",
                field="code",
                cure="Codes look like K000231.",
            )
        found[id_] = None
    return sorted(found)


def ids_matching(app: App, filter_: str = "", search: str = "", *, at: datetime | None = None) -> list[int]:
    """Customers that a list shows, on all of its pages; everybody, where nothing narrows it.

    Args:
        at: What time it is, in the zone in which days begin; now in UTC, if left out.

    Raises:
        InvalidFilter: When the filter cannot be read.
    """
    chosen = selection(filter_, search, at=at or app.now())
    with reading(app.engine) as connection:
        return sorted(select_ids(connection, chosen))


def mark_of(ids: Sequence[int]) -> str:
    """Stands for just these customers: a filter may select others a minute later, and as many."""
    return f"{len(ids)}-{hashlib.blake2b(repr(list(ids)).encode(), digest_size=8).hexdigest()}"
