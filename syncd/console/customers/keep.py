"""How is a list kept under a name?"""

from __future__ import annotations

from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.access import views
from syncd.access.views import Query
from syncd.console.asking import Number, Text
from syncd.console.customers.state import State, shown_columns, state_of
from syncd.console.flash import flash
from syncd.domain.filter import InvalidFilter
from syncd.errors import InvalidRecord
from syncd.registry.engine import reading, writing
from syncd.sync.app import App

__all__ = ["change_view", "keep_view", "open_view"]


def open_view(request: Request, view_id: Number) -> Response:
    """Lead to the list that a view keeps."""
    app: App = request.app.state.syncd
    with reading(app.engine) as connection:
        views.find(connection, view_id, request.state.visitor.user_id)
    return RedirectResponse(State(view=view_id).href(), 303)


def keep_view(request: Request, name: Text = "", shared: Text = "", back: Text = "") -> Response:
    """Keep the list as it is shown.

    Args:
        back: Address of the list.
    """
    app: App = request.app.state.syncd
    state = _state(back)
    with writing(app.engine) as connection:
        user_id = request.state.visitor.user_id
        made = views.keep(connection, user_id, name, _seen(request, state), shared=bool(shared), now=app.now())
    response = RedirectResponse(state.href(view=made), 303)
    return flash(
        response, request, request.state.text.gettext("The view “%(name)s” is saved.") % {"name": name.strip()}
    )


def change_view(
    request: Request,
    *,
    view_id: Number,
    action: Text = "",
    name: Text = "",
    shared: Text = "",
    sure: Text = "",
    back: Text = "",
) -> Response:
    """Update a view to the list as it is shown, rename it, or delete it.

    Args:
        sure: It is deleted though everybody sees it.
    """
    app: App = request.app.state.syncd
    state, _ = _state(back), request.state.text.gettext
    role, by, now = request.state.visitor.role, request.state.visitor.by, app.now()
    with writing(app.engine) as connection:
        view = views.find(connection, view_id, request.state.visitor.user_id)
        if action == "delete":
            if view.shared and not sure:
                raise InvalidRecord(
                    "everybody sees this view, and would lose it",
                    code="value-unusable",
                    field="sure",
                    cure="Tick that it is deleted for everybody, and delete it then.",
                )
            views.remove(connection, view, role=role, by=by, now=now)
            state, said = msgspec.structs.replace(state, view=None), _("The view “%(name)s” is deleted.")
        elif action == "update":
            views.change(connection, view, role=role, now=now, query=_seen(request, state))
            said = _("The view “%(name)s” shows this list from now on.")
        elif action == "rename":
            views.change(connection, view, role=role, now=now, name=name, shared=bool(shared))
            said = _("The view “%(name)s” is saved.")
        else:
            raise InvalidRecord(
                "nothing was asked for", code="value-unusable", field="action", cure="Use the buttons of the list."
            )
    shown = name.strip() if action == "rename" else view.name
    return flash(RedirectResponse(state.href(), 303), request, said % {"name": shown})


def _seen(request: Request, state: State) -> Query:
    """The list with the columns that are seen, which its address need not say: others would see their own."""
    return msgspec.structs.replace(state, cols=shown_columns(state, request.state.reader.preferences)).query


def _state(back: str) -> State:
    """The list that the form was on."""
    try:
        return state_of(dict(parse_qsl(back)))
    except InvalidFilter as error:
        raise InvalidRecord(
            error.message, code="value-unusable", field="filter", cure="Open the list again and save it then."
        ) from None
