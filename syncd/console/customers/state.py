"""Which list of customers does an address mean, and what is the address of another one?

Everything that can be seen is in the address: what was copied from it opens the same list for anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from syncd.access.preferences import PAGE_SIZES, Preferences
from syncd.access.views import Query
from syncd.domain.filter import Expression, InvalidFilter, parse, to_text
from syncd.registry.queries.customer_list import Order, read_columns, read_order
from syncd.sentence import Counted, Sentence

__all__ = ["USUAL_COLUMNS", "State", "shown_columns", "sort_text", "state_of", "state_of_query"]

USUAL_COLUMNS: Final = ("code", "name", "groups", "status", "country", "zone", "sync", "changed")
_LONGEST_SEARCH: Final = 200


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for.

    Attributes:
        cols: Columns that the address names; none: the reader's own, or the usual ones.
        view: The saved view that this list began as.
    """

    q: str = ""
    filter: Expression | None = None
    sort: tuple[Order, ...] = ()
    cols: tuple[str, ...] = ()
    view: int | None = None
    page: int = 1
    size: int | None = None

    @property
    def query(self) -> Query:
        """What a saved view keeps of it."""
        return Query(filter=to_text(self.filter), search=self.q, columns=",".join(self.cols), sort=sort_text(self.sort))

    def params(self) -> dict[str, str]:
        """As an address says it: what is not said is not there."""
        said = {
            "q": self.q,
            "filter": to_text(self.filter),
            "sort": sort_text(self.sort),
            "cols": ",".join(self.cols),
            "view": self.view,
            "page": self.page if self.page > 1 else "",
            "size": self.size,
        }
        return {name: str(value) for name, value in said.items() if value}

    def href(self, path: str = "/customers", **changes: Any) -> str:
        """The address of the same list but for `changes`; what changes what is listed begins at the first page."""
        if changes.keys() - {"page"}:
            changes.setdefault("page", 1)
        params = msgspec.structs.replace(self, **changes).params()
        return f"{path}?{urlencode(params)}" if params else path


def sort_text(sort: tuple[Order, ...]) -> str:
    """As an address says it."""
    return ",".join(f"-{one.column}" if one.descending else one.column for one in sort)


def state_of(said: Mapping[str, str]) -> State:
    """Read what an address or a form says.

    Raises:
        InvalidFilter: Naming what of it cannot be read.
    """
    search = said.get("q", "").replace("\0", "").strip()
    if len(search) > _LONGEST_SEARCH:
        raise InvalidFilter(
            Sentence(
                Counted("the search has %(count)s character", "the search has %(count)s characters"), count=len(search)
            ),
            cure=Sentence("At most %(longest_search)s are looked for.", longest_search=_LONGEST_SEARCH),
            field="q",
        )
    size = _number(said, "size")
    if size and size not in PAGE_SIZES:
        cure = Sentence("It has %(sizes)s.", sizes=", ".join(map(str, PAGE_SIZES)))
        raise InvalidFilter(
            Sentence(Counted("a page never has %(count)s row", "a page never has %(count)s rows"), count=size),
            cure=cure,
            field="size",
        )
    return State(
        q=search,
        filter=parse(said.get("filter", "")),
        sort=read_order(said.get("sort", "")),
        cols=read_columns(said.get("cols", "")),
        view=_number(said, "view") or None,
        page=_number(said, "page") or 1,
        size=size or None,
    )


def state_of_query(query: Query, view_id: int | None) -> State:
    """The list that a view keeps."""
    return State(
        q=query.search,
        filter=parse(query.filter),
        sort=read_order(query.sort),
        cols=read_columns(query.columns),
        view=view_id,
    )


def shown_columns(state: State, own: Preferences) -> tuple[str, ...]:
    """Which columns are shown: those of the address, else the reader's own as far as there are such, else the usual."""
    return state.cols or read_columns(",".join(own.columns)) or USUAL_COLUMNS


def _number(said: Mapping[str, str], name: str) -> int:
    text = said.get(name, "")
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidFilter(
            Sentence("%(name)s is a number", name=name), cure=Sentence("Write %(name)s=1.", name=name), field=name
        )
    return int(text)
