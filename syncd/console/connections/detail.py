"""What is known of one connection? A page of tabs, each a page of its own by its address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from syncd.access.roles import Role
from syncd.checks.check import Check
from syncd.checks.trying import read_checks
from syncd.console.connections.finding import find
from syncd.console.connections.mapping import mapping
from syncd.console.connections.schedule import in_words, length_in_words
from syncd.console.problems import problem
from syncd.console.rendering import page
from syncd.console.turns import in_turn
from syncd.registry.certificates import latest
from syncd.registry.engine import reading
from syncd.registry.queries.connections import last_test
from syncd.registry.queries.runs import list_runs
from syncd.sentence import Sentence
from syncd.settings.dropin import file_of
from syncd.settings.explain import flatten, limits
from syncd.sync.app import App, Connected
from syncd.sync.connecting.credentials import credentials, whole
from syncd.sync.connecting.looks import Look, abilities, degradations, look_at, next_slots

__all__ = ["TABS", "Refused", "show_connection", "show_tab"]

TABS: Final = ("overview", "mapping", "schedule", "limits", "credentials", "runs", "test")
_LAST_RUNS: Final = 20
_SLOTS: Final = 5


class Refused(NamedTuple):
    """A new secret that the platform does not take, and what it said; the secret itself is not kept."""

    option: str
    checks: list[Check]


Tab = Callable[[Request, App, Connected, Look], dict[str, Any]]


@in_turn
def show_connection(request: Request, name: str, tab: str = "overview") -> Response:
    """One tab of a connection."""
    return show_tab(request, name, tab)


def show_tab(request: Request, name: str, tab: str, *, refused: Refused | None = None) -> Response:
    """The same, after a secret was refused."""
    app: App = request.app.state.syncd
    connected = find(request, name)
    if tab not in TABS:
        text = Sentence("tab: there is no %(name)s", name=repr(tab[:40]))
        cure = Sentence("One of: %(names)s.", names=", ".join(TABS))
        return problem(request, 400, "Not possible", text, cure=cure)
    if tab == "mapping" and request.query_params.get("sample") and request.state.visitor.role < Role.OPERATOR:
        return problem(request, 403, "Not allowed", "Samples are data of customers: this needs the role operator.")
    look = next(one for one in look_at(app) if one.row.name == name)
    values = _TABS[tab](request, app, connected, look)
    return page(
        request,
        f"connections/{tab}.html",
        status=422 if refused else 200,
        refused=refused,
        tab=tab,
        tabs=TABS,
        look=look,
        name=name,
        settings=connected.settings,
        adapter=connected.adapter,
        **values,
    )


def _overview(request: Request, app: App, connected: Connected, look: Look) -> dict[str, Any]:
    own = connected.settings
    with reading(app.engine) as connection:
        certificate = latest(connection).get(connected.name)
    folder = app.loaded.folder
    origin = app.loaded.origins.get(f"connections.{connected.name}.kind", "")
    return {
        "certificate": certificate,
        "rate": own.rate or connected.adapter.rate,
        "parallel": own.parallel_calls or connected.adapter.parallel_calls,
        "abilities": abilities(app, connected),
        "degradations": degradations(app, connected),
        "target": length_in_words(own.fresh_within, request.state.reader) if own.fresh_within else "",
        "schedule": (in_words(look.every, request.state.reader), in_words(look.full_every, request.state.reader)),
        "origin": origin,
        "removable": folder is not None and origin == str(file_of(folder, connected.name)),
    }


def _schedule(request: Request, app: App, connected: Connected, look: Look) -> dict[str, Any]:
    del look
    own, reader = connected.settings, request.state.reader
    keys = {
        f"connections.{connected.name}.{key}" for key in ("every", "full_every", "paused", "fresh_within", "canary")
    }
    now = app.now()
    return {
        "words": {"every": in_words(own.every, reader), "full_every": in_words(own.full_every, reader)},
        "slots": next_slots(own.every, now, _SLOTS),
        "full_slots": next_slots(own.full_every, now, 2),
        "explained": [one for one in flatten(whole(app.loaded, app.settings)) if one.key in keys],
    }


def _limits(request: Request, app: App, connected: Connected, look: Look) -> dict[str, Any]:
    del request, look
    return {"explained": limits(whole(app.loaded, app.settings), connected.name)}


def _credentials(request: Request, app: App, connected: Connected, look: Look) -> dict[str, Any]:
    del request, look
    prefix = f"connections.{connected.name}.options."
    secret = credentials(app, connected)
    hidden = {prefix + one.option for one in secret}
    explained = flatten(whole(app.loaded, app.settings))
    return {
        "credentials": secret,
        "options": [one for one in explained if one.key.startswith(prefix) and one.key not in hidden],
        "prefix": prefix,
    }


def _runs(request: Request, app: App, connected: Connected, look: Look) -> dict[str, Any]:
    del request, look
    with reading(app.engine) as connection:
        return {"runs": list_runs(connection, of=connected.id, limit=_LAST_RUNS)}


def _test(request: Request, app: App, connected: Connected, look: Look) -> dict[str, Any]:
    del request, look
    with reading(app.engine) as connection:
        tested = last_test(connection, connected.id)
    return {"tested": tested, "checks": read_checks(tested.checks) if tested else []}


_TABS: Final[dict[str, Tab]] = {
    "overview": _overview,
    "mapping": mapping,
    "schedule": _schedule,
    "limits": _limits,
    "credentials": _credentials,
    "runs": _runs,
    "test": _test,
}
