"""What becomes of the plans that wait while their connection goes on being read?

A schedule does not stop for a plan that waits: the next read may be a whole list again where the last one was half of
one. So that an admin finds one plan and not three hundred, each read settles what waits: the same plan is not stored
twice, another one takes the place of the older, and a read that needed no approval makes the older ones void. A plan
about a few that were asked for waits beside them, until each of these was heard again. A new look at everybody by the
rules in force settles in the same way what waits of earlier looks: those went by rules of yesterday.

Whoever reviews a plan for longer than it takes to read the side anew must be able to say yes to what was reviewed. So a
plan of a read whose place another one took may still be approved, as long as that one, or one after it, waits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVarTuple

import msgspec
from sqlalchemy import Connection, Row, Select, bindparam, or_, select

from syncd.registry import application
from syncd.registry.engine import is_sqlite
from syncd.registry.lines import drop_plan
from syncd.registry.runs import RunState, Work, set_run
from syncd.registry.tables import PlanLine, Run
from syncd.sentence import Sentence
from syncd.sync.mode import REVERIFY

__all__ = [
    "SAME",
    "came_to_its_end",
    "in_its_place",
    "looked_again",
    "make_void",
    "same_waits",
    "take_back_its_place",
    "waits_as",
]

_Columns = TypeVarTuple("_Columns")

SAME: Final = "same-plan"
_REPLACED: Final = "replaced"
_COVERS: Final = {"full": ("full", "incremental"), "incremental": ("incremental",), REVERIFY: (REVERIFY,)}
"""By a run's mode: modes of the runs of which it brought everything as well, where it is not about a few."""
_ALIKE: Final = {"full": ("full",), "incremental": ("incremental", "full"), REVERIFY: (REVERIFY,)}
"""By a run's mode: modes of the runs whose plan may be its own, since they brought everything that it did."""


def same_waits(
    connection: Connection, work: Work, now: datetime, because: str, *, unread: bool = False, **read: Any
) -> bool:
    """Before a plan is held: drop it if the same one waits already, else let it replace the one that waits.

    One that is `unread`, since its list is in doubt as a whole, knows nothing better than what waits: it replaces
    nothing, and only another of its kind is the same.

    The one that waits is from then on one of this read: it may be approved for as long as if it was made now, the next
    read begins where this one ended, and what it says is what is objected to today, since two lists that are both not
    believed can make the same plan.

    Args:
        read: What the run would keep of its read.
    """
    waiting = _waiting(connection, work, _ALIKE)
    ours = _digest(connection, work.id) if waiting else b""
    for other in waiting:
        if _is_unread(other) is unread and _digest(connection, other.id) == ours:
            drop_plan(connection, work.id)
            if other.mode == work.mode:  # a read of changes says nothing of all else that one of everybody found
                known = {name: value for name, value in read.items() if value is not None}
                set_run(connection, other.id, held_because=because, planned_at=now, **known)
            set_run(
                connection,
                work.id,
                state=RunState.CANCELLED,
                finished_at=now,
                error=waits_as(other.id),
                error_code=SAME,
            )
            return True
    if not unread:
        older = [other.id for other in _waiting(connection, work, _COVERS)]
        _cancel(connection, older, now, Sentence("run %(run)s made a newer plan", run=str(work.id)))
    return False


def waits_as(run_id: int) -> Sentence:
    """Why a run ended whose very plan waits already: it waits as this one."""
    return Sentence("the same plan waits as run %(run)s", run=str(run_id))


def make_void(connection: Connection, work: Work, now: datetime) -> None:
    """A read was applied: what waits of older reads that it contains is of yesterday."""
    older = [other.id for other in _waiting(connection, work, _COVERS) if other.proof is not None]
    _cancel(connection, older, now, Sentence("run %(run)s read the side again and was applied", run=str(work.id)))
    older = [
        run_id
        for run_id in connection.scalars(_locked(connection, _OF_A_FEW), {"which": work.connection_id})
        if application.is_heard(connection, run_id, work.connection_id)
    ]
    _cancel(
        connection,
        older,
        now,
        Sentence("run %(run)s read the last of its records again and was applied", run=str(work.id)),
    )


def looked_again(connection: Connection, work: Work, now: datetime) -> None:
    """A new look at everybody was applied: what waits of older ones went by other rules, or by what was known then."""
    older = [other.id for other in _waiting(connection, work, _COVERS)]
    why = Sentence("run %(run)s looked at everybody again and was applied", run=str(work.id))
    _cancel(connection, older, now, why)


