"""How does the list of customers follow what they are?

`refresh` is the one place that writes ``listings``, and with them SQLite's index of trigrams; whoever writes a row of
``contractors`` calls it in the same transaction. Row by row, as a trigger would, the index takes ten times as long.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, or_, select, text

from syncd.domain.code import code_of
from syncd.domain.listing import Listed, listed, sketch
from syncd.registry.bulk import insert_rows, upsert_rows
from syncd.registry.engine import among, is_sqlite
from syncd.registry.tables import Contractor, Listing

__all__ = ["INDEX", "catch_up", "compact", "refresh"]

INDEX: Final = "listings_text"
"""How the names begin of what migration 0009 makes beside the declared tables: on SQLite a virtual table over
``listings.text`` and what belongs to it, on PostgreSQL an index."""

_COPIED: Final = ("country", "zone", "status", "version", "created_at", "updated_at")
_COLUMNS: Final = ("contractor_id", *_COPIED, *Listed.__struct_fields__)
_TEXT: Final = _COLUMNS.index("text")

_FORGET: Final = text(
    "INSERT INTO listings_text (listings_text, rowid, text) SELECT 'delete', contractor_id, text FROM listings "
    "WHERE contractor_id IN (SELECT value FROM json_each(:ids))"
)
_LEARN: Final = text(
    "INSERT INTO listings_text (rowid, text) SELECT contractor_id, text FROM listings "
    "WHERE contractor_id IN (SELECT value FROM json_each(:ids))"
)


def refresh(connection: Connection, contractor_ids: Collection[int]) -> int:
    """Let the list say of these customers what the registry says; answer how many it knew otherwise."""
    if not contractor_ids:
        return 0
    known = _known(connection, contractor_ids)
    rows = list(_rows(connection, contractor_ids))
    there = {row[0] for row in rows}
    gone = known.keys() - there
    other = {row[0] for row in rows if row[0] in known and known[row[0]] != row[_TEXT]}
    _index(connection, _FORGET, gone | other)
    if gone:
        connection.execute(delete(Listing).where(among(connection, Listing.contractor_id, gone)))
    insert_rows(connection, Listing, _COLUMNS, [row for row in rows if row[0] not in known])
    upsert_rows(connection, Listing, _COLUMNS, [row for row in rows if row[0] in known])
    _index(connection, _LEARN, other | (there - known.keys()))
    return len(gone) + len(other)


def catch_up(connection: Connection, *, most: int = 5000) -> int:
    """Do so for customers that a program of before wrote, which knows no lists; answer for how many."""
    same = Contractor.id == Listing.contractor_id
    behind = (
        select(Contractor.id)
        .outerjoin(Listing, same)
        .where(or_(Listing.contractor_id.is_(None), Listing.version != Contractor.version))
    )
    gone = select(Listing.contractor_id).outerjoin(Contractor, same).where(Contractor.id.is_(None))
    ids = {*connection.scalars(behind.limit(most)), *connection.scalars(gone.limit(most))}
    refresh(connection, ids)
    return len(ids)


def compact(driver: Any) -> None:
    """Let SQLite's index let go of what was taken out of it: until its parts are merged, they still hold that.

    Args:
        driver: SQLite's own connection.
    """
    driver.execute("INSERT INTO listings_text (listings_text) VALUES ('optimize')")


def _known(connection: Connection, ids: Collection[int]) -> Mapping[int, str]:
    rows = connection.execute(
        select(Listing.contractor_id, Listing.text).where(among(connection, Listing.contractor_id, ids))
    )
    return {row[0]: row[1] for row in rows}


def _rows(connection: Connection, ids: Collection[int]) -> Iterable[tuple[Any, ...]]:
    copied = [getattr(Contractor, name) for name in _COPIED]
    found = connection.execute(
        select(Contractor.id, Contractor.doc, *copied).where(among(connection, Contractor.id, ids))
    )
    for id_, doc, *more in found:
        yield (id_, *more, *msgspec.structs.astuple(listed(code_of(id_), sketch(doc))))


def _index(connection: Connection, statement: Any, ids: Collection[int]) -> None:
    if ids and is_sqlite(connection):
        connection.execute(statement, {"ids": msgspec.json.encode(sorted(ids)).decode()})
