"""What is shown, and what can be decided there? The same functions as on the command line."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.console.rendering import page
from syncd.errors import InvalidRecord, Misconfigured, NotFound
from syncd.registry.engine import reading
from syncd.registry.queries.issues import count_issues
from syncd.registry.queries.runs import RunRow, list_runs
from syncd.registry.queries.status import status
from syncd.sync.app import App
from syncd.sync.request import request_run
from syncd.sync.review import approve, discard, expires_at

__all__ = ["approve_plan", "dashboard", "discard_plan", "sync_now"]

_LAST_RUNS = 10
_WAITING = ("held", "planned")

Text = Annotated[str, Form()]


def dashboard(request: Request) -> Response:
    """Everything at a glance."""
    app: App = request.app.state.syncd
    with reading(app.engine) as connection:
        look = status(connection, now=app.now(), issues=count_issues(connection))
        runs = list_runs(connection, limit=_LAST_RUNS)
        waiting = list_runs(connection, states=_WAITING, limit=_LAST_RUNS)
    connections = [_paused(app, row) for row in look.connections if row.name in app.connections]
    return page(
        request,
        "dashboard/dashboard.html",
        connections=connections,
        customers=look.customers,
        issues=look.issues,
        runs=runs,
        plans=[(run, _until(app, run)) for run in waiting],
    )


def _paused(app: App, row: Any) -> Any:
    """A pause in the configuration counts as well."""
    return msgspec.structs.replace(row, state="paused") if app.connections[row.name].settings.paused else row


def _until(app: App, run: RunRow) -> Any:
    return expires_at(app, run.planned_at) if run.planned_at else None


def sync_now(request: Request, name: str) -> Response:
    """Ask for a run, as `syncd sync` does."""
    app: App = request.app.state.syncd
    try:
        connected = app.connection(name)
    except Misconfigured as error:
        raise NotFound(error.message, cure=error.cure) from None
    request_run(app, connected, mode="incremental", asked_by=request.state.visitor.by)
    return RedirectResponse("/", 303)


def approve_plan(request: Request, run_id: int, reason: Text = "") -> Response:
    """Let a plan be applied."""
    approve(request.app.state.syncd, run_id, by=request.state.visitor.by, reason=_reason(reason))
    return RedirectResponse("/", 303)


def discard_plan(request: Request, run_id: int, reason: Text = "") -> Response:
    """Throw a plan away."""
    discard(request.app.state.syncd, run_id, by=request.state.visitor.by, reason=_reason(reason))
    return RedirectResponse("/", 303)


def _reason(text: str) -> str:
    text = text.strip()
    if not text or len(text) > 500:
        raise InvalidRecord(
            "a reason is missing, or longer than 500 characters",
            code="reason-missing",
            field="reason",
            cure="Say in a few words why: the audit log keeps it.",
        )
    return text
