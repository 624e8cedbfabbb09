"""How are a run's records taken away? As a table for a spreadsheet, or as JSON for a program; never whole in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from syncd.console.runs.find import Number, see
from syncd.console.runs.show import narrowed
from syncd.registry.engine import reading
from syncd.registry.queries.run_records import Narrow, RecordOf, stream
from syncd.spreadsheet import rows_to_csv
from syncd.sync.app import App

__all__ = ["as_csv", "as_json"]

_COLUMNS: Final = (
    "line", "issue", "code", "external_id", "name", "action", "outcome", "detail", "waits_for", "tries", "next_try",
    "said",
)  # fmt: skip


def as_csv(request: Request, run_id: Number) -> Response:
    """The records as CSV."""
    app, narrow = _begin(request, run_id)
    if isinstance(narrow, Response):
        return narrow
    lines = rows_to_csv(_COLUMNS, (_row(record) for record in stream(app.engine, run_id, narrow)))
    return _file(lines, "text/csv; charset=utf-8", f"run-{run_id}.csv")


def as_json(request: Request, run_id: Number) -> Response:
    """The records as JSON."""
    app, narrow = _begin(request, run_id)
    if isinstance(narrow, Response):
        return narrow
    return _file(_document(app, run_id, narrow), "application/json", f"run-{run_id}.json")


def _begin(request: Request, run_id: int) -> tuple[App, Narrow | Response]:
    app: App = request.app.state.syncd
    with reading(app.engine) as connection:
        see(app, connection, run_id)
    return app, narrowed(request)


def _file(parts: Iterator[str], kind: str, name: str) -> Response:
    return StreamingResponse(parts, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def _document(app: App, run_id: int, narrow: Narrow) -> Iterator[str]:
    yield f'{{"version":1,"run":{run_id},"records":['
    for index, record in enumerate(stream(app.engine, run_id, narrow)):
        yield ("," if index else "") + msgspec.json.encode(record, enc_hook=str).decode()
    yield "]}\n"


def _row(record: RecordOf) -> tuple[object, ...]:
    waits = record.pushes[0] if record.pushes else None
    push = (None, None, None, None) if waits is None else (waits.connection, waits.attempts, waits.due_at, waits.said)
    return (
        *(record.seq, record.issue, record.code, record.external_id, record.name),
        *(record.action, str(record.became), record.detail, *push),
    )
