"""How is a plan stored, and read again as history?

A plan line is never altered once written, but for the reason why it was *not* applied. A line of a run that applied
it is a piece of its contractor's history, so the same words that an admin approved are the ones that explain the
change later, and nothing is stored twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import compress
from operator import ne
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, and_, bindparam, delete, func, select, update

from syncd.domain.contractor import FIELDS, Contractor, dump
from syncd.domain.holds import Holds, Reason, dump_holds, status_of
from syncd.domain.match import number_key, values
from syncd.registry.bulk import insert_rows
from syncd.registry.engine import among, reading
from syncd.registry.tables import PlanLine, QuietRecord, Run
from syncd.sentence import Sentence, pack

__all__ = [
    "GROUPS_ONLY",
    "NOTHING",
    "Action",
    "Basis",
    "Line",
    "Outcome",
    "Told",
    "applied",
    "applied_of",
    "contractors_left_out",
    "drop_plan",
    "dump_names",
    "leave_out",
    "left_out",
    "lines_of",
    "load_names",
    "not_applied",
    "pages",
    "released_to_sync",
    "snapshot",
    "store_lines",
    "take_in",
    "told_since",
]


class Action:
    """What a line does to its contractor, in the words of plans, counts and history."""

    CREATE: Final = "create"
    LINK: Final = "link"
    UPDATE: Final = "update"
    BLOCK: Final = "block"
    UNBLOCK: Final = "unblock"
    SET_BACK: Final = "set_back"
    RELEASE: Final = "release"
    UNLINK: Final = "unlink"
    MERGE: Final = "merge"
    RESTORE: Final = "restore"


class Outcome:
    """Why a line was not applied."""

    STALE: Final = "stale"
    """Its contractor, or what a side says of it, moved since the plan."""
    LEFT_OUT: Final = "left_out"
    """A person took it out."""
    KEPT: Final = "kept"
    """Of an undo: what it would take back was changed since."""
    IMPOSSIBLE: Final = "impossible"
    """Of an undo: it cannot be taken back; the rule says why."""


_NOT_DONE: Final = (Outcome.STALE, Outcome.LEFT_OUT)
"""Outcomes of lines that were planned as changes and counted so."""


class Basis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a decision about a known contractor rested on, beside its document and its holds.

    Attributes:
        agreed: What the side held when last seen; ``None`` where that was what the registry knew.
        bound: Whether the record was bound; `version` to `maybe_sent` are those of its binding.
        maybe_sent: What a push may have written there without our knowing; ``None`` when there was no such push.
        holders: For a record that was linked: connections that had the contractor.
        evidence: The same: by what it was recognised.
        made_again: The same: it took the place of a record that was gone.
    """

    zone: str
    reasons: str
    bound: bool = False
    agreed: str | None = None
    version: str | None = None
    settled: bytes | None = None
    departures: Mapping[str, str] = {}
    absent: bool = False
    maybe_sent: tuple[Contractor, ...] | None = None
    holders: tuple[int, ...] = ()
    evidence: str = ""
    made_again: bool = False


class Line(msgspec.Struct, kw_only=True, gc=False):
    """One row of ``plan_lines``; see `syncd.registry.tables.PlanLine` for what each column says."""

    run_id: int
    seq: int = 0
    contractor_id: int
    external_id: str
    action: str
    rule: str
    said: str | None = None
    base_version: int | None = None
    before: str | None = None
    after: str | None = None
    name: str | None = None
    number: str | None = None
    number_key: str | None = None
    tax_key: str | None = None
    email_key: str | None = None
    phone_key: str | None = None
    country: str | None = None
    zone: str | None = None
    reasons: str | None = None
    status: str | None = None
    holds: str | None = None
    groups: str | None = None
    agreed: str | None = None
    version: str | None = None
    raw_hash: bytes | None = None
    seen_hash: bytes | None = None
    settled_hash: bytes | None = None
    departures: str | None = None
    changed_at: datetime | None = None
    push_to: str = ""
    risks: str = ""
    outcome: str | None = None
    was_holds: str | None = None
    basis: str | None = None
    fields: str | None = None
    moves: str | None = None

    def change_to(self, after: Contractor, before: Contractor | None, holds: Holds) -> None:
        """Say what the contractor becomes, in its document and in the columns that repeat it."""
        number, self.tax_key, self.email_key, self.phone_key = values(after)
        self.after = snapshot(after)
        self.name = after.name
        self.number = after.number or None
        self.number_key = None if number is None else number_key(number)
        self.country = after.country
        self.status = status_of(holds).value
        self.holds = dump_holds(holds)
        if after.groups != (before.groups if before is not None else ()):
            self.groups = _dump_groups(after.groups)
        self.tell_apart(before if before is not None and self.before is not None else NOTHING, after)

    def tell_apart(self, before: Contractor, after: Contractor) -> None:
        """Name what changes, so that lines can be counted and found by it without a look at their documents."""
        was = _NOTHINGS if before is NOTHING else msgspec.structs.astuple(before)
        self.fields = _dump_marked(bytes(map(ne, was, msgspec.structs.astuple(after))))
        if before.groups != after.groups:
            self.moves = _dump_moves(before.groups, after.groups)

    def tell(self, told: Contractor, version: str | None, raw_hash: bytes, *, after: Contractor | None = None) -> None:
        """Say what the side stated; `after` is what `change_to` was told."""
        self.agreed = None if told is after else _unless(self.after, snapshot(told))
        self.version = version
        self.raw_hash = raw_hash


