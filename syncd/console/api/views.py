"""Which lists of customers does a program's owner keep under a name, and see of others?"""

from __future__ import annotations

import msgspec

from syncd.access import views
from syncd.access.roles import Role
from syncd.access.views import Query, View
from syncd.console.api.endpoint import Call, Done, Endpoint, number_of
from syncd.console.customers.state import state_of
from syncd.registry.engine import reading, writing

__all__ = ["ENDPOINTS"]


class Views(msgspec.Struct, frozen=True):
    """One's own, then those that others share."""

    items: list[View]


class NewView(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list and its name.

    Attributes:
        shared: Everybody sees it.
        filter: As docs/reference/filters.md says; with ``search``, ``columns`` and ``sort`` as of the list.
    """

    name: str
    shared: bool = False
    filter: str = ""
    search: str = ""
    columns: str = ""
    sort: str = ""


class ViewChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be otherwise; what is left out stays."""

    name: str | None = None
    shared: bool | None = None
    filter: str | None = None
    search: str | None = None
    columns: str | None = None
    sort: str | None = None


def _list(call: Call) -> Views:
    with reading(call.app.engine) as connection:
        return Views(views.visible(connection, call.visitor.user_id))


def _keep(call: Call) -> View:
    asked: NewView = call.body
    query = _checked(Query(filter=asked.filter, search=asked.search, columns=asked.columns, sort=asked.sort))
    who = call.visitor.user_id
    with writing(call.app.engine) as connection:
        made = views.keep(connection, who, asked.name, query, shared=asked.shared, now=call.now)
        return views.find(connection, made, who)


def _change(call: Call) -> View:
    asked, view_id, who = call.body, number_of(call, "view_id"), call.visitor.user_id
    with writing(call.app.engine) as connection:
        view = views.find(connection, view_id, who)
        parts = {name: value for name in Query.__struct_fields__ if (value := getattr(asked, name)) is not None}
        views.change(
            connection,
            view,
            role=call.visitor.role,
            now=call.now,
            name=asked.name,
            shared=asked.shared,
            query=_checked(msgspec.structs.replace(view.query, **parts)) if parts else None,
        )
        return views.find(connection, view_id, who)


def _delete(call: Call) -> Done:
    with writing(call.app.engine) as connection:
        view = views.find(connection, number_of(call, "view_id"), call.visitor.user_id)
        views.remove(connection, view, role=call.visitor.role, by=call.visitor.by, now=call.now)
    return Done("deleted")


def _checked(query: Query) -> Query:
    """As the console would keep it; what cannot be read is named."""
    said = {"q": query.search, "filter": query.filter, "sort": query.sort, "cols": query.columns}
    return state_of(said).query


_ONE = "/views/{view_id}"
ENDPOINTS = (
    Endpoint("GET", "/views", Role.VIEWER, "List lists of customers that are kept under a name.", _list, Views),
    Endpoint(
        "POST", "/views", Role.VIEWER, "Keep a list under a name.", _keep, View, body=NewView,
        example={"name": "Blocked in Poland", "filter": "country:eq:PL AND status:eq:blocked"}, fleeting=True,
    ),
    Endpoint(
        "POST", _ONE, Role.VIEWER, "Change a list that is kept, or its name.", _change, View, body=ViewChange,
        example={"shared": True}, fleeting=True,
    ),
    Endpoint("POST", f"{_ONE}/delete", Role.VIEWER, "Forget a list that is kept.", _delete, Done),
)  # fmt: skip
