"""Which columns does somebody want to see, and in which order?"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.access import preferences
from syncd.console.asking import Text, Texts
from syncd.console.customers.state import USUAL_COLUMNS, state_of
from syncd.console.flash import flash
from syncd.errors import InvalidRecord
from syncd.registry.engine import writing
from syncd.registry.queries.customer_list import read_columns
from syncd.sync.app import App

__all__ = ["choose_columns"]


def choose_columns(
    request: Request,
    *,
    order: Texts = [],  # noqa: B006 - FastAPI copies it
    cols: Texts = [],  # noqa: B006
    up: Text = "",
    down: Text = "",
    restore: Text = "",
    back: Text = "",
) -> Response:
    """Keep a person's columns, and show the list with them.

    Args:
        order: All columns in the order of the form; `cols` are those to be shown.
        up: A column that is to move, and `down` as well: the form is shown again.
        restore: Whether the usual ones are wanted.
        back: Address of the list, without its columns.
    """
    state = state_of(dict(parse_qsl(back)))
    if restore:
        _store(request, ())
        response = RedirectResponse(state.href(cols=()), 303)
        return flash(response, request, request.state.text.gettext("The usual columns are shown again."))
    arranged = _moved(read_columns(",".join(order)), up, -1) if up else _moved(read_columns(",".join(order)), down, 1)
    chosen = tuple(name for name in arranged if name in cols)
    if not chosen:
        raise InvalidRecord(
            "no column is chosen", code="value-unusable", field="cols", cure="Choose at least one; name is a good one."
        )
    _store(request, () if chosen == USUAL_COLUMNS else chosen)
    there = state.href(cols=() if chosen == USUAL_COLUMNS else chosen)
    if up or down:
        return RedirectResponse(f"{there}{'&' if '?' in there else '?'}open=columns", 303)
    return RedirectResponse(there, 303)


def _moved(names: Sequence[str], name: str, step: int) -> list[str]:
    """The names with one of them a place further."""
    moved = list(names)
    if name in moved:
        at = moved.index(name)
        moved.insert(max(0, at + step), moved.pop(at))
    return moved


def _store(request: Request, columns: tuple[str, ...]) -> None:
    app: App = request.app.state.syncd
    own = msgspec.structs.replace(request.state.reader.preferences, columns=columns)
    with writing(app.engine) as connection:
        preferences.store(connection, request.state.visitor.user_id, own)
