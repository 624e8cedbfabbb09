"""What can a program ask about runs, and have done with them?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

import msgspec

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Done, Endpoint, Few, Moment, Place, number_of
from syncd.console.asking import MOST
from syncd.console.connections.finding import connection_of
from syncd.domain.code import id_of
from syncd.domain.exchange import Exchange
from syncd.domain.trigger import Trigger
from syncd.errors import NotFound
from syncd.registry.engine import reading
from syncd.registry.queries.changes import Change, changes
from syncd.registry.queries.run_records import Became, Narrow, RecordOf, page, search_records
from syncd.registry.queries.run_records import find as find_record
from syncd.registry.queries.runs import RunRow, find_run, list_runs
from syncd.registry.runs import RunState
from syncd.registry.tries import Tried, tries_of
from syncd.sentence import Sentence
from syncd.sync.rehearse import AsOf, Replayed, open_replay, under
from syncd.sync.retry import Retried, retry_failed, retry_record
from syncd.sync.review import cancel
from syncd.sync.undo import Undone, plan_undo, take_back_rest

__all__ = ["ENDPOINTS", "find"]

_SHOWN: Final = 1000
"""Records of a replay that are told one by one."""


class RunQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which runs, newest first.

    Attributes:
        since: Asked for at this moment or later; ``until``: before it.
        changed: Only runs whose plan has lines.
        unresolved: Only runs of which a failure still stands, however later runs went.
        after: The ``next`` of the page before.
    """

    connection: str | None = None
    state: tuple[RunState, ...] = ()
    trigger: tuple[Trigger, ...] = ()
    since: Moment | None = None
    until: Moment | None = None
    changed: bool = False
    unresolved: bool = False
    after: Place | None = None
    limit: Few = 50


class Runs(msgspec.Struct, frozen=True):
    """A page of runs."""

    items: list[RunRow]
    next: int | None


class RecordQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which records of a run.

    Attributes:
        q: A code, an external id, or part of a name in any spelling.
        after: The ``next`` of the page before.
    """

    became: Became | None = None
    q: str = ""
    after: Annotated[int, msgspec.Meta(ge=0, le=MOST)] = 0
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


class RestTaken(msgspec.Struct, frozen=True, kw_only=True):
    """How far an undo got with those whom it left out.

    Attributes:
        reads: Runs that read what is new at the sides; ask again when they are over.
        plan: What takes back the rest; ``null`` before that.
    """

    reads: list[int]
    plan: UndoMade | None


class RecordShown(msgspec.Struct, frozen=True, kw_only=True):
    """One record of a run.

    Attributes:
        change: What its line does.
        tries: Tries to tell a side that failed. What was sent and answered is told to whoever may act on it.
    """

    record: RecordOf
    change: Change
    tries: list[TryOf]


class TryOf(msgspec.Struct, frozen=True, kw_only=True):
    """A try that did not succeed.

    Attributes:
        due_at: When it was to be tried next; ``null`` when a person had to act first.
    """

    connection: str
    run: int
    at: datetime
    attempt: int
    code: str
    message: str
    due_at: datetime | None
    exchange: Exchange | None


class Sent(msgspec.Struct, frozen=True):
    """How many sides are told now."""

    pushes: int


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules to look at.

    Attributes:
        rules: TOML, as `syncd groups export` or `syncd fields export` write it; empty compares what the run did with
            the rules in force.
        as_of: Against customers as the run met them, or as they are.
    """

    rules: Annotated[str, msgspec.Meta(max_length=200_000)] = ""
    as_of: AsOf = AsOf.THEN


class ReplayTotals(msgspec.Struct, frozen=True, kw_only=True):
    """How many records were replayed.

    Attributes:
        not_kept: Records of which not enough is kept.
        did: What the run did, by what became of the customer; ``would`` the same under the other rules.
    """

    records: int
    same: int
    differ: int
    not_kept: int
    did: dict[str, int]
    would: dict[str, int]


class Rehearsed(msgspec.Struct, frozen=True, kw_only=True):
    """What the records of a run would do under other rules.

    Attributes:
        changes: Records that would do something else, at most 1000; ``totals`` counts all.
    """

    totals: ReplayTotals
    changes: list[Replayed]


def find(call: Call, name: str = "run_id") -> RunRow:
    """The run that an address names.

    Raises:
        NotFound: If there is none.
    """
    run_id = number_of(call, name)
    with reading(call.app.engine) as connection:
        run = find_run(connection, run_id)
    if run is None:
        raise NotFound(Sentence("there is no run %(run)s", run=run_id), code="not-found")
    return run


