"""Can everybody find customers, narrow the list and arrange it, on every screen?"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from syncd.access.roles import Role
from syncd.domain.contractor import Contractor, Employee
from syncd.registry.engine import writing
from syncd.registry.tables import Group
from tests.fixtures.contractors import firm
from tests.integration.console.conftest import Site

from .conftest import Eyes

PICTURES = os.environ.get("PICTURES")
"""A folder for screenshots, to look at them."""
LONG = "Przedsiębiorstwo Produkcyjno-Handlowo-Usługowe „Żółta Łódź” Wspólnicy i Następcy Spółka Komandytowo-Akcyjna"


def pictures(name: str) -> Path | None:
    if PICTURES is None:
        return None
    folder = Path(PICTURES) / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def filled(site: Site) -> Site:
    """Firms of several alphabets, a long name, one that nobody can log in for, and forty more."""
    erp = site.house.erp
    erp.add(firm("A1", name=LONG, groups=("Hurt", "VIP", "Darmowa dostawa")))
    erp.add(firm("A2", name="Северсталь Екатеринбург", country="RU", tax_prefix="", tax_id="", groups=("VIP",)))
    erp.add(firm("A3", name="Éclair", country="FR", tax_prefix="", tax_id="", groups=()))
    erp.add(
        Contractor(
            name="Żubr", number="A4", email="z@zubr.example", employees=(Employee(name="Jan", email="j@z.example"),)
        )
    )
    for number in range(40):
        erp.add(firm(f"B{number:02}"))
    site.house.run("erp")
    with writing(site.house.app.engine) as connection:
        connection.execute(update(Group).where(Group.name == "VIP").values(color="#d63939"))
    return site


@pytest.mark.slow
def test_the_list_is_right_for_everybody(filled: Site, look: Callable[..., Eyes]) -> None:
    eyes = look(Role.OPERATOR)
    eyes.see("/customers?size=25", picture=pictures("list"))
    eyes.see(
        "/customers?filter=status:in:active,blocked+AND+(country:eq:PL+OR+group:has:VIP)&q=lodz",
        picture=pictures("narrowed"),
    )


@pytest.mark.slow
def test_an_empty_list_a_wrong_filter_and_a_lost_group_are_right_for_everybody(
    site: Site, look: Callable[..., Eyes]
) -> None:
    eyes = look(Role.VIEWER)
    eyes.see("/customers", picture=pictures("empty"))
    eyes.see("/customers?filter=group:has:Weg", picture=pictures("lost"))


def test_a_search_narrows_the_list_while_it_is_typed_and_keeps_what_was_selected(
    filled: Site, look: Callable[..., Eyes]
) -> None:
    page = look(Role.OPERATOR).page
    page.goto("/customers?size=25")
    page.get_by_role("checkbox", name="Select Éclair").check()
    page.get_by_role("searchbox", name="Search by code").press_sequentially("zubr")
    page.wait_for_url("**/customers?q=zubr&size=25")
    page.get_by_text("1 customer", exact=True).wait_for()
    assert page.locator("#bulk input[name=code]").evaluate_all("all => all.map(one => one.value)") == [
        "K000004",
        "K000003",
    ]
    assert page.get_by_text("Selected: 1").is_visible()
    page.get_by_role("checkbox", name="Select Żubr").check()
    page.get_by_role("heading", name="Customers").click()  # to leave the field must not draw the list anew
    page.get_by_text("Selected: 2").wait_for()
    page.get_by_role("searchbox", name="Search by code").fill("")
    page.get_by_text("44 customers", exact=True).wait_for()
    assert page.url.endswith("/customers?size=25")
    assert page.get_by_role("checkbox", name="Select Éclair").is_checked()
    assert page.get_by_role("checkbox", name="Select Żubr").is_checked()
    page.get_by_role("button", name="Clear the selection").click()
    assert not page.get_by_role("checkbox", name="Select Żubr").is_checked()


def test_whoever_cancels_or_goes_back_finds_selected_what_was_selected(filled: Site, look: Callable[..., Eyes]) -> None:
    page = look(Role.OPERATOR).page
    page.goto("/customers")
    page.get_by_role("checkbox", name="Select Éclair").check()
    page.get_by_label("What is to be done").select_option("hold")
    for leave in (lambda: page.get_by_role("link", name="Cancel").click(), page.go_back):
        page.get_by_role("button", name="Go on …").click()
        page.get_by_role("heading", name="Hold synchronization").wait_for()
        leave()
        page.get_by_text("Selected: 1").wait_for()
        page.get_by_label("What is to be done").select_option("hold")
    page.get_by_role("button", name="Go on …").click()
    page.get_by_role("button", name="Hold synchronization: 1 customer").click()
    page.get_by_role("heading", name="Customers", exact=True).wait_for()
    assert not page.get_by_text("Selected:").is_visible()


def test_a_filter_is_built_step_by_step(filled: Site, look: Callable[..., Eyes]) -> None:
    eyes = look(Role.VIEWER)
    page = eyes.page
    page.goto("/customers")
    page.locator("#filter > summary").click()
    page.get_by_label("What is asked").select_option("group")
    page.get_by_label("How").select_option(label="has all of")
    page.get_by_label("Value").fill("VIP")
    page.get_by_role("button", name="Add").click()
    page.get_by_text("2 customers", exact=True).wait_for()
    assert page.url.endswith("/customers?filter=group%3Ahas-all%3AVIP")
    page.get_by_role("link", name="Remove: Group has all of VIP").click()
    page.get_by_text("44 customers", exact=True).wait_for()
    assert eyes.complaints == []


def test_columns_are_arranged_by_keys_and_by_dragging(filled: Site, look: Callable[..., Eyes]) -> None:
    eyes = look(Role.VIEWER)
    page = eyes.page
    page.goto("/customers?cols=code,name,city")
    page.locator("#columns > summary").click()
    page.get_by_role("button", name="Name up").press("Enter")
    items = page.locator("[data-columns] > li")
    items.filter(has_text="City").drag_to(items.nth(0), target_position={"x": 5, "y": 2})
    page.get_by_role("button", name="Show these columns").click()
    page.wait_for_url("**/customers?cols=city%2Cname%2Ccode")
    assert page.locator("a.sorter").all_inner_texts() == ["CITY", "NAME", "CODE"]
    page.goto("/customers")
    page.locator("#columns > summary").click()
    page.get_by_role("button", name="Restore defaults").click()
    page.get_by_text("The usual columns are shown again.").wait_for()
    assert eyes.complaints == []


@pytest.mark.slow
def test_the_sheets_are_right_for_everybody(filled: Site, look: Callable[..., Eyes]) -> None:
    eyes = look(Role.VIEWER)
    eyes.see("/customers?add_field=sync&cols=name,code", picture=pictures("filter"))
    eyes.see("/customers?open=columns", picture=pictures("columns"))


def test_what_is_wrong_with_a_filter_can_be_read_while_it_is_corrected(look: Callable[..., Eyes]) -> None:
    page = look(Role.VIEWER).page
    page.goto("/customers?filter=statuss:eq:active")
    alert, form = (page.locator(one).bounding_box() for one in ("#wrong", "#filter .menu-body"))
    assert alert is not None
    assert form is not None
    assert alert["y"] + alert["height"] <= form["y"]


def test_rows_are_gone_through_selected_and_opened_by_keys(site: Site, look: Callable[..., Eyes]) -> None:
    for number in range(3):
        site.house.erp.add(firm(f"A{number}"))
    site.house.run("erp")
    page = look(Role.OPERATOR).page
    page.goto("/customers?sort=code")
    for key in ("j", "j", "x", "j", "x"):
        page.keyboard.press(key)
    assert [box.is_checked() for box in page.locator("tbody input[name=code]").all()] == [False, True, True]
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/K000003")


def test_keys_open_filter_and_export_and_sync_what_is_selected(site: Site, look: Callable[..., Eyes]) -> None:
    site.house.erp.add(firm("A1"))
    site.house.run("erp")
    page = look(Role.OPERATOR).page
    page.goto("/customers")
    for key, menu in (("f", "#filter"), ("e", "#export")):
        page.keyboard.press(key)
        assert page.locator(f"{menu}[open]").is_visible()
        page.keyboard.press("Escape")
    page.keyboard.press("s")
    assert page.url.endswith("/customers")  # nobody is selected
    for key in ("j", "x", "s"):
        page.keyboard.press(key)
    page.wait_for_url("**/customers/bulk")
    assert page.locator("h1").inner_text() == "Sync now"


def test_whoever_closes_a_menu_by_a_key_stays_at_it(look: Callable[..., Eyes]) -> None:
    page = look(Role.VIEWER).page
    page.goto("/customers")
    page.locator("#filter summary").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.locator("#filter summary").evaluate("summary => summary === document.activeElement")
    assert page.locator("#filter").get_attribute("open") is None
