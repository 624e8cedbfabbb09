"""Can everybody use what stands around every page, on every screen?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncd.access.roles import Role
from tests.fixtures.contractors import firm
from tests.integration.console.conftest import Site

from .conftest import Eyes


@pytest.mark.slow
def test_the_log_in_is_right_for_everybody(look: Callable[..., Eyes]) -> None:
    look().see("/log-in")


@pytest.mark.slow
def test_the_dashboard_is_right_for_everybody(site: Site, look: Callable[..., Eyes]) -> None:
    site.house.erp.add(firm("A1"))
    site.house.run("erp", dry_run=True)
    look(Role.ADMIN).see("/")


def test_the_list_of_keys_is_as_tall_as_what_it_says(look: Callable[..., Eyes]) -> None:
    page = look(Role.VIEWER).page
    page.set_viewport_size({"width": 1400, "height": 1400})
    page.goto("/")
    page.keyboard.press("?")
    dialog, last = (page.locator(one).bounding_box() for one in ("#keys", "#keys form"))
    assert dialog is not None
    assert last is not None
    assert dialog["y"] + dialog["height"] - (last["y"] + last["height"]) < 50


def test_keys_lead_to_places_unless_somebody_types(look: Callable[..., Eyes]) -> None:
    page = look(Role.VIEWER).page
    page.goto("/")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.locator("#keys").wait_for(state="hidden")
    page.keyboard.press("/")
    page.keyboard.type("g")
    page.keyboard.type("r")
    assert page.locator("#top-search").input_value() == "gr"


@pytest.mark.slow
def test_without_javascript_the_language_is_chosen_all_the_same(look: Callable[..., Eyes]) -> None:
    page = look(Role.VIEWER, java_script_enabled=False).page
    page.goto("/")
    page.locator("summary", has_text="EN").click()
    page.get_by_role("button", name="Polski").click()
    assert page.locator("html").get_attribute("lang") == "pl"


def test_whoever_was_logged_out_is_asked_to_log_in_by_what_they_search(look: Callable[..., Eyes]) -> None:
    eyes = look(Role.VIEWER)
    eyes.page.goto("/customers")
    eyes.context.clear_cookies()
    eyes.page.fill("#q", "lodz")
    eyes.page.wait_for_url("**/log-in?next=%2Fcustomers%3Fq%3Dlodz")
    assert eyes.page.locator("#password").is_visible()


@pytest.mark.slow
def test_a_page_whose_stream_is_refused_is_loaded_anew(site: Site, look: Callable[..., Eyes]) -> None:
    eyes = look(Role.VIEWER)
    with eyes.page.expect_response("**/events?*"):
        eyes.page.goto("/")
    eyes.context.clear_cookies()
    site.console.state.closing = lambda: True  # the stream ends, and the browser comes again
    eyes.page.wait_for_url("**/log-in?next=%2F")


def test_a_page_whose_stream_is_kept_back_is_loaded_anew(site: Site, look: Callable[..., Eyes]) -> None:
    page = look(Role.VIEWER).page
    page.route("**/events?*", lambda route: None)
    page.clock.install()
    page.goto("/")
    assert "No success yet" in page.locator("main").inner_text()
    site.house.run("erp")
    page.clock.fast_forward(10_000)
    page.clock.fast_forward(5_000)
    page.get_by_text("Healthy").wait_for()
