"""Which runs were there, how did they go, and how far is one?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, not_, or_, select
from sqlalchemy.orm import aliased

from syncd.domain.trigger import PREFIXES, Trigger, trigger_of
from syncd.registry import tables as t
from syncd.registry.runs import READS, SENTENCES, RunState, counts_of
from syncd.sentence import Sentence, unpack

__all__ = ["Duration", "RunRow", "find_run", "is_over", "last_durations", "list_runs", "newest_runs", "previous_read"]

_WAITING: Final = frozenset({"held", "planned"})
_UNDER_WAY: Final = frozenset({"queued", "running", "applying", "interrupted"})


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """One run.

    Attributes:
        counts: What became of the records that were read, adding up to ``read``; how many contractors were missing
            in two complete reads; how many lines were left out as ``stale``; how many ``pushes`` follow.
        lines: How many lines its plan has.
        only: External ids, for a run over some records only.
        began_at: When the present attempt began.
        received: Records that the side has brought in it, decided or not.
        read_again_by: The run that asks for the same records once more, since the side did not answer this one.
    """

    id: int
    connection: str
    mode: str
    only: tuple[str, ...]
    dry_run: bool
    state: str
    asked_by: str
    asked_at: datetime
    slot: datetime | None
    started_at: datetime | None
    began_at: datetime | None
    planned_at: datetime | None
    finished_at: datetime | None
    heartbeat_at: datetime | None
    attempts: int
    applied_seq: int
    approved_by: str | None
    received: int
    counts: dict[str, int]
    lines: int
    proof: str | None
    held_because: str | None
    error: str | None
    error_code: str | None
    undoes: int | None
    read_again_by: int | None

    @property
    def seconds(self) -> float | None:
        """How long it took; ``None`` while it is not over."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()

    @property
    def reads(self) -> bool:
        """Whether it rests on what a side said, and not on a person's word."""
        return self.mode in READS

    @property
    def is_unread(self) -> bool:
        """Whether it is held because its read as a whole is in doubt: then it has nothing that could be applied."""
        return self.state == "held" and self.reads and self.proof is None

    @property
    def trigger(self) -> Trigger:
        """Who or what started it."""
        return trigger_of(self.asked_by, undoes=self.undoes is not None)

    @property
    def who(self) -> str:
        """The person, the token or the other work behind it; empty where nobody is."""
        kind, _, name = self.asked_by.partition(":")
        return name or ("" if kind in {"schedule", "hook"} else kind)


class Duration(msgspec.Struct, frozen=True):
    """How long one run took."""

    id: int
    connection: str
    state: str
    seconds: float


def is_over(state: str) -> bool:
    """Whether nothing more happens to a run in this state until a person acts; an interrupted one is gone on with."""
    return state not in _UNDER_WAY


def list_runs(
    connection: Connection,
    *,
    of: int | None = None,
    states: Sequence[str] = (),
    triggers: Sequence[Trigger] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    changed: bool = False,
    unresolved: bool = False,
    before: int | None = None,
    after: int | None = None,
    limit: int = 20,
) -> list[RunRow]:
    """The latest runs, newest first.

    Args:
        of: Id of a connection, to list only its runs.
        since: Asked for at this moment or later.
        until: Asked for before this moment.
        changed: Only runs whose plan has lines.
        unresolved: Only runs of which a failure still stands, however later runs went: a record that could not be
            used and is not settled, a push that waits for a person, or a read that failed with no good one since.
        before: Only runs with a lower id, to go on where the last list ended.
        after: The other way: the runs with the next higher ids.
    """
    run = t.Run
    asked: tuple[tuple[bool, Callable[[], ColumnElement[bool]]], ...] = (
        (of is not None, lambda: run.connection_id == of),
        (bool(states), lambda: run.state.in_(states)),
        (bool(triggers), lambda: or_(*(_by(trigger) for trigger in triggers))),
        (since is not None, lambda: run.asked_at >= since),
        (until is not None, lambda: run.asked_at < until),
        (changed, lambda: exists().where(t.PlanLine.run_id == run.id)),
        (unresolved, _unresolved),
        (before is not None, lambda: run.id < before),
        (after is not None, lambda: run.id > after),
    )
    statement = _select().where(*(condition() for wanted, condition in asked if wanted))
    rows = connection.execute(statement.order_by(run.id if after is not None else run.id.desc()).limit(limit)).all()
    found = [_run(connection, row) for row in rows]
    return found if after is None else found[::-1]


def _by(trigger: Trigger) -> ColumnElement[bool]:
    """The same as `syncd.domain.trigger.trigger_of`, for the database."""
    if trigger is Trigger.UNDO:
        return t.Run.undoes.is_not(None)
    if trigger is Trigger.SYNCD:
        known = [start for starts in PREFIXES.values() for start in starts]
        return and_(t.Run.undoes.is_(None), not_(_begins(known)))
    return and_(t.Run.undoes.is_(None), _begins(PREFIXES[trigger]))


def _begins(starts: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(func.substr(t.Run.asked_by, 1, len(start)) == start for start in starts))


