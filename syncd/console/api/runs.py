"""What can a program ask about runs, and have done with them?"""

from __future__ import annotations

from typing import Annotated

import msgspec

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Done, Endpoint, Few, number_of
from syncd.errors import NotFound
from syncd.registry.engine import reading
from syncd.registry.queries.run_records import Became, Narrow, RecordOf, page
from syncd.registry.queries.runs import RunRow, find_run, list_runs
from syncd.sync.retry import Retried, retry_failed
from syncd.sync.review import cancel
from syncd.sync.undo import plan_undo

__all__ = ["ENDPOINTS", "find"]


class RunQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which runs, newest first.

    Attributes:
        after: The ``next`` of the page before.
    """

    connection: str | None = None
    state: tuple[str, ...] = ()
    after: Annotated[int, msgspec.Meta(ge=1)] | None = None
    limit: Few = 50


class Runs(msgspec.Struct, frozen=True):
    """A page of runs."""

    items: list[RunRow]
    next: int | None


class RecordQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which records of a run.

    Attributes:
        after: The ``next`` of the page before.
    """

    became: Became | None = None
    after: Annotated[int, msgspec.Meta(ge=0)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 200


class Records(msgspec.Struct, frozen=True):
    """A page of records."""

    items: list[RecordOf]
    next: int | None


class UndoMade(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan of an undo amounts to.

    Attributes:
        plan: Its number; ``null`` when nothing can be taken back.
        kept: Changed since, and left as they are.
    """

    plan: int | None
    reversed: int
    kept: int
    impossible: int


def find(call: Call, name: str = "run_id") -> RunRow:
    """The run that an address names.

    Raises:
        NotFound: If there is none.
    """
    run_id = number_of(call, name)
    with reading(call.app.engine) as connection:
        run = find_run(connection, run_id)
    if run is None:
        raise NotFound(f"there is no run {run_id}", code="not-found")
    return run


def _list(call: Call) -> Runs:
    asked: RunQuery = call.query
    of = call.app.connection(asked.connection).id if asked.connection else None
    with reading(call.app.engine) as connection:
        found = list_runs(connection, of=of, states=asked.state, before=asked.after, limit=asked.limit)
    return Runs(found, found[-1].id if len(found) == asked.limit else None)


def _records(call: Call) -> Records:
    asked: RecordQuery = call.query
    run = find(call)
    with reading(call.app.engine) as connection:
        found = page(connection, run.id, Narrow(became=asked.became), offset=asked.after, limit=asked.limit)
    return Records(found, asked.after + asked.limit if len(found) == asked.limit else None)


def _cancel(call: Call) -> Done:
    cancel(call.app, find(call).id, by=call.by)
    return Done(find(call).state)


def _retry(call: Call) -> Retried:
    return retry_failed(call.app, find(call).id, by=call.by)


def _undo(call: Call) -> UndoMade:
    done = plan_undo(call.app, find(call).id, by=call.by, dry_run=True)
    return UndoMade(plan=done.run, reversed=done.reversed, kept=len(done.kept), impossible=len(done.impossible))


ENDPOINTS = (
    Endpoint("GET", "/runs", Role.VIEWER, "List runs, the newest first.", _list, Runs, RunQuery),
    Endpoint("GET", "/runs/{run_id}", Role.VIEWER, "Show a run with its numbers.", find, RunRow),
    Endpoint(
        "GET",
        "/runs/{run_id}/records",
        Role.VIEWER,
        "List what became of each record that a run had something to say about.",
        _records,
        Records,
        RecordQuery,
    ),
    Endpoint("POST", "/runs/{run_id}/retry", Role.OPERATOR, "Try again what failed, nothing else.", _retry, Retried),
    Endpoint("POST", "/runs/{run_id}/undo", Role.OPERATOR, "Make a plan that takes a run back.", _undo, UndoMade),
    Endpoint("POST", "/runs/{run_id}/cancel", Role.OPERATOR, "Stop a run that is not over.", _cancel, Done),
)
