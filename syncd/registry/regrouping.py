"""How do a page of plan lines move contractors between groups?"""

from __future__ import annotations

from sqlalchemy import Connection

from syncd.domain.listing import CUT
from syncd.registry.engine import is_sqlite
from syncd.registry.plan_page import KNOWN, NEW, OF_PAGE, SIZES, Page, ask

__all__ = ["store_groups"]


def _sorted_by(nth: str) -> str:
    """What the row of the nth group of somebody says for lists."""
    return f"CASE WHEN {nth} = 1 THEN SUBSTR(g.name, 1, {CUT}) END"


def store_groups(connection: Connection, page: Page) -> None:
    """Put those whom the page's lines concern into the groups that the lines say, and into no others."""
    names = "json_array_elements_text(l.groups::json) WITH ORDINALITY AS n(value, place)"
    place = "n.place"
    if is_sqlite(connection):
        names, place = "json_each(l.groups) AS n", "n.key + 1"
    by = _sorted_by(place)
    grouped = f"{OF_PAGE} AND l.groups IS NOT NULL"
    ask(
        connection,
        page,
        f"INSERT INTO groups (name) SELECT DISTINCT n.value FROM (SELECT DISTINCT l.groups FROM plan_lines l "
        f"WHERE {grouped}) l, {names} WHERE NOT EXISTS (SELECT 1 FROM groups g WHERE g.name = n.value) "
        "ON CONFLICT (name) DO NOTHING",
    )
    joined = (
        f"INSERT INTO memberships (contractor_id, group_id, sorted_by) SELECT l.contractor_id, g.id, {by} "
        f"FROM plan_lines l, {names}, groups g WHERE {grouped} AND g.name = n.value"
    )
    if page.makes:
        ask(connection, page, f"{joined} AND {NEW} ORDER BY l.seq")
    if page.changes:
        if page.swaps:
            _swap_groups(connection, page, grouped, names, place)
        if page.leaves:
            _leave_groups(connection, page, grouped, names)
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


def _swap_groups(connection: Connection, page: Page, grouped: str, names: str, nth: str) -> None:
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
        f"WITH moved AS (SELECT l.contractor_id, l.groups FROM plan_lines l WHERE {grouped} AND {SIZES['swaps']}), "
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


def _leave_groups(connection: Connection, page: Page, grouped: str, names: str) -> None:
    if is_sqlite(connection):
        # As sets. By a question for each membership, SQLite would look through the page's lines to answer it, and
        # for each that is NOT IN a set, through the whole set: there might be a NULL in it.
        ask(
            connection,
            page,
            "DELETE FROM memberships WHERE (contractor_id, group_id) IN (SELECT m.contractor_id, m.group_id "
            f"FROM memberships m, plan_lines l WHERE {grouped} AND {KNOWN} AND m.contractor_id = l.contractor_id "
            "EXCEPT SELECT l.contractor_id, g.id "
            f"FROM plan_lines l, {names}, groups g WHERE {grouped} AND {KNOWN} AND g.name = n.value)",
        )
        return
    # PostgreSQL thinks that each line has a hundred groups, and would look for so many through everybody's.
    ask(
        connection,
        page,
        f"DELETE FROM memberships m USING plan_lines l, groups g WHERE {grouped} AND {KNOWN} "
        "AND m.contractor_id = l.contractor_id AND g.id = m.group_id AND NOT jsonb_exists(l.groups::jsonb, g.name)",
    )
