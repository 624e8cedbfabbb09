"""Which connection is behind on which contractor, and who brings it up to date?

A row says that a side is behind, never what changed: ten edits in a minute are one call. Rows are claimed in batches
under a lease with a fencing number, attempts are counted before the work, and what could not be delivered is due
again later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, Select, and_, bindparam, case, delete, func, or_, select, update

from syncd.domain.contractor import Contractor, load
from syncd.registry.bulk import insert_rows, update_rows, upsert_rows
from syncd.registry.engine import among, is_sqlite, writing
from syncd.registry.lines import applied
from syncd.registry.tables import Binding, Delivery, Listing, PlanLine, Push, Run, Told

__all__ = [
    "HEARD_MEANWHILE",
    "HELD",
    "IN_DOUBT",
    "Claim",
    "Postponed",
    "add",
    "claim",
    "delivered",
    "due_connections",
    "heard",
    "hurry",
    "in_doubt",
    "maybe_sent",
    "mine",
    "postpone",
    "set_aside",
    "settle",
    "waits",
    "wake",
]


HEARD_MEANWHILE: Final = "heard-meanwhile"
IN_DOUBT: Final = ("outcome-unknown", "adapter-failed", "block-not-effective", HEARD_MEANWHILE)
"""What became of an attempt that may have reached its side. What becomes of the next one does not answer that."""


HELD: Final = "sync-held"
"""What became of an attempt whose contractor's synchronization is held: nobody has to act who did not mean it."""

MOVED: Final = "moved-there"
"""What became of an attempt that has to wait until its side is read."""


class Claim(msgspec.Struct, frozen=True):
    """A push that is ours to make.

    Attributes:
        wanted: What the row's ``wanted`` was: if it is higher afterwards, the contractor changed meanwhile.
        attempts: This attempt included.
        error_code: What became of the attempt before it.
        in_doubt: Whether any attempt before it may have reached the side.
    """

    contractor_id: int
    wanted: int
    run_id: int
    attempts: int
    fence: int
    since: datetime
    error_code: str | None = None
    in_doubt: bool = False
    changed_at: datetime | None = None

    @property
    def known_since(self) -> datetime:
        """When the change was made, or when it was read where that is not known."""
        return self.changed_at or self.since


class Postponed(msgspec.Struct, frozen=True):
    """A push that has to wait.

    Attributes:
        due_at: ``None`` when a person has to act first.
        in_doubt: Whether this attempt or one before it may have reached the side.
    """

    contractor_id: int
    due_at: datetime | None
    error_code: str
    attempts: int
    in_doubt: bool


def add(connection: Connection, behind: Collection[tuple[int, int]], *, run_id: int, now: datetime) -> int:
    """Say that connections are behind; (connection id, contractor id) each. Answer how many rows that were."""
    upsert_rows(
        connection,
        Push,
        ("connection_id", "contractor_id", "wanted", "run_id", "since", "changed_at", "due_at", "attempts", "fence"),
        [(connection_id, contractor_id, 1, run_id, now, now, now, 0, 0) for connection_id, contractor_id in behind],
        update={
            "wanted": "pushes.wanted + 1",
            "run_id": "{new}.run_id",
            # What is being tried again at intervals goes on so; what waited for a person may go now.
            "due_at": "COALESCE(pushes.due_at, {new}.due_at)",
        },
    )
    return len(behind)


_FEWER: Final = 20
"""By how much smaller a batch is whose pushes one process did not come back with."""


def _free(*, skip_locked: bool) -> tuple[Select[int], ...]:
    """Which pushes are taken first: whom processes died with more than once, whom one died with, and any."""
    chosen = (
        select(Push.contractor_id)
        .where(
            Push.connection_id == bindparam("which"),
            Push.due_at <= bindparam("now"),
            or_(Push.leased_until.is_(None), Push.leased_until < bindparam("now")),
        )
        .order_by(Push.due_at)
        .limit(bindparam("most"))
    )
    if skip_locked:
        chosen = chosen.with_for_update(skip_locked=True)
    lost = chosen.where(Push.leased_until.is_not(None))
    return lost.where(Push.deaths > 0), lost, chosen


