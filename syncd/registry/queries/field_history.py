"""Which field of a customer changed when, from what to what, and whose doing was it?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from syncd.domain.holds import Hold, load_holds
from syncd.registry import tables as t
from syncd.registry.lines import applied
from syncd.registry.queries.changes import field_changes
from syncd.registry.queries.runs import asked_and_approved
from syncd.sentence import unpack

__all__ = ["FieldEvent", "FieldHistory", "field_history"]

_MOST: Final = 10_000
"""Lines of one customer that are looked through, the latest first."""

_DERIVED: Final = "active"
"""Follows from the holds, which say more."""


class FieldEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One change of one field.

    Attributes:
        field: A field of the contractor, or ``status`` for its holds, of which before and after are lists.
        cause: ``person``, ``erp``, ``shop``, ``rule``, or ``undo``.
        connection: The side that stated it; for what no side stated the one that the customer comes from.
        asked_by: Who or what asked for the run.
        rule: What decided, in words.
    """

    at: datetime
    field: str
    before: Any
    after: Any
    cause: str
    connection: str
    asked_by: str
    rule: str
    run: int


class FieldHistory(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a customer's history.

    Attributes:
        fields: Fields that ever changed, as far as it is kept.
        more: Whether there is more behind this piece.
    """

    events: list[FieldEvent]
    fields: list[str]
    more: bool


def field_history(
    connection: Connection, contractor_id: int, *, field: str = "", skip: int = 0, limit: int = 50
) -> FieldHistory:
    """Changes, the latest first; of one field, or of all."""
    fields: dict[str, None] = {}
    found: list[FieldEvent] = []
    passed = 0
    for event in _events(connection, contractor_id):
        fields[event.field] = None
        if field and event.field != field:
            continue
        passed += 1
        if skip < passed <= skip + limit:
            found.append(event)
    return FieldHistory(events=found, fields=sorted(fields), more=passed > skip + limit)


def _events(connection: Connection, contractor_id: int) -> Iterator[FieldEvent]:
    line, run = t.PlanLine, t.Run
    rows = connection.execute(
        select(
            run.id, run.mode, run.undoes, run.asked_by, run.approved_by, run.asked_at, run.heartbeat_at,
            run.finished_at, t.Connection.name.label("connection"), t.Connection.side, line.rule, line.said,
            line.before, line.after, line.holds, line.was_holds,
        )
        .select_from(line)
        .join(run, applied())
        .join(t.Connection, t.Connection.id == run.connection_id)
        .where(line.contractor_id == contractor_id)
        .order_by(run.id.desc(), line.seq.desc())
        .limit(_MOST)
    )  # fmt: skip
    for row in rows:
        for name, before, after in _changed(row):
            yield FieldEvent(
                at=row.finished_at or row.heartbeat_at or row.asked_at,
                field=name,
                before=before,
                after=after,
                cause=_cause(row),
                connection=row.connection,
                asked_by=asked_and_approved(row.asked_by, row.approved_by),
                rule=unpack(row.rule, row.said),
                run=row.id,
            )


def _changed(row: Any) -> Iterator[tuple[str, Any, Any]]:
    before, after = _held(row.was_holds), _held(row.holds)
    if row.holds is not None and before != after:
        yield "status", before, after
    for name, change in field_changes(row.before, row.after).items():
        if name != _DERIVED or row.holds is None:
            yield name, change.before, change.after


def _held(holds: str | None) -> list[str]:
    """Reasons with who placed them, in the form in which they stand beside each other."""
    stand: tuple[Hold, ...] = load_holds(holds) if holds else ()
    return [f"{hold.reason}:{hold.by}" for hold in stand]


def _cause(row: Any) -> str:
    if row.undoes is not None:
        return "undo"
    words = {"edit": "person", "reverify": "rule"}
    return words.get(row.mode) or str(row.side)
