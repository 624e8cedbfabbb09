"""Which files does a program get, and how does it put one in?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any, Literal

import msgspec
from starlette.responses import Response

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Endpoint, Few, Place, RunsMade, number_of
from syncd.console.exchange.exports import send_table
from syncd.domain.columns import choose_columns
from syncd.errors import InvalidRecord, NotFound
from syncd.registry.engine import reading
from syncd.registry.imports import Imported, list_imports
from syncd.registry.queries.changes import Change, changes
from syncd.registry.queries.customer_list import read_order, selection
from syncd.registry.queries.entries import chosen_ids
from syncd.sync.app import App
from syncd.sync.export.tables import TABLES, customers
from syncd.sync.export.write import MEDIA_TYPES, Format
from syncd.sync.imports.batch import apply_import, discard_import, load_import, plan_import, plans_of, state_of
from syncd.sync.imports.rows import BYTES

__all__ = ["ENDPOINTS"]

_SHOWN = 200
"""Changes of an import that are shown; its plans have all."""


_WHOLE = ("groups", "mapping")
"""Tables that are exported as a whole; `/audit/export` is for whoever may see it."""


class ExportQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it is written; and of customers: which, and with which columns.

    Attributes:
        filter: As docs/reference/filters.md says; with ``q`` and ``sort`` as of the list.
        columns: Names with commas between; ``all`` for all.
        delimiter: Between the cells of CSV.
    """

    format: Format = Format.CSV
    filter: str = ""
    q: str = ""
    sort: str = ""
    columns: str = ""
    delimiter: Literal[",", ";"] = ","


class ImportQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file is called: its ending says what it is."""

    name: Annotated[str, msgspec.Meta(max_length=255)] = ""


class ImportsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many.

    Attributes:
        after: The ``next`` of the page before.
    """

    after: Place | None = None
    limit: Few = 50


class ImportRow(msgspec.Struct, frozen=True, kw_only=True):
    """A file and how far it is: ``waiting``, ``applied``, ``discarded``, ``partial``, ``applying`` or ``empty``."""

    file: Imported
    state: str


class Imports(msgspec.Struct, frozen=True):
    """Files that were put in, the latest first."""

    items: list[ImportRow]
    next: int | None


class ImportShown(msgspec.Struct, frozen=True, kw_only=True):
    """A file with what it would change, or changed.

    Attributes:
        changes: The first 200; ``GET /plans/{run_id}/lines`` has all of each plan in ``file.runs``.
    """

    file: Imported
    state: str
    changes: list[Change]


def _export(call: Call) -> Response:
    asked: ExportQuery = call.query
    name = call.path["table"]
    if name == "customers":
        columns = choose_columns([code.strip() for code in asked.columns.split(",") if code.strip()])
        chosen = selection(asked.filter, asked.q, at=call.now)
        make = customers(columns, chosen_ids(chosen, read_order(asked.sort)))
        details: dict[str, Any] = {
            "columns": [column.code for column in columns],
            "filtered": bool(chosen.filter or chosen.search),
        }
        return send_table(call.app, name, asked.format, make, by=call.by, delimiter=asked.delimiter, **details)
    if name not in _WHOLE:
        raise NotFound(f"there is no table {name[:40]!r}", cure=f"There are: customers, {', '.join(_WHOLE)}.")
    if asked.filter or asked.q or asked.sort or asked.columns:
        raise InvalidRecord(
            f"{name} are exported whole", code="value-unusable", field="filter", cure="Only customers are narrowed."
        )
    return send_table(call.app, name, asked.format, TABLES[name], by=call.by, delimiter=asked.delimiter)


def _upload(call: Call) -> ImportShown:
    if not call.body:
        raise InvalidRecord("the file is empty", code="value-unusable", cure="Send the file as the body.")
    return _shown(call.app, plan_import(call.app, call.body, source=call.query.name, by=call.by))


def _list(call: Call) -> Imports:
    asked: ImportsQuery = call.query
    with reading(call.app.engine) as connection:
        found = list_imports(connection, before=asked.after, limit=asked.limit)
    rows = [ImportRow(file=one, state=state_of(plans_of(call.app, one))) for one in found]
    return Imports(rows, found[-1].id if len(found) == asked.limit else None)


def _show(call: Call) -> ImportShown:
    return _shown(call.app, load_import(call.app, number_of(call, "import_id")))


def _apply(call: Call) -> RunsMade:
    return RunsMade(apply_import(call.app, number_of(call, "import_id"), by=call.by))


def _discard(call: Call) -> RunsMade:
    return RunsMade(discard_import(call.app, number_of(call, "import_id"), by=call.by))


def _shown(app: App, one: Imported) -> ImportShown:
    return ImportShown(file=one, state=state_of(plans_of(app, one)), changes=list(islice(_changes(app, one), _SHOWN)))


def _changes(app: App, one: Imported) -> Iterator[Change]:
    return (line for run_id in one.runs for line in changes(app.engine, run_id))


_ONE = "/imports/{import_id}"
ENDPOINTS = (
    Endpoint(
        "GET", "/exports/{table}", Role.OPERATOR, "Write customers, groups or the mapping to a file.",
        _export, None, ExportQuery, files=tuple(MEDIA_TYPES.values()),
    ),
    Endpoint("GET", "/imports", Role.OPERATOR, "List files that were put in.", _list, Imports, ImportsQuery),
    Endpoint(
        "POST", "/imports", Role.OPERATOR, "Make plans of a CSV, XLSX or XML file; nothing is changed yet.",
        _upload, ImportShown, ImportQuery, body=bytes, at_most=BYTES, fleeting=True,
    ),
    Endpoint(
        "GET", _ONE, Role.OPERATOR, "Show what a file would change, and what of it was refused.", _show, ImportShown
    ),
    Endpoint("POST", f"{_ONE}/apply", Role.ADMIN, "Let the plans of a file be applied.", _apply, RunsMade),
    Endpoint("POST", f"{_ONE}/discard", Role.OPERATOR, "Throw the plans of a file away.", _discard, RunsMade),
)  # fmt: skip
