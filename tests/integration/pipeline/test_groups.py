"""Do groups follow the rules of the registry, and does nothing get lost on the way there and back?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from syncd.domain.contractor import Contractor
from syncd.domain.groups import GroupRule, Match, Unmapped
from syncd.domain.side import Side
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import tables
from syncd.settings import RouteSettings
from syncd.sync.answers import answer
from syncd.sync.attention import retry
from syncd.sync.change import change
from syncd.sync.groups import rules as mapping
from syncd.sync.groups.members import join_group, leave_group
from syncd.sync.groups.names import list_groups
from syncd.sync.groups.overview import rules_at_work
from syncd.sync.groups.rules import Outcome
from syncd.sync.standing import accept
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House


def route(**more: Any) -> list[RouteSettings]:
    return [RouteSettings(**{"erp": "erp", "shop": "shop", **more})]


def rule(pattern: str, target: str, *, match: Match = Match.EQUALS, priority: int = 0) -> GroupRule:
    return GroupRule(match=match, pattern=pattern, target=target, priority=priority)


def add(house: House, added: GroupRule, **more: Any) -> Outcome:
    return mapping.add_rule(house.app, "erp", "shop", added, by="anna", **more)


def look_again(house: House) -> None:
    mapping.look_again(house.app, "shop", asked_by="anna")
    house.finish()
    house.settle()


def targets(house: House) -> list[tuple[str, str]]:
    return [(row.rule.pattern, row.rule.target) for row in mapping.list_rules(house.app, "erp", "shop")]


# Rules are the registry's


def test_the_configuration_seeds_a_route_once(build: OpenHouse) -> None:
    first = build(routes=route(groups={"Hurt": "B2B"}, group_rules=[rule("vip", "Key", match=Match.CONTAINS)]))
    assert targets(first) == [("Hurt", "B2B"), ("vip", "Key")]
    mapping.remove_rule(first.app, "erp", "shop", mapping.list_rules(first.app, "erp", "shop")[0].id, by="anna")
    again = build(routes=route(groups={"Hurt": "Wholesale"}))
    assert targets(again) == [("vip", "Key")]


def test_a_route_without_rules_in_the_configuration_counts_as_seeded(build: OpenHouse) -> None:
    build(routes=route())
    assert targets(build(routes=route(groups={"Hurt": "B2B"}))) == []


def test_running_processes_go_by_a_rule_as_soon_as_it_is_there(build: OpenHouse) -> None:
    house, other = build(), build()
    add(other, rule("^Hurt (..)$", r"B2B \1", match=Match.REGEX))
    house.erp.add(firm("A1", groups=("Hurt PL", "VIP")))
    house.settle()
    assert house.at_shop()["A1"].groups == ("B2B PL", "VIP")
    assert house.is_at_rest()


def test_a_change_of_rules_is_written_down(house: House) -> None:
    added = add(house, rule("Hurt", "B2B", priority=3)).rules[0]
    mapping.move_rule(house.app, "erp", "shop", added.id, 1, by="piotr")
    mapping.remove_rule(house.app, "erp", "shop", added.id, by="piotr")
    assert [(row["actor"], row["action"], row["subject"]) for row in house.rows(tables.Audit)] == [
        ("anna", "map-group", "erp shop"),
        ("piotr", "move-group-rule", "erp shop"),
        ("piotr", "unmap-group", "erp shop"),
    ]
    assert house.rows(tables.Audit)[0]["details"] == msgspec.to_builtins(added.rule)


def test_rules_can_be_put_changed_moved_and_removed(house: House) -> None:
    add(house, rule("Hurt", "B2B"))
    add(house, rule("VIP", "Key"))
    add(house, rule("Detal", "Retail"), position=1)
    assert targets(house) == [("Detal", "Retail"), ("Hurt", "B2B"), ("VIP", "Key")]
    add(house, rule(" Hurt", "Wholesale"))
    assert targets(house) == [("Detal", "Retail"), ("Hurt", "Wholesale"), ("VIP", "Key")]
    ids = [row.id for row in mapping.list_rules(house.app, "erp", "shop")]
    mapping.move_rule(house.app, "erp", "shop", ids[2], 1, by="anna")
    mapping.remove_rule(house.app, "erp", "shop", ids[0], by="anna")
    assert targets(house) == [("VIP", "Key"), ("Hurt", "Wholesale")]


def test_what_is_not_there_cannot_be_changed(house: House) -> None:
    with pytest.raises(NotFound, match="no route from shop to erp"):
        mapping.list_rules(house.app, "shop", "erp")
    with pytest.raises(NotFound, match="no such rule"):
        mapping.remove_rule(house.app, "erp", "shop", 7, by="anna")
    with pytest.raises(NotFound, match="no place 3"):
        add(house, rule("Hurt", "B2B"), position=3)
    with pytest.raises(InvalidRecord, match="no regular expression"):
        add(house, rule("(", "B2B", match=Match.REGEX))
    assert (targets(house), house.count(tables.Audit)) == ([], 0)


# What follows


def test_a_change_tells_whom_it_concerns_and_a_new_look_moves_them(house: House) -> None:
    for number in range(7):
        house.erp.add(firm(f"A{number}", groups=("Hurt",) if number else ("VIP",)))
    house.settle()
    effect = add(house, rule("Hurt", "B2B")).effect
    assert (effect.looked_at, effect.changing, len(effect.samples)) == (7, 6, 5)
    assert [(one.name, one.join, one.leave) for one in effect.groups] == [("B2B", 6, 0), ("Hurt", 0, 6)]
    assert house.at_shop()["A1"].groups == ("Hurt",)
    look_again(house)
    assert {number: c.groups for number, c in house.at_shop().items() if number in {"A0", "A1"}} == {
        "A0": ("VIP",),
        "A1": ("B2B",),
    }
    assert house.is_at_rest()


def test_whom_only_another_shops_erp_has_does_not_count(build: OpenHouse) -> None:
    sides = {"erp": Side.ERP, "books": Side.ERP, "shop": Side.SHOP, "stall": Side.SHOP}
    house = build(sides=sides, routes=[*route(), *route(erp="books", shop="stall")])
    house.erp.add(firm("A1", groups=("Hurt",)))
    house.sides["books"].add(firm("B1", groups=("Hurt",)))
    house.settle()
    effect = add(house, rule("Hurt", "B2B")).effect
    assert (effect.looked_at, effect.changing, effect.samples) == (1, 1, (1,))


def test_a_rules_members_are_those_of_its_own_erp_where_two_feed_one_shop(build: OpenHouse) -> None:
    sides = {"erp": Side.ERP, "books": Side.ERP, "shop": Side.SHOP}
    house = build(sides=sides, routes=[*route(groups={"Hurt": "B2B"}), *route(erp="books", groups={"VIP": "Key"})])
    for number in range(3):
        house.erp.add(firm(f"A{number}", groups=("Hurt",)))
    house.sides["books"].add(firm("B1", groups=("Hurt", "VIP")))
    house.settle()
    (ours,), (theirs,) = (rules_at_work(house.app, erp, "shop").rules for erp in ("erp", "books"))
    assert ([one.name for one in ours.groups], ours.members) == (["Hurt"], 3)
    assert ([one.name for one in theirs.groups], theirs.members) == (["VIP"], 1)


def test_who_is_not_at_the_shop_yet_counts_when_he_belongs_there(build: OpenHouse) -> None:
    house = build(routes=route(only_groups=["Hurt"]))
    house.erp.add(firm("A1", groups=("Hurt",)))
    house.erp.add(firm("A2", groups=("VIP",)))
    house.erp.add(firm("A3", groups=("Hurt",), active=False))
    house.run("erp")
    assert add(house, rule("Hurt", "B2B")).effect.looked_at == 1


def test_a_group_to_which_no_rule_leads_any_more_is_left_until_it_is_the_shops_own(house: House) -> None:
    house.erp.add(firm("A1", groups=("Hurt",)))
    house.settle()
    add(house, rule("Hurt", "B2B"))
    assert mapping.former_groups(house.app, "shop") == ["Hurt"]
    add(house, rule("Hurt", "Wholesale"))
    assert mapping.former_groups(house.app, "shop") == ["B2B", "Hurt"]
    add(house, rule("Hurt", "Hurt"))
    assert mapping.former_groups(house.app, "shop") == ["B2B", "Wholesale"]
    mapping.release(house.app, "shop", "B2B", by="anna")
    assert mapping.former_groups(house.app, "shop") == ["Wholesale"]
    with pytest.raises(NotFound):
        mapping.release(house.app, "shop", "B2B", by="anna")


def test_members_are_who_says_so_whatever_they_leave_and_enter_at_once(house: House) -> None:
    was = {"A": ("a", "b", "c"), "B": ("a", "b"), "C": ("a",), "D": ("c", 'd"+'), "E": ("a", "b"), "F": ("b",)}
    now = {"A": ("b", "d", "e"), "B": ("c",), "C": ("b", "c", "d"), "D": ("d", 'd"+'), "E": (), "F": ("b", "c")}
    ids = {code: house.erp.add(firm(code, groups=groups)) for code, groups in was.items()}
    house.run("erp", "full")
    for code, groups in now.items():
        house.erp.edit(ids[code], groups=groups)
    house.run("erp", "full")
    names = {row["id"]: row["name"] for row in house.rows(tables.Group)}
    codes = {row["id"]: row["number"] for row in house.rows(tables.Contractor)}
    members: dict[str, list[str]] = {code: [] for code in now}
    for row in house.rows(tables.Membership):
        members[codes[row["contractor_id"]]].append(names[row["group_id"]])
    assert {code: tuple(sorted(groups)) for code, groups in members.items()} == now


def test_forty_groups_on_one_contractor_are_forty_groups_at_the_shop(build: OpenHouse) -> None:
    house = build(routes=route(group_rules=[rule(r"^Grupa (\d+)$", r"Group \1", match=Match.REGEX)]))
    names = tuple(sorted(f"Grupa {number:02}" for number in range(40)))
    id_ = house.erp.add(firm("A1", groups=names))
    house.settle()
    assert house.at_shop()["A1"].groups == tuple(name.replace("Grupa", "Group") for name in names)
    house.erp.edit(id_, groups=names[:1])
    house.settle()
    assert (house.at_shop()["A1"].groups, house.is_at_rest()) == (("Group 00",), True)


def test_an_edit_of_something_else_does_not_lose_groups_that_are_one_or_none_at_the_shop(build: OpenHouse) -> None:
    rules = [rule("intern", "", match=Match.CONTAINS), GroupRule(match=Match.FALLBACK, target="B2B")]
    house = build(routes=route(group_rules=rules))
    house.erp.add(firm("A1", groups=("Hurt", "Intern 1", "VIP")))
    house.settle()
    (id_,) = house.shop.holds()
    house.shop.edit(id_, phones=("22 555 01 23",), groups=("B2B", "Klub"))
    house.settle()
    assert (house.at_shop()["A1"].groups, house.at_erp()["A1"].groups) == (("B2B", "Klub"), ("Hurt", "Intern 1", "VIP"))
    house.shop.edit(id_, groups=("Klub",))
    house.settle()
    assert (house.at_shop()["A1"].groups, house.is_at_rest()) == (("B2B", "Klub"), True)


# Shops with room for one group


@pytest.fixture
def narrow(build: OpenHouse) -> House:
    """A house whose shop has room for one group, and keeps the names of all beside it."""
    house = build(
        routes=route(group_rules=[rule("Hurt", "B2B", priority=1), rule("VIP", "Key", priority=5), rule("Intern", "")]),
        connections={"shop": {"groups_field": "custom.erp_groups"}},
        options={"shop": {"many_groups": False}},
    )
    house.erp.add(firm("A1", groups=("Hurt", "Intern", "VIP"), custom={"branch": "north"}))
    house.settle()
    return house


def test_a_shop_with_one_group_gets_the_first_by_priority_and_the_names_of_all(narrow: House) -> None:
    held = narrow.at_shop()["A1"]
    assert (held.groups, held.custom) == (("Key",), {"branch": "north", "erp_groups": "Hurt; VIP"})
    assert (narrow.contractors()[0].groups, narrow.contractors()[0].custom) == (
        ("Hurt", "Intern", "VIP"),
        {"branch": "north"},
    )
    assert narrow.at_erp()["A1"].custom == {"branch": "north"}
    assert narrow.is_at_rest()


@pytest.mark.parametrize("edit", [{"groups": ("B2B",)}, {"groups": ()}, {"custom": {"erp_groups": "VIP"}}])
def test_what_a_shop_with_one_group_changes_is_set_back(narrow: House, edit: dict[str, Any]) -> None:
    (id_,) = narrow.shop.holds()
    narrow.shop.edit(id_, **edit)
    narrow.settle()
    held = narrow.at_shop()["A1"]
    assert (held.groups, held.custom["erp_groups"]) == (("Key",), "Hurt; VIP")
    assert (narrow.at_erp()["A1"].groups, narrow.is_at_rest()) == (("Hurt", "Intern", "VIP"), True)


def test_removing_the_first_group_brings_the_next(narrow: House) -> None:
    (id_,) = narrow.erp.holds()
    narrow.erp.edit(id_, groups=("Hurt",))
    narrow.settle()
    assert (narrow.at_shop()["A1"].groups, narrow.at_shop()["A1"].custom["erp_groups"]) == (("B2B",), "Hurt")
    narrow.erp.edit(id_, groups=())
    narrow.settle()
    assert (narrow.at_shop()["A1"].groups, "erp_groups" in narrow.at_shop()["A1"].custom) == ((), False)
    assert narrow.is_at_rest()


def test_one_group_is_recorded_as_a_degradation(narrow: House) -> None:
    said = narrow.app.network.stations[narrow.id("shop")].degradations
    assert len(said) == 1
    assert "one group only" in said[0]
    assert said[0].endswith("the names of all are kept in custom.erp_groups.")
    assert narrow.app.network.stations[narrow.id("erp")].degradations == ()


def test_what_one_group_cannot_say_comes_back_from_the_list(narrow: House) -> None:
    narrow.shop.add(
        Contractor(name="Nowy", email="n@k.example", country="PL", groups=("Key",), custom={"erp_groups": "Hurt; VIP"})
    )
    narrow.settle()
    new = next(c for c in narrow.at_erp().values() if c.name == "Nowy")
    assert (new.groups, new.custom) == (("Hurt", "VIP"), {})
    assert narrow.is_at_rest()


# Groups of admins


@pytest.fixture
def fair(house: House) -> House:
    """A customer whom an admin put into a group."""
    house.erp.add(firm("A1", groups=("Hurt",)))
    house.settle()
    join_group(house.app, " Trade  fair ", [1], by="anna")
    house.settle()
    return house


def test_a_group_of_an_admin_reaches_the_shop_and_not_the_erp(fair: House) -> None:
    assert fair.contractors()[0].groups == ("Hurt", "Trade fair")
    assert (fair.at_shop()["A1"].groups, fair.at_erp()["A1"].groups) == (("Hurt", "Trade fair"), ("Hurt",))
    assert [(one.name, one.origin, one.members) for one in list_groups(fair.app)] == [
        ("Hurt", "erp", 1),
        ("Trade fair", "admin", 1),
    ]
    assert fair.is_at_rest()


@pytest.mark.parametrize("groups", [(), ("VIP",), ("Hurt", "VIP")])
def test_what_the_erp_says_neither_empties_an_admins_group_nor_gets_it(fair: House, groups: tuple[str, ...]) -> None:
    (id_,) = fair.erp.holds()
    fair.erp.edit(id_, groups=groups, name="Nowa nazwa")
    fair.settle()
    assert fair.contractors()[0].groups == tuple(sorted((*groups, "Trade fair")))
    assert (fair.at_shop()["A1"].groups, fair.at_erp()["A1"].groups) == (fair.contractors()[0].groups, groups)
    assert fair.is_at_rest()


def test_a_shop_that_takes_an_admins_group_away_gets_it_back(fair: House) -> None:
    (id_,) = fair.shop.holds()
    fair.shop.edit(id_, groups=())
    fair.settle()
    assert fair.at_shop()["A1"].groups == ("Hurt", "Trade fair")


def test_who_leaves_an_admins_group_leaves_it_at_the_shop(fair: House) -> None:
    leave_group(fair.app, "Trade fair", [1], by="anna")
    fair.settle()
    assert (fair.at_shop()["A1"].groups, fair.is_at_rest()) == (("Hurt",), True)


def test_an_admins_group_survives_that_the_erp_takes_the_customer_in(build: OpenHouse) -> None:
    house = build(routes=route(registrations=False))
    house.shop.add(firm("A1", groups=()))
    house.settle()
    join_group(house.app, "Trade fair", [1], by="anna")
    house.settle()
    house.erp.add(firm("A1", groups=("Hurt",)))
    house.settle()
    assert house.contractors()[0].groups == ("Hurt", "Trade fair")
    assert (house.at_erp()["A1"].groups, house.is_at_rest()) == (("Hurt",), True)


def test_a_registration_in_an_admins_group_is_made_in_the_erp_without_it(build: OpenHouse) -> None:
    house = build(connections={"shop": {"acceptance": True}})
    house.shop.add(Contractor(name="Nowy", email="n@k.example", country="PL", registered=True))
    house.settle()
    join_group(house.app, "Trade fair", [1], by="anna")
    change(house.app, [1], accept("anna", house.now), by="anna")
    house.settle()
    assert [contractor.groups for contractor in house.at_erp().values()] == [()]
    assert (house.contractors()[0].groups, house.is_at_rest()) == (("Trade fair",), True)


def test_where_unnamed_groups_are_left_out_an_admins_group_is_not(build: OpenHouse) -> None:
    house = build(routes=route(unmapped=Unmapped.LEAVE_OUT))
    house.erp.add(firm("A1", groups=("Hurt",)))
    house.settle()
    join_group(house.app, "Trade fair", [1], by="anna")
    house.settle()
    assert house.at_shop()["A1"].groups == ("Trade fair",)


def test_groups_of_erps_are_not_an_admins_to_fill(fair: House) -> None:
    for act in (join_group, leave_group):
        with pytest.raises(InvalidRecord, match="comes from an ERP"):
            act(fair.app, "Hurt", [1], by="anna")
    with pytest.raises(InvalidRecord, match="blanks or capitals only"):
        join_group(fair.app, "tradefair", [1], by="anna")
    with pytest.raises(NotFound, match="no group"):
        leave_group(fair.app, "Nobody", [1], by="anna")
    with pytest.raises(NotFound, match="there is no customer K000099"):
        join_group(fair.app, "Other", [99], by="anna")
    assert [one.name for one in list_groups(fair.app)] == ["Hurt", "Trade fair"]


def test_an_erps_group_of_the_same_name_is_not_heard_and_said(fair: House) -> None:
    (id_,) = fair.erp.holds()
    fair.erp.edit(id_, groups=("Hurt", "Trade fair"))
    other = fair.erp.add(firm("A2", groups=("Trade fair",)))
    fair.run("erp", "full")
    fair.settle()
    assert ([c.groups for c in fair.contractors()], fair.issues()) == ([("Hurt", "Trade fair"), ()], ["group-taken"])
    fair.erp.edit(id_, groups=("Hurt",))
    fair.erp.edit(other, groups=("Fair",))
    fair.run("erp", "full")
    assert fair.issues() == []


# Issues about groups


def test_groups_that_differ_by_a_blank_or_capitals_are_one_issue_that_names_both_and_where_they_are(
    house: House,
) -> None:
    house.erp.add(firm("A1", groups=("Hurt PL", "VIP")))
    id_ = house.erp.add(firm("A2", groups=("HurtPL",)))
    house.erp.add(firm("A3", groups=("HurtPL",)))
    house.settle()
    issue = house.one(tables.Issue, state="open")
    assert (issue["code"], issue["message"]) == (
        "group-twins",
        "the groups 'Hurt PL' (erp) and 'HurtPL' (erp) differ by blanks or capitals only",
    )
    for external_id in (id_, "3"):
        house.erp.edit(external_id, groups=("Hurt PL",))
    house.settle()
    assert house.issues() == []


SAME = "they differ by blanks only and are taken for one group"


@pytest.mark.parametrize("odd", ["Hurt PL ", " Hurt PL", "Hurt  PL", "Hurt\xa0PL"])
def test_a_group_that_differs_by_blanks_only_is_the_same_and_an_issue_says_where_it_stands(
    house: House, odd: str
) -> None:
    house.erp.add(firm("A1", groups=("Hurt PL",)))
    id_ = house.erp.add(firm("A2", groups=(odd, "VIP")))
    house.run("erp", "full")
    house.settle()
    issue = house.one(tables.Issue, state="open")
    assert (issue["code"], issue["field"], issue["message"]) == (
        "group-blanks",
        "groups",
        f"record {id_} of erp is in the group {odd!r}, and record 1 of erp in 'Hurt PL': {SAME}",
    )
    assert {c.groups for c in house.at_shop().values()} == {("Hurt PL",), ("Hurt PL", "VIP")}
    house.erp.edit(id_, groups=("Hurt PL", "VIP"))
    house.run("erp", "full")
    assert house.issues() == []


def test_a_group_that_differs_from_a_rules_by_blanks_only_is_mapped_and_an_issue_says_where_it_stands(
    build: OpenHouse,
) -> None:
    house = build(routes=route(group_rules=[rule("Hurt", "Wholesale")]))
    house.erp.add(firm("A1", groups=("Hurt ",)))
    house.run("erp", "full")
    house.settle()
    issue = house.one(tables.Issue, state="open")
    assert (issue["code"], issue["message"]) == (
        "group-blanks",
        f"record 1 of erp is in the group 'Hurt ', and a rule names 'Hurt': {SAME}",
    )
    assert [c.groups for c in house.at_shop().values()] == [("Wholesale",)]


def test_a_database_that_pads_all_names_to_one_length_is_no_issue(build: OpenHouse) -> None:
    house = build(routes=route(group_rules=[rule("Hurt", "Wholesale"), rule("Żółci", "Yellow")]))
    house.erp.add(firm("A1", groups=("Hurt   ", "Żółci  ")))
    house.run("erp", "full")
    house.settle()
    assert (house.issues(), [c.groups for c in house.at_shop().values()]) == ([], [("Wholesale", "Yellow")])
    house.erp.add(firm("A2", groups=("VIP ",)))  # one that is not filled up was typed
    house.erp.add(firm("A3", groups=("VIP",)))
    house.run("erp", "full")
    assert "group-blanks" in house.issues()


def test_a_groups_only_spelling_is_no_issue_whatever_its_blanks(house: House) -> None:
    house.erp.add(firm("A1", groups=("Hurt ",)))
    house.run("erp", "full")
    house.settle()
    assert (house.issues(), [c.groups for c in house.at_shop().values()]) == ([], [("Hurt",)])


@pytest.fixture
def strict(build: OpenHouse) -> House:
    """A route that asks what unnamed groups are called; two customers in such a group."""
    house = build(routes=route(unmapped=Unmapped.ISSUE, group_rules=[rule("VIP", "Wholesale EU")]))
    house.erp.add(firm("A1", groups=("Wholesale", "VIP")))
    house.erp.add(firm("A2", groups=("Wholesale",)))
    house.settle()
    return house


def test_a_group_that_no_rule_names_is_left_out_and_one_issue(strict: House) -> None:
    assert strict.at_shop()["A1"].groups == ("Wholesale EU",)
    issue = strict.one(tables.Issue)
    assert (issue["code"], issue["contractor_id"], issue["details"]["group"]) == ("group-unmapped", None, "Wholesale")
    strict.run("erp", "full")
    assert strict.one(tables.Issue)["seen"] == 1
    assert [one["key"] for one in issue["details"]["answers"]] == ["take-suggestion", "map-group", "leave-group-out"]


@pytest.mark.parametrize(
    ("key", "value", "there"),
    [
        ("map-group", "B2B", ("B2B", "Wholesale EU")),
        ("take-suggestion", "", ("Wholesale EU",)),
        ("leave-group-out", "", ("Wholesale EU",)),
    ],
)
def test_an_answer_adds_a_rule_and_looks_again(strict: House, key: str, value: str, there: tuple[str, ...]) -> None:
    answer(strict.app, strict.one(tables.Issue)["id"], key, value=value, by="anna")
    assert strict.issues() == []
    strict.finish()
    strict.settle()
    assert (strict.at_shop()["A1"].groups, strict.is_at_rest()) == (there, True)


def test_the_issue_closes_when_nobody_is_in_the_group_any_more(strict: House) -> None:
    for external_id in ("1", "2"):
        strict.erp.edit(external_id, groups=("VIP",))
    strict.run("erp")
    assert strict.issues() == []


def test_trying_again_an_issue_about_a_group_looks_at_groups(strict: House) -> None:
    assert retry(strict.app, strict.one(tables.Issue)["id"], by="anna") is None
    assert strict.issues() == ["group-unmapped"]


def test_a_shop_that_holds_what_is_wanted_beside_what_was_wanted_once_leaves_it(house: House) -> None:
    house.erp.add(firm("A1", groups=("Hurt",)))
    house.settle()
    add(house, rule("Hurt", "B2B"))
    (id_,) = house.shop.holds()
    house.shop.edit(id_, groups=("B2B", "Hurt"))
    house.settle()
    assert (house.at_shop()["A1"].groups, house.is_at_rest()) == (("B2B",), True)
    house.shop.edit(id_, groups=("B2B", "Hurt"))
    house.settle()
    assert house.at_shop()["A1"].groups == ("B2B",)


def test_a_name_that_is_left_out_now_goes_from_the_list_even_if_the_shop_emptied_its_group(narrow: House) -> None:
    (id_,) = narrow.shop.holds()
    narrow.shop.edit(id_, groups=())
    add(narrow, rule("Hurt", ""))
    add(narrow, rule("VIP", ""))
    narrow.settle()
    assert ("erp_groups" in narrow.at_shop()["A1"].custom, narrow.is_at_rest()) == (False, True)
