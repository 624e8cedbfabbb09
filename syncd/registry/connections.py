"""Which connections are there, and how are they?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection as Database
from sqlalchemy import bindparam, select, text, update

from syncd.domain.side import Side
from syncd.registry.tables import Connection
from syncd.sentence import pack

__all__ = [
    "Listings",
    "accept_losses",
    "accepted_losses",
    "answers",
    "blocked",
    "count_listing",
    "ensure",
    "failing",
    "full_read_done",
    "healthy",
    "hear_listing",
    "listings",
    "pause",
    "paused",
    "paused_by",
    "resume",
    "tested",
]


class Listings(NamedTuple):
    """Names of lists; see `syncd.ports.Proof.listing`.

    Attributes:
        counted: By which absence was counted last.
        heard: Which was read to its end last.
    """

    counted: str | None
    heard: str | None


def ensure(database: Database, configured: Mapping[str, tuple[str, Side]]) -> dict[str, int]:
    """Give every configured connection (kind and side by name) its row; answer the ids by name."""
    rows = [{"name": name, "kind": kind, "side": side.value} for name, (kind, side) in configured.items()]
    if rows:
        # Several programs start at once and all say the same.
        statement = text(
            "INSERT INTO connections (name, kind, side) VALUES (:name, :kind, :side) ON CONFLICT (name) "
            "DO UPDATE SET kind = excluded.kind, side = excluded.side "
            "WHERE connections.kind <> excluded.kind OR connections.side <> excluded.side"
        )
        database.execute(statement, rows)
    found = database.execute(select(Connection.name, Connection.id).where(Connection.name.in_(configured)))
    return {row[0]: row[1] for row in found}


_NO_TROUBLE: Final = {"failing_since": None, "next_try_at": None, "problem": None, "problem_said": None}


_HEALTHY: Final = (
    update(Connection)
    .where(Connection.id == bindparam("which"))
    .values(last_success_at=bindparam("now"), **_NO_TROUBLE)
)


def healthy(database: Database, connection_id: int, now: datetime) -> None:
    """It worked."""
    database.execute(_HEALTHY, {"which": connection_id, "now": now})


def answers(database: Database, connection_id: int) -> None:
    """It can be read again, whatever is thought of what it says."""
    database.execute(update(Connection).where(Connection.id == connection_id).values(**_NO_TROUBLE))


def failing(
    database: Database, connection_id: int, problem: str, *, now: datetime, next_try_at: datetime | None
) -> None:
    """It did not work. Nothing is sent before `next_try_at`: refused credentials must not be tried to a lock-out."""
    since = database.scalar(select(Connection.failing_since).where(Connection.id == connection_id))
    database.execute(
        update(Connection)
        .where(Connection.id == connection_id)
        .values(failing_since=since or now, problem=str(problem), problem_said=pack(problem), next_try_at=next_try_at)
    )


def listings(database: Database, connection_id: int) -> Listings:
    """Which lists of it were read before."""
    row = database.execute(
        select(Connection.last_listing, Connection.heard_listing).where(Connection.id == connection_id)
    ).one()
    return Listings(*row)


def count_listing(database: Database, connection_id: int, listing: str) -> None:
    """Absence was counted by this listing."""
    database.execute(update(Connection).where(Connection.id == connection_id).values(last_listing=listing))


def hear_listing(database: Database, connection_id: int, listing: str) -> None:
    """This listing was read to its end."""
    database.execute(update(Connection).where(Connection.id == connection_id).values(heard_listing=listing))


def accepted_losses(database: Database, connection_id: int) -> int:
    """How many records may be absent because a person said yes to that."""
    accepted = select(Connection.accepted_losses).where(Connection.id == connection_id)
    return database.scalar(accepted) or 0


def accept_losses(database: Database, connection_id: int, absent: int, *, approved: bool) -> None:
    """A list was applied that lost so many records: a yes holds for as many as are still absent."""
    wanted = absent if approved else min(absent, accepted_losses(database, connection_id))
    database.execute(update(Connection).where(Connection.id == connection_id).values(accepted_losses=wanted))


def full_read_done(database: Database, connection_id: int, now: datetime) -> None:
    """A full read was applied."""
    database.execute(update(Connection).where(Connection.id == connection_id).values(last_full_at=now))


def pause(database: Database, connection_id: int, by: str, *, because: str = "", now: datetime | None = None) -> None:
    """Neither pull nor push until `resume`."""
    database.execute(
        update(Connection)
        .where(Connection.id == connection_id)
        .values(paused_by=by, paused_because=because or None, paused_at=now)
    )


def resume(database: Database, connection_id: int) -> None:
    """Work again, at once even after a failure."""
    database.execute(
        update(Connection)
        .where(Connection.id == connection_id)
        .values(paused_by=None, paused_because=None, paused_at=None, next_try_at=None)
    )


def tested(database: Database, connection_id: int, checks: str, *, by: str, now: datetime) -> None:
    """Keep what the last test found."""
    database.execute(
        update(Connection).where(Connection.id == connection_id).values(tested=checks, tested_by=by, tested_at=now)
    )


_PAUSED: Final = select(Connection.paused_by).where(Connection.id == bindparam("which"))


def paused(database: Database, connection_id: int) -> bool:
    """Whether somebody said that it is neither to be pulled from nor pushed to."""
    return database.scalar(_PAUSED, {"which": connection_id}) is not None


def paused_by(database: Database) -> dict[str, str]:
    """Who paused which connections."""
    rows = database.execute(select(Connection.name, Connection.paused_by).where(Connection.paused_by.is_not(None)))
    return {name: by for name, by in rows if by is not None}


_REST: Final = select(Connection.paused_by, Connection.next_try_at).where(Connection.id == bindparam("which"))


def blocked(database: Database, connection_id: int, now: datetime) -> bool:
    """Whether the connection is to be left alone: paused, or failing and not due to be tried again."""
    row = database.execute(_REST, {"which": connection_id}).one()
    return row[0] is not None or (row[1] is not None and row[1] > now)