_COLUMNS: Final = Line.__struct_fields__

NOTHING: Final = Contractor(name="")
"""What a contractor was before there was one."""

_NOTHINGS: Final = msgspec.structs.astuple(NOTHING)


def dump_names(names: Iterable[str]) -> str:
    """Names as a line keeps them, with a comma at each end, so that one can be looked for: ``,name,email,``."""
    listed = ",".join(names)
    return f",{listed}," if listed else ""


GROUPS_ONLY: Final = dump_names(["groups"])
"""The `fields` of a line that moves somebody between groups and changes nothing else."""


def load_names(text: str) -> list[str]:
    """What `dump_names` wrote."""
    return [name for name in text.split(",") if name]


def snapshot(contractor: Contractor) -> str:
    """A contractor as plan lines and bindings keep it."""
    return dump(contractor).decode()


@lru_cache(maxsize=4096)
def _dump_marked(differs: bytes) -> str:
    """The names of the fields that differ; most of a plan's lines share theirs with many."""
    return dump_names(compress(FIELDS, differs))


@lru_cache(maxsize=4096)
def _dump_groups(names: tuple[str, ...]) -> str:
    return msgspec.json.encode(names).decode()


@lru_cache(maxsize=4096)
def _dump_moves(before: tuple[str, ...], after: tuple[str, ...]) -> str:
    """Groups that are entered and left, as a line keeps them."""
    old, new = set(before), set(after)
    moves = [*(f"+{name}" for name in sorted(new - old)), *(f"-{name}" for name in sorted(old - new))]
    return msgspec.json.encode(moves).decode()


def _unless(same: str | None, text: str) -> str | None:
    return None if text == same else text


def store_lines(connection: Connection, lines: Sequence[Line]) -> None:
    """Add lines to their plans."""
    for line in lines:
        if isinstance(line.rule, Sentence):
            line.rule, line.said = str(line.rule), pack(line.rule)
    insert_rows(connection, PlanLine, _COLUMNS, [msgspec.structs.astuple(line) for line in lines])


def pages(engine: Engine, run_id: int, *, after: int = 0, size: int = 1000) -> Iterator[list[Line]]:
    """A plan's lines from `after` on, in the order of the plan, a page at a time."""
    while True:
        with reading(engine) as connection:
            page = _lines(connection, run_id, PlanLine.seq > after, size)
        if not page:
            return
        yield page
        after = page[-1].seq


def lines_of(connection: Connection, run_id: int, seqs: Collection[int]) -> list[Line]:
    """Some lines of a plan, in its order."""
    return _lines(connection, run_id, among(connection, PlanLine.seq, seqs), len(seqs))


def _lines(connection: Connection, run_id: int, which: ColumnElement[bool], limit: int) -> list[Line]:
    selected = [getattr(PlanLine, name) for name in _COLUMNS]
    statement = select(*selected).where(PlanLine.run_id == run_id, which).order_by(PlanLine.seq).limit(limit)
    return [Line(**row) for row in connection.execute(statement).mappings()]


def leave_out(connection: Connection, run_id: int, seqs: Collection[int], outcome: str) -> None:
    """Say why lines are not applied."""
    if seqs:
        connection.execute(
            update(PlanLine)
            .where(PlanLine.run_id == run_id, among(connection, PlanLine.seq, seqs))
            .values(outcome=outcome)
        )