# Asked for every round of pushes, so put together once: that takes longer than to answer it.
_FREE: Final = _free(skip_locked=False)
_UNLOCKED: Final = _free(skip_locked=True)
_TAKE: Final = (
    update(Push)
    .where(Push.connection_id == bindparam("which"))
    .values(
        owner=bindparam("whose"),
        leased_until=bindparam("end"),
        fence=Push.fence + 1,
        attempts=Push.attempts + 1,
        deaths=case((Push.leased_until.is_not(None), Push.deaths + 1), else_=0),
        # Nobody knows what a process sent that did not come back.
        error_code=case((Push.leased_until.is_not(None), IN_DOUBT[0]), else_=Push.error_code),
        in_doubt=or_(Push.in_doubt, Push.leased_until.is_not(None)),
    )
    .returning(
        Push.contractor_id,
        Push.wanted,
        Push.run_id,
        Push.attempts,
        Push.fence,
        Push.since,
        Push.error_code,
        Push.in_doubt,
        Push.changed_at,
    )
)


def claim(
    engine: Engine,
    connection_id: int,
    *,
    owner: str,
    limit: int,
    now: datetime,
    length: timedelta,
    only: Collection[int] | None = None,
) -> list[Claim]:
    """Take up to `limit` due pushes, the longest due first.

    Pushes whose process gave no sign of life come before them, a few together and those that it happened to twice
    alone: if one of them is what killed the process, it takes few others with it again, and then none.
    """
    with writing(engine) as connection:
        chosen = _FREE if is_sqlite(connection) else _UNLOCKED
        if only is not None:
            chosen = tuple(each.where(among(connection, Push.contractor_id, only)) for each in chosen)
        ids: Sequence[int] = ()
        for each, most in zip(chosen, (1, max(1, limit // _FEWER), limit), strict=True):
            ids = ids or connection.scalars(each, {"which": connection_id, "now": now, "most": most}).all()
        if not ids:
            return []
        mine = {"which": connection_id, "whose": owner, "end": now + length}
        rows = connection.execute(_TAKE.where(among(connection, Push.contractor_id, ids)), mine).mappings().all()
    return [Claim(**row) for row in rows]


def set_aside(connection: Connection, connection_id: int, *, now: datetime, deaths: int, error_code: str) -> list[int]:
    """Let pushes wait for a person that so many processes took and never gave back; answer whose they are."""
    return list(
        connection.scalars(
            update(Push)
            .where(
                Push.connection_id == connection_id,
                Push.due_at.is_not(None),
                Push.leased_until < now,
                Push.deaths + 1 >= deaths,
            )
            .values(due_at=None, owner=None, leased_until=None, error_code=error_code, in_doubt=True)
            .returning(Push.contractor_id)
        )
    )


def heard(connection: Connection, connection_id: int, external_ids: Collection[str], *, now: datetime) -> int:
    """Let pushes go on that waited for their side to be read; answer how many that were.

    Args:
        external_ids: Records that were read; empty for all that changed.
    """
    waiting = and_(
        Push.connection_id == connection_id,
        Push.error_code.in_((MOVED, *IN_DOUBT)),
        Push.due_at > now,
        Push.leased_until.is_(None),
    )
    if external_ids:
        waiting &= Push.contractor_id.in_(
            select(Binding.contractor_id).where(
                Binding.connection_id == connection_id, among(connection, Binding.external_id, external_ids)
            )
        )
    return connection.execute(update(Push).where(waiting).values(due_at=now)).rowcount


def wake(connection: Connection, contractor_ids: Collection[int], *, now: datetime) -> None:
    """Let pushes go on that wait for a person to act."""
    connection.execute(
        update(Push)
        .where(Push.due_at.is_(None), among(connection, Push.contractor_id, contractor_ids))
        .values(due_at=now)
    )


def hurry(connection: Connection, contractor_ids: Collection[int], *, now: datetime) -> set[int]:
    """Let pushes be tried now that would be tried again later; answer the connections that they are due at."""
    waiting = and_(
        Push.due_at > now, Push.leased_until.is_(None), among(connection, Push.contractor_id, contractor_ids)
    )
    return set(connection.scalars(update(Push).where(waiting).values(due_at=now).returning(Push.connection_id)))


def in_doubt(connection: Connection, connection_id: int, contractor_ids: Collection[int]) -> set[int]:
    """Those of these contractors whom a push may have changed at the side without our knowing."""
    if not contractor_ids:
        return set()
    return set(
        connection.scalars(
            select(Push.contractor_id).where(
                Push.connection_id == connection_id,
                among(connection, Push.contractor_id, contractor_ids),
                or_(Push.leased_until.is_not(None), Push.in_doubt),
            )
        )
    )


def maybe_sent(
    connection: Connection, connection_id: int, contractor_ids: Collection[int]
) -> dict[int, list[Contractor]]:
    """What a push may have written at the side without our knowing, by contractor: all that each has been since.

    A push says who and not what, so that is what the registry wanted at any time since the push began to wait.
    """
    doubtful = in_doubt(connection, connection_id, contractor_ids)
    if not doubtful:
        return {}
    rows = connection.execute(
        select(PlanLine.contractor_id, PlanLine.before, PlanLine.after)
        .join(Run, applied())
        .join(Push, and_(Push.contractor_id == PlanLine.contractor_id, Push.connection_id == connection_id))
        .where(
            among(connection, PlanLine.contractor_id, doubtful),
            or_(Run.finished_at.is_(None), Run.finished_at >= Push.since),
        )
    )
    found: dict[int, list[Contractor]] = {id_: [] for id_ in doubtful}
    for contractor_id, before, after in rows:
        found[contractor_id] += [load(doc) for doc in (before, after) if doc is not None]
    return found


def waits(connection: Connection, connection_id: int, contractor_id: int) -> bool:
    """Whether a push of this contractor is still to be made there."""
    statement = select(Push.contractor_id).where(
        Push.connection_id == connection_id, Push.contractor_id == contractor_id
    )
    return connection.execute(statement).first() is not None


def mine(connection: Connection, connection_id: int, claims: Mapping[int, Claim]) -> dict[int, int]:
    """Those of our claims that nobody took over: contractor id and the row's ``wanted`` now. Locked until commit."""
    statement = select(Push.contractor_id, Push.fence, Push.wanted).where(
        Push.connection_id == connection_id, among(connection, Push.contractor_id, claims)
    )
    if not is_sqlite(connection):
        statement = statement.with_for_update()
    return {
        id_: wanted for id_, fence, wanted in connection.execute(statement) if fence == claims[id_].fence
    }  # fmt: skip


def settle(
    connection: Connection,
    connection_id: int,
    done: Mapping[int, Claim],
    wanted_now: Mapping[int, int],
    *,
    now: datetime,
) -> None:
    """Take delivered pushes out; one whose contractor changed meanwhile is due again at once, with a new age."""
    finished = [id_ for id_, claim in done.items() if wanted_now.get(id_) == claim.wanted]
    again = [id_ for id_ in done if id_ in wanted_now and id_ not in set(finished)]
    if finished:
        connection.execute(
            delete(Push).where(Push.connection_id == connection_id, among(connection, Push.contractor_id, finished))
        )
    if again:
        connection.execute(
            update(Push)
            .where(Push.connection_id == connection_id, among(connection, Push.contractor_id, again))
            .values(
                owner=None, leased_until=None, attempts=0, error_code=None, in_doubt=False, since=now, changed_at=now
            )
        )


def postpone(connection: Connection, connection_id: int, later: Sequence[Postponed]) -> None:
    """Give back claims that could not be delivered."""
    update_rows(
        connection,
        Push,
        ("connection_id", "contractor_id"),
        ("connection_id", "contractor_id", "due_at", "error_code", "attempts", "in_doubt", "owner", "leased_until"),
        [(connection_id, *msgspec.structs.astuple(row), None, None) for row in later],
    )


_DELIVERY: Final = ("connection_id", "contractor_id", "run_id", "at", "action", "fields", "verified", "age_seconds")
_WHOSE: Final = _DELIVERY.index("contractor_id")
_WHEN: Final = _DELIVERY.index("at")


def delivered(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write down effects at a side: see `syncd.registry.tables.Delivery` for the columns, ``id`` left out."""
    insert_rows(connection, Delivery, _DELIVERY, rows)
    latest = {row[_WHOSE]: row[_WHEN] for row in sorted(rows, key=itemgetter(_WHEN))}
    there = connection.scalars(select(Listing.contractor_id).where(among(connection, Listing.contractor_id, latest)))
    upsert_rows(connection, Told, ("contractor_id", "at"), [(id_, latest[id_]) for id_ in there])


_DUE: Final = (
    select(Push.connection_id, func.count())
    .where(Push.due_at <= bindparam("now"), or_(Push.leased_until.is_(None), Push.leased_until < bindparam("now")))
    .group_by(Push.connection_id)
)


def due_connections(connection: Connection, now: datetime) -> dict[int, int]:
    """Connections with pushes that are due and in nobody's hands, with how many."""
    rows = connection.execute(_DUE, {"now": now})
    return {row[0]: row[1] for row in rows}
