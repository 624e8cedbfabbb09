"""Can groups be seen, made, coloured, renamed and mapped, and is the effect seen before it is brought about?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from syncd.access.roles import Role
from syncd.domain.groups import GroupRule, Match, Unmapped
from syncd.registry import tables
from syncd.settings import RouteSettings
from syncd.sync.groups import rules as mapping
from syncd.sync.groups.members import join_group
from syncd.sync.groups.names import list_groups
from syncd.sync.groups.own import create_group
from tests.fixtures.contractors import firm

from .conftest import Site

ODD = 'Hurt / "PL" & <b>'
ROUTE = "connection=erp%3Eshop"


@pytest.fixture
def grouped(site: Site) -> Site:
    """Two groups of the ERP, one with an odd name, and one that an admin made."""
    for number in range(4):
        site.house.erp.add(firm(f"A{number}", groups=("Hurt",) if number else (ODD,)))
    site.house.settle()
    create_group(site.house.app, "Key accounts", by="anna", label="Key", color="#2b7de0")
    join_group(site.house.app, "Key accounts", [1, 2], by="anna")
    site.house.settle()
    return site


def rules(site: Site) -> list[tuple[str, str]]:
    return [(one.rule.pattern, one.rule.target) for one in mapping.list_rules(site.house.app, "erp", "shop")]


def test_groups_are_listed_with_members_origin_and_what_shops_call_them(grouped: Site) -> None:
    page = grouped.browser(Role.VIEWER).get("/groups").text
    assert "<title>3 groups" in page
    assert "/customers?filter=group%3Ahas%3A%22Key+accounts%22" in page
    assert "Made here" in page
    assert '<span class="tag tag-3">Key</span>' in page
    assert "Make the group" not in page
    assert "<b>&" not in page
    for query, there in (("q=KEY", 1), ("origin=erp", 2), ("q=nix", 0)):
        assert grouped.browser(Role.VIEWER).get(f"/groups?{query}").text.count("<tr data-row>") == there
    assert grouped.browser(Role.VIEWER).get("/groups?origin=x").status_code == 400


def test_a_group_with_any_name_has_its_page(grouped: Site) -> None:
    viewer = grouped.browser(Role.VIEWER)
    create_group(grouped.house.app, "mapping", by="anna")
    listed = viewer.get("/groups").text
    for path in ("/groups/Hurt%20%2F%20%22PL%22%20%26%20%3Cb%3E", "/groups/mapping%20", "/groups/Key%20accounts"):
        assert path in listed
        assert viewer.get(path).status_code == 200
    assert "Only the ERP says who is in it." in viewer.get("/groups/Hurt").text
    assert viewer.get("/groups/Nix").status_code == 404


def test_a_group_is_made_shown_otherwise_renamed_and_deleted(grouped: Site) -> None:
    operator, admin = grouped.browser(Role.OPERATOR), grouped.browser(Role.ADMIN)
    said = operator.post("/groups", data={"name": "Fair 2026", "label": "Fair", "color": "other", "other": "#ffee00"})
    assert said.headers["location"] == "/groups/Fair%202026"
    assert "hard to see" in operator.get("/groups/Fair%202026").text
    operator.post("/groups/show-as", data={"name": "Fair 2026", "label": "F", "color": "#dd4b4b", "other": ""})
    assert operator.post("/groups/show-as", data={"name": "Hurt", "color": "other", "other": "x}"}).status_code == 422
    said = admin.post("/groups/rename", data={"name": "Key accounts", "new": "VIP"})
    assert said.headers["location"] == "/groups/VIP"
    assert admin.post("/groups/delete", data={"name": "VIP", "sure": "vip"}).status_code == 422
    assert admin.post("/groups/delete", data={"name": "VIP", "sure": "VIP"}).headers["location"] == "/groups"
    told = [(one.name, one.label, one.color) for one in list_groups(grouped.house.app) if one.origin == "admin"]
    assert told == [("Fair 2026", "F", "#dd4b4b")]
    assert admin.post("/groups/rename", data={"name": "Hurt", "new": "B2B"}).status_code == 422
    for name in ("hurt", "a\0b", ""):
        assert operator.post("/groups", data={"name": name}).status_code == 422


def test_colours_are_a_style_sheet_and_only_colours(grouped: Site) -> None:
    with grouped.house.app.engine.begin() as connection:
        connection.execute(tables.Group.__table__.update().where(tables.Group.id == 1).values(color="#fff}*{x"))  # type: ignore[attr-defined]
    viewer = grouped.browser(Role.VIEWER)
    said = viewer.get("/static-dyn/tags.css")
    assert said.headers["content-type"].startswith("text/css")
    assert ".tag-3{--tag:#2b7de0}" in said.text
    assert "*" not in said.text
    again = viewer.get("/static-dyn/tags.css", headers={"if-none-match": said.headers["etag"]})
    assert again.status_code == 304


@pytest.fixture
def mapped(grouped: Site) -> Site:
    """Three rules, and a group that none names."""
    house = grouped.house
    first = GroupRule(match=Match.EQUALS, pattern="Hurt", target="B2B")
    second = GroupRule(match=Match.CONTAINS, pattern="vip", target="Key")
    route = RouteSettings(erp="erp", shop="shop", unmapped=Unmapped.ISSUE)
    house.change(settings=msgspec.structs.replace(house.app.settings, routes=[route]))
    for rule in (first, second):
        mapping.add_rule(house.app, "erp", "shop", rule, by="anna")
    house.settle()
    return grouped


def test_rules_are_shown_in_their_order_unmapped_groups_first(mapped: Site) -> None:
    page = mapped.browser(Role.VIEWER).get(f"/groups/mapping?{ROUTE}").text
    assert "1 group that no rule names" in page
    assert page.index("no rule names") < page.index("Rules, in the order")
    assert page.index("<code>Hurt</code>") < page.index("<code>vip</code>")
    assert "Save" not in page


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("change=add&match=equals&pattern=Hurt&target=Wholesale", 3),
        ("change=add&match=equals&pattern=Hurt&leave=1", 3),
        ("change=add&match=fallback&target=Rest", 2),
        ("change=add&match=equals&pattern=Nix&target=X", 0),
        ("change=remove&rule=1", 3),
        ("change=move&rule=2&place=1", 0),
    ],
)
def test_the_effect_is_seen_and_nothing_is_changed(mapped: Site, query: str, number: int) -> None:
    before = rules(mapped)
    page = mapped.browser(Role.ADMIN).get(f"/groups/mapping?{ROUTE}&{query}").text
    assert f"{number} customer{'' if number == 1 else 's'} would change at shop" in page
    assert ('name="follow"' in page, "Save" in page) == (number > 0, True)
    assert rules(mapped) == before


def test_what_cannot_be_a_rule_says_why(mapped: Site) -> None:
    admin = mapped.browser(Role.ADMIN)
    page = admin.get(f"/groups/mapping?{ROUTE}&change=add&match=regex&pattern=(a%2B)%2B&target=x")
    assert (page.status_code, 'role="alert"' in page.text) == (200, True)
    for query in ("connection=x", "change=x", "match=x&change=add&target=y", "nix=1", "change=move&rule=x"):
        assert admin.get(f"/groups/mapping?{query}").status_code == 400
    assert admin.get(f"/groups/mapping?{ROUTE}&change=remove&rule=99").status_code == 404


def test_a_saved_rule_makes_a_plan_that_an_admin_applies(mapped: Site) -> None:
    admin = mapped.browser(Role.ADMIN)
    form: dict[str, Any] = {"connection": "erp>shop", "change": "add", "match": "equals", "pattern": "Hurt"}
    said = admin.post("/groups/mapping", data={**form, "target": "Wholesale", "follow": "plan"})
    assert said.status_code == 303
    house = mapped.house
    assert rules(mapped)[0] == ("Hurt", "Wholesale")
    plans = [row for row in house.rows(tables.Run) if row["mode"] == "reverify"]
    assert all(row["dry_run"] for row in plans)
    assert said.headers["location"] == f"/plans/{plans[0]['id']}"
    assert all("Wholesale" not in one.groups for one in house.at_shop().values())


def test_a_rule_is_moved_and_removed_and_customers_follow_at_once_or_later(mapped: Site) -> None:
    admin = mapped.browser(Role.ADMIN)
    ids = [one.id for one in mapping.list_rules(mapped.house.app, "erp", "shop")]
    move = {"connection": "erp>shop", "change": "move", "rule": ids[1], "place": "1"}
    admin.post("/groups/mapping", data=move)
    assert rules(mapped) == [("vip", "Key"), ("Hurt", "B2B")]
    remove = {"connection": "erp>shop", "change": "remove", "rule": ids[0]}
    said = admin.post("/groups/mapping", data={**remove, "follow": "now"})
    assert said.headers["location"] == "/groups/mapping?connection=erp%3Eshop"
    assert "3 customers are concerned" in admin.get("/groups/mapping").text
    runs = [row for row in mapped.house.rows(tables.Run) if row["mode"] == "reverify"]
    assert [row["dry_run"] for row in runs] == [False, False]
    mapped.house.finish()
    mapped.house.settle()
    admin = mapped.browser(Role.ADMIN)
    released = admin.get("/groups/mapping").text
    assert "Groups to which no rule leads any more" in released
    admin.post("/groups/mapping", data={"connection": "erp>shop", "change": "release", "group": "B2B"})
    assert "B2B" not in mapping.former_groups(mapped.house.app, "shop")
    assert admin.post("/groups/mapping", data={"connection": "erp>shop", "change": "x"}).status_code == 400


def test_without_groups_the_next_step_is_said(site: Site) -> None:
    assert "No groups yet" in site.browser(Role.VIEWER).get("/groups").text
    assert "No rules" in site.browser(Role.VIEWER).get("/groups/mapping").text
