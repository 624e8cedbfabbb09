"""Are groups and their mapping right for everybody, and is an order seen before it is kept?"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from syncd.access.roles import Role
from syncd.domain.groups import GroupRule, Match, Unmapped
from syncd.settings import RouteSettings
from syncd.sync.groups import rules as mapping
from syncd.sync.groups.members import join_group
from syncd.sync.groups.own import create_group
from tests.fixtures.contractors import firm
from tests.integration.console.conftest import Site

from .conftest import Eyes

NAMES = (
    "Hurt",
    "Оптовые покупатели Северо-Западного федерального округа / Санкт-Петербург",
    "Klienci kluczowi „Łódź” <b>VIP</b>",
    "Grossistes",
)


@pytest.fixture
def mapped(site: Site) -> Site:
    house = site.house
    for number in range(8):
        house.erp.add(firm(f"A{number}", groups=(NAMES[number % 4],)))
    house.settle()
    create_group(house.app, "Targi 2026", by="anna", label="Targi", color="#ae5fd0")
    join_group(house.app, "Targi 2026", [1, 2, 3], by="anna")
    route = RouteSettings(erp="erp", shop="shop", unmapped=Unmapped.ISSUE)
    house.change(settings=msgspec.structs.replace(house.app.settings, routes=[route]))
    for match, pattern, target in (
        (Match.EQUALS, "Hurt", "B2B"),
        (Match.CONTAINS, "VIP", "Key"),
        (Match.REGEX, "^Gr", ""),
    ):
        mapping.add_rule(house.app, "erp", "shop", GroupRule(match=match, pattern=pattern, target=target), by="anna")
    return site


@pytest.mark.slow
def test_without_groups_the_pages_are_right_for_everybody(look: Callable[..., Eyes]) -> None:
    eyes = look(Role.OPERATOR)
    for path in ("/groups", "/groups/mapping"):
        eyes.see(path)


@pytest.mark.slow
def test_groups_and_their_mapping_are_right_for_everybody(mapped: Site, look: Callable[..., Eyes]) -> None:
    eyes = look(Role.ADMIN)
    effect = "change=add&match=equals&pattern=Hurt&target=Wholesale"
    for path, title in (
        ("/groups", "Groups"),
        ("/groups/Targi%202026", "Targi 2026"),
        ("/groups/mapping", "Mapping of groups"),
        (f"/groups/mapping?{effect}", "Mapping of groups"),
    ):
        eyes.see(path)
        assert eyes.page.locator("h1").inner_text() == title


def test_rules_are_put_in_order_by_buttons_and_by_dragging(mapped: Site, look: Callable[..., Eyes]) -> None:
    page = look(Role.ADMIN).page
    page.goto("/groups/mapping")
    page.get_by_role("link", name="Rule 2 one place up").click()
    page.get_by_text("In this order").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The rules are changed").wait_for()
    rows = page.locator("[data-rule]")
    rows.nth(2).drag_to(rows.nth(0))
    page.get_by_text("In this order").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The rules are changed").wait_for()
    order = [one.rule.pattern for one in mapping.list_rules(mapped.house.app, "erp", "shop")]
    assert order == ["^Gr", "VIP", "Hurt"]