def _list(call: Call) -> Runs:
    asked: RunQuery = call.query
    of = connection_of(call.app, asked.connection).id if asked.connection else None
    with reading(call.app.engine) as connection:
        found = list_runs(
            connection,
            of=of,
            states=asked.state,
            triggers=asked.trigger,
            since=asked.since,
            until=asked.until,
            changed=asked.changed,
            unresolved=asked.unresolved,
            before=asked.after,
            limit=asked.limit,
        )
    return Runs(found, found[-1].id if len(found) == asked.limit else None)


def _records(call: Call) -> Records:
    asked: RecordQuery = call.query
    run = find(call)
    narrow = Narrow(became=asked.became, search=asked.q)
    with reading(call.app.engine) as connection:
        whom = search_records(connection, run.id, asked.q)
        found = page(connection, run.id, narrow, whom, offset=asked.after, limit=asked.limit)
    return Records(found, asked.after + asked.limit if len(found) == asked.limit else None)


def _record(call: Call) -> RecordShown:
    run, seq = find(call), number_of(call, "seq")
    with reading(call.app.engine) as connection:
        record = find_record(connection, run.id, seq)
        if record is None:
            raise NotFound(f"run {run.id} has no record {seq}", cure="Look at the run's records.")
        id_ = id_of(record.code) if record.code is not None else None
        tried = [one for one in tries_of(connection, id_) if one.run_id == run.id] if id_ is not None else []
    change = next(changes(call.app.engine, run.id, after=seq - 1))
    return RecordShown(record=record, change=change, tries=[_try_of(call, one) for one in tried])


def _try_of(call: Call, one: Tried) -> TryOf:
    """What was exchanged is personal data: nothing for whoever may only look."""
    return TryOf(
        connection=call.app.name_of(one.connection_id),
        run=one.run_id,
        at=one.at,
        attempt=one.attempt,
        code=one.code,
        message=one.message,
        due_at=one.due_at,
        exchange=one.exchange if call.visitor.role >= Role.OPERATOR else None,
    )


def _retry_one(call: Call) -> Sent:
    return Sent(retry_record(call.app, find(call).id, number_of(call, "seq"), by=call.by))


def _replay(call: Call) -> Rehearsed:
    asked: Rules = call.body
    app = call.app.up_to_date()
    other = under(app, asked.rules, "rules") if asked.rules else None
    replay = open_replay(app, find(call).id, other=other, as_of=asked.as_of)
    changed: list[Replayed] = []
    for one in replay.differing():
        if len(changed) < _SHOWN:
            changed.append(one)
    totals = ReplayTotals(**{name: getattr(replay.totals, name) for name in ReplayTotals.__struct_fields__})
    return Rehearsed(totals=totals, changes=changed)


def _cancel(call: Call) -> Done:
    cancel(call.app, find(call).id, by=call.by)
    return Done(find(call).state)


def _retry(call: Call) -> Retried:
    return retry_failed(call.app, find(call).id, by=call.by)


def _undo(call: Call) -> UndoMade:
    return _made(plan_undo(call.app, find(call).id, by=call.by, dry_run=True))


def _undo_rest(call: Call) -> RestTaken:
    rest = take_back_rest(call.app, find(call).id, by=call.by)
    return RestTaken(reads=list(rest.reads), plan=None if rest.plan is None else _made(rest.plan))


def _made(done: Undone) -> UndoMade:
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
    Endpoint(
        "GET",
        "/runs/{run_id}/records/{seq}",
        Role.VIEWER,
        "Show one record of a run, field by field and try by try.",
        _record,
        RecordShown,
    ),
    Endpoint(
        "POST",
        "/runs/{run_id}/records/{seq}/retry",
        Role.OPERATOR,
        "Try one record of a run again.",
        _retry_one,
        Sent,
    ),
    Endpoint("POST", "/runs/{run_id}/retry", Role.OPERATOR, "Try again what failed, nothing else.", _retry, Retried),
    Endpoint("POST", "/runs/{run_id}/undo", Role.OPERATOR, "Make a plan that takes a run back.", _undo, UndoMade),
    Endpoint(
        "POST",
        "/runs/{run_id}/undo/rest",
        Role.OPERATOR,
        "Go on with an undo for those whom it left out: read the sides first, then plan.",
        _undo_rest,
        RestTaken,
    ),
    Endpoint("POST", "/runs/{run_id}/cancel", Role.OPERATOR, "Stop a run that is not over.", _cancel, Done),
    Endpoint(
        "POST",
        "/runs/{run_id}/replay",
        Role.OPERATOR,
        "Say what the records of a run would do under other rules; nothing is written.",
        _replay,
        Rehearsed,
        body=Rules,
        example={"rules": '[fields.website]\nedit = "always"\n', "as_of": "then"},
        at_most=256 * 1024,
        fleeting=True,
    ),
)
