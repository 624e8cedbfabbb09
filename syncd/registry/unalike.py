"""Which customers look alike and are not the same, as somebody said?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, select

from syncd.registry.bulk import upsert_rows
from syncd.registry.engine import among
from syncd.registry.tables import Unalike

__all__ = ["apart", "keep_apart", "let_be_alike"]


def keep_apart(connection: Connection, one: int, other: int, *, by: str, at: datetime) -> None:
    """They are not the same."""
    upsert_rows(connection, Unalike, ("older_id", "newer_id", "by", "at"), [(min(one, other), max(one, other), by, at)])


def let_be_alike(connection: Connection, one: int, other: int) -> bool:
    """Nothing is said of the two any more; whether anything was."""
    pair = (Unalike.older_id == min(one, other)) & (Unalike.newer_id == max(one, other))
    return connection.execute(delete(Unalike).where(pair)).rowcount > 0


def apart(connection: Connection, ids: Collection[int]) -> set[tuple[int, int]]:
    """Pairs of which the older one is among these: the older id first."""
    rows = connection.execute(
        select(Unalike.older_id, Unalike.newer_id).where(among(connection, Unalike.older_id, ids))
    )
    return {(older, newer) for older, newer in rows}
