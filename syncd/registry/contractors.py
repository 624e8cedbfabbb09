"""How does what a customer should be get into the registry?

The row's columns repeat what is searched and joined; they are made from the document here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, select

from syncd.domain import holds as h
from syncd.domain.contractor import Contractor as Doc
from syncd.domain.match import Key, keys
from syncd.registry.bulk import insert_rows, update_rows
from syncd.registry.lookups import group_names
from syncd.registry.tables import Contractor, Group, Membership

__all__ = ["Standing", "State", "add", "change", "ensure_groups", "versions"]

_NEW: Final = (
    "id", "name", "number", "tax_key", "email_key", "phone_key", "country", "zone", "reasons", "status", "holds",
    "doc", "version", "created_at", "updated_at",
)  # fmt: skip
_CHANGED: Final = tuple(name for name in _NEW if name != "created_at")


class State(msgspec.Struct, frozen=True):
    """A contractor as it is to be stored."""

    id: int
    doc: Doc
    text: str
    holds: str
    zone: str
    reasons: str
    version: int


def _row(state: State, now: datetime) -> tuple[Any, ...]:
    found: Mapping[Key, str] = dict(keys(state.doc))
    return (
        state.id,
        state.doc.name,
        found.get(Key.NUMBER),
        found.get(Key.TAX),
        found.get(Key.EMAIL),
        found.get(Key.PHONE),
        state.doc.country,
        state.zone,
        state.reasons,
        str(h.status_of(h.load_holds(state.holds))),
        state.holds,
        state.text,
        state.version,
        now,
    )


def add(connection: Connection, states: Sequence[State], groups: Mapping[str, int], now: datetime) -> None:
    """Store contractors that are new, with their groups."""
    insert_rows(connection, Contractor, _NEW, [(*_row(state, now), now) for state in states])
    _join(connection, states, groups)


def change(
    connection: Connection,
    states: Sequence[State],
    regrouped: Collection[int],
    groups: Mapping[str, int],
    now: datetime,
) -> None:
    """Store contractors that exist.

    Args:
        regrouped: Ids of those whose groups changed.
    """
    update_rows(connection, Contractor, ("id",), _CHANGED, [_row(state, now) for state in states])
    if regrouped:
        connection.execute(delete(Membership).where(Membership.contractor_id.in_(regrouped)))
        _join(connection, [state for state in states if state.id in regrouped], groups)


def _join(connection: Connection, states: Iterable[State], groups: Mapping[str, int]) -> None:
    rows = [(state.id, groups[name]) for state in states for name in state.doc.groups if name in groups]
    insert_rows(connection, Membership, ("contractor_id", "group_id"), rows)


def ensure_groups(connection: Connection, names: Iterable[str], known: Mapping[str, int]) -> dict[str, int]:
    """Ids of all groups, those of `names` that are new included."""
    new = sorted(set(names) - known.keys())
    if not new:
        return dict(known)
    have = group_names(connection)
    insert_rows(connection, Group, ("name",), [(name,) for name in new if name not in have])
    return group_names(connection)


class Standing(msgspec.Struct, frozen=True):
    """What a contractor's row says now."""

    version: int
    holds: str
    zone: str
    reasons: str


def versions(connection: Connection, ids: Collection[int]) -> dict[int, Standing]:
    """What contractors' rows say now, locked until the transaction ends."""
    if not ids:
        return {}
    rows = connection.execute(
        select(Contractor.id, Contractor.version, Contractor.holds, Contractor.zone, Contractor.reasons)
        .where(Contractor.id.in_(ids))
        .order_by(Contractor.id)
        .with_for_update()
    )
    return {row[0]: Standing(row[1], row[2], row[3], row[4]) for row in rows}