def came_to_its_end(connection: Connection, work: Work, now: datetime, *, everybody: bool) -> None:
    """A read came to its end: lists that were in doubt as a whole tell nothing any more.

    Args:
        everybody: The list is one of everybody, though only changes may have been asked for.
    """
    of = msgspec.structs.replace(work, mode="full") if everybody else work
    unread = [other.id for other in _waiting(connection, of, _COVERS) if other.proof is None]
    _cancel(connection, unread, now, Sentence("run %(run)s read the side again to its end", run=str(work.id)))


def in_its_place(connection: Connection, run_id: int) -> int | None:
    """The plan that waits in the place of an older one, which may still be approved; ``None`` where that may not be."""
    newer = _in_its_place(connection, run_id, _NEWER)
    return newer[-1] if newer else None


def take_back_its_place(connection: Connection, run_id: int, now: datetime) -> bool:
    """A plan is approved that others took the place of: these wait no more, and the next read makes a new one.

    Answers whether one waited: what somebody else decides about just now does not.
    """
    newer = _in_its_place(connection, run_id, _locked(connection, _NEWER))
    _cancel(connection, newer, now, Sentence("run %(run)s, whose place it had taken, was approved", run=str(run_id)))
    return bool(newer)


def _in_its_place(connection: Connection, run_id: int, newer: Select[int]) -> Sequence[int]:
    """Plans that wait in the place of one that was replaced, oldest first; none where a later read was applied."""
    row = connection.execute(_OF_REPLACED, {"run": run_id}).one_or_none()
    if row is None:
        return ()
    asked = {
        "which": row.connection_id,
        "run": run_id,
        "modes": [mode for mode, covered in _COVERS.items() if row.mode in covered],
    }
    if connection.scalar(_APPLIED_SINCE, asked) is not None:
        return ()
    return connection.scalars(newer, asked).all()


def _locked(connection: Connection, plans: Select[*_Columns]) -> Select[*_Columns]:
    """Of these plans those that still wait once nobody else decides about them, which nobody can until the end."""
    return plans if is_sqlite(connection) else plans.with_for_update()


_OF_REPLACED: Final = select(Run.connection_id, Run.mode).where(
    Run.id == bindparam("run"),
    Run.state == RunState.CANCELLED,
    Run.error_code == _REPLACED,
    Run.proof.is_not(None),
)
_SINCE: Final = (
    select(Run.id)
    .where(
        Run.connection_id == bindparam("which"),
        Run.id > bindparam("run"),
        Run.mode.in_(bindparam("modes", expanding=True)),
        Run.dry_run.is_(False),
    )
    .order_by(Run.id)
)
_NEWER: Final = _SINCE.where(Run.state == RunState.HELD, Run.proof.is_not(None))
_APPLIED_SINCE: Final = _SINCE.where(
    or_(Run.state.in_([RunState.SUCCEEDED, RunState.PARTIAL]), Run.approved_by.is_not(None))
).limit(1)


_OLDER: Final = (
    select(Run.id, Run.mode, Run.proof)
    .where(
        Run.connection_id == bindparam("which"),
        Run.id < bindparam("run"),
        Run.mode.in_(bindparam("modes", expanding=True)),
        Run.state == RunState.HELD,
    )
    .order_by(Run.id)
)


_OF_A_FEW: Final = select(Run.id).where(
    Run.connection_id == bindparam("which"), Run.mode == "only", Run.state == RunState.HELD
)


def _waiting(
    connection: Connection, work: Work, modes: Mapping[str, Sequence[str]]
) -> Sequence[Row[int, str, str | None]]:
    """Older runs of the connection that are held, and how the read of each ended; none where this one is about a few.

    Args:
        modes: What they do, by what this one does.
    """
    asked = {"which": work.connection_id, "run": work.id, "modes": () if work.only else modes.get(work.mode, ())}
    return connection.execute(_locked(connection, _OLDER), asked).all()


def _is_unread(held: Row[int, str, str | None]) -> bool:
    """Whether its list was in doubt as a whole; a new look has no list."""
    return held.proof is None and held.mode != REVERIFY


def _cancel(connection: Connection, run_ids: Collection[int], now: datetime, why: str) -> None:
    for run_id in run_ids:
        set_run(connection, run_id, state=RunState.CANCELLED, finished_at=now, error=why, error_code=_REPLACED)


def _digest(connection: Connection, run_id: int) -> bytes:
    """Stands for what a plan would do: the numbers that it gives to new contractors are no part of that."""
    rows = connection.execute(
        select(PlanLine.external_id, PlanLine.action, PlanLine.before, PlanLine.after, PlanLine.agreed)
        .where(PlanLine.run_id == run_id)
        .order_by(PlanLine.external_id, PlanLine.action)
    )
    whole = hashlib.blake2b(digest_size=16)
    for row in rows:
        whole.update(repr(tuple(row)).encode())
    return whole.digest()
