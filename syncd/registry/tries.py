"""What became of each try of a push? Kept for a while, so that a person sees the waits, the reasons and the words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, RowMapping, delete, select, update

from syncd.domain.exchange import Exchange
from syncd.domain.holds import Status
from syncd.registry.bulk import insert_rows
from syncd.registry.engine import among
from syncd.registry.tables import Contractor, Try
from syncd.sentence import pack, unpack

__all__ = ["Tried", "add", "forget", "last_tries", "tries_of"]

_MESSAGE: Final = 1000


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A try that did not succeed.

    Attributes:
        due_at: When it was to be tried next; ``None`` when a person had to act first.
        exchange: What was sent and answered; only of the latest try, and only where HTTP is spoken.
    """

    connection_id: int
    contractor_id: int
    run_id: int
    at: datetime
    attempt: int
    code: str
    message: str
    due_at: datetime | None
    exchange: Exchange | None = None


def add(connection: Connection, tried: Sequence[Tried]) -> None:
    """Keep tries of one connection; what was exchanged is kept of the latest only, and nothing of who is erased."""
    erased = _erased(connection, [one.contractor_id for one in tried])
    tried = [one for one in tried if one.contractor_id not in erased]
    if not tried:
        return
    whose = among(connection, Try.contractor_id, [one.contractor_id for one in tried])
    earlier = (Try.connection_id == tried[0].connection_id) & Try.exchange.is_not(None) & whose
    connection.execute(update(Try).where(earlier).values(exchange=None))
    insert_rows(
        connection,
        Try,
        ("connection_id", "contractor_id", "run_id", "at", "attempt", "code", "message", "said", "due_at", "exchange"),
        [
            (
                *(one.connection_id, one.contractor_id, one.run_id, one.at, one.attempt, one.code),
                *_stored(one.message),
                one.due_at,
                None if one.exchange is None else msgspec.json.encode(one.exchange).decode(),
            )
            for one in tried
        ],
    )


def _erased(connection: Connection, contractor_ids: Collection[int]) -> set[int]:
    if not contractor_ids:
        return set()
    whose = among(connection, Contractor.id, contractor_ids)
    return set(connection.scalars(select(Contractor.id).where(whose, Contractor.status == Status.ANONYMISED)))


def tries_of(connection: Connection, contractor_id: int, *, limit: int = 50) -> list[Tried]:
    """The latest tries of one contractor at all sides, the newest first."""
    rows = connection.execute(
        select(Try.__table__).where(Try.contractor_id == contractor_id).order_by(Try.id.desc()).limit(limit)
    ).mappings()
    return [_tried(row) for row in rows]


def last_tries(
    connection: Connection, connection_ids: Collection[int], contractor_ids: Collection[int]
) -> dict[tuple[int, int], Tried]:
    """The newest try of each of these, by connection and contractor."""
    if not contractor_ids:
        return {}
    rows = connection.execute(
        select(Try.__table__)
        .where(among(connection, Try.contractor_id, contractor_ids), Try.connection_id.in_(connection_ids))
        .order_by(Try.id)
    ).mappings()
    return {(row["connection_id"], row["contractor_id"]): _tried(row) for row in rows}


def _tried(row: RowMapping) -> Tried:
    text = row["exchange"]
    exchange = None if text is None else msgspec.json.decode(text, type=Exchange)
    names = [name for name in Tried.__struct_fields__ if name not in {"exchange", "message"}]
    message = unpack(row["message"], row["said"])
    return Tried(exchange=exchange, message=message, **{name: row[name] for name in names})


def _stored(message: str) -> tuple[str, str | None]:
    """A message as it has room, and how it was made where that is all of it."""
    text = message[:_MESSAGE].replace("\x00", "")
    return text, pack(message) if text == message else None


def forget(connection: Connection, *, before: datetime) -> int:
    """Delete what is older."""
    return connection.execute(delete(Try).where(Try.at < before)).rowcount
