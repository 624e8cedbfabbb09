"""What is there to see of one customer? A head that says how it stands, and a tab for each question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from syncd.console.customer import tabs
from syncd.console.customer.find import known_id
from syncd.console.customer.look import Look
from syncd.console.customers.tags import tags_address
from syncd.console.problems import problem
from syncd.console.rendering import page
from syncd.console.turns import in_turn
from syncd.registry.engine import reading
from syncd.registry.queries.customer_groups import groups_of
from syncd.registry.queries.customers import find_customer
from syncd.sentence import Sentence
from syncd.sync.app import App

__all__ = ["TABS", "customer"]

TABS: Final[dict[str, Callable[[Look], dict[str, Any]]]] = {
    "overview": tabs.overview,
    "shops": tabs.shops,
    "history": tabs.history,
    "groups": tabs.groups,
    "addresses": tabs.addresses,
    "accounts": tabs.accounts,
    "runs": tabs.runs,
    "privacy": tabs.privacy,
    "explain": tabs.explained,
}
"""What each tab shows, by its name in the address."""


@in_turn
def customer(request: Request, code: str, tab: str = "overview") -> Response:
    """One tab of a customer."""
    app: App = request.app.state.syncd
    id_ = known_id(app, code)
    if tab not in TABS:
        text = Sentence("tab: there is no %(name)s", name=repr(tab[:40]))
        cure = Sentence("One of: %(names)s.", names=", ".join(TABS))
        return problem(request, 400, "Not possible", text, cure=cure)
    with reading(app.engine) as connection:
        look = _look(app, request, connection, id_)
        style = tags_address(connection)
    return page(
        request,
        f"customer/{tab}.html",
        customer=look.customer,
        doc=look.doc,
        tags=look.groups,
        tag_style=style,
        tab=tab,
        tabs=_counted(look),
        **TABS[tab](look),
    )


def _look(app: App, request: Request, connection: Connection, id_: int) -> Look:
    found = find_customer(connection, id_)
    assert found is not None, "it was known a moment ago, and no customer's row is ever deleted"  # noqa: S101
    return Look(app=app.up_to_date(), request=request, id=id_, customer=found, groups=groups_of(connection, id_))


def _counted(look: Look) -> dict[str, int]:
    """How many there are behind each tab; 0 where that says nothing."""
    shops = sum(side.external_id is not None for side in look.customer.sides)
    return {
        **dict.fromkeys(TABS, 0),
        "shops": shops,
        "groups": len(look.groups),
        "addresses": len(look.doc.addresses),
        "accounts": len(look.doc.employees),
    }
