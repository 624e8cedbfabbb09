"""How does a page of plan lines become true?

By a handful of statements for the whole page. None sends rows from the program: everything that they need stands in the
plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, bindparam, func, select, text
from sqlalchemy.exc import IntegrityError

from syncd.registry import issues
from syncd.registry.engine import is_sqlite
from syncd.registry.lines import GROUPS_ONLY, Action
from syncd.registry.plan_page import BOUND, KNOWN, LINKS, NEW, OF_PAGE, SIZES, Page, ask
from syncd.registry.regrouping import names_new_groups, store_groups
from syncd.registry.tables import Contractor, PlanLine, UtcDateTime

__all__ = [
    "SELECTED_BY",
    "apply_page",
    "is_empty",
    "is_heard",
    "last_seq",
    "lock_contractors",
    "mark_stale",
    "sized_up",
]


SELECTED_BY: Final = ("run_id", "seq", "outcome", "action", "base_version")
"""Columns of plan lines by which these statements choose them."""

_MAKING: Final = 7369637
"""Number of the lock under which contractors are made: two runs that both know nobody yet would make one twice."""

_GROUPS_ONLY: Final = f"'{GROUPS_ONLY}'"
_FOLLOWED: Final = (
    f"CASE WHEN l.fields = {_GROUPS_ONLY} AND contractors.listed <> l.base_version THEN contractors.listed "
    "ELSE l.base_version + 1 END"
)
"""The version that lists follow, now or in a moment: whom an older syncd left behind is still told by it."""

_ROW: Final = (
    "name", "number", "number_key", "tax_key", "email_key", "phone_key", "country", "zone", "reasons", "status",
    "holds",
)  # fmt: skip


# Asked for every run, so put together once: that takes longer than to answer it.
_LAST: Final = select(func.max(PlanLine.seq)).where(PlanLine.run_id == bindparam("run"))
_ANYBODY: Final = select(Contractor.id).limit(1)


def last_seq(connection: Connection, run_id: int) -> int:
    """Number of a plan's last line; 0 for an empty plan."""
    return connection.scalar(_LAST, {"run": run_id}) or 0


def is_empty(connection: Connection) -> bool:
    """Whether the registry knows nobody."""
    return connection.execute(_ANYBODY).first() is None


def sized_up(connection: Connection, page: Page) -> Page:
    """The page with what its lines do: those of a first load make contractors, those of most runs change some.

    Each statement that has nothing to do on it would look through all of it to find that out.
    """
    some = ", ".join(f"max(CASE WHEN {which} THEN 1 ELSE 0 END)" for which in SIZES.values())
    found = ask(connection, page, f"SELECT {some} FROM plan_lines l WHERE {OF_PAGE}").one()
    does = {name: bool(one) for name, one in zip(SIZES, found, strict=True)}
    return msgspec.structs.replace(page, groups=names_new_groups(connection, page), **does)


def lock_contractors(connection: Connection, page: Page) -> None:
    """Let nobody else change the page's contractors before the transaction ends, nor make others at the same time.

    SQLite has one writer anyway.
    """
    if is_sqlite(connection):
        return
    if page.makes:
        ask(connection, page, f"SELECT pg_advisory_xact_lock({_MAKING})")
    if page.changes:
        ask(
            connection,
            page,
            "SELECT c.id FROM contractors c WHERE c.id IN (SELECT l.contractor_id FROM plan_lines l "
            f"WHERE {OF_PAGE} AND {KNOWN}) ORDER BY c.id FOR UPDATE",
        )


def mark_stale(connection: Connection, page: Page) -> None:
    """Leave out lines whose contractor, or whose binding, is not as the plan found it.

    Of a record that makes a contractor, only what `_bind_new` finds out tells whether it was bound meanwhile.
    """
    if page.changes:
        _mark_moved(connection, page)
    if page.makes and _others_applied(connection, page):
        _mark_made_elsewhere(connection, page)


