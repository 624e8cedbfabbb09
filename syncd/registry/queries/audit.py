"""What did people do, and from where?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, and_, not_, or_, select

from syncd.domain.via import PREFIXES, Via, via
from syncd.registry.engine import reading
from syncd.registry.tables import Audit

__all__ = ["COLUMNS", "AuditFilter", "AuditRow", "audited_actions", "cells", "list_audit", "stream_audit"]

COLUMNS: Final = ("id", "at", "actor", "via", "action", "subject", "before", "after", "details")
"""Of the acts as a table."""

_CHUNK: Final = 1000


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """One act.

    Attributes:
        via: From where: ``web``, ``cli``, ``api``, ``schedule`` or ``syncd``.
        subject: What it was done to: ``run 812``, ``user anna``, ``customer K000231``.
        before: Values that the act changed, as they were.
        details: What else is known: a reason, an address.
    """

    id: int
    at: datetime
    actor: str
    via: Via
    action: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    details: dict[str, Any]


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which acts; what is empty does not count.

    Attributes:
        actor: Part of who.
        subject: Part of what it was done to.
        since: Not before.
        until: Before.
    """

    actor: str = ""
    via: Via | None = None
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


def list_audit(
    connection: Connection, which: AuditFilter, *, before: int | None = None, limit: int = 50
) -> list[AuditRow]:
    """The latest acts, newest first.

    Args:
        before: Only acts with a lower id, to go on where the last list ended.
    """
    statement = select(Audit.__table__).where(*_conditions(which))
    if before is not None:
        statement = statement.where(Audit.id < before)
    rows = connection.execute(statement.order_by(Audit.id.desc()).limit(limit)).mappings()
    return [_row(dict(row)) for row in rows]


def stream_audit(engine: Engine, which: AuditFilter) -> Iterator[AuditRow]:
    """All of them, newest first, a thousand in memory at a time and no transaction open in between."""
    before: int | None = None
    while True:
        with reading(engine) as connection:
            rows = list_audit(connection, which, before=before, limit=_CHUNK)
        yield from rows
        if len(rows) < _CHUNK:
            return
        before = rows[-1].id


def cells(row: AuditRow) -> list[Any]:
    """One act as a line of a table, with `COLUMNS`."""
    packed = (msgspec.json.encode(part).decode() if part else "" for part in (row.before, row.after, row.details))
    return [row.id, row.at, row.actor, row.via.value, row.action, row.subject, *packed]


def audited_actions(connection: Connection) -> list[str]:
    """Kinds of acts that there are."""
    return list(connection.scalars(select(Audit.action).distinct().order_by(Audit.action)))


def _conditions(which: AuditFilter) -> Iterator[ColumnElement[bool]]:
    if which.actor:
        yield Audit.actor.icontains(which.actor, autoescape=True)
    if which.via is not None:
        yield _came_by(which.via)
    if which.action:
        yield Audit.action == which.action
    if which.subject:
        yield Audit.subject.icontains(which.subject, autoescape=True)
    if which.since is not None:
        yield Audit.at >= which.since
    if which.until is not None:
        yield Audit.at < which.until


def _came_by(way: Via) -> ColumnElement[bool]:
    heads = {
        by: or_(Audit.actor == head, Audit.actor.startswith(f"{head}:", autoescape=True))
        for head, by in PREFIXES.items()
    }
    return heads[way] if way in heads else and_(*(not_(one) for one in heads.values()))


def _row(row: dict[str, Any]) -> AuditRow:
    details = dict(row.pop("details"))
    before, after = details.pop("before", None), details.pop("after", None)
    return AuditRow(**row, via=via(row["actor"]), before=_values(before), after=_values(after), details=details)


def _values(told: Any) -> dict[str, Any]:
    """A single value has no name of its own."""
    if told is None:
        return {}
    return told if isinstance(told, dict) else {"": told}
