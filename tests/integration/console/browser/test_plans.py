"""Are plans right for everybody, and can one be taken apart and applied on any screen?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from syncd.access.roles import Role
from syncd.sync.review import leave_out
from tests.fixtures.contractors import firm
from tests.integration.console.conftest import Site
from tests.integration.console.troubled import LONG

from .conftest import Eyes

CHANGES: list[dict[str, Any]] = [
    {"active": False},
    {"groups": ("Nowa",), "phones": ("+48 600 100 200",)},
    {"name": "Żubr S.A."},
]


@pytest.fixture
def plan(site: Site) -> int:
    """A plan that a limit holds, over more than one page."""
    house = site.house
    ids = [house.erp.add(firm(f"A{n}", name=LONG[n % 3], groups=("Hurt", "VIP")[: n % 3])) for n in range(66)]
    house.settle()
    for n, id_ in enumerate(ids):
        house.erp.edit(id_, **CHANGES[n % 3])
    house.erp.add(firm("N1", name=LONG[1]))
    run: int = house.run("erp", dry_run=True)["id"]
    return run


@pytest.mark.slow
def test_without_plans_the_list_is_right_for_everybody(look: Callable[..., Eyes]) -> None:
    look(Role.VIEWER).see("/plans")


@pytest.mark.slow
def test_plans_are_right_for_everybody(plan: int, look: Callable[..., Eyes]) -> None:
    eyes = look(Role.ADMIN)
    for path in ("/plans", f"/plans/{plan}", f"/plans/{plan}?field=groups&kind=update", f"/plans/{plan}?q=zubr"):
        eyes.see(path)
        assert eyes.page.locator("h1").inner_text().startswith("Plan")


@pytest.mark.slow
def test_a_plan_whose_place_another_one_took_is_right_for_everybody(site: Site, look: Callable[..., Eyes]) -> None:
    house = site.house
    ids = [house.erp.add(firm(f"A{n}", name=LONG[n % 3])) for n in range(40)]
    house.settle()
    held = []
    for part in (ids[:30], ids[30:]):
        for id_ in part:
            house.erp.edit(id_, active=False)
        held.append(house.run("erp")["id"])
    leave_out(house.app, held[0], [1, 2], by="anna")
    look(Role.ADMIN).see(f"/plans/{held[0]}")


def test_some_are_left_out_and_the_rest_applied(site: Site, plan: int, look: Callable[..., Eyes]) -> None:
    page = look(Role.ADMIN).page
    page.goto(f"/plans/{plan}")
    boxes = page.get_by_role("checkbox")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    page.get_by_role("button", name="Leave the ticked out").click()
    page.get_by_text("4 changes are left out.").wait_for()
    page.get_by_role("link", name=re.compile(r"^Block \d")).click()
    page.get_by_role("button", name=re.compile(r"^Leave all \d+ out")).click()
    page.get_by_label("Reason").fill("looks right")
    page.get_by_role("button", name="Apply").click()
    page.get_by_text("are being applied").wait_for()
    site.house.execute(plan)
    assert not [line for line in site.house.lines(plan) if line["action"] == "block" and line["outcome"] is None]


def test_a_plan_that_is_being_made_appears_by_itself(site: Site, look: Callable[..., Eyes]) -> None:
    site.house.erp.add(firm("A1"))
    run_id = site.house.ask("erp", dry_run=True)
    page = look(Role.ADMIN).page
    page.goto(f"/plans/{run_id}")
    site.house.execute(run_id)
    page.get_by_role("heading", name="1 change").wait_for()