def _mark_moved(connection: Connection, page: Page) -> None:
    ask(
        connection,
        page,
        f"""
        UPDATE plan_lines AS l SET outcome = 'stale' WHERE {OF_PAGE} AND {KNOWN} AND (
            (SELECT c.version FROM contractors c WHERE c.id = l.contractor_id) IS DISTINCT FROM l.base_version
            OR ({LINKS} AND EXISTS ({BOUND}))
            OR ({LINKS} AND EXISTS (
                SELECT 1 FROM bindings b WHERE b.connection_id = :connection_id AND b.contractor_id = l.contractor_id
                AND (l.seen_hash IS NULL OR COALESCE(b.raw_hash, l.seen_hash) <> l.seen_hash)))
            OR (NOT {LINKS} AND EXISTS (
                {BOUND}
                AND CASE WHEN l.raw_hash IS NULL THEN NOT EXISTS (
                    SELECT 1 FROM absences a WHERE a.connection_id = :connection_id
                    AND a.contractor_id = b.contractor_id)
                ELSE b.raw_hash IS DISTINCT FROM l.seen_hash END)))
        """,
    )


def _others_applied(connection: Connection, page: Page) -> bool:
    """Whether another connection's run changed the registry since this one began to read."""
    found = ask(
        connection,
        page,
        "SELECT 1 FROM runs r, runs mine WHERE mine.id = :run_id AND r.connection_id <> :connection_id "
        "AND r.applied_seq > 0 AND (r.finished_at IS NULL OR r.finished_at >= mine.started_at) LIMIT 1",
    )
    return found.first() is not None


def is_heard(connection: Connection, run_id: int, connection_id: int) -> bool:
    """Whether each record of a plan that waits was heard and applied since: nothing of it can be done any more.

    One whose contractor only moved was not: what its side said is still to be taken over.
    """
    found = connection.execute(
        text(
            f"SELECT 1 FROM plan_lines l WHERE l.run_id = :run_id AND l.outcome IS NULL AND NOT EXISTS ({BOUND} "
            f"AND ({NEW} OR {LINKS} OR b.raw_hash IS DISTINCT FROM l.seen_hash)) LIMIT 1"
        ),
        {"run_id": run_id, "connection_id": connection_id},
    )
    return found.first() is None


def _mark_made_elsewhere(connection: Connection, page: Page) -> None:
    """Leave out lines that would make a contractor whom another run made meanwhile: read again, they link to it."""
    keys = ("number_key", "tax_key", "email_key", "phone_key")
    ask(
        connection,
        page,
        f"""
        UPDATE plan_lines AS l SET outcome = 'stale' WHERE {OF_PAGE} AND {NEW} AND EXISTS (
            SELECT 1 FROM contractors c WHERE ({" OR ".join(f"c.{key} = l.{key}" for key in keys)})
            AND c.created_at >= (SELECT r.started_at FROM runs r WHERE r.id = :run_id)
            AND NOT EXISTS (
                SELECT 1 FROM bindings b WHERE b.connection_id = :connection_id AND b.contractor_id = c.id))
        """,
    )


def apply_page(connection: Connection, page: Page, targets: Collection[int], now: datetime) -> int:
    """Make a page's lines true; answer how many pushes follow from them. What lists show is left to who calls.

    Args:
        targets: Connections that are there; a line of an old plan can name others as being behind.
    """
    # Statements of text pass SQLAlchemy's types by, and SQLite compares moments as the texts that they are.
    as_stored = UtcDateTime().dialect_impl(connection.dialect).bind_processor(connection.dialect)
    stamp = now if as_stored is None else as_stored(now)
    if page.makes:
        _bind_new(connection, page)
    _store_contractors(connection, page, stamp)
    if page.changes:
        _list_regrouped(connection, page)
    store_groups(connection, page)
    if page.changes:
        _store_bindings(connection, page, now)
        _excuse_absences(connection, page)
        if page.links:
            _wake_pushes(connection, page, stamp)
    behind = _behind(connection, page)
    for target in behind.keys() & targets:
        _store_pushes(connection, page, target, stamp)
    return sum(behind[target] for target in behind.keys() & targets)


