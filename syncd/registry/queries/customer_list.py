"""Which customers are on the list, in which order, and how many are there?

Console, command line, exports and bulk operations all ask here, so that "these 1,190" are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    func,
    select,
    true,
)

from syncd.domain.filter import Expression, InvalidFilter, parse
from syncd.domain.filter.problem import one_of
from syncd.registry import tables as t
from syncd.registry.engine import among, is_sqlite
from syncd.registry.moment import once
from syncd.registry.queries.customer_filter import Missing, Where, matching
from syncd.registry.queries.customer_order import Indexed, Key, Order, directed, indexed, sorting
from syncd.registry.queries.customer_rows import COLUMNS, CustomerRow, rows_of
from syncd.sentence import Sentence

__all__ = [
    "SIZES",
    "Order",
    "Page",
    "Selection",
    "count",
    "counts",
    "counts_of_day",
    "page_behind",
    "page_of",
    "read_columns",
    "read_order",
    "select_ids",
    "selection",
    "sort_ids",
]

SIZES: Final = (25, 50, 100, 200)
"""Rows of a page."""

_L: Final = t.Listing
_MOST_ORDERS: Final = 3
_NEAR: Final = 2000
"""So far down a list its beginning is looked for, where not everybody is asked for."""
_FEW: Final = 2000
"""So many customers are sorted sooner than found in an order."""
_FAR: Final = 10_000
"""So many of an order are looked at to find a page of those who are asked for."""
_SPREAD: Final = 3
"""As often as they would have to be if those who are asked for were spread evenly."""


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the customers.

    Attributes:
        at: What time it is; days of the filter begin in its zone.
    """

    filter: Expression | None = None
    search: str = ""
    at: datetime

    @property
    def narrows(self) -> bool:
        """Whether it is not simply everybody."""
        return self.filter is not None or bool(self.search.strip())


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list.

    Attributes:
        total: How many customers there are on all pages.
        number: Which page this is, counted from 1; the last one where a later was asked for.
        missing: What the filter names and what is not there (any more).
    """

    total: int
    number: int
    size: int
    rows: list[CustomerRow]
    missing: tuple[Missing, ...] = ()

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // self.size))


def selection(filter_: str = "", search: str = "", *, at: datetime) -> Selection:
    """Read a selection as addresses and command lines state it.

    Raises:
        InvalidFilter: Naming what of the filter cannot be read.
    """
    return Selection(filter=parse(filter_), search=search.strip(), at=at)


def read_order(text: str) -> tuple[Order, ...]:
    """Read what to sort by: names of columns with commas between, ``-`` before one that is sorted from high to low.

    Raises:
        InvalidFilter: Naming a column that there is not.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    orders = {name.removeprefix("-"): Order(name.removeprefix("-"), name.startswith("-")) for name in names}
    _check(orders, "sort")
    return tuple(orders.values())[:_MOST_ORDERS]


