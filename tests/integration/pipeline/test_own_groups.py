"""Can an admin make, rename and delete groups of the admins' own, and see which rule decides about which group?"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from syncd.domain.groups import GroupRule, Match, Unmapped
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import tables
from syncd.registry.engine import writing
from syncd.registry.listings import refresh
from syncd.settings import RouteSettings
from syncd.sync.change import plan_change
from syncd.sync.groups import rules as mapping
from syncd.sync.groups.members import join_group, leave_group, regrouped
from syncd.sync.groups.names import list_groups
from syncd.sync.groups.overview import rules_at_work
from syncd.sync.groups.own import create_group, delete_group, rename_group
from syncd.sync.review import approve
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House


@pytest.fixture
def key(house: House) -> House:
    """Two customers of three in a group that an admin made."""
    for number in range(3):
        house.erp.add(firm(f"A{number}", groups=("Hurt",)))
    house.settle()
    create_group(house.app, " Key  accounts ", by="anna", label="Key", color="#2B7DE0")
    join_group(house.app, "Key accounts", [1, 2], by="anna")
    house.settle()
    return house


def told(house: House) -> list[tuple[Any, ...]]:
    return [(one.name, one.origin, one.members, one.label, one.color) for one in list_groups(house.app)]


def test_a_group_is_there_before_anybody_is_in_it(house: House) -> None:
    assert create_group(house.app, "VIP", by="anna") == "VIP"
    assert told(house) == [("VIP", "admin", 0, None, None)]
    assert [row["action"] for row in house.rows(tables.Audit)] == ["make-group"]


@pytest.mark.parametrize("name", ["Hurt", "hurt", "Key accounts", "KEY ACCOUNTS", "", "a\nb\x00", "x" * 501])
def test_a_name_that_is_taken_or_looks_so_or_is_none_is_refused(key: House, name: str) -> None:
    for act in (
        lambda: create_group(key.app, name, by="jan"),
        lambda: rename_group(key.app, "Key accounts", name, by="jan"),
    ):
        with pytest.raises(InvalidRecord):
            act()
    assert told(key)[0] == ("Hurt", "erp", 3, None, None)
    assert told(key)[1] == ("Key accounts", "admin", 2, "Key", "#2b7de0")


def test_a_renamed_group_keeps_its_members_label_and_colour_everywhere(key: House) -> None:
    (run_id,) = rename_group(key.app, "Key accounts", "VIP", by="jan")
    assert key.row(run_id)["state"] == "succeeded"
    assert told(key) == [("Hurt", "erp", 3, None, None), ("VIP", "admin", 2, "Key", "#2b7de0")]
    key.settle()
    assert [key.at_shop()[f"A{n}"].groups for n in range(3)] == [("Hurt", "VIP"), ("Hurt", "VIP"), ("Hurt",)]
    assert key.is_at_rest()
    assert ("jan", "rename-group", "Key accounts", {"to": "VIP"}) in [
        (r["actor"], r["action"], r["subject"], r["details"]) for r in key.rows(tables.Audit)
    ]


def test_a_deleted_group_has_nobody_and_is_gone_at_the_shop(key: House) -> None:
    delete_group(key.app, "Key accounts", by="jan")
    key.settle()
    assert told(key) == [("Hurt", "erp", 3, None, None)]
    assert {one.groups for one in key.at_shop().values()} == {("Hurt",)}
    assert key.is_at_rest()


def test_a_group_of_an_erp_is_neither_renamed_nor_deleted(key: House) -> None:
    with pytest.raises(InvalidRecord, match="comes from an ERP"):
        rename_group(key.app, "Hurt", "B2B", by="jan")
    with pytest.raises(InvalidRecord, match="comes from an ERP"):
        delete_group(key.app, "Hurt", by="jan")
    with pytest.raises(NotFound):
        delete_group(key.app, "Nix", by="jan")


def test_what_a_limit_holds_leaves_the_group_until_it_is_approved(house: House) -> None:
    for number in range(30):
        house.erp.add(firm(f"A{number}", groups=()))
    house.settle()
    join_group(house.app, "VIP", range(1, 31), by="anna")
    house.settle()
    (run_id,) = delete_group(house.app, "VIP", by="jan")
    assert house.row(run_id)["state"] == "held"
    assert told(house) == [("VIP", "admin", 30, None, None)]
    approve(house.app, run_id, by="anna")
    house.execute(run_id)
    assert delete_group(house.app, "VIP", by="jan") == []
    assert told(house) == []


def test_a_group_into_which_a_waiting_plan_puts_somebody_is_not_deleted(key: House) -> None:
    (run_id,) = plan_change(key.app, [3], regrouped("x", add="Key accounts"), by="anna", dry_run=True)
    with pytest.raises(InvalidRecord, match=f"plan of run {run_id}"):
        delete_group(key.app, "Key accounts", by="jan")
    assert told(key)[1][2] == 2


# Rules at work


def test_each_rule_tells_which_groups_it_decides_about(build: OpenHouse) -> None:
    rules = [
        GroupRule(match=Match.EQUALS, pattern="Hurt", target="B2B"),
        GroupRule(match=Match.CONTAINS, pattern="vip", target="Key"),
    ]
    house = build(routes=[RouteSettings(erp="erp", shop="shop", unmapped=Unmapped.ISSUE, group_rules=rules)])
    for number, groups in enumerate([("Hurt", "VIP 1"), ("Hurt", "Detal"), ("VIP 2", "Detal"), ("Inne",)]):
        house.erp.add(firm(f"A{number}", groups=groups))
    house.settle()
    create_group(house.app, "Own", by="anna")
    found = rules_at_work(house.app, "erp", "shop")
    assert [(one.place, [g.name for g in one.groups], one.members) for one in found.rules] == [
        (1, ["Hurt"], 2),
        (2, ["VIP 1", "VIP 2"], 2),
    ]
    assert [(one.name, one.members) for one in found.unmapped] == [("Detal", 2), ("Inne", 1)]
    assert found.there == ["B2B", "Key"]
    mapping.move_rule(house.app, "erp", "shop", found.rules[1].row.id, 1, by="anna")
    assert [one.row.rule.target for one in rules_at_work(house.app, "erp", "shop").rules] == ["Key", "B2B"]


def test_each_group_tells_where_its_members_come_from(key: House) -> None:
    assert [(one.name, one.sources) for one in list_groups(key.app)] == [("Hurt", ["erp"]), ("Key accounts", [])]


def listed(house: House) -> list[dict[str, Any]]:
    """All that lists say, and search by."""
    return [
        {name: value for name, value in row.items() if name not in {"version", "updated_at"}}
        for row in house.rows(tables.Listing)
    ]


def test_lists_follow_who_moves_between_groups_as_if_they_were_made_anew(key: House) -> None:
    with writing(key.app.engine) as connection:
        connection.execute(update(tables.Listing).where(tables.Listing.contractor_id == 2).values(text="old"))
        connection.execute(update(tables.Contractor).where(tables.Contractor.id == 2).values(listed=0))
        connection.execute(update(tables.Listing).where(tables.Listing.contractor_id == 3).values(status="blocked"))
    join_group(key.app, "VIP", [1, 2, 3], by="anna")
    followed, contractors = listed(key), key.rows(tables.Contractor)
    assert [row["listed"] for row in contractors] == [row["version"] for row in contractors]
    with writing(key.app.engine) as connection:
        assert refresh(connection, [1, 2, 3]) == 0
    assert (listed(key), key.rows(tables.Contractor)) == (followed, contractors)


def test_lists_are_sorted_by_the_first_group_of_whoever_comes_into_it_and_leaves_it(key: House) -> None:
    def first() -> list[tuple[int, str]]:
        members = key.rows(tables.Membership)
        return sorted((row["contractor_id"], row["sorted_by"]) for row in members if row["sorted_by"] is not None)

    assert first() == [(1, "Hurt"), (2, "Hurt"), (3, "Hurt")]
    join_group(key.app, "Export", [2], by="anna")
    assert first() == [(1, "Hurt"), (2, "Export"), (3, "Hurt")]
    leave_group(key.app, "Export", [2], by="anna")
    assert first() == [(1, "Hurt"), (2, "Hurt"), (3, "Hurt")]
    (record,) = (
        row["external_id"] for row in key.rows(tables.Binding) if (row["contractor_id"], row["connection_id"]) == (2, 1)
    )
    key.erp.edit(record, groups=("Detal",))
    key.settle()
    assert first() == [(1, "Hurt"), (2, "Detal"), (3, "Hurt")]


def test_who_moves_between_groups_only_leaves_lists_as_they_are(key: House) -> None:
    before = key.rows(tables.Listing)
    join_group(key.app, "VIP", [1, 2, 3], by="anna")
    assert key.rows(tables.Listing) == before