def _unresolved() -> ColumnElement[bool]:
    run, issue, later = t.Run, t.Issue, aliased(t.Run)
    records = select(issue.run_id).where(issue.state == "open", issue.raw.is_not(None), issue.run_id.is_not(None))
    pushes = select(t.Push.run_id).where(t.Push.due_at.is_(None))
    well = exists().where(
        later.connection_id == run.connection_id,
        later.id > run.id,
        later.dry_run.is_(False),
        later.mode.in_(READS),
        later.state.in_((RunState.SUCCEEDED, RunState.PARTIAL)),
    )
    failed = and_(run.state.in_((RunState.FAILED, RunState.INTERRUPTED)), run.mode.in_(READS), ~well)
    return or_(run.id.in_(records), run.id.in_(pushes), failed)


def last_durations(connection: Connection, *, of: int | None = None, limit: int = 50) -> list[Duration]:
    """How long the latest runs took that are over, the oldest first."""
    run = t.Run
    statement = (
        select(run.id, t.Connection.name, run.state, run.started_at, run.finished_at)
        .join(t.Connection, t.Connection.id == run.connection_id)
        .where(run.started_at.is_not(None), run.finished_at.is_not(None))
    )
    if of is not None:
        statement = statement.where(run.connection_id == of)
    rows = connection.execute(statement.order_by(run.id.desc()).limit(limit)).all()
    return [
        Duration(row.id, row.name, row.state, max((row.finished_at - row.started_at).total_seconds(), 0.0))
        for row in reversed(rows)
    ]


def previous_read(connection: Connection, run: RunRow) -> int | None:
    """How many records the last run of the same kind brought: what this one will probably bring, too.

    Of a run over changes only nobody knows.
    """
    if run.only:
        return len(run.only)
    if run.mode not in {"full", "reverify"}:
        return None
    counted: dict[str, int] | None = connection.scalar(
        select(t.Run.counts)
        .join(t.Connection, t.Connection.id == t.Run.connection_id)
        .where(
            t.Connection.name == run.connection,
            t.Run.mode == run.mode,
            t.Run.only.is_(None),
            t.Run.id < run.id,
            t.Run.planned_at.is_not(None),
        )
        .order_by(t.Run.id.desc())
        .limit(1)
    )
    return None if counted is None else counts_of(counted)["read"]


def newest_runs(*which: ColumnElement[bool]) -> Select[Any]:
    """Ids of the newest such run of each connection: a few looks from the end, and never at all runs there are."""
    run = t.Run
    newest = select(run.id).where(run.connection_id == t.Connection.id, *which).order_by(run.id.desc()).limit(1)
    return select(newest.correlate(t.Connection).scalar_subquery()).select_from(t.Connection)


def find_run(connection: Connection, run_id: int) -> RunRow | None:
    """One run; ``None`` if there is none of that number."""
    row = connection.execute(_select().where(t.Run.id == run_id)).one_or_none()
    return None if row is None else _run(connection, row)


def _select() -> Select[*tuple[Any, ...]]:
    # Lines are numbered from 1 without gaps; counting a hundred thousand of them takes its time.
    last = select(func.max(t.PlanLine.seq)).where(t.PlanLine.run_id == t.Run.id).scalar_subquery()
    return select(
        *(getattr(t.Run, name) for name in RunRow.__struct_fields__ if name not in {"connection", "lines"}),
        *(getattr(t.Run, said) for _, said in SENTENCES),
        t.Connection.name.label("connection"),
        func.coalesce(last, 0).label("lines"),
    ).join(t.Connection, t.Connection.id == t.Run.connection_id)


def _run(connection: Connection, row: Row[Any]) -> RunRow:
    values = told(row._asdict())
    values["only"] = tuple(msgspec.json.decode(values["only"])) if values["only"] else ()
    counts = {"missing": 0, "stale": 0, "pushes": 0} | values["counts"]
    if row.state in _WAITING:
        counts["pushes"] = _planned_pushes(connection, row.id)
    values["counts"] = counts_of(counts)
    return RunRow(**values)


def asked_and_approved(asked_by: str, approved_by: str | None) -> str:
    """Who is behind a change, in words."""
    if not approved_by:
        return asked_by
    return Sentence("%(asker)s, approved by %(approver)s", asker=asked_by, approver=approved_by)


def told(values: dict[str, Any]) -> dict[str, Any]:
    """A run's columns, with its sentences as they were made instead of the columns that say how."""
    for text, said in SENTENCES:
        packed = values.pop(said, None)
        if text in values and values[text] is not None:
            values[text] = unpack(values[text], packed)
    return values


def _planned_pushes(connection: Connection, run_id: int) -> int:
    """How many names all ``push_to`` hold: each has one more than it has commas, but for the empty ones."""
    push_to = t.PlanLine.push_to
    commas = func.length(push_to) - func.length(func.replace(push_to, ",", ""))
    names = func.coalesce(func.sum(case((push_to == "", 0), else_=commas + 1)), 0)
    pushes: int = connection.execute(select(names).where(t.PlanLine.run_id == run_id)).scalar_one()
    return pushes
