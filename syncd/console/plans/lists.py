"""Which plans wait, and which were applied, discarded, or waited too long?"""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from syncd.console.asking import WrongAddress, address, known_filters, refuse, tidied, whole_number
from syncd.console.rendering import page
from syncd.console.turns import in_turn
from syncd.registry.engine import reading
from syncd.registry.queries.plan_list import STATES, count_plans, list_plans
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.review import expires_at

__all__ = ["show_list"]

_SIZE = 25


@in_turn
def show_list(request: Request) -> Response:
    """Plans of one state, the newest first."""
    tidy = tidied(request)
    if tidy is not None:
        return tidy
    app: App = request.app.state.syncd
    try:
        params = known_filters(request, ("state", "connection", "page"))
        number = max(1, whole_number(params, "page", 1))
        state, name = params.get("state", "waiting"), params.get("connection")
        if state not in STATES:
            raise WrongAddress("state", Sentence("it can be %(names)s.", names=", ".join(STATES)))  # noqa: TRY301 - told below
        if name is not None and name not in app.connections:
            raise WrongAddress("connection", "there is no connection of this name.")  # noqa: TRY301 - the same
    except WrongAddress as wrong:
        return refuse(request, wrong)
    of = app.connections[name].id if name else None
    expired = app.now() - timedelta(hours=app.settings.plan_hours)
    with reading(app.engine) as connection:
        counts = count_plans(connection, of=of, expired=expired)
        found = list_plans(connection, state, of=of, expired=expired, offset=(number - 1) * _SIZE, limit=_SIZE)
    here = {"state": state if state != "waiting" else "", "connection": name or ""}
    return page(
        request,
        "plans/list.html",
        plans=[(plan, expires_at(app, plan.planned_at)) for plan in found],
        counts=counts,
        state=state,
        connection=name or "",
        connections=[(one, one) for one in sorted(app.connections)],
        tab=lambda state: address("/plans", connection=name or "", state=state if state != "waiting" else ""),
        previous=address("/plans", here, page=number - 1 if number > 2 else "") if number > 1 else "",
        next=address("/plans", here, page=number + 1) if number * _SIZE < counts[state] else "",
    )
