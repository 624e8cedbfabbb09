"""How are the customers of a list, and the groups, sent as a file?"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

from babel.numbers import get_decimal_symbol
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from syncd.console.catalogs import locale_of
from syncd.console.customers.state import State, shown_columns, state_of
from syncd.domain.columns import choose_columns
from syncd.errors import NotFound
from syncd.registry.queries.customer_list import read_order, selection
from syncd.registry.queries.entries import chosen_ids, these_ids
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.export.tables import TABLES, customers
from syncd.sync.export.write import MEDIA_TYPES, Format, Make, export, pieces

__all__ = ["send_chosen", "send_customers", "send_groups", "send_table"]


def send_customers(
    request: Request,
    suffix: str,
    *,
    q: str = "",
    filter: str = "",  # noqa: A002 - what it is called in the address
    sort: str = "",
    cols: str = "",
    delimiter: str = "",
) -> Response:
    """Exactly the customers of a list with this query, with exactly the columns that it shows."""
    app: App = request.app.state.syncd
    reader = request.state.reader
    named = [code.strip() for code in cols.split(",") if code.strip()]
    columns = choose_columns(named or shown_columns(State(), reader.preferences))
    chosen = selection(filter, q, at=app.now().astimezone(reader.zone))
    make = customers(columns, chosen_ids(chosen, read_order(sort)))
    codes = [column.code for column in columns]
    return _send(
        request, "customers", suffix, make, delimiter, columns=codes, filtered=bool(chosen.filter or chosen.search)
    )


def send_chosen(request: Request, suffix: str, ids: Collection[int], query: str) -> Response:
    """Some of the customers of a list, in its order and with its columns.

    Args:
        query: Of the list's address.
    """
    state = state_of(dict(parse_qsl(query)))
    columns = choose_columns(shown_columns(state, request.state.reader.preferences))
    codes = [column.code for column in columns]
    make = customers(columns, these_ids(ids, state.sort))
    return _send(request, "customers", suffix, make, "", columns=codes, filtered=True)


def send_groups(request: Request, suffix: str, delimiter: str = "") -> Response:
    """All groups, with how many are in each."""
    return _send(request, "groups", suffix, TABLES["groups"], delimiter)


def _send(request: Request, name: str, suffix: str, make: Make, delimiter: str, **details: Any) -> Response:
    if suffix not in set(Format):
        raise NotFound(
            Sentence("%(name)s are not exported as %(suffix)s", name=name, suffix=repr(suffix[:20])),
            cure=Sentence("There are: %(names)s.", names=", ".join(Format)),
        )
    apart = delimiter if delimiter in {",", ";"} else _delimiter(request)
    app, by = request.app.state.syncd, request.state.visitor.by
    return send_table(app, name, Format(suffix), make, by=by, delimiter=apart, **details)


def send_table(
    app: App, name: str, format_: Format, make: Make, *, by: str, delimiter: str, **details: Any
) -> Response:
    """A table as a file that is whole.

    Args:
        name: What the file is called.
        details: What else the audit log is told.
    """
    written = export(app, make, format_, by=by, delimiter=delimiter, **details)
    headers = {
        "content-length": str(written.size),
        "content-disposition": f'attachment; filename="{name}-{app.now():%Y-%m-%d}.{format_}"',
    }
    return StreamingResponse(pieces(written.file), media_type=MEDIA_TYPES[format_], headers=headers)


def _delimiter(request: Request) -> str:
    """Where decimals have a comma, spreadsheets expect a semicolon between cells."""
    return "," if get_decimal_symbol(locale_of(request.state.reader.language)) == "." else ";"
