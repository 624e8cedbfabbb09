"""Where does each value of a customer come from, and what does each side hold of it?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, bindparam, select

from syncd.domain.contractor import Contractor, load
from syncd.registry import tables as t
from syncd.registry.queries.changes import FieldChange
from syncd.registry.queries.history import history
from syncd.sentence import unpack

__all__ = ["Origin", "Statement", "origins", "statements"]

_EVENTS = 10_000
"""Events of one customer that are looked through, the latest first."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The change that gave a field its value.

    Attributes:
        connection: The side that stated it; for an edit of a person the side that the customer comes from.
        asked_by: Who or what asked for the run.
        rule: What decided, in words.
    """

    at: datetime
    run: int
    connection: str
    asked_by: str | None
    rule: str | None
    change: FieldChange


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a side held when it was last seen.

    Attributes:
        evidence: How the record was found to be this customer's; ``None`` where syncd made it there.
    """

    connection: str
    side: str
    external_id: str
    evidence: str | None
    holds: Contractor


def origins(connection: Connection, contractor_id: int) -> dict[str, Origin]:
    """The latest change of each field that ever changed."""
    found: dict[str, Origin] = {}
    for event in history(connection, contractor_id, limit=_EVENTS):
        if event.kind != "change":
            continue
        for field, change in event.fields.items():
            if change is not None and field not in found:
                found[field] = Origin(
                    at=event.at,
                    run=event.run,
                    connection=event.connection,
                    asked_by=event.asked_by,
                    rule=event.rule,
                    change=change,
                )
    return found


def _put_together() -> Select[Any]:
    binding, line, run = t.Binding, t.PlanLine, t.Run
    evidence, said = (
        select(column)
        .join(run, line.run_id == run.id)
        .where(
            line.contractor_id == bindparam("whose"),
            run.connection_id == binding.connection_id,
            line.external_id == binding.external_id,
            line.action.in_(["create", "link"]),
            line.outcome.is_(None),
        )
        .order_by(run.id.desc())
        .limit(1)
        .scalar_subquery()
        for column in (line.rule, line.said)
    )
    return (
        select(
            *(t.Connection.name, t.Connection.side, binding.external_id, binding.agreed),
            *(evidence.label("evidence"), said.label("said")),
        )
        .join(t.Connection, t.Connection.id == binding.connection_id)
        .where(binding.contractor_id == bindparam("whose"))
        .order_by(t.Connection.side, t.Connection.name)
    )


# Asked for every page about a customer, so put together once.
_STATEMENTS: Final = _put_together()


def statements(connection: Connection, contractor_id: int) -> list[Statement]:
    """The customer's records, ERPs first."""
    rows = connection.execute(_STATEMENTS, {"whose": contractor_id})
    return [
        Statement(
            connection=row.name,
            side=row.side,
            external_id=row.external_id,
            evidence=row.evidence and unpack(row.evidence, row.said),
            holds=load(row.agreed),
        )
        for row in rows
    ]
