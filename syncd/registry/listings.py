"""How does the list of customers follow what they are?

Rows of ``listings``, and with them SQLite's index of trigrams, are made by `refresh` and `add` only. Whoever writes
rows of ``contractors`` calls one of them in the same transaction, or knows that lists show nothing of the change, and
says in ``listed`` that they follow it. What runs change, lists follow a moment later: see `registry.following`. Row by
row, as a trigger would, the index takes ten times as long.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, delete, func, or_, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased

from syncd.domain.code import code_of
from syncd.domain.listing import CUT, Listed, listed, sketch
from syncd.registry.bulk import insert_rows, upsert_rows
from syncd.registry.engine import among, is_sqlite
from syncd.registry.tables import Contractor, Delivery, Group, Listing, Membership, Told

__all__ = [
    "INDEX",
    "Newcomer",
    "add",
    "catch_up",
    "catch_up_on_groups",
    "catch_up_on_told",
    "compact",
    "make_indexes",
    "refresh",
]

INDEX: Final = "listings_text"
"""How the names begin of what is made beside the declared tables: on SQLite a virtual table over ``listings.text`` and
what belongs to it (migration 0011), on PostgreSQL an index (`make_indexes`)."""

_MANY: Final = 20_000
"""Customers from which on PostgreSQL is much faster by indexes than by looking through all."""

_MAKING: Final = 7369638
"""Number of the lock under which the index is made."""

_TRIGRAMS: Final = text(
    "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') OR EXISTS ("
    "SELECT 1 FROM pg_available_extension_versions v, pg_roles r WHERE v.name = 'pg_trgm' AND r.rolname = current_user "
    "AND (r.rolsuper OR (v.trusted AND has_database_privilege(current_database(), 'CREATE'))))"
)

_log = logging.getLogger(__name__)

_COPIED: Final = ("country", "zone", "status", "version", "created_at", "updated_at")
_COLUMNS: Final = ("contractor_id", *_COPIED, *Listed.__struct_fields__)
_OF_BEFORE: Final = ("version", "updated_at")
"""What only a program of before reads: no row is written for that."""
_TEXT: Final = _COLUMNS.index("text")
_ADDED: Final = (
    "contractor_id", "country", "zone", "status", *Listed.__struct_fields__, "version", "created_at", "updated_at",
)  # fmt: skip
"""The same columns, those first that `Newcomer.listed` gives."""

_FORGET: Final = text(
    "INSERT INTO listings_text (listings_text, rowid, text) SELECT 'delete', contractor_id, text FROM listings "
    "WHERE contractor_id IN (SELECT value FROM json_each(:ids))"
)
_LEARN: Final = text(
    "INSERT INTO listings_text (rowid, text) SELECT contractor_id, text FROM listings "
    "WHERE contractor_id IN (SELECT value FROM json_each(:ids))"
)


class Newcomer(msgspec.Struct, frozen=True, gc=False):
    """A contractor that is about to be made.

    Attributes:
        doc: Its document.
    """

    contractor_id: int
    country: str
    zone: str
    status: str
    doc: str

    def listed(self) -> tuple[Any, ...]:
        """Its row, but for when it was made: to be worked out while the database is busy with others."""
        seen = listed(code_of(self.contractor_id), sketch(self.doc))
        return (self.contractor_id, self.country, self.zone, self.status, *msgspec.structs.astuple(seen))


def add(connection: Connection, rows: Iterable[tuple[Any, ...]], now: datetime) -> None:
    """List contractors that were made just now, and that no list knows.

    Args:
        rows: What `Newcomer.listed` gave.
    """
    made = [(*row, 1, now, now) for row in rows]
    insert_rows(connection, Listing, _ADDED, made)
    ids = [row[0] for row in made]
    _index(connection, _LEARN, ids)


def refresh(connection: Connection, contractor_ids: Collection[int]) -> int:
    """Let the list say of these customers what the registry says; answer how many it knew otherwise."""
    if not contractor_ids:
        return 0
    known = _known(connection, contractor_ids)
    rows = sorted(_rows(connection, contractor_ids))  # in the order in which others list them, who would wait for us
    there = {row[0] for row in rows}
    gone = known.keys() - there
    other = {row[0] for row in rows if row[0] in known and known[row[0]] != row[_TEXT]}
    _index(connection, _FORGET, gone | other)
    if gone:
        connection.execute(delete(Listing).where(among(connection, Listing.contractor_id, gone)))
        connection.execute(delete(Told).where(among(connection, Told.contractor_id, gone)))
    upsert_rows(connection, Listing, _COLUMNS, rows, unless=_OF_BEFORE)
    _index(connection, _LEARN, other | (there - known.keys()))
    _tell_when(connection, among(connection, Delivery.contractor_id, there - known.keys()))
    _follow(connection, there)
    return len(gone) + len(other)


def catch_up(connection: Connection, *, most: int = 5000) -> int:
    """Do so for customers that a program of before wrote, which knows no lists; answer for how many."""
    behind = (
        select(Contractor.id)
        .outerjoin(Listing, Contractor.id == Listing.contractor_id)
        .where(or_(Listing.contractor_id.is_(None), Contractor.listed != Contractor.version))
    )
    who = Listing.contractor_id
    gone = select(who).outerjoin(Contractor, Contractor.id == who).where(Contractor.id.is_(None))
    ids = {*connection.scalars(behind.limit(most)), *connection.scalars(gone.limit(most))}
    refresh(connection, ids)
    return len(ids)


def catch_up_on_told(connection: Connection, *, since: datetime) -> None:
    """Do so for what a program of before brought about, which does not note whose latest effect was when."""
    _tell_when(connection, Delivery.at >= since)


def catch_up_on_groups(connection: Connection, *, since: datetime) -> None:
    """Do so for customers that a program of before moved between groups, which does not note which is the first."""
    moved = select(Contractor.id).where(Contractor.updated_at >= since)
    name = Group.name if is_sqlite(connection) else Group.name.collate("C")  # as the program has them in order
    other = aliased(Membership)
    inside = select(Group.id).join(other, other.group_id == Group.id).order_by(name).limit(1)
    first = inside.where(other.contractor_id == Membership.contractor_id).scalar_subquery()
    its_name = select(func.substr(Group.name, 1, CUT)).where(Group.id == Membership.group_id, Group.id == first)
    by = its_name.scalar_subquery()
    connection.execute(
        update(Membership)
        .where(Membership.contractor_id.in_(moved), Membership.sorted_by.is_distinct_from(by))
        .values(sorted_by=by)
    )


def make_indexes(engine: Engine, *, many: int = _MANY) -> bool:
    """Let PostgreSQL list and search by indexes, once there are `many` customers; answer whether it does.

    Kept up row by row, they cost a first load as much again as all its other writes; made afterwards, they take seconds
    and nobody waits for them. Where this user may not make the extension, a search goes on looking through all.
    """
    if engine.dialect.name == "sqlite":
        return True
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _MAKING}):
            return False  # somebody else is at it
        try:
            missing = _missing(connection)
            if missing and not _are(connection, many):
                return False
            made = [_make(connection, name) for name in missing]
            if any(made):
                # Until then a page far down is found by a look at each row before it.
                connection.exec_driver_sql("VACUUM (ANALYZE) listings, memberships, told, bindings")
            return all(made)
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _MAKING})


_DECLARED: Final = {
    str(index.name): index
    for table in (Listing, Membership)
    for index in table.__table__.indexes  # type: ignore[attr-defined]
    if index.dialect_options["postgresql"]["concurrently"]
}

_FOUND: Final = text(
    "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "WHERE i.indrelid IN ('listings'::regclass, 'memberships'::regclass)"
)


def _missing(connection: Connection) -> list[str]:
    """Names of indexes that are not there; half of one, that a failure left, is taken away."""
    valid = {row[0]: row[1] for row in connection.execute(_FOUND)}
    for name in [name for name, whole in valid.items() if not whole]:
        connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        del valid[name]
    wanted = [*_DECLARED, *([INDEX] if INDEX in valid or _has_trigrams(connection) else ())]
    return [name for name in wanted if name not in valid]


def _has_trigrams(connection: Connection) -> bool:
    """Whether the extension is there or this user may make it: asked, so that nothing fails again and again."""
    return bool(connection.scalar(_TRIGRAMS))


def _are(connection: Connection, many: int) -> bool:
    some = select(Listing.contractor_id).limit(many).subquery()
    return (connection.scalar(select(func.count()).select_from(some)) or 0) >= many


def _make(connection: Connection, name: str) -> bool:
    try:
        if name == INDEX:
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            connection.exec_driver_sql(f"CREATE INDEX CONCURRENTLY {INDEX} ON listings USING gin (text gin_trgm_ops)")
        else:
            _DECLARED[name].create(connection)
    except DBAPIError as error:
        _log.info("no index %s: %s", name, type(error.orig).__name__)
        return False
    return True


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
    for id_, doc, *more in found.all():
        yield (id_, *more, *msgspec.structs.astuple(listed(code_of(id_), sketch(doc))))


def _tell_when(connection: Connection, which: ColumnElement[bool]) -> None:
    """Note when customers were told last, by some of the deliveries."""
    found = select(Delivery.contractor_id, func.max(Delivery.at)).where(
        which, Delivery.contractor_id.in_(select(Listing.contractor_id))
    )
    latest = connection.execute(found.group_by(Delivery.contractor_id)).all()
    upsert_rows(connection, Told, ("contractor_id", "at"), [tuple(row) for row in latest])


def _follow(connection: Connection, ids: Collection[int]) -> None:
    """Note at the contractors what lists say of them now, where that is not noted yet."""
    which = among(connection, Contractor.id, ids), Contractor.listed != Contractor.version
    connection.execute(update(Contractor).where(*which).values(listed=Contractor.version))


def _index(connection: Connection, statement: Any, ids: Collection[int]) -> None:
    if ids and is_sqlite(connection):
        connection.execute(statement, {"ids": msgspec.json.encode(sorted(ids)).decode()})
