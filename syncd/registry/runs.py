"""What state is a run in, and who may move it to the next?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, Update, bindparam, func, select, text, update

from syncd.registry import tables
from syncd.registry.engine import is_sqlite
from syncd.registry.lines import Action
from syncd.registry.tables import Run
from syncd.registry.tables.runs import UNHEARD_RUN
from syncd.sentence import pack

__all__ = [
    "COUNTED",
    "COUNT_OF",
    "ENDED",
    "GAVE_UP",
    "NOT_LISTED",
    "SENTENCES",
    "RunState",
    "Work",
    "counts_of",
    "full_waits",
    "last_read",
    "load_run",
    "lock_run",
    "read_again",
    "said_of",
    "set_run",
    "unheard",
    "was_applied",
]


class RunState(StrEnum):
    """A run's life. A dry run ends as ``planned`` or ``no_changes``, a run over a limit waits as ``held``."""

    QUEUED = "queued"
    RUNNING = "running"
    APPLYING = "applying"
    HELD = "held"
    PLANNED = "planned"
    NO_CHANGES = "no_changes"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


SENTENCES: Final = (("held_because", "held_said"), ("error", "error_said"), ("proof", "proof_said"))

ENDED: Final = frozenset(
    {RunState.NO_CHANGES, RunState.SUCCEEDED, RunState.PARTIAL, RunState.FAILED, RunState.CANCELLED}
)

GAVE_UP: Final = "run-gave-up"
"""The code of a run over which processes died again and again."""

READS: Final = ("incremental", "full", "only")
"""Modes of runs that read a side."""

COUNT_OF: Final[Mapping[str, str]] = {
    Action.CREATE: "created",
    Action.LINK: "linked",
    Action.UPDATE: "updated",
    Action.BLOCK: "blocked",
    Action.UNBLOCK: "unblocked",
    Action.SET_BACK: "set_back",
    Action.RELEASE: "released",
    Action.UNLINK: "unlinked",
    Action.MERGE: "merged",
    Action.RESTORE: "restored",
}
"""Under which name a line of each action is counted."""

COUNTED: Final = (
    "created", "linked", "updated", "blocked", "unblocked", "set_back", "released",
    "unchanged", "conflict", "skipped", "failed",
)  # fmt: skip
"""What a record that was read can become. Their sum is ``read``."""


NOT_LISTED: Final = "not_listed"
"""Under which name records are counted that a list of everybody lost, and from whose absence nothing followed yet."""


class Work(msgspec.Struct, frozen=True):
    """A run's row, as the pipeline needs it."""

    id: int
    connection_id: int
    mode: str
    only: tuple[str, ...]
    dry_run: bool
    state: RunState
    attempts: int
    probe: str | None
    planned_at: datetime | None
    applied_seq: int
    approved_by: str | None
    cursor_after: str | None
    counts: dict[str, int]
    proof: str | None
    undoes: int | None


_RUN: Final = select(
    Run.id, Run.connection_id, Run.mode, Run.only, Run.dry_run, Run.state, Run.attempts, Run.probe,
    Run.planned_at, Run.applied_seq, Run.approved_by, Run.cursor_after, Run.counts, Run.proof, Run.undoes,
).where(Run.id == bindparam("run_id"))  # fmt: skip
"""Asked again and again, so put together once: that takes longer than to answer it."""
_LOCKED_RUN: Final = _RUN.with_for_update()


def load_run(connection: Connection, run_id: int) -> Work | None:
    """Read one run."""
    return _loaded(connection, _RUN, run_id)


def lock_run(connection: Connection, run_id: int) -> Work | None:
    """The same, and let nobody else move it to another state until the transaction ends."""
    return _loaded(connection, _RUN if is_sqlite(connection) else _LOCKED_RUN, run_id)


def _loaded(connection: Connection, which: Select[*tuple[Any, ...]], run_id: int) -> Work | None:
    row = connection.execute(which, {"run_id": run_id}).one_or_none()
    if row is None:
        return None
    values = row._asdict()
    values["only"] = tuple(msgspec.json.decode(values["only"])) if values["only"] else ()
    values["state"] = RunState(values["state"])
    return Work(**values)


def set_run(connection: Connection, run_id: int, **values: Any) -> None:
    """Change columns of a run."""
    new = values | said_of(values)
    connection.execute(_setting(*new), {"run_id": run_id} | {f"new_{name}": value for name, value in new.items()})


@cache
def _setting(*columns: str) -> Update:
    return update(Run).where(Run.id == bindparam("run_id")).values({name: bindparam(f"new_{name}") for name in columns})


def said_of(values: Mapping[str, Any]) -> dict[str, str | None]:
    """How the sentences among a run's columns were made, in the columns beside them."""
    return {said: pack(values[text]) for text, said in SENTENCES if text in values}


_LAST_FULL: Final = (
    select(tables.Connection.last_full_at).where(tables.Connection.id == bindparam("of")).scalar_subquery()
)
_UNHEARD: Final = (
    select(Run.id, Run.only)
    .where(Run.connection_id == bindparam("of"), text(UNHEARD_RUN), Run.error_code.is_distinct_from(GAVE_UP))
    .where(Run.finished_at >= func.coalesce(_LAST_FULL, Run.finished_at))
    .order_by(Run.id)
)


def unheard(connection: Connection, connection_id: int) -> dict[int, tuple[str, ...]]:
    """Runs that failed since the last full read and named records nobody has asked for again, with these."""
    rows = connection.execute(_UNHEARD, {"of": connection_id})
    return {id_: tuple(msgspec.json.decode(only or "[]")) for id_, only in rows}


def read_again(connection: Connection, run_ids: Collection[int], by: int | None) -> None:
    """Note that another run asks for what these named."""
    connection.execute(update(Run).where(Run.id.in_(run_ids)).values(read_again_by=by))


def was_applied(connection: Connection, connection_id: int) -> bool:
    """Whether any line of a plan was ever applied that this connection stated, or a run of it ended well."""
    applied = (Run.applied_seq > 0) | Run.state.in_([RunState.SUCCEEDED, RunState.PARTIAL])
    found = select(Run.id).where(Run.connection_id == connection_id, Run.mode.in_(READS), applied).limit(1)
    return connection.scalar(found) is not None


_HELD_FULL: Final = (
    select(Run.id)
    .where(
        Run.connection_id == bindparam("of"),
        Run.state == RunState.HELD,
        Run.mode == "full",
        Run.proof.is_not(None),
        Run.planned_at > bindparam("since"),
    )
    .limit(1)
)


def full_waits(connection: Connection, connection_id: int, since: datetime) -> bool:
    """Whether a list of everybody was read to its end since then, and waits for a person."""
    return connection.scalar(_HELD_FULL, {"of": connection_id, "since": since}) is not None


_LAST_READ: Final = (
    select(Run.started_at)
    .where(
        Run.connection_id == bindparam("of"),
        Run.mode.in_(("incremental", "full")),
        Run.state.in_((RunState.SUCCEEDED, RunState.PARTIAL)),
    )
    .order_by(Run.id.desc())
    .limit(1)
)


def last_read(connection: Connection, connection_id: int) -> datetime | None:
    """When the last read began that brought all that had changed by then; ``None`` if there was none."""
    at: datetime | None = connection.scalar(_LAST_READ, {"of": connection_id})
    return at


def counts_of(counts: dict[str, int]) -> dict[str, int]:
    """Complete counts whose parts add up to ``read``."""
    complete = {name: counts.get(name, 0) for name in COUNTED}
    return {"read": sum(complete.values()), **complete, **{k: v for k, v in counts.items() if k not in complete}}
