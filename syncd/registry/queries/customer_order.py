"""In which order can customers be listed, and where does an index have them in it already?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, FromClause, Select, case, exists, func, select

from syncd.registry import tables as t

__all__ = ["Indexed", "Order", "directed", "indexed", "sorting"]

_L: Final = t.Listing


class Order(msgspec.Struct, frozen=True):
    """One column to sort by."""

    column: str
    descending: bool = False


class Key(NamedTuple):
    """What is sorted by; whoever has nothing there comes last, in either direction."""

    value: Any
    descending: bool = False
    may_lack: bool = False


def directed(key: Key) -> ColumnElement[Any]:
    """What a statement is sorted by."""
    way: ColumnElement[Any] = key.value.desc() if key.descending else key.value.asc()
    return way.nulls_last() if key.may_lack else way


def sorting(order: Sequence[Order]) -> tuple[FromClause, list[Key]]:
    """Where what is sorted by stands, and what it is."""
    source: FromClause = _L.__table__
    keys: list[Key] = []
    for one in order:
        if one.column in _ELSEWHERE:
            made = _ELSEWHERE[one.column]().subquery(f"by_{one.column}")
            source = source.outerjoin(made, made.c.contractor_id == _L.contractor_id)
            keys.append(Key(made.c.value, one.descending, may_lack=True))
        else:
            keys.append(Key(_HERE[one.column], one.descending, may_lack=one.column in _MAY_LACK))
    if not any(one.column == "code" for one in order):
        # In one direction, so that an index on the first column gives the order by itself.
        keys.append(Key(_HERE["code"], bool(order) and order[0].descending))
    return source, keys


_MAY_BE_EMPTY: Final = ("number", "email", "phone", "tax_id", "city", "caretaker", "country")
_MAY_LACK: Final = (*_MAY_BE_EMPTY, "newsletter")
_HERE: Final[Mapping[str, Any]] = {
    **{name: func.nullif(getattr(_L, name), "") for name in _MAY_BE_EMPTY},
    "code": _L.contractor_id,
    "name": _L.name,
    "kind": _L.kind,
    "newsletter": _L.newsletter,
    "zone": _L.zone,
    "status": _L.status,
    "created": _L.created_at,
}


def _first_group() -> Select[Any]:
    who: Any = t.Membership.contractor_id
    by: Any = t.Membership.sorted_by
    return select(who.label("contractor_id"), by.label("value")).where(by.is_not(None))


def _worst_push() -> Select[Any]:
    p = t.Push
    return _by_customer(p.contractor_id, func.max(case((p.due_at.is_(None), 3), (p.attempts > 0, 2), else_=1)))


def _last_told() -> Select[Any]:
    who: Any = t.Told.contractor_id
    return select(who.label("contractor_id"), t.Told.at.label("value"))


def _open_issues() -> Select[Any]:
    whose = t.Issue.contractor_id
    return _by_customer(whose, func.count()).where(t.Issue.state == "open", whose.is_not(None))


def _by_customer(who: Any, value: Any) -> Select[Any]:
    return select(who.label("contractor_id"), value.label("value")).group_by(who)


def _last_change() -> Select[Any]:
    who: Any = t.Contractor.id
    return select(who.label("contractor_id"), t.Contractor.updated_at.label("value"))


_ELSEWHERE: Final[Mapping[str, Callable[[], Select[Any]]]] = {
    "changed": _last_change,
    "groups": _first_group,
    "sync": _worst_push,
    "synced": _last_told,
    "issues": _open_issues,
}


class Indexed(NamedTuple):
    """Customers in an order in which an index has them.

    Attributes:
        who: Selects their ids; in this order if it is also sorted by `keys`.
        lacking: Those who have nothing to sort by, and come behind all of `who`; ``None`` where everybody is in `who`.
    """

    who: Select[int]
    keys: tuple[Key, ...]
    lacking: Select[int] | None = None

    @property
    def sorted(self) -> Select[int]:
        """From the first on."""
        return self.who.order_by(*map(directed, self.keys))

    @property
    def backwards(self) -> Select[int]:
        """From the last of `who` on."""
        turned = (key._replace(descending=not key.descending) for key in self.keys)
        return self.who.order_by(*map(directed, turned))

    @property
    def id(self) -> Any:
        """What `who` selects."""
        return self.who.selected_columns[0]


def indexed(order: Sequence[Order]) -> Indexed | None:
    """Customers in this order by an index; ``None`` where there is none for it."""
    if not order:
        return _plain("code", descending=False)
    if len(order) > 1:
        return None
    (one,) = order
    if one.column in _INDEXED:
        return _plain(one.column, descending=one.descending)
    made = _MADE.get(one)
    return made() if made is not None else None


def _plain(column: str, *, descending: bool) -> Indexed:
    who: Select[int] = select(_L.contractor_id)
    code = Key(_L.contractor_id, descending)
    if column == "code":
        return Indexed(who, (code,))
    value = getattr(_L, _INDEXED[column])
    keys = (Key(value, descending), code)
    if column not in _MAY_LACK:
        return Indexed(who, keys)
    there, lacks = (value > "", value == "") if column in _MAY_BE_EMPTY else (value.is_not(None), value.is_(None))
    return Indexed(who.where(there), keys, who.where(lacks).order_by(directed(code)))


_INDEXED: Final = {
    "code": "contractor_id",
    "name": "name",
    "city": "city",
    "caretaker": "caretaker",
    "country": "country",
    "zone": "zone",
    "status": "status",
    "number": "number",
    "email": "email",
    "phone": "phone",
    "tax_id": "tax_id",
    "kind": "kind",
    "newsletter": "newsletter",
    "created": "created_at",
}


def _told(*, descending: bool) -> Indexed:
    """By when somebody was told something, and who never was by code."""
    who: Any = t.Told.contractor_id
    keys = (Key(t.Told.at, descending), Key(who, descending))
    never: Select[int] = select(_L.contractor_id).where(_L.contractor_id.not_in(select(who)))
    return Indexed(select(who), keys, never.order_by(directed(Key(_L.contractor_id, descending))))


def _by_group(*, descending: bool) -> Indexed:
    """By the first group of each, and who is in none by code."""
    who: Any = t.Membership.contractor_id
    by: Any = t.Membership.sorted_by
    inside: Select[int] = select(who).where(by.is_not(None))
    never: Select[int] = select(_L.contractor_id).where(_L.contractor_id.not_in(inside))
    by_code = never.order_by(directed(Key(_L.contractor_id, descending)))
    return Indexed(inside, (Key(by, descending), Key(who, descending)), by_code)


def _by_a_few(made: Select[Any], *, descending: bool) -> Indexed:
    """Of most there is nothing to sort by; who there is something of is sorted, and the others stand by code."""
    who, value = (label.element for label in made.selected_columns)
    few = made.with_only_columns(who).where(_is_listed(who))
    lacking: Select[int] = select(_L.contractor_id).where(_L.contractor_id.not_in(made.with_only_columns(who)))
    by_code = lacking.order_by(directed(Key(_L.contractor_id, descending)))
    return Indexed(few, (Key(value, descending), Key(who, descending)), by_code)


def _is_listed(who: Any) -> ColumnElement[bool]:
    return exists().where(_L.contractor_id == who)


def _changed(*, descending: bool) -> Indexed:
    who: Any = t.Contractor.id
    return Indexed(select(who), (Key(t.Contractor.updated_at, descending), Key(who, descending)))


_MADE: Final[Mapping[Order, Callable[[], Indexed]]] = {
    Order("synced"): lambda: _told(descending=False),
    Order("synced", descending=True): lambda: _told(descending=True),
    Order("groups"): lambda: _by_group(descending=False),
    Order("groups", descending=True): lambda: _by_group(descending=True),
    Order("changed"): lambda: _changed(descending=False),
    Order("changed", descending=True): lambda: _changed(descending=True),
    Order("sync"): lambda: _by_a_few(_worst_push(), descending=False),
    Order("sync", descending=True): lambda: _by_a_few(_worst_push(), descending=True),
    Order("issues"): lambda: _by_a_few(_open_issues(), descending=False),
    Order("issues", descending=True): lambda: _by_a_few(_open_issues(), descending=True),
}
"""How lists begin where an index elsewhere gives that without sorting everybody."""
