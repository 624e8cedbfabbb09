"""Is what needs a person right for everybody, and can it be answered from the keyboard?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncd.access.roles import Role
from syncd.registry import tables
from tests.integration.console.conftest import Site
from tests.integration.console.troubled import trouble

from .conftest import Eyes


@pytest.fixture
def troubled(site: Site) -> Site:
    trouble(site.house)
    return site


def first(site: Site, code: str) -> int:
    number: int = next(row["id"] for row in site.house.rows(tables.Issue) if row["code"] == code)
    return number


@pytest.mark.slow
def test_nothing_to_do_is_right_for_everybody(look: Callable[..., Eyes]) -> None:
    look(Role.OPERATOR).see("/attention")


@pytest.mark.slow
def test_the_list_and_the_page_of_an_issue_are_right_for_everybody(troubled: Site, look: Callable[..., Eyes]) -> None:
    eyes = look(Role.OPERATOR)
    conflict, match = first(troubled, "edit-conflict"), first(troubled, "ambiguous")
    for path, title in (
        ("/attention", "Needs attention"),
        ("/attention?kind=country-contradiction&age=1h", "Needs attention"),
        (f"/attention/{conflict}", "Conflict"),
        (f"/attention/{conflict}/others?answer=keep-erp:1", "The same for the others"),
        (f"/attention/{match}", "Who is it?"),
    ):
        eyes.see(path)
        assert eyes.page.locator("h1").inner_text() == title


def test_j_and_a_digit_answer_the_next_issue_and_the_one_after_has_the_focus(
    troubled: Site, look: Callable[..., Eyes]
) -> None:
    page = look(Role.OPERATOR).page
    page.goto("/attention?kind=edit-conflict")
    page.keyboard.press("j")
    page.keyboard.press("2")
    page.wait_for_url("**#i-*")
    assert "Answered: Keep shop" in page.locator(".told").inner_text()
    assert page.locator("[data-row]:focus-within").get_attribute("id") == page.url.partition("#")[2]
    page.keyboard.press("3")
    page.locator("[data-row]:focus-within input[name=value]").fill("Trzecia 123")
    page.keyboard.press("Enter")
    page.get_by_text("Answered: Edit").wait_for()
    assert "Trzecia 123" in {one.name for one in troubled.house.contractors()}


def test_digits_are_only_digits_while_somebody_types(troubled: Site, look: Callable[..., Eyes]) -> None:
    page = look(Role.OPERATOR).page
    number = first(troubled, "edit-conflict")
    page.goto(f"/attention/{number}")
    page.get_by_label("Comment").fill("call ")
    page.keyboard.type("123")
    assert page.get_by_label("Comment").input_value() == "call 123"


@pytest.mark.slow
def test_without_javascript_an_issue_is_answered_all_the_same(troubled: Site, look: Callable[..., Eyes]) -> None:
    page = look(Role.OPERATOR, java_script_enabled=False).page
    page.goto("/attention?kind=edit-conflict")
    page.get_by_role("button", name="Keep ERP").first.click()
    assert "Answered: Keep ERP" in page.locator(".told").inner_text()
    page.get_by_role("link", name="Do the same for the other").click()
    page.get_by_role("button", name="Answer").click()
    assert "2 issues were answered." in page.locator(".told").inner_text()
