"""Which erasures are there, and how far is each?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from syncd.registry.tables import Erasure

__all__ = ["OPEN", "Case", "State", "add", "find", "listed", "load_case", "of_contractors", "set_case", "withdraw"]


class State(StrEnum):
    """An erasure's life. ``incomplete``: a person has to do something at a side first."""

    REQUESTED = "requested"
    APPROVED = "approved"
    RUNNING = "running"
    INCOMPLETE = "incomplete"
    DONE = "done"


OPEN: Final = (State.APPROVED, State.RUNNING, State.INCOMPLETE)
"""States in which the erasure goes on by itself."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure's row; see `syncd.registry.tables.Erasure`."""

    id: int
    uid: str
    contractor_id: int
    state: State
    retained: tuple[str, ...]
    retained_until: str | None
    requested_by: str
    requested_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    erased_at: datetime | None
    finished_at: datetime | None
    report: dict[str, Any]


_COLUMNS: Final = tuple(getattr(Erasure, name) for name in Case.__struct_fields__)


def _case(row: Any) -> Case:
    values = row._asdict()
    values["state"] = State(values["state"])
    values["retained"] = tuple(msgspec.json.decode(values["retained"]))
    return Case(**values)


def add(connection: Connection, **values: Any) -> int:
    """Store an erasure; answer its number."""
    values["retained"] = msgspec.json.encode(list(values["retained"])).decode()
    id_: int = connection.execute(insert(Erasure).values({"report": {}, **values}).returning(Erasure.id)).scalar_one()
    return id_


def load_case(connection: Connection, erasure_id: int) -> Case | None:
    """Read one."""
    row = connection.execute(select(*_COLUMNS).where(Erasure.id == erasure_id)).one_or_none()
    return None if row is None else _case(row)


def of_contractors(connection: Connection, contractor_ids: Collection[int]) -> dict[int, Case]:
    """The erasures of these contractors, by contractor."""
    rows = connection.execute(select(*_COLUMNS).where(Erasure.contractor_id.in_(list(contractor_ids))))
    return {row.contractor_id: _case(row) for row in rows}


def find(connection: Connection, uid: str) -> Case | None:
    """The erasure that the ledger calls so."""
    row = connection.execute(select(*_COLUMNS).where(Erasure.uid == uid)).one_or_none()
    return None if row is None else _case(row)


def listed(
    connection: Connection, states: Collection[State] = (), *, before: int | None = None, limit: int = 1000
) -> list[Case]:
    """Erasures, the latest first; of these states, or of all.

    Args:
        before: Only those with a lower number, to go on where the last list ended.
    """
    statement = select(*_COLUMNS).order_by(Erasure.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(Erasure.id < before)
    if states:
        statement = statement.where(Erasure.state.in_(list(states)))
    return [_case(row) for row in connection.execute(statement)]


def set_case(connection: Connection, erasure_id: int, **values: Any) -> None:
    """Change columns of an erasure."""
    connection.execute(update(Erasure).where(Erasure.id == erasure_id).values(**values))


def withdraw(connection: Connection, erasure_ids: Collection[int]) -> None:
    """Take requests back that nobody approved."""
    requested = Erasure.state == State.REQUESTED
    connection.execute(delete(Erasure).where(Erasure.id.in_(list(erasure_ids)), requested))
