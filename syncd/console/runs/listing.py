"""Which runs were there? A list that is narrowed by what stands in its address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from syncd.console.asking import MOST, WrongAddress, known_filters, refuse, tidied
from syncd.console.charts import bars
from syncd.console.rendering import page
from syncd.console.turns import in_turn
from syncd.domain.trigger import Trigger
from syncd.registry.engine import reading
from syncd.registry.queries.runs import last_durations, list_runs
from syncd.registry.runs import RunState
from syncd.sentence import Sentence
from syncd.sync.app import App

__all__ = ["show_list"]

_SIZE: Final = 50
_CHART: Final = 60.0
_KNOWN: Final = ("connection", "state", "trigger", "from", "to", "changed", "unresolved", "before", "after")


@in_turn
def show_list(request: Request) -> Response:
    """The runs, newest first."""
    params = request.query_params
    if (tidy := tidied(request)) is not None:
        return tidy
    app: App = request.app.state.syncd
    try:
        known_filters(request, _KNOWN)
        asked = _asked(app, params, request.state.reader.zone)
    except WrongAddress as wrong:
        return refuse(request, wrong)
    with reading(app.engine) as connection:
        runs = list_runs(connection, **asked, limit=_SIZE + 1)
        durations = last_durations(connection, of=asked["of"])
    more = len(runs) > _SIZE
    upwards = "after" in params
    runs = runs[-_SIZE:] if upwards else runs[:_SIZE]
    filters = [(name, value) for name, value in params.multi_items() if name not in {"before", "after"}]
    newer = (upwards and more) or "before" in params
    older = more or upwards
    return page(
        request,
        "runs/list.html",
        runs=runs,
        filters=defaultdict(str, filters),
        filtered=bool(filters),
        connections=sorted(app.connections),
        states=[str(state) for state in RunState],
        triggers=[str(trigger) for trigger in Trigger],
        newer=_address([*filters, ("after", str(runs[0].id))]) if runs and newer else "",
        older=_address([*filters, ("before", str(runs[-1].id))]) if runs and older else "",
        chart=list(zip(durations, bars([one.seconds for one in durations], _CHART), strict=True)),
        longest=max((one.seconds for one in durations), default=0.0),
    )


def _address(items: list[tuple[str, str]]) -> str:
    given = [(name, value) for name, value in items if value]
    return f"/runs?{urlencode(given)}" if given else "/runs"


def _asked(app: App, params: QueryParams, zone: ZoneInfo) -> dict[str, Any]:
    """What the address asks for, as `list_runs` takes it."""
    connection = params.get("connection")
    if connection is not None and connection not in app.connections:
        raise WrongAddress("connection", "there is no connection of this name.")
    return {
        "of": app.connections[connection].id if connection else None,
        "states": _each(params, "state", {str(state): str(state) for state in RunState}),
        "triggers": _each(params, "trigger", {str(trigger): trigger for trigger in Trigger}),
        "since": _day(params, "from", zone),
        "until": _day(params, "to", zone, later=1),
        "changed": _flag(params, "changed"),
        "unresolved": _flag(params, "unresolved"),
        "before": _number(params, "before"),
        "after": _number(params, "after"),
    }


def _each(params: QueryParams, name: str, known: Mapping[str, Any]) -> list[Any]:
    for value in params.getlist(name):
        if value not in known:
            raise WrongAddress(name, Sentence("it can be %(names)s.", names=", ".join(known)))
    return [known[value] for value in params.getlist(name)]


def _day(params: QueryParams, name: str, zone: ZoneInfo, *, later: int = 0) -> datetime | None:
    """The moment at which a day begins for whoever looks."""
    if name not in params:
        return None
    try:
        day = date.fromisoformat(params[name]) + timedelta(days=later)
        return datetime.combine(day, time(), zone)
    except (ValueError, OverflowError):
        raise WrongAddress(name, "a day is written like 2026-05-04.") from None


def _flag(params: QueryParams, name: str) -> bool:
    if params.get(name, "1") != "1":
        raise WrongAddress(name, "it can only be 1.")
    return name in params


def _number(params: QueryParams, name: str) -> int | None:
    if name not in params:
        return None
    if not params[name].isdecimal() or int(params[name]) > MOST:
        raise WrongAddress(name, "it is the number of a run.")
    return int(params[name])
