"""Who changed what of one customer, when, and why?"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from syncd.registry import tables as t
from syncd.registry.lines import applied
from syncd.registry.queries.changes import FieldChange, field_changes
from syncd.registry.queries.runs import asked_and_approved
from syncd.sentence import unpack

__all__ = ["Event", "history"]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a customer.

    Attributes:
        kind: ``change``: the registry changed, because of what `connection` told. ``delivery``: `connection` was told.
        asked_by: Who or what asked for the run; ``None`` for a delivery.
        rule: What decided, in words; for a delivery how it was verified.
        fields: For a change before and after; for a delivery only which fields were written.
    """

    at: datetime
    kind: str
    connection: str
    run: int
    action: str
    asked_by: str | None
    rule: str | None
    fields: dict[str, FieldChange | None]


def history(connection: Connection, contractor_id: int, *, limit: int = 100) -> list[Event]:
    """The latest events, newest first."""
    events = _changes(connection, contractor_id, limit) + _deliveries(connection, contractor_id, limit)
    events.sort(key=lambda event: event.at, reverse=True)
    return events[:limit]


def _changes(connection: Connection, contractor_id: int, limit: int) -> list[Event]:
    line, run = t.PlanLine, t.Run
    rows = connection.execute(
        select(
            run.finished_at, run.heartbeat_at, run.asked_at, run.id, run.asked_by, run.approved_by,
            t.Connection.name, line.action, line.rule, line.said, line.before, line.after,
        )
        .select_from(line)
        .join(run, applied())
        .join(t.Connection, t.Connection.id == run.connection_id)
        .where(line.contractor_id == contractor_id)
        .order_by(run.id.desc(), line.seq.desc())
        .limit(limit)
    )  # fmt: skip
    return [
        Event(
            at=row.finished_at or row.heartbeat_at or row.asked_at,
            kind="change",
            connection=row.name,
            run=row.id,
            action=row.action,
            asked_by=asked_and_approved(row.asked_by, row.approved_by),
            rule=unpack(row.rule, row.said),
            fields=dict(field_changes(row.before, row.after)),
        )
        for row in rows
    ]


def _deliveries(connection: Connection, contractor_id: int, limit: int) -> list[Event]:
    delivery = t.Delivery
    rows = connection.execute(
        select(delivery.at, delivery.run_id, delivery.action, delivery.fields, delivery.verified, t.Connection.name)
        .join(t.Connection, t.Connection.id == delivery.connection_id)
        .where(delivery.contractor_id == contractor_id)
        .order_by(delivery.id.desc())
        .limit(limit)
    )
    return [
        Event(
            at=row.at,
            kind="delivery",
            connection=row.name,
            run=row.run_id,
            action=row.action,
            asked_by=None,
            rule=row.verified,
            fields={name: None for name in row.fields.split(",") if name},
        )
        for row in rows
    ]
