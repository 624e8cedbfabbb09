"""Which lists of customers do people keep under a name, for themselves or for everybody?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from syncd.access.roles import Role
from syncd.errors import InvalidRecord, NotFound
from syncd.registry.audit import write_down
from syncd.registry.moment import once
from syncd.registry.tables import SavedView, User
from syncd.sentence import Counted, Sentence

__all__ = ["Query", "View", "change", "find", "keep", "remove", "visible"]

_LONGEST: Final = 64
_MOST: Final = 100
_FIELDS: Final = ("filter", "search", "columns", "sort")


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What a list shows, as its address says it: see `syncd.registry.queries.customer_list`."""

    filter: str = ""
    search: str = ""
    columns: str = ""
    sort: str = ""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A list that somebody keeps.

    Attributes:
        owner: Name of whoever made it.
        own: Whether that is who asks.
        shared: Everybody sees it; only its owner and admins change it.
    """

    id: int
    name: str
    owner: str
    own: bool
    shared: bool
    query: Query


def visible(connection: Connection, user_id: int) -> list[View]:
    """Somebody's own, then those that others share, each by name."""

    def ask() -> list[View]:
        return [_view(row, user_id) for row in connection.execute(_VISIBLE, {"user": user_id})]

    return once(connection, ("views", user_id), ask)


def find(connection: Connection, view_id: int, user_id: int) -> View:
    """One of those.

    Raises:
        NotFound: When there is none, or it is somebody else's own.
    """
    row = connection.execute(_SEEN.where(SavedView.id == view_id), {"user": user_id}).one_or_none()
    if row is None:
        raise NotFound("there is no such view (any more)", cure="Open Customers and choose another.")
    return _view(row, user_id)


def keep(connection: Connection, user_id: int, name: str, query: Query, *, shared: bool, now: datetime) -> int:
    """Keep a list under a name.

    Raises:
        InvalidRecord: When the name cannot be used, or there are too many.
    """
    number = connection.scalar(select(func.count()).select_from(SavedView).where(SavedView.user_id == user_id)) or 0
    if number >= _MOST:
        raise _unusable(
            Sentence(Counted("there is %(count)s view of yours", "there are %(count)s views of yours"), count=number),
            "Delete some that you do not use.",
        )
    name = _named(name)
    values = {"user_id": user_id, "name": name, "shared": shared, "changed_at": now}
    statement = insert(SavedView).values(**values, **msgspec.structs.asdict(query)).returning(SavedView.id)
    return int(_once(connection, statement, name, "").scalar_one())


def change(
    connection: Connection,
    view: View,
    *,
    role: Role,
    now: datetime,
    name: str | None = None,
    shared: bool | None = None,
    query: Query | None = None,
) -> None:
    """Change what was given of a view.

    Raises:
        InvalidRecord: When the name cannot be used, or the view is not theirs to change.
    """
    _check_owner(view, role)
    values: dict[str, Any] = {} if query is None else msgspec.structs.asdict(query)
    if name is not None:
        values["name"] = _named(name)
    if shared is not None:
        values["shared"] = shared
    statement = update(SavedView).where(SavedView.id == view.id).values(**values, changed_at=now)
    _once(connection, statement, values.get("name", view.name), "" if view.own else view.owner)


def remove(connection: Connection, view: View, *, role: Role, by: str, now: datetime) -> None:
    """Forget a view; of one that everybody saw it is written down who did, and what it showed.

    Raises:
        InvalidRecord: When it is not theirs.
    """
    _check_owner(view, role)
    connection.execute(delete(SavedView).where(SavedView.id == view.id))
    if view.shared:
        details = {"owner": view.owner, **msgspec.structs.asdict(view.query)}
        write_down(connection, now, by, "delete-view", f"view {view.name}", **details)


def _seen() -> Select[Any]:
    own = [SavedView.id, SavedView.user_id, SavedView.name, SavedView.shared]
    columns: list[Any] = [*own, User.name.label("owner"), *(getattr(SavedView, name) for name in _FIELDS)]
    return select(*columns).join(User, User.id == SavedView.user_id).where(or_(_MINE, SavedView.shared))


# Asked for every page of the list: put together once.
_MINE: Final = SavedView.user_id == bindparam("user")
_SEEN: Final = _seen()
_VISIBLE: Final = _SEEN.order_by(case((_MINE, 0), else_=1), func.lower(SavedView.name), SavedView.id)


def _view(row: Any, user_id: int) -> View:
    query = Query(**{name: getattr(row, name) for name in _FIELDS})
    own = row.user_id == user_id
    return View(id=row.id, name=row.name, owner=row.owner, own=own, shared=row.shared, query=query)


def _check_owner(view: View, role: Role) -> None:
    if not view.own and role < Role.ADMIN:
        raise _unusable(
            Sentence("this view is %(owner)s's", owner=view.owner), "Save a copy of your own under another name."
        )


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise _unusable(
            "the view needs a name",
            Sentence(Counted("Use 1 to %(count)s character.", "Use 1 to %(count)s characters."), count=_LONGEST),
        )
    return name


def _once(connection: Connection, statement: Any, name: str, owner: str) -> Any:
    """Whose views they are, if not those of whoever asks, is said: an admin may not even see the other one."""
    try:
        return connection.execute(statement)
    except IntegrityError:
        already = (
            Sentence("%(owner)s has a view %(name)s already", owner=owner, name=repr(name))
            if owner
            else Sentence("you have a view %(name)s already", name=repr(name))
        )
        raise _unusable(already, "Choose another name, or update that view.") from None


def _unusable(message: str, cure: str) -> InvalidRecord:
    return InvalidRecord(message, code="value-unusable", field="name", cure=cure)
