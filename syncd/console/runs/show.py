"""How is one run, how far is it, and what became of its records?"""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from syncd.console.asking import WrongAddress, refuse
from syncd.console.rendering import fragment, page
from syncd.console.runs.find import Number, see
from syncd.console.stream import Seen, shared, stream
from syncd.console.turns import in_turn
from syncd.registry.engine import reading
from syncd.registry.queries.progress import Look
from syncd.registry.queries.run_records import ACTIONS, Became, Narrow, count, search_records
from syncd.registry.queries.run_records import page as records_page
from syncd.registry.runs import COUNTED
from syncd.sentence import Sentence
from syncd.sync.app import App

__all__ = ["events", "narrowed", "show_run"]

_SIZE: Final = 50
_MOST_PAGES: Final = 1_000_000
_EVERY: Final = 1.0
_KNOWN: Final = frozenset({"show", "q", "page"})


@in_turn
def show_run(request: Request, run_id: Number) -> Response:
    """One run with a page of its records."""
    app: App = request.app.state.syncd
    narrow = narrowed(request)
    if isinstance(narrow, Response):
        return narrow
    number = request.query_params.get("page", "1")
    if not number.isdecimal() or not 1 <= int(number) <= _MOST_PAGES:
        return refuse(request, WrongAddress("page", "it is a number from 1."))
    offset = (int(number) - 1) * _SIZE
    with reading(app.engine) as connection:
        look = see(app, connection, run_id)
        found = search_records(connection, run_id, narrow.search)
        became, actions = count(connection, run_id, found)
        records = records_page(connection, run_id, narrow, found, offset=offset, limit=_SIZE)
    total, shown = _total(narrow, became, actions), request.query_params.get("show", "")
    return page(
        request,
        "runs/show.html",
        look=look,
        **_live(look),
        records=records,
        tabs=_tabs(became, actions),
        shown=shown,
        search=narrow.search,
        total=total,
        unlisted=_unlisted(look, became) if narrow in (Narrow(), Narrow(became=Became.FAILED)) else 0,
        first=offset + 1,
        tab_address=partial(_tab, run_id, q=narrow.search),
        previous=_address(run_id, narrow, int(number) - 1) if offset else "",
        next=_address(run_id, narrow, int(number) + 1) if offset + _SIZE < total else "",
        downloads=urlencode({name: text for name, text in (("show", shown), ("q", narrow.search)) if text}),
    )


def _unlisted(look: Look, became: Counter[Became]) -> int:
    """How many records failed in this run and are listed by another one, which met them again, or nowhere."""
    return look.run.counts["failed"] - look.unusable - became[Became.SETTLED]


async def events(request: Request, run_id: Number) -> Response:
    """What moves of it, while it moves."""
    app: App = request.app.state.syncd

    def now() -> Look:
        with reading(app.engine) as connection:
            return see(app, connection, run_id)

    def look(version: str) -> Seen:
        seen = shared(request, f"run {run_id}", _EVERY / 2, now)
        values = _live(seen)
        same = values["version"] == version
        html = None if same else fragment(request, "runs/live.html", look=seen, **values)
        return Seen(values["version"], html, seen.over)

    await run_in_threadpool(now)  # there is such a run, or the answer says that there is none
    return stream(request, look, every=_EVERY)


def _live(look: Look) -> dict[str, Any]:
    """What the moving part of the page needs."""
    run = look.run
    parts = {name: run.counts[name] for name in COUNTED if run.counts[name]}
    shown = (run.state, run.heartbeat_at, run.received, run.applied_seq, run.counts, look.waiting, look.progress.stages)
    version = hashlib.blake2b(msgspec.json.encode(shown, enc_hook=str), digest_size=8).hexdigest()
    return {"version": version, "parts": parts, "sum": sum(parts.values())}


def narrowed(request: Request) -> Narrow | Response:
    """Which records the address means, or what is wrong with it."""
    params = request.query_params
    for name in params:
        if name not in _KNOWN:
            return refuse(request, WrongAddress(name, "there is no such filter."))
    shown, search = params.get("show", ""), params.get("q", "")[:200]
    if not shown:
        return Narrow(search=search)
    if shown in ACTIONS:
        return Narrow(action=shown, search=search)
    if shown in set(Became):
        return Narrow(became=Became(shown), search=search)
    known = ", ".join([*Became, *ACTIONS])
    return refuse(request, WrongAddress("show", Sentence("it can be %(names)s.", names=known)))


def _tabs(became: Any, actions: Any) -> list[tuple[str, str, int]]:
    """Code, kind of its word and number of each part that has records."""
    outcomes = [(str(one), "outcome", became[one]) for one in Became if became[one] and one is not Became.APPLIED]
    return [*outcomes, *((one, "action", actions[one]) for one in ACTIONS if actions[one])]


def _total(narrow: Narrow, became: Any, actions: Any) -> int:
    if narrow.action is not None:
        return int(actions[narrow.action])
    return int(became[narrow.became] if narrow.became is not None else became.total())


def _tab(run_id: int, show: str, *, q: str, **more: str) -> str:
    """Where a part of the records is shown."""
    query = urlencode({name: text for name, text in {"show": show, "q": q, **more}.items() if text})
    return f"/runs/{run_id}?{query}#records" if query else f"/runs/{run_id}#records"


def _address(run_id: int, narrow: Narrow, number: int) -> str:
    shown = str(narrow.became or narrow.action or "")
    return _tab(run_id, shown, q=narrow.search, **({"page": str(number)} if number > 1 else {}))
