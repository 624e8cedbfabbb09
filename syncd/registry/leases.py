"""Who works on a thing that only one may work on?

A lease is a row with an end and a fencing number. The number is checked in the very transaction that stores the
work, so a process that slept past its lease finds out before it can overwrite anything.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection, Engine, bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from syncd.errors import RetryableError
from syncd.registry.engine import is_sqlite, writing
from syncd.registry.tables import Lease

__all__ = ["Held", "LostLease", "acquire", "prolong", "release", "revoke", "verify"]


class LostLease(RetryableError):
    """Another process took the work over; what this one had prepared was not stored."""

    code = "lost-lease"


class Held(msgspec.Struct, frozen=True):
    """A lease that we hold.

    Attributes:
        fence: Higher than that of any earlier holder.
    """

    name: str
    owner: str
    fence: int


# Asked for every run and every round of pushes, so put together once: that takes longer than to answer it.
_TAKE: Final = (
    update(Lease)
    .where(Lease.name == bindparam("lease"), or_(Lease.until.is_(None), Lease.until < bindparam("now")))
    .values(owner=bindparam("whose"), until=bindparam("end"), fence=Lease.fence + 1)
    .returning(Lease.fence)
)
_FENCE: Final = select(Lease.fence).where(Lease.name == bindparam("lease"), Lease.owner == bindparam("whose"))
_LOCKED_FENCE: Final = _FENCE.with_for_update()
_RELEASE: Final = (
    update(Lease)
    .where(Lease.name == bindparam("lease"), Lease.owner == bindparam("whose"), Lease.fence == bindparam("number"))
    .values(until=None, owner=None)
)


def acquire(engine: Engine, name: str, *, owner: str, now: datetime, length: timedelta) -> Held | None:
    """Take the lease `name` if it is free or past its end; `owner` names one piece of work, not a process."""
    with writing(engine) as connection:
        mine = {"lease": name, "whose": owner, "now": now, "end": now + length}
        taken = connection.execute(_TAKE, mine).scalar_one_or_none()
        if taken is not None:
            return Held(name, owner, taken)
        if connection.execute(select(Lease.name).where(Lease.name == name)).first():
            return None
    try:
        with writing(engine) as connection:
            connection.execute(insert(Lease).values(name=name, owner=owner, until=now + length, fence=1))
    except IntegrityError:
        return None  # another process made the row first, and holds it
    return Held(name, owner, 1)


def verify(connection: Connection, held: Held) -> None:
    """Make the caller's transaction depend on the lease: nobody can take it before the transaction ends.

    Raises:
        LostLease: If somebody else has it.
    """
    statement = _FENCE if is_sqlite(connection) else _LOCKED_FENCE
    if connection.execute(statement, {"lease": held.name, "whose": held.owner}).scalar_one_or_none() != held.fence:
        raise LostLease(f"{held.name} was taken over by another process")


def prolong(connection: Connection, held: Held, *, now: datetime, length: timedelta) -> None:
    """Give a sign of life in the transaction that verified the lease."""
    connection.execute(update(Lease).where(Lease.name == held.name).values(until=now + length))


def revoke(connection: Connection, name: str, *, owner: str) -> None:
    """Take the lease away from the holder whose name ends so; it finds out before it stores anything more."""
    connection.execute(
        update(Lease)
        .where(Lease.name == name, Lease.owner.endswith(owner, autoescape=True))
        .values(until=None, owner=None, fence=Lease.fence + 1)
    )


def release(engine: Engine, held: Held) -> None:
    """Let the next one have it; nothing happens if it is lost already."""
    with writing(engine) as connection:
        connection.execute(_RELEASE, {"lease": held.name, "whose": held.owner, "number": held.fence})
