"""What did people decide about records that are not bound?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, exists, insert, select, update

from syncd.registry.engine import among
from syncd.registry.tables import Binding, MatchDecision

__all__ = ["Decision", "Verdict", "any_left", "decide", "decisions", "forget_bound", "hand_over"]


class Verdict(StrEnum):
    """What a person said of a record."""

    SAME = "same"
    OTHER = "other"
    NEW = "new"


class Decision(msgspec.Struct, frozen=True):
    """A person's word on one record.

    Attributes:
        same: The contractor that it is.
        new: It is nobody known.
        others: Contractors that it is not.
    """

    same: int | None = None
    new: bool = False
    others: frozenset[int] = frozenset()


NOTHING_SAID = Decision()


def any_left(connection: Connection, connection_id: int) -> bool:
    """Whether anything was decided about records of the connection: spares looking for it."""
    found = select(MatchDecision.id).where(MatchDecision.connection_id == connection_id).limit(1)
    return connection.scalar(found) is not None


def decisions(connection: Connection, connection_id: int, external_ids: Collection[str]) -> dict[str, Decision]:
    """What was decided about these records, by external id."""
    rows = connection.execute(
        select(MatchDecision.external_id, MatchDecision.verdict, MatchDecision.contractor_id)
        .where(MatchDecision.connection_id == connection_id, among(connection, MatchDecision.external_id, external_ids))
        .order_by(MatchDecision.id)
    )
    said: dict[str, list[tuple[str, int | None]]] = defaultdict(list)
    for external_id, verdict, contractor_id in rows:
        said[external_id].append((verdict, contractor_id))
    return {external_id: _decision(words) for external_id, words in said.items()}


def _decision(words: list[tuple[str, int | None]]) -> Decision:
    return Decision(
        same=next((id_ for verdict, id_ in words if verdict == Verdict.SAME), None),
        new=any(verdict == Verdict.NEW for verdict, _ in words),
        others=frozenset(id_ for verdict, id_ in words if verdict == Verdict.OTHER and id_ is not None),
    )


def decide(
    connection: Connection,
    connection_id: int,
    external_id: str,
    verdict: Verdict,
    contractor_id: int | None,
    *,
    by: str,
    now: datetime,
) -> None:
    """Keep a person's word. A later one about the same record replaces what it contradicts."""
    contradicted = MatchDecision.contractor_id == contractor_id
    if verdict is not Verdict.OTHER:
        contradicted |= MatchDecision.verdict.in_([Verdict.SAME, Verdict.NEW])
    connection.execute(
        delete(MatchDecision).where(
            MatchDecision.connection_id == connection_id, MatchDecision.external_id == external_id, contradicted
        )
    )
    values: Mapping[str, Any] = {
        "connection_id": connection_id, "external_id": external_id, "verdict": verdict.value,
        "contractor_id": contractor_id, "by": by, "at": now,
    }  # fmt: skip
    connection.execute(insert(MatchDecision).values(**values))


def forget_bound(connection: Connection, connection_id: int) -> None:
    """Drop what was decided about records that are bound by now: the binding says it."""
    bound = exists().where(
        Binding.connection_id == MatchDecision.connection_id, Binding.external_id == MatchDecision.external_id
    )
    connection.execute(delete(MatchDecision).where(MatchDecision.connection_id == connection_id, bound))


def hand_over(connection: Connection, gone_id: int, kept_id: int) -> None:
    """Let words about one contractor be about another, of which it has become a part."""
    connection.execute(
        update(MatchDecision).where(MatchDecision.contractor_id == gone_id).values(contractor_id=kept_id)
    )
