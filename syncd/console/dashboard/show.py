"""What is shown on the first page, and what can be started there?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.console.asking import Text
from syncd.console.charts import stacked
from syncd.console.connections.finding import connection_of
from syncd.console.dashboard.glance import Glance, glance, version_of
from syncd.console.flash import flash
from syncd.console.rendering import fragment, page
from syncd.console.saying import refusal
from syncd.console.stream import Seen, shared, stream
from syncd.console.turns import in_turn
from syncd.errors import InvalidRecord, Misconfigured
from syncd.registry.engine import reading
from syncd.registry.queries.issues import issue_ids
from syncd.sync.app import App
from syncd.sync.ask_read import ask_read
from syncd.sync.attention import retry_all

__all__ = ["dashboard", "events", "retry_cause", "sync_now"]

_EVERY: Final = 2.0
_SPARK: Final = 24.0


@in_turn
def dashboard(request: Request) -> Response:
    """Everything at a glance."""
    app: App = request.app.state.syncd
    return page(request, "dashboard/dashboard.html", **_values(app, glance(app, since=_midnight(request))))


async def events(request: Request) -> Response:
    """What moves of it."""
    app: App = request.app.state.syncd

    def look(version: str) -> Seen:
        since = _midnight(request)
        values = _values(app, shared(request, f"all since {since}", _EVERY / 2, lambda: glance(app, since=since)))
        same = values["version"] == version
        html = None if same else fragment(request, "dashboard/live.html", **values)
        return Seen(values["version"], html, over=False)

    return stream(request, look, every=_EVERY)


def _values(app: App, seen: Glance) -> dict[str, Any]:
    sparks = {stand.row.name: stacked(stand.spark.ok, stand.spark.failed, _SPARK) for stand in seen.stands}
    return {"seen": seen, "sparks": sparks, "version": version_of(seen, app.now())}


def _midnight(request: Request) -> datetime:
    """When today began for whoever looks."""
    now: datetime = request.app.state.syncd.now().astimezone(request.state.reader.zone)
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def sync_now(
    request: Request,
    name: str,
    mode: Annotated[Literal["incremental", "full"], Form()] = "incremental",
    preview: Text = "",
) -> Response:
    """Ask for a run, as `syncd sync` does, and lead to where it can be watched; a preview leads to its plan."""
    app: App = request.app.state.syncd
    connected = connection_of(app, name)
    try:
        run_id = ask_read(app, connected, full=mode == "full", dry_run=bool(preview), by=request.state.visitor.by)
    except InvalidRecord:
        said = request.state.text.gettext("%(name)s is paused: resume it, then press Sync now.") % {"name": name}
        return flash(RedirectResponse("/", 303), request, said, kind="warning")
    except Misconfigured as error:  # an option that its platform needs is missing or wrong
        return flash(RedirectResponse("/", 303), request, refusal(error, request.state.reader.language), kind="danger")
    return RedirectResponse(f"/{'plans' if preview else 'runs'}/{run_id}", 303)


def retry_cause(request: Request, code: Text, connection: Text = "") -> Response:
    """Try again all that failed for one cause at one connection."""
    app: App = request.app.state.syncd
    of = app.connections[connection].id if connection in app.connections else None
    with reading(app.engine) as reader:
        ids = issue_ids(reader, code=code, failed=True, of=of)
    retry_all(app, ids, by=request.state.visitor.by)
    text = request.state.text
    said = text.ngettext("%(num)s is tried again.", "%(num)s are tried again.", len(ids))
    said %= {"num": request.state.reader.number(len(ids))}
    return flash(RedirectResponse("/", 303), request, said, kind="success" if ids else "warning")