def read_columns(text: str) -> tuple[str, ...]:
    """Read which columns to show: names with commas between; none for an empty text.

    Raises:
        InvalidFilter: Naming a column that there is not.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    _check(names, "columns")
    return names


def _check(names: Collection[str], field: str) -> None:
    unknown = next((name for name in names if name not in COLUMNS), None)
    if unknown is not None:
        cure = one_of(unknown, COLUMNS, "Columns: %(names)s.")
        raise InvalidFilter(
            Sentence("customers have no column %(unknown)s", unknown=repr(unknown)), cure=cure, field=field
        )


def count(connection: Connection, chosen: Selection) -> int:
    """How many customers that are."""
    return counts(connection, [chosen])[0]


def counts(connection: Connection, many: Sequence[Selection]) -> list[int]:
    """How many customers each of them is, by one question."""
    asked = [matching(connection, chosen.filter, chosen.search, chosen.at).asked for chosen in many]
    return list(connection.execute(_counting(asked)).one())


def counts_of_day(connection: Connection, filters: Sequence[Expression | None], at: datetime) -> list[int]:
    """The same for filters that are asked for with every page.

    Args:
        filters: Each names no group and no connection, and no hours: they mean the same all day.
    """
    key = (tuple(filters), at.date(), at.tzinfo)
    statement = _of_day.get(key)
    if statement is None:
        if len(_of_day) >= _DAYS_KEPT:
            _of_day.clear()
        statement = _of_day[key] = _counting([matching(connection, one, "", at).asked for one in filters])
    return once(connection, ("counts", key), lambda: list(connection.execute(statement).one()))


def _counting(asked: Iterable[ColumnElement[bool]]) -> Select[Any]:
    return select(*(select(func.count()).select_from(_L).where(one).scalar_subquery() for one in asked))


# To put such a question together takes five times as long as to answer it.
_of_day: Final[dict[Any, Select[Any]]] = {}
_DAYS_KEPT: Final = 50


def select_ids(
    connection: Connection,
    chosen: Selection,
    order: Sequence[Order] = (),
    *,
    limit: int | None = None,
    offset: int = 0,
    everybody: int | None = None,
) -> list[int]:
    """Ids of the customers, sorted; by code where nothing else tells two apart.

    Args:
        everybody: How many customers there are, where that is known.
    """
    if not chosen.narrows and limit is not None:
        ids = _by_index(connection, indexed(order), limit, offset, everybody)
        if ids is not None:
            return ids
    where = matching(connection, chosen.filter, chosen.search, chosen.at)
    source, keys = sorting(order)
    statement = select(_L.contractor_id).select_from(source).where(where.asked)
    return list(connection.scalars(statement.order_by(*map(directed, keys)).limit(limit).offset(offset)))


def page_of(
    connection: Connection,
    chosen: Selection,
    order: Sequence[Order] = (),
    *,
    number: int = 1,
    size: int = SIZES[0],
    columns: Collection[str] = COLUMNS,
    everybody: int | None = None,
) -> Page:
    """One page of the list; ids first, by index, and then the rows of those that are shown.

    Args:
        everybody: How many customers there are, where that is known.
    """
    where = matching(connection, chosen.filter, chosen.search, chosen.at)
    if where.ids is not None and not order:
        total, ids = _looked_up(connection, where.ids, where.number, size, number)
    else:
        total, ids = _narrowed(connection, where, order, size, number, everybody) if chosen.narrows else (0, [])
    if not ids:
        known = None if chosen.narrows else everybody
        total = count(connection, chosen) if known is None else known
        number = min(max(number, 1), max(1, -(-total // size)))
        offset = (number - 1) * size
        ids = select_ids(connection, chosen, order, limit=size, offset=offset, everybody=known) if total else []
    return Page(
        total=total, number=number, size=size, rows=rows_of(connection, ids, columns), missing=where.missing
    )  # fmt: skip


def sort_ids(connection: Connection, ids: Sequence[int], order: Sequence[Order]) -> list[int]:
    """Some customers in an order; who is not listed is left out."""
    source, keys = sorting(order)
    statement = select(_L.contractor_id).select_from(source).where(among(connection, _L.contractor_id, ids))
    return list(connection.scalars(statement.order_by(*map(directed, keys))))


def page_behind(connection: Connection, chosen: Selection, last: int, *, size: int) -> tuple[list[CustomerRow], bool]:
    """Customers behind one of them in the order of their codes, and whether others follow.

    Whoever goes on so from page to page misses and repeats nobody, whatever comes or goes meanwhile.
    """
    where = matching(connection, chosen.filter, chosen.search, chosen.at)
    statement = select(_L.contractor_id).where(where.asked, _L.contractor_id > last).order_by(_L.contractor_id)
    ids = list(connection.scalars(statement.limit(size + 1)))
    return rows_of(connection, ids[:size]), len(ids) > size


def _by_index(
    connection: Connection, found: Indexed | None, limit: int, offset: int, total: int | None = None
) -> list[int] | None:
    """One page of those whom an index has in order; ``None`` where there is no index.

    Args:
        total: How many they are, where that is known.
    """
    if found is None:
        return None
    if offset > _NEAR:
        return _far_down(connection, found, limit, offset, total)
    ids = list(connection.scalars(found.sorted.limit(limit).offset(offset)))
    if len(ids) < limit and found.lacking is not None:
        ids += _lacking(connection, found.lacking, limit - len(ids), max(0, offset - _how_many(connection, found.who)))
    return ids


def _far_down(connection: Connection, found: Indexed, limit: int, offset: int, total: int | None) -> list[int]:
    """A page that is found from whichever end of the index is nearer.

    How many there are in the index is only counted where that end is the last, or the page ends behind them.
    """
    if total is not None and offset < total // 2:
        ids = list(connection.scalars(found.sorted.limit(limit).offset(offset)))
        if len(ids) == limit:
            return ids
    number = total if total is not None and found.lacking is None else _how_many(connection, found.who)
    here = max(0, min(limit, number - offset))
    if offset < number // 2:
        ids = list(connection.scalars(found.sorted.limit(here).offset(offset)))
    else:
        ids = list(connection.scalars(found.backwards.limit(here).offset(number - offset - here)))[::-1] if here else []
    if here < limit and found.lacking is not None:
        ids += _lacking(connection, found.lacking, limit - here, max(0, offset - number))
    return ids


def _lacking(connection: Connection, who: Select[int], limit: int, offset: int) -> list[int]:
    return list(connection.scalars(who.limit(limit).offset(offset)))


def _how_many(connection: Connection, ids: Select[Any]) -> int:
    return connection.execute(select(func.count()).select_from(ids.subquery("hits"))).scalar_one()


def _narrowed(
    connection: Connection, where: Where, order: Sequence[Order], size: int, number: int, everybody: int | None
) -> tuple[int, list[int]]:
    """How many those are that a filter means, and one page of them.

    A few are sorted. Of many, a page is sooner found by going along an index that has the order, unless so many others
    stand in between that all of them are sooner sorted.
    """
    wanted = max(number, 1) * size
    found = indexed(order) if not where.reads_text else None
    if found is None:
        return _counted(connection, where.asked, order, size, number)
    everybody = _how_many(connection, select(_L.contractor_id)) if everybody is None else everybody
    total = None if where.but is None else everybody - _how_many(connection, where.but)
    if total == 0:
        return 0, []
    hits = select(_L.contractor_id).where(where.asked) if where.ids is None else where.ids
    some = list(connection.scalars(hits.limit(_FEW + 1)))
    if len(some) <= _FEW:
        ids = sort_ids(connection, some, order) if order else sorted(some)
        return len(some), ids[wanted - size : wanted]
    if total is None and where.number is not None:
        total = connection.execute(select(where.number)).scalar_one()
    total = _how_many(connection, hits) if total is None else total
    passed = _SPREAD * min(wanted, max(size, total - wanted)) * everybody // total
    if wanted <= _NEAR and passed <= _FAR:
        ids = _along(connection, found, passed, where.asked, size, wanted - size)
        if len(ids) == size:
            return total, ids
    here = found.who.get_final_froms() == [_L.__table__]
    most = total > everybody // 2
    if (here or most or is_sqlite(connection)) and passed <= _FAR + _SPREAD * _SPREAD * total:
        inside = _those(connection, found, where, here=here, most=most)
        return total, _by_index(connection, inside, size, wanted - size, total) or []
    return _counted(connection, where.asked, order, size, number)


def _those(connection: Connection, found: Indexed, where: Where, *, here: bool, most: bool) -> Indexed:
    """Only those of an order whom a filter means.

    Args:
        here: The order is one of what is asked as well.
        most: The filter means more than it leaves out.
    """
    if here and (where.tells or not is_sqlite(connection)):
        inside = where.asked
    elif most:
        # Where something asked of is not known, the answer is neither yes nor no.
        others = select(_L.contractor_id).where(where.asked.is_not(true())) if where.but is None else where.but
        inside = (found.id + 0).not_in(others)
    else:
        hits = select(_L.contractor_id).where(where.asked) if where.ids is None else where.ids
        # As a sum: in the order of their ids, SQLite would look each of them up, and sort them all.
        inside = (found.id + 0).in_(hits)
    lacking = None if found.lacking is None else found.lacking.where(where.asked)
    return found._replace(who=found.who.where(inside), lacking=lacking)


def _along(
    connection: Connection, found: Indexed, most: int, asked: ColumnElement[bool], size: int, offset: int
) -> list[int]:
    """A page of those that are asked for among the first of an order."""
    (id_,) = found.who.selected_columns
    labelled = [key.value.label(f"key{at}") for at, key in enumerate(found.keys)]
    first = found.who.with_only_columns(id_.label("id"), *labelled).order_by(*map(directed, found.keys))
    near = first.limit(most).cte("near")
    by = [directed(key._replace(value=near.c[f"key{at}"])) for at, key in enumerate(found.keys)]
    page = select(near.c.id).join_from(near, _L, _L.contractor_id == near.c.id).where(asked).order_by(*by)
    return list(connection.scalars(page.limit(size).offset(offset)))


def _counted(
    connection: Connection, asked: ColumnElement[bool], order: Sequence[Order], size: int, number: int
) -> tuple[int, list[int]]:
    """How many those are that a filter means, and one page of them, by looking for them once."""
    if is_sqlite(connection) and [one.column for one in order] == ["changed"]:
        return _counted_by_change(connection, asked, size, number, descending=order[0].descending)
    source, keys = sorting(order)
    labelled = [key.value.label(f"key{at}") for at, key in enumerate(keys)]
    hits = select(_L.contractor_id, *labelled).select_from(source).where(asked).cte("hits")
    by = [directed(key._replace(value=hits.c[f"key{at}"])) for at, key in enumerate(keys)]
    total = select(func.count()).select_from(hits).scalar_subquery()
    page = select(total, hits.c.contractor_id).order_by(*by).limit(size).offset((max(number, 1) - 1) * size)
    rows = connection.execute(page).all()
    return (rows[0][0] if rows else 0), [row[1] for row in rows]


def _counted_by_change(
    connection: Connection, asked: ColumnElement[bool], size: int, number: int, *, descending: bool
) -> tuple[int, list[int]]:
    """The same, from the index of who changed when: SQLite takes twice as long to find when each of them did."""
    hits = select(_L.contractor_id).where(asked).cte("hits")
    keys: tuple[Any, ...] = (t.Contractor.updated_at, t.Contractor.id)
    total = select(func.count()).select_from(hits).scalar_subquery()
    page = (
        select(total, t.Contractor.id)
        .where((t.Contractor.id + 0).in_(select(hits.c.contractor_id)))  # by its own index SQLite would look for each
        .order_by(*(directed(Key(key, descending)) for key in keys))
    )
    rows = connection.execute(page.limit(size).offset((max(number, 1) - 1) * size)).all()
    return (rows[0][0] if rows else 0), [row[1] for row in rows]


def _looked_up(
    connection: Connection, ids: Select[Any], known: ColumnElement[int] | None, size: int, number: int
) -> tuple[int, list[int]]:
    """The same of an index that has just these."""
    (id_,) = ids.selected_columns
    total = select(func.count()).select_from(ids.subquery("hits")).scalar_subquery() if known is None else known
    page = ids.add_columns(total).order_by(id_).limit(size).offset((max(number, 1) - 1) * size)
    rows = connection.execute(page).all()
    return (rows[0][1] if rows else 0), [row[0] for row in rows]
