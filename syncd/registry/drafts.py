"""Which connections is somebody about to make? A draft lives for a day, between one page and the next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from syncd.registry.bulk import reserve_ids
from syncd.registry.tables import ConnectionDraft

__all__ = ["DraftRow", "add", "change", "drop", "find", "forget_old"]

_LIVES: Final = timedelta(days=1)


class DraftRow(NamedTuple):
    """One draft; `sealed` are its secrets."""

    id: int
    name: str
    kind: str
    side: str
    options: dict[str, Any]
    sealed: bytes | None
    tested: str | None
    made_by: str
    made_at: datetime


def add(connection: Connection, *, name: str, kind: str, side: str, by: str, now: datetime) -> int:
    """Begin one; its number was never another's, lest a page that is still open speaks of the wrong one."""
    forget_old(connection, now)
    (made,) = reserve_ids(connection, "connection_drafts", 1)
    connection.execute(
        insert(ConnectionDraft).values(
            id=made, name=name, kind=kind, side=side, options="{}", sealed=None, tested=None, made_by=by, made_at=now
        )
    )
    return made


def find(connection: Connection, draft_id: int) -> DraftRow | None:
    """One draft."""
    columns = [getattr(ConnectionDraft, name) for name in DraftRow._fields]
    row = connection.execute(select(*columns).where(ConnectionDraft.id == draft_id)).one_or_none()
    return None if row is None else DraftRow(*row)._replace(options=msgspec.json.decode(row.options))


def change(connection: Connection, draft_id: int, **values: Any) -> None:
    """Change what it holds."""
    if "options" in values:
        values["options"] = msgspec.json.encode(values["options"]).decode()
    connection.execute(update(ConnectionDraft).where(ConnectionDraft.id == draft_id).values(**values))


def drop(connection: Connection, draft_id: int) -> None:
    """It is a connection now, or nobody wants it."""
    connection.execute(delete(ConnectionDraft).where(ConnectionDraft.id == draft_id))


def forget_old(connection: Connection, now: datetime) -> None:
    """Those that nobody went on with; their secrets go with them."""
    connection.execute(delete(ConnectionDraft).where(ConnectionDraft.made_at < now - _LIVES))