def _bind_new(connection: Connection, page: Page) -> None:
    """Bind the records that make contractors, before anything else follows from them.

    A record that somebody bound since it was read leaves its line out. That is looked for once the database refuses to
    bind a record twice: to ask for each before it tells as much, and takes as long again.
    """
    try:
        with connection.begin_nested():
            _bind(connection, page, NEW)
    except IntegrityError:
        ask(
            connection,
            page,
            f"UPDATE plan_lines AS l SET outcome = 'stale' WHERE {OF_PAGE} AND {NEW} AND EXISTS ({BOUND})",
        )
        _bind(connection, page, NEW)


def _bind(connection: Connection, page: Page, which: str) -> None:
    ask(
        connection,
        page,
        "INSERT INTO bindings (connection_id, external_id, contractor_id, version, raw_hash, agreed, settled_hash, "
        "departures) SELECT :connection_id, l.external_id, l.contractor_id, l.version, l.raw_hash, "
        f"COALESCE(l.agreed, l.after), l.settled_hash, l.departures FROM plan_lines l WHERE {OF_PAGE} AND {which} "
        "ORDER BY l.seq",
    )


def _store_contractors(connection: Connection, page: Page, now: Any) -> None:
    """Store who is new and who changes."""
    names = ", ".join(_ROW)
    if page.makes:
        ask(
            connection,
            page,
            f"INSERT INTO contractors (id, {names}, doc, version, created_at, updated_at, listed) "
            f"SELECT l.contractor_id, {', '.join(f'l.{name}' for name in _ROW)}, l.after, 1, :now, :now, 1 "
            f"FROM plan_lines l WHERE {OF_PAGE} AND {NEW} ORDER BY l.seq",
            now=now,
        )
    if page.changes:
        ask(
            connection,
            page,
            f"UPDATE contractors SET {', '.join(f'{name} = l.{name}' for name in _ROW)}, doc = l.after, "
            f"version = l.base_version + 1, listed = {_FOLLOWED}, updated_at = :now FROM plan_lines l "
            f"WHERE {OF_PAGE} AND l.after IS NOT NULL AND {KNOWN} AND contractors.id = l.contractor_id",
            now=now,
        )


def _list_regrouped(connection: Connection, page: Page) -> None:
    """What rules in force make of somebody who moves between groups only may be another: nothing else is made anew."""
    ask(
        connection,
        page,
        "UPDATE listings SET country = l.country, zone = l.zone, status = l.status FROM plan_lines l "
        f"WHERE {OF_PAGE} AND {KNOWN} AND l.after IS NOT NULL AND l.fields = {_GROUPS_ONLY} "
        "AND listings.contractor_id = l.contractor_id "
        "AND (listings.country, listings.zone, listings.status) <> (l.country, l.zone, l.status)",
    )


def _store_bindings(connection: Connection, page: Page, now: datetime) -> None:
    if page.links:
        _let_go_former(connection, page, now)
        _bind(connection, page, LINKS)
    # PostgreSQL takes a connection that had no records a moment ago for empty, and joins row by row.
    if not page.states:
        return
    seen_again = f"FROM plan_lines l WHERE {OF_PAGE} AND {SIZES['states']}"
    ask(
        connection,
        page,
        "UPDATE bindings SET version = l.version, raw_hash = l.raw_hash, agreed = COALESCE(l.agreed, l.after), "
        f"settled_hash = l.settled_hash, departures = l.departures {seen_again} "
        "AND bindings.connection_id = :connection_id AND bindings.external_id = l.external_id",
    )
    ask(
        connection,
        page,
        "DELETE FROM bindings WHERE connection_id = :connection_id AND external_id IN ("
        f"SELECT l.external_id FROM plan_lines l WHERE {OF_PAGE} AND l.action = '{Action.RELEASE}')",
    )
    ask(
        connection,
        page,
        "DELETE FROM absences WHERE connection_id = :connection_id AND contractor_id IN ("
        f"SELECT l.contractor_id {seen_again})",
    )


