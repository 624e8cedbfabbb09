"""Can everybody see how runs went, watch one, and find out why a record failed?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syncd.access.roles import Role
from syncd.certify.faults import Fault
from syncd.ports import Endpoint, Page
from tests.fixtures.contractors import firm
from tests.integration.console.conftest import Site
from tests.integration.pipeline.house import House, Through

from .conftest import Eyes

PICTURES = Path(os.environ["SYNCD_PICTURES"]) if "SYNCD_PICTURES" in os.environ else None
"""Where screenshots go, when somebody wants to look at them."""

LONG = "Przedsiębiorstwo Wielobranżowe Handlowo-Usługowe „Łódź-Bud” Spółka z ograniczoną odpowiedzialnością Sp. k."


class Slow(Through):
    """A side that takes some seconds for each page."""

    def __init__(self, house: House, inner: Endpoint) -> None:
        super().__init__(inner)
        self._house = house

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        for part in self.inner.read(cursor, full=full):
            self._house.pass_time(seconds=3 + 5 * len(part.records))
            yield part


def fill(house: House) -> None:
    """Runs of all kinds: one whose records became everything they can become, failed ones, and a preview."""
    house.through("erp", lambda inner: Slow(house, inner))
    for number in range(6):
        house.erp.add(firm(f"A{number}"))
    house.erp.add(firm("A6", name=LONG))
    house.erp.add(firm("A7", name="Рога и Копыта ООО"))
    house.erp.spoil("1")
    house.run("erp")
    house.shop.faults.plan(
        Fault(kind="status", status=422, only="write"), Fault(kind="status", status=503, only="write")
    )
    house.push()
    house.pass_time(hours=1)
    house.erp.edit("2", name=f"{LONG} nowa", email="nowy@firma.example", active=False)
    house.run("erp")
    house.erp.faults.plan(*[Fault(kind="status", status=401)] * 3)
    house.run("erp")
    house.erp.faults.clear()
    house.run("erp", "full", dry_run=True)


@pytest.mark.slow
def test_the_list_of_runs_is_right_for_everybody(site: Site, look: Callable[..., Eyes]) -> None:
    look(Role.VIEWER).see("/runs", PICTURES)
    fill(site.house)
    look(Role.OPERATOR).see("/runs", PICTURES)


@pytest.mark.slow
def test_a_run_is_right_for_everybody(site: Site, look: Callable[..., Eyes]) -> None:
    fill(site.house)
    look(Role.OPERATOR).see("/runs/1", PICTURES)


@pytest.mark.slow
def test_a_record_is_right_for_everybody(site: Site, look: Callable[..., Eyes]) -> None:
    fill(site.house)
    look(Role.OPERATOR).see("/runs/2/records/1", PICTURES)


@pytest.mark.slow
def test_the_dashboard_with_all_that_can_be_on_it_is_right_for_everybody(site: Site, look: Callable[..., Eyes]) -> None:
    fill(site.house)
    site.house.ask("shop", "full")
    look(Role.OPERATOR).see("/", PICTURES)


def test_a_choice_narrows_the_list_and_stands_in_the_address_without_empty_parts(
    site: Site, look: Callable[..., Eyes]
) -> None:
    fill(site.house)
    page = look(Role.VIEWER).page
    page.goto("/runs")
    page.get_by_label("State").select_option("failed")
    page.wait_for_url("**/runs?state=failed", timeout=8000)
    assert page.locator("#list tbody tr").count() == 1
    page.get_by_label("Started by").select_option("schedule")
    page.get_by_text("No run fits").wait_for()
    page.go_back()
    page.wait_for_url("**/runs?state=failed")
    page.locator("#list tbody tr").wait_for()


def test_records_are_searched_without_leaving_the_page(site: Site, look: Callable[..., Eyes]) -> None:
    fill(site.house)
    page = look(Role.VIEWER).page
    page.goto("/runs/1")
    page.get_by_label("Code, name or id there").fill("рога")
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/1?q=*")
    assert page.locator("#records tbody tr").count() == 1
