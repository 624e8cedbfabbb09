"""Who changed what of one customer, when, and why?"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, select

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


# Asked for every page about a customer, so put together once: that takes longer than to answer it.
_l, _r, _d = t.PlanLine, t.Run, t.Delivery
_CHANGES: Final = (
    select(
        _r.finished_at, _r.heartbeat_at, _r.asked_at, _r.id, _r.asked_by, _r.approved_by, t.Connection.name, _l.action,
        _l.rule, _l.said, _l.before, _l.after,
    )
    .select_from(_l)
    .join(_r, applied())
    .join(t.Connection, t.Connection.id == _r.connection_id)
    .where(_l.contractor_id == bindparam("whose"))
    .order_by(_r.id.desc(), _l.seq.desc())
    .limit(bindparam("most"))
)  # fmt: skip
_DELIVERIES: Final = (
    select(_d.at, _d.run_id, _d.action, _d.fields, _d.verified, t.Connection.name)
    .join(t.Connection, t.Connection.id == _d.connection_id)
    .where(_d.contractor_id == bindparam("whose"))
    .order_by(_d.id.desc())
    .limit(bindparam("most"))
)


def _changes(connection: Connection, contractor_id: int, limit: int) -> list[Event]:
    rows = connection.execute(_CHANGES, {"whose": contractor_id, "most": limit})
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
    rows = connection.execute(_DELIVERIES, {"whose": contractor_id, "most": limit})
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
