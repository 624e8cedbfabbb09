"""What is on the list of customers, and how is it narrowed?"""

from __future__ import annotations

from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.access import views
from syncd.access.roles import Role
from syncd.console.customers.around import around
from syncd.console.customers.build import added, builder_of
from syncd.console.customers.labels import labels_address
from syncd.console.customers.state import State, shown_columns, state_of, state_of_query
from syncd.console.rendering import page
from syncd.console.turns import in_turn
from syncd.domain.filter import InvalidFilter
from syncd.registry.engine import reading
from syncd.registry.queries.customer_list import Page, Selection, page_of
from syncd.registry.queries.customer_rows import COLUMNS
from syncd.sync.app import App

__all__ = ["list_customers"]


@in_turn
def list_customers(request: Request) -> Response:
    """The list, or where the list is."""
    try:
        state = state_of(request.query_params)
        elsewhere = _elsewhere(request, state)
    except InvalidFilter as error:
        return _show(request, _beside_the_filter(request), wrong=error)
    return RedirectResponse(elsewhere, 303) if elsewhere else _show(request, state)


def _beside_the_filter(request: Request) -> State:
    """What else the address says, so that it is still there when its filter is corrected."""
    try:
        return state_of({name: value for name, value in request.query_params.items() if name != "filter"})
    except InvalidFilter:
        return State()


def _elsewhere(request: Request, state: State) -> str:
    """Where the same is found under its proper address.

    A condition that was put together in the form, a view by its number alone, and words without a meaning lead there.
    """
    said = request.query_params
    if said.get("add_op"):
        return state.href(filter=added(state.filter, said))
    if state.view and set(said) == {"view"}:
        app: App = request.app.state.syncd
        with reading(app.engine) as connection:
            kept = views.find(connection, state.view, request.state.visitor.user_id)
        there = state_of_query(kept.query, kept.id).href()
        return there if there != state.href() else ""
    needless = any(not value for value in said.values()) or len(said.multi_items()) > len(said)
    if not needless or "hx-request" in request.headers:
        return ""
    kept_open = {name: said[name] for name in ("add_field", "open") if said.get(name)}
    return f"/customers?{urlencode(state.params() | kept_open)}"


def _show(request: Request, state: State, wrong: InvalidFilter | None = None) -> Response:
    """The page; what cannot be read is shown as it was written, to be corrected."""
    app: App = request.app.state.syncd
    own = request.state.reader.preferences
    said = request.query_params
    if wrong is not None and not request.state.visitor.by_cookie:
        raise wrong  # a program is told in its own terms
    columns = shown_columns(state, own)
    size = state.size or own.page_size
    operates = request.state.visitor.role >= Role.OPERATOR  # a cell to select by is the first then
    at = app.now().astimezone(request.state.reader.zone)
    with reading(app.engine) as connection:
        values = around(connection, state, columns, request.state.visitor.user_id, at)
        everybody = next(number for name, _, number, _ in values["built_in"] if name == "all")
        found = Page(total=0, number=1, size=size, rows=[])
        if wrong is None:
            chosen = Selection(filter=state.filter, search=state.q, at=at)
            found = page_of(
                connection, chosen, state.sort, number=state.page, size=size, columns=columns, everybody=everybody
            )
        builder = builder_of(connection, said.get("add_field", ""))
    if wrong is not None:
        values |= {"filter_text": said.get("filter", "")}
    state = msgspec.structs.replace(state, page=found.number)
    response = page(
        request,
        "customers/list.html",
        status=400 if wrong else 200,
        **values,
        state=state,
        found=found,
        columns=columns,
        labels=labels_address(columns, request.state.reader.language, first=2 if operates else 1),
        offered=(*columns, *(name for name in COLUMNS if name not in columns)),
        size=size,
        builder=builder,
        wrong=wrong,
        unfolded="filter" if (wrong and values["filter_text"]) or said.get("add_field") else said.get("open", ""),
    )
    if "hx-request" in request.headers and not {"add_field", "open"} & said.keys():
        response.headers["hx-push-url"] = state.href(page=state.page)
    return response
