"""Which customers are on the list, in which order, and how many are there?

Console, command line, exports and bulk operations all ask here, so that "these 1,190" are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from syncd.domain.filter import Expression, InvalidFilter, parse
from syncd.domain.filter.problem import one_of
from syncd.registry import tables as t
from syncd.registry.engine import is_sqlite
from syncd.registry.moment import once
from syncd.registry.queries.customer_filter import Missing, matching
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
]

SIZES: Final = (25, 50, 100, 200)
"""Rows of a page."""

_L: Final = t.Listing
_MOST_ORDERS: Final = 3


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


class Order(msgspec.Struct, frozen=True):
    """One column to sort by."""

    column: str
    descending: bool = False


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
) -> list[int]:
    """Ids of the customers, sorted; by code where nothing else tells two apart."""
    first = None if chosen.narrows or limit is None else _FIRST.get(tuple(order))
    if first is not None and (offset <= _NEAR or order[0].column in _AT_ANY_DEPTH):
        ids = list(connection.scalars(first.limit(limit).offset(offset)))
        if len(ids) == limit:
            return ids
    where = matching(connection, chosen.filter, chosen.search, chosen.at)
    source, keys = _sorting(connection, order)
    statement = select(_L.contractor_id).select_from(source).where(where.asked)
    return list(connection.scalars(statement.order_by(*map(_directed, keys)).limit(limit).offset(offset)))


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
        total, ids = _looked_up(connection, where.ids, size, number)
    else:
        total, ids = _counted(connection, where.asked, order, size, number) if chosen.narrows else (0, [])
    if not ids:
        known = None if chosen.narrows else everybody
        total = count(connection, chosen) if known is None else known
        number = min(max(number, 1), max(1, -(-total // size)))
        ids = select_ids(connection, chosen, order, limit=size, offset=(number - 1) * size) if total else []
    return Page(
        total=total, number=number, size=size, rows=rows_of(connection, ids, columns), missing=where.missing
    )  # fmt: skip


def page_behind(connection: Connection, chosen: Selection, last: int, *, size: int) -> tuple[list[CustomerRow], bool]:
    """Customers behind one of them in the order of their codes, and whether others follow.

    Whoever goes on so from page to page misses and repeats nobody, whatever comes or goes meanwhile.
    """
    where = matching(connection, chosen.filter, chosen.search, chosen.at)
    statement = select(_L.contractor_id).where(where.asked, _L.contractor_id > last).order_by(_L.contractor_id)
    ids = list(connection.scalars(statement.limit(size + 1)))
    return rows_of(connection, ids[:size]), len(ids) > size


def _counted(
    connection: Connection, asked: ColumnElement[bool], order: Sequence[Order], size: int, number: int
) -> tuple[int, list[int]]:
    """How many those are that a filter means, and one page of them, by looking for them once."""
    if is_sqlite(connection) and [one.column for one in order] == ["changed"]:
        return _counted_by_change(connection, asked, size, number, descending=order[0].descending)
    source, keys = _sorting(connection, order)
    labelled = [key.value.label(f"key{at}") for at, key in enumerate(keys)]
    hits = select(_L.contractor_id, *labelled).select_from(source).where(asked).cte("hits")
    by = [_directed(key._replace(value=hits.c[f"key{at}"])) for at, key in enumerate(keys)]
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
        .order_by(*(_directed(_Key(key, descending)) for key in keys))
    )
    rows = connection.execute(page.limit(size).offset((max(number, 1) - 1) * size)).all()
    return (rows[0][0] if rows else 0), [row[1] for row in rows]


def _looked_up(connection: Connection, ids: Select[Any], size: int, number: int) -> tuple[int, list[int]]:
    """The same of an index that has just these."""
    (id_,) = ids.selected_columns
    total = select(func.count()).select_from(ids.subquery("hits")).scalar_subquery()
    page = ids.add_columns(total).order_by(id_).limit(size).offset((max(number, 1) - 1) * size)
    rows = connection.execute(page).all()
    return (rows[0][1] if rows else 0), [row[0] for row in rows]


class _Key(NamedTuple):
    """What is sorted by; whoever has nothing there comes last, in either direction."""

    value: ColumnElement[Any]
    descending: bool
    may_lack: bool = False


def _directed(key: _Key) -> ColumnElement[Any]:
    directed = key.value.desc() if key.descending else key.value.asc()
    return directed.nulls_last() if key.may_lack else directed


def _sorting(connection: Connection, order: Sequence[Order]) -> tuple[FromClause, list[_Key]]:
    """Where what is sorted by stands, and what it is."""
    source: FromClause = _L.__table__
    keys: list[_Key] = []
    for one in order:
        if one.column in _ELSEWHERE:
            look_up = _ELSEWHERE[one.column]
            if not is_sqlite(connection):
                look_up = _ON_POSTGRESQL.get(one.column, look_up)
            made = look_up().subquery(f"by_{one.column}")
            source = source.outerjoin(made, made.c.contractor_id == _L.contractor_id)
            keys.append(_Key(made.c.value, one.descending, may_lack=True))
        else:
            keys.append(_Key(_HERE[one.column], one.descending, may_lack=one.column in _MAY_BE_EMPTY))
    if not any(one.column == "code" for one in order):
        # In one direction, so that an index on the first column gives the order by itself.
        keys.append(_Key(_HERE["code"], bool(order) and order[0].descending))
    return source, keys


_MAY_BE_EMPTY: Final = ("number", "email", "phone", "tax_id", "city", "caretaker", "country")
_HERE: Final[Mapping[str, Any]] = {
    **{name: func.nullif(getattr(_L, name), "") for name in _MAY_BE_EMPTY},
    "code": _L.contractor_id,
    "name": _L.name,
    "kind": _L.kind,
    "newsletter": func.coalesce(case((_L.newsletter.is_(True), 2), (_L.newsletter.is_(False), 1)), 0),
    "zone": _L.zone,
    "status": _L.status,
    "created": _L.created_at,
}


def _first_group() -> Select[Any]:
    m, g = t.Membership, t.Group
    return _by_customer(m.contractor_id, func.min(g.name)).join(g, g.id == m.group_id)


def _place_of_first_group() -> Select[Any]:
    """The same as a number: PostgreSQL takes thrice as long to look names up, compare them and sort by them."""
    m = t.Membership
    place = literal_column(_PLACES, ARRAY(Integer))[m.group_id]
    return _by_customer(m.contractor_id, func.min(func.nullif(place, 0)))


_PLACES: Final = (
    "(SELECT array_agg(COALESCE(g.place, 0) ORDER BY n.id) FROM generate_series(1, (SELECT max(id) FROM groups)) n(id) "
    "LEFT JOIN (SELECT id, CAST(row_number() OVER (ORDER BY name) AS integer) AS place FROM groups) g ON g.id = n.id)"
)
"""Which place each group has by its name, 0 where there is none: the one with the id 1 first."""


def _worst_push() -> Select[Any]:
    p = t.Push
    return _by_customer(p.contractor_id, func.max(case((p.due_at.is_(None), 3), (p.attempts > 0, 2), else_=1)))


def _last_delivery() -> Select[Any]:
    return _by_customer(t.Delivery.contractor_id, func.max(t.Delivery.at))


def _open_issues() -> Select[Any]:
    return _by_customer(t.Issue.contractor_id, func.count()).where(t.Issue.state == "open")


def _by_customer(who: Any, value: Any) -> Select[Any]:
    return select(who.label("contractor_id"), value.label("value")).group_by(who)


def _last_change() -> Select[Any]:
    who: Any = t.Contractor.id
    return select(who.label("contractor_id"), t.Contractor.updated_at.label("value"))


_ELSEWHERE: Final[Mapping[str, Callable[[], Select[Any]]]] = {
    "changed": _last_change,
    "groups": _first_group,
    "sync": _worst_push,
    "synced": _last_delivery,
    "issues": _open_issues,
}
_ON_POSTGRESQL: Final[Mapping[str, Callable[[], Select[Any]]]] = {"groups": _place_of_first_group}


def _told_last() -> Select[int]:
    """Who was told something, the last one first: by the index, from the newest delivery on."""
    d, later = t.Delivery, aliased(t.Delivery)
    again = exists().where(
        later.contractor_id == d.contractor_id, or_(later.at > d.at, and_(later.at == d.at, later.id > d.id))
    )
    return (
        select(d.contractor_id).where(~again, _is_listed(d.contractor_id)).order_by(d.at.desc(), d.contractor_id.desc())
    )


def _in_first_group() -> Select[int]:
    """Who is in the first of all groups that somebody is in."""
    m, g = t.Membership, t.Group
    first = select(g.id).where(exists().where(m.group_id == g.id)).order_by(g.name).limit(1).scalar_subquery()
    return select(m.contractor_id).where(m.group_id == first, _is_listed(m.contractor_id)).order_by(m.contractor_id)


def _is_listed(who: Any) -> ColumnElement[bool]:
    return exists().where(_L.contractor_id == who)


_NEAR: Final = 2000
"""So far down a list its beginning is looked for; further down it is sorted as a whole."""

_FIRST: Final[Mapping[tuple[Order, ...], Select[int]]] = {
    (Order("synced", descending=True),): _told_last(),
    (Order("groups"),): _in_first_group(),
    (Order("changed"),): select(t.Contractor.id).order_by(t.Contractor.updated_at, t.Contractor.id),
    (Order("changed", descending=True),): select(t.Contractor.id).order_by(
        t.Contractor.updated_at.desc(), t.Contractor.id.desc()
    ),
}
"""How lists begin that nobody narrowed, where an index gives that without sorting everybody. They go on otherwise."""

_AT_ANY_DEPTH: Final = ("changed",)
"""Of these the index has everybody, and nothing else is asked: it is as fast further down."""
