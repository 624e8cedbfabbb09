"""How do a page of plan lines move contractors between groups?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from syncd.domain.listing import CUT
from syncd.registry.engine import is_sqlite
from syncd.registry.plan_page import KNOWN, NEW, OF_PAGE, SIZES, Page, ask

__all__ = ["names_new_groups", "store_groups"]


_GROUPED: Final = f"{OF_PAGE} AND l.groups IS NOT NULL"


def _names(connection: Connection) -> tuple[str, str]:
    """The names in a line's `groups` as a table to join, and which of them each is, from 1."""
    if is_sqlite(connection):
        return "json_each(l.groups) AS n", "n.key + 1"
    return "json_array_elements_text(l.groups::json) WITH ORDINALITY AS n(value, place)", "n.place"


def _new_groups(connection: Connection) -> str:
    names, _ = _names(connection)
    return (
        f"SELECT DISTINCT n.value FROM (SELECT DISTINCT l.groups FROM plan_lines l WHERE {_GROUPED}) l, {names} "
        "WHERE NOT EXISTS (SELECT 1 FROM groups g WHERE g.name = n.value)"
    )


def _sorted_by(nth: str) -> str:
    """What the row of the nth group of somebody says for lists."""
    return f"CASE WHEN {nth} = 1 THEN SUBSTR(g.name, 1, {CUT}) END"


def names_new_groups(connection: Connection, page: Page) -> bool:
    """Whether a page's lines name a group that is not there. None that is there goes, so "no" stays true."""
    return ask(connection, page, f"{_new_groups(connection)} LIMIT 1").first() is not None


def store_groups(connection: Connection, page: Page) -> None:
    """Put those whom the page's lines concern into the groups that the lines say, and into no others."""
    names, place = _names(connection)
    by = _sorted_by(place)
    if page.groups:
        ask(connection, page, f"INSERT INTO groups (name) {_new_groups(connection)} ON CONFLICT (name) DO NOTHING")
    joined = (
        f"INSERT INTO memberships (contractor_id, group_id, sorted_by) SELECT l.contractor_id, g.id, {by} "
        f"FROM plan_lines l, {names}, groups g WHERE {_GROUPED} AND g.name = n.value"
    )
    if page.makes:
        ask(connection, page, f"{joined} AND {NEW} ORDER BY l.seq")
    if page.changes:
        if page.swaps:
            _swap_groups(connection, page, names, place)
        if page.leaves:
            _leave_groups(connection, page, names)
        # Asked first: to meet a row that is there takes PostgreSQL five times as long as to find it.
        there = (
            f"SELECT m.sorted_by IS NOT DISTINCT FROM {by} FROM memberships m "
            "WHERE m.contractor_id = l.contractor_id AND m.group_id = g.id"
        )
        ask(
            connection,
            page,
            f"{joined} AND {KNOWN} AND ({there}) IS NOT TRUE "
            "ON CONFLICT (contractor_id, group_id) DO UPDATE SET sorted_by = excluded.sorted_by",
        )


def _swap_groups(connection: Connection, page: Page, names: str, nth: str) -> None:
    """Of whoever leaves a group and enters another, let the row of the one say the other: a row less is written.

    Args:
        nth: Which of `names` a group is, from 1.

    PostgreSQL takes the lines for one: it would put its customer beside every group, again for each who leaves one.
    """
    kept = "g.name IN (SELECT n.value FROM json_each(l.groups) AS n)"
    if not is_sqlite(connection):
        kept = "jsonb_exists(l.groups::jsonb, g.name)"
    place = "row_number() OVER (PARTITION BY l.contractor_id ORDER BY g.id) AS place"
    ask(
        connection,
        page,
        f"WITH moved AS (SELECT l.contractor_id, l.groups FROM plan_lines l WHERE {_GROUPED} AND {SIZES['swaps']}), "
        f"gone AS (SELECT l.contractor_id, g.id, {place} FROM moved l, memberships m, groups g "
        f"WHERE m.contractor_id = l.contractor_id AND g.id = m.group_id AND NOT {kept}), "
        f"named AS MATERIALIZED (SELECT l.contractor_id, n.value, {nth} AS nth FROM moved l, {names}), "
        f"come AS MATERIALIZED (SELECT l.contractor_id, g.id, {_sorted_by('l.nth')} AS sorted_by, {place} "
        "FROM named l, groups g WHERE g.name = l.value "
        "AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.contractor_id = l.contractor_id AND m.group_id = g.id)) "
        "UPDATE memberships SET group_id = come.id, sorted_by = come.sorted_by FROM gone, come "
        "WHERE come.contractor_id = gone.contractor_id AND come.place = gone.place "
        "AND memberships.contractor_id = gone.contractor_id AND memberships.group_id = gone.id",
    )


def _leave_groups(connection: Connection, page: Page, names: str) -> None:
    if is_sqlite(connection):
        # As sets. By a question for each membership, SQLite would look through the page's lines to answer it, and
        # for each that is NOT IN a set, through the whole set: there might be a NULL in it.
        ask(
            connection,
            page,
            "DELETE FROM memberships WHERE (contractor_id, group_id) IN (SELECT m.contractor_id, m.group_id "
            f"FROM memberships m, plan_lines l WHERE {_GROUPED} AND {KNOWN} AND m.contractor_id = l.contractor_id "
            "EXCEPT SELECT l.contractor_id, g.id "
            f"FROM plan_lines l, {names}, groups g WHERE {_GROUPED} AND {KNOWN} AND g.name = n.value)",
        )
        return
    # PostgreSQL thinks that each line has a hundred groups, and would look for so many through everybody's.
    ask(
        connection,
        page,
        f"DELETE FROM memberships m USING plan_lines l, groups g WHERE {_GROUPED} AND {KNOWN} "
        "AND m.contractor_id = l.contractor_id AND g.id = m.group_id AND NOT jsonb_exists(l.groups::jsonb, g.name)",
    )
