"""How does a file become changes, with a look before anything changes?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any, Final

import msgspec
from fastapi import File, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.console.asking import Number
from syncd.console.flash import flash
from syncd.console.kept import files_of
from syncd.console.rendering import page
from syncd.console.saying import refusal
from syncd.domain.columns import DEFAULT
from syncd.errors import RetryableError, SyncError
from syncd.registry.engine import reading
from syncd.registry.imports import Imported, list_imports
from syncd.registry.queries.changes import Change, changes
from syncd.sync.app import App
from syncd.sync.imports.batch import apply_import, discard_import, load_import, plan_import, plans_of, state_of
from syncd.sync.imports.rows import BYTES, ROWS

__all__ = ["apply", "discard", "show_import", "show_imports", "upload"]

_SHOWN: Final = 50
_LISTED: Final = 20
_CUT: Final = 80


class ShownChange(msgspec.Struct, frozen=True):
    """What becomes of one customer: field, before and after."""

    code: str
    rule: str
    outcome: str
    fields: list[tuple[str, str, str]]


def show_imports(request: Request) -> Response:
    """The form, and what was imported."""
    return _form(request)


def upload(request: Request, file: Annotated[UploadFile, File()]) -> Response:
    """Make plans of a file, and lead to what they would change."""
    app: App = request.app.state.syncd
    _ = request.state.text.gettext
    data = file.file.read(BYTES + 1)
    if not data:
        return _form(request, wrong=_("Choose a file that is not empty."))
    try:
        one = plan_import(app, data, source=file.filename or "", by=request.state.visitor.by)
    except RetryableError:
        raise
    except SyncError as error:
        return _form(request, wrong=refusal(error, request.state.reader.language))
    return RedirectResponse(f"/customers/import/{one.id}", 303)


def show_import(request: Request, import_id: Number) -> Response:
    """What would change, and what of the file was refused."""
    app: App = request.app.state.syncd
    one = load_import(app, import_id)
    plans = plans_of(app, one)
    return page(
        request,
        "exchange/import.html",
        one=one,
        state=state_of(plans),
        plans=plans,
        problems=one.problems[:_SHOWN],
        changes=list(_changes(app, one)),
    )


def apply(request: Request, import_id: Number) -> Response:
    """Let the plans be applied, by the workers."""
    apply_import(request.app.state.syncd, import_id, by=request.state.visitor.by)
    text = request.state.text
    told = text.gettext("The import is applied now; this page shows how far it is.")
    return flash(RedirectResponse(f"/customers/import/{import_id}", 303), request, told)


def discard(request: Request, import_id: Number) -> Response:
    """Throw the plans away."""
    discard_import(request.app.state.syncd, import_id, by=request.state.visitor.by)
    told = request.state.text.gettext("The import was discarded. Nothing was changed.")
    return flash(RedirectResponse("/customers/import", 303), request, told)


def _form(request: Request, *, wrong: str = "") -> Response:
    app: App = request.app.state.syncd
    with reading(app.engine) as connection:
        found = list_imports(connection, limit=_LISTED)
    return page(
        request,
        "exchange/imports.html",
        status=422 if wrong else 200,
        wrong=wrong,
        unsent=[] if wrong else files_of(str(request.url)),
        imports=[(one, state_of(plans_of(app, one))) for one in found],
        columns=DEFAULT,
        most_mib=BYTES >> 20,
        most_rows=ROWS,
    )


def _changes(app: App, one: Imported) -> Iterator[ShownChange]:
    lines = (line for run_id in one.runs for line in changes(app.engine, run_id))
    for line in islice(lines, _SHOWN):
        yield ShownChange(line.code or "", line.rule, _outcome(line), _fields(line))


def _outcome(line: Change) -> str:
    return "" if line.outcome is msgspec.UNSET else line.outcome


def _fields(line: Change) -> list[tuple[str, str, str]]:
    return [(name, _shown(field.before), _shown(field.after)) for name, field in line.fields.items()]


def _shown(value: Any) -> str:
    """A value in a table's cell; ``""`` for none."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        text = "; ".join(value)
    else:
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _CUT else f"{text[: _CUT - 1]}…"