def take_in(connection: Connection, run_id: int, seqs: Collection[int]) -> None:
    """Let lines be applied after all that a person took out."""
    out = PlanLine.outcome == Outcome.LEFT_OUT
    connection.execute(
        update(PlanLine)
        .where(PlanLine.run_id == run_id, among(connection, PlanLine.seq, seqs), out)
        .values(outcome=None)
    )


def left_out(connection: Connection, run_id: int, outcome: str) -> list[str]:
    """External ids of the records whose lines were not applied for this reason; those of the erased have none."""
    rows = connection.scalars(
        select(PlanLine.external_id)
        .where(PlanLine.run_id == run_id, PlanLine.outcome == outcome, PlanLine.external_id != "")
        .order_by(PlanLine.seq)
    )
    return list(rows)


def released_to_sync(connection: Connection, run_id: int) -> list[int]:
    """Contractors whose synchronization was held before a run that was applied, and is not any more."""
    held = f"%{Reason.SYNC_HELD}%"
    rows = connection.scalars(
        select(PlanLine.contractor_id).where(
            PlanLine.run_id == run_id,
            PlanLine.outcome.is_(None),
            PlanLine.was_holds.like(held),
            PlanLine.holds.not_like(held),
        )
    )
    return list(rows)


def contractors_left_out(connection: Connection, run_id: int, outcome: str) -> list[int]:
    """Contractors whose lines were not applied for this reason."""
    rows = connection.scalars(
        select(PlanLine.contractor_id)
        .where(PlanLine.run_id == run_id, PlanLine.outcome == outcome)
        .order_by(PlanLine.seq)
    )
    return list(rows)


def applied_of(connection: Connection, run_id: int, action: str) -> list[str]:
    """External ids of the records whose lines of one action were applied."""
    rows = connection.scalars(
        select(PlanLine.external_id)
        .where(PlanLine.run_id == run_id, PlanLine.action == action, PlanLine.outcome.is_(None))
        .order_by(PlanLine.seq)
    )
    return list(rows)


_NOT_APPLIED: Final = (
    select(PlanLine.action, func.count())
    .where(PlanLine.run_id == bindparam("run"), PlanLine.outcome.in_(_NOT_DONE))
    .group_by(PlanLine.action)
)


def not_applied(connection: Connection, run_id: int) -> dict[str, int]:
    """How many lines of each action were planned and not applied."""
    rows = connection.execute(_NOT_APPLIED, {"run": run_id})
    return {row[0]: row[1] for row in rows}


class Told(NamedTuple):
    """One change of a contractor, with the record that said it; that is ``""`` where no side did."""

    connection_id: int
    external_id: str
    before: str
    after: str


def told_since(connection: Connection, contractor_id: int, version: int, *, but: int) -> list[Told]:
    """What changed a contractor since it had that version, in its order.

    Args:
        but: A run that does not count.
    """
    rows = connection.execute(
        select(Run.connection_id, PlanLine.external_id, PlanLine.before, PlanLine.after)
        .join(Run, applied())
        .where(PlanLine.contractor_id == contractor_id, PlanLine.base_version >= version, PlanLine.run_id != but)
        .where(PlanLine.before.is_not(None), PlanLine.after.is_not(None))
        .order_by(PlanLine.base_version)
    )
    return [Told(row[0], row[1], row[2] or "", row[3] or "") for row in rows]


def has_lines(connection: Connection, run_id: int) -> bool:
    """Whether a run's plan would change anything."""
    return connection.scalar(select(PlanLine.seq).where(PlanLine.run_id == run_id).limit(1)) is not None


_PLANNED: Final = tuple(delete(table).where(table.run_id == bindparam("run")) for table in (PlanLine, QuietRecord))


def drop_plan(connection: Connection, run_id: int) -> None:
    """Forget a plan that was not finished: its process died, and the read begins anew."""
    for forget in _PLANNED:
        connection.execute(forget, {"run": run_id})


def applied() -> ColumnElement[bool]:
    """The condition that makes a plan line history, over ``plan_lines`` joined with ``runs``."""
    return and_(PlanLine.run_id == Run.id, PlanLine.seq <= Run.applied_seq, PlanLine.outcome.is_(None))