def _let_go_former(connection: Connection, page: Page, now: datetime) -> None:
    """Let go the records that are gone and whose place another one takes."""
    replaced = f"SELECT l.contractor_id FROM plan_lines l WHERE {OF_PAGE} AND {LINKS} AND l.seen_hash IS NOT NULL"
    if ask(connection, page, f"{replaced} LIMIT 1").first() is None:
        return
    gone = ask(
        connection,
        page,
        "SELECT b.external_id FROM bindings b "
        f"WHERE b.connection_id = :connection_id AND b.contractor_id IN ({replaced})",
    ).scalars()
    issues.no_more_asked_for(connection, page.connection_id, gone, by=f"run {page.run_id}", now=now)
    for table in ("bindings", "absences"):
        ask(
            connection,
            page,
            f"DELETE FROM {table} WHERE connection_id = :connection_id AND contractor_id IN ({replaced})",
        )


def _excuse_absences(connection: Connection, page: Page) -> None:
    """Who is let in again by an undo, though its record is still missing, is not blocked for that again."""
    ask(
        connection,
        page,
        "UPDATE absences SET excused = TRUE WHERE connection_id = :connection_id AND contractor_id IN ("
        f"SELECT l.contractor_id FROM plan_lines l WHERE {OF_PAGE} AND l.raw_hash IS NULL "
        "AND l.was_holds LIKE '%missing_in_erp%' AND l.holds NOT LIKE '%missing_in_erp%')",
    )


def _wake_pushes(connection: Connection, page: Page, now: Any) -> None:
    """A push that waits for a person to say which record is its contractor has its answer when they are linked."""
    ask(
        connection,
        page,
        "UPDATE pushes SET due_at = :now WHERE connection_id = :connection_id AND due_at IS NULL AND contractor_id IN "
        f"(SELECT l.contractor_id FROM plan_lines l WHERE {OF_PAGE} AND l.action = 'link')",
        now=now,
    )


def _behind(connection: Connection, page: Page) -> Counter[int]:
    """On how many contractors each connection is behind."""
    found = ask(connection, page, f"SELECT l.push_to, count(*) FROM plan_lines l WHERE {OF_PAGE} GROUP BY l.push_to")
    behind: Counter[int] = Counter()
    for push_to, number in found:
        behind.update(dict.fromkeys(map(int, filter(None, push_to.split(","))), number))
    return behind


def _store_pushes(connection: Connection, page: Page, target: int, now: Any) -> None:
    """One row for each contractor on which `target` is behind.

    A row that is due and in nobody's hands says so already. One that is under way gets a higher `wanted`, so that it
    is not taken for enough, and one that waits for a person may go again.
    """
    due = (
        "INSERT INTO pushes (connection_id, contractor_id, wanted, run_id, since, changed_at, due_at, attempts, fence) "
        "SELECT :target, l.contractor_id, 1, :run_id, :now, COALESCE(l.changed_at, r.started_at, :now), :now, 0, 0 "
        f"FROM plan_lines l JOIN runs r ON r.id = l.run_id WHERE {OF_PAGE} "
        "AND (',' || l.push_to || ',') LIKE :target_inside"
    )
    values = {"now": now, "target": target, "target_inside": f"%,{target},%"}
    if page.makes:
        ask(connection, page, f"{due} AND {NEW} ORDER BY l.seq", **values)
    if page.changes:
        ask(
            connection,
            page,
            f"{due} AND {KNOWN} ORDER BY l.seq "
            "ON CONFLICT (connection_id, contractor_id) DO UPDATE SET wanted = pushes.wanted + 1, "
            "run_id = excluded.run_id, due_at = COALESCE(pushes.due_at, excluded.due_at) "
            "WHERE pushes.owner IS NOT NULL OR pushes.due_at IS NULL",
            **values,
        )
