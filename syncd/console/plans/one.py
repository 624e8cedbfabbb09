"""What does one plan amount to, and what does it do to each customer?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from syncd.console.asking import Number, WrongAddress, address, known_filters, refuse, tidied, whole_number
from syncd.console.plans.asked import FILTERS, narrow_of
from syncd.console.rendering import page
from syncd.console.values import lines_of
from syncd.errors import NotFound
from syncd.registry.engine import reading
from syncd.registry.lines import Action
from syncd.registry.queries.deeds import deeds
from syncd.registry.queries.plans import PlannedRow, PlanSummary, count_lines, list_lines, summarise
from syncd.registry.queries.runs import RunRow, find_run, is_over
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.plan_document import plan_document
from syncd.sync.review import expires_at
from syncd.sync.waiting import in_its_place

__all__ = ["download", "find", "show_one"]

_SIZE: Final = 25
_WAITS: Final = frozenset({"held", "planned"})
_NEW: Final = ("name", "number", "tax_id", "country", "email", "phones", "addresses", "groups")
"""Fields of a new customer that are shown; the rest is one line."""


class FieldRow(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a card: lines before and after."""

    name: str
    before: list[str]
    after: list[str]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What is planned for one customer.

    Attributes:
        more: Names of fields that are set as well and not shown.
        outcome: Why it is not applied; ``""`` where it was or will be.
    """

    row: PlannedRow
    fields: list[FieldRow]
    more: tuple[str, ...]
    outcome: str


def show_one(request: Request, run_id: Number) -> Response:
    """One plan with a page of its lines."""
    tidy = tidied(request)
    if tidy is not None:
        return tidy
    app: App = request.app.state.syncd
    try:
        params = known_filters(request, (*FILTERS, "after"))
        narrow = narrow_of(params)
        after = whole_number(params, "after", 0)
    except WrongAddress as wrong:
        return refuse(request, wrong)
    say = request.state.reader.text.gettext
    run = find(app, run_id)
    if run.planned_at is None:
        return page(request, "plans/making.html", run=run, over=is_over(run.state))
    amounts = summarise(app.engine, run_id)
    with reading(app.engine) as connection:
        meant = (connection, run_id, narrow.chosen)
        total = count_lines(*meant, outcome=narrow.outcome) if not narrow.search else None
        found = list_lines(*meant, search=narrow.search, outcome=narrow.outcome, after=after, limit=_SIZE + 1)
        done = deeds(connection, f"run {run_id}", limit=20)
        newer = in_its_place(connection, run_id)
    until = expires_at(app, run.planned_at)
    waits = run.state in _WAITS or newer is not None
    here = f"/plans/{run_id}"
    return page(
        request,
        "plans/one.html",
        run=run,
        amounts=amounts,
        tiles=_tiles(run, amounts),
        planned=sum(amounts.by_action.values()),
        until=until,
        waits=waits,
        expired=waits and app.now() > until,
        newer=newer,
        cards=[_card(row, say) for row in found[:_SIZE]],
        total=total,
        narrow=narrow,
        filtered=bool(narrow.given),
        filter_to=_filter_to(here, narrow.given),
        here=address(here, narrow.given, after=after or ""),
        next=address(here, narrow.given, after=found[_SIZE - 1].change.seq) if len(found) > _SIZE else "",
        start=address(here, narrow.given) if after else "",
        history=done,
    )


def download(request: Request, run_id: Number) -> Response:
    """The plan as JSON: docs/reference/plan-format.md."""
    app: App = request.app.state.syncd
    run = find(app, run_id)
    headers = {"content-disposition": f'attachment; filename="plan-{run_id}.json"'}
    return StreamingResponse(plan_document(app, run), media_type="application/json", headers=headers)


def find(app: App, run_id: int) -> RunRow:
    """A run that has a plan, or makes one.

    Raises:
        NotFound: When there is none.
    """
    with reading(app.engine) as connection:
        run = find_run(connection, run_id)
    if run is None or (run.planned_at is None and not run.dry_run):
        raise NotFound(
            Sentence("there is no plan %(run)s", run=run_id), cure="The list of plans shows all that there are."
        )
    return run


def _filter_to(path: str, given: dict[str, str]) -> Callable[[str, str], str]:
    """Makes the address of the same page with one filter more, or without it where it is set so already."""

    def to(name: str, value: str) -> str:
        return address(path, given, **{name: "" if given.get(name) == value else value})

    return to


def _tiles(run: RunRow, amounts: PlanSummary) -> list[tuple[str, str, int]]:
    """What the plan amounts to: a mark, a word and a number."""
    by = amounts.by_action
    return [
        ("+", "create", by.get(Action.CREATE, 0)),
        ("~", "update", sum(by.values()) - by.get(Action.CREATE, 0) - by.get(Action.BLOCK, 0)),
        ("⊘", "block", by.get(Action.BLOCK, 0)),
        ("↑", "push", amounts.pushes),
        ("=", "unchanged", run.counts.get("unchanged", 0)),
    ]


def _card(row: PlannedRow, say: Callable[[str], str]) -> Card:
    change = row.change
    fields: dict[str, Any] = change.fields
    new = change.action == Action.CREATE
    shown = [name for name in (_NEW if new else fields) if name in fields]
    return Card(
        row=row,
        fields=[
            FieldRow(
                name=name,
                before=[] if new else lines_of(fields[name].before, say),
                after=lines_of(fields[name].after, say),
            )
            for name in shown
        ],
        more=tuple(name for name in fields if name not in shown),
        outcome=change.outcome if isinstance(change.outcome, str) else "",
    )
