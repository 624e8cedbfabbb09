"""Are the pages about connections right for everybody, on every screen?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncd.access.roles import Role
from syncd.certify.faults import Fault
from tests.fixtures.contractors import firm
from tests.integration.console.conftest import Site

from .conftest import Eyes

LONG = "Przedsiębiorstwo Produkcyjno-Handlowo-Usługowe „Łódź-Bud” Spółka z ograniczoną odpowiedzialnością w upadłości"


@pytest.fixture
def busy(site: Site) -> Site:
    site.house.erp.add(firm("A0", name=LONG))
    site.house.erp.add(firm("A1", name="Рога и Копыта ООО"))
    site.house.erp.spoil(site.house.erp.add(firm("A2")))
    site.house.run("erp")
    return site


def test_the_list_is_right_for_everybody(busy: Site, look: Callable[..., Eyes]) -> None:
    admin = look(Role.ADMIN)
    admin.page.request.post("/connections/shop/pause", form={"reason": "Wartung des Servers " * 8})
    busy.house.erp.faults.plan(Fault(kind="status", status=401))
    busy.house.run("erp")
    admin.see("/connections")


@pytest.mark.parametrize("tab", ["overview", "mapping", "schedule", "limits", "credentials", "runs", "test"])
def test_a_tab_is_right_for_everybody(busy: Site, look: Callable[..., Eyes], tab: str) -> None:
    admin = look(Role.ADMIN)
    admin.page.request.post("/connections/erp/test")
    admin.see(f"/connections/erp?tab={tab}" + ("&sample=1" if tab == "mapping" else ""))


def test_what_is_empty_is_right_for_everybody(site: Site, look: Callable[..., Eyes]) -> None:
    viewer = look(Role.OPERATOR)
    viewer.see("/connections/shop?tab=runs")
    viewer.see("/connections/shop?tab=test")


@pytest.mark.parametrize(
    "section", ["general", "schedules", "limits", "retention", "countries", "notifications", "health"]
)
def test_settings_are_right_for_everybody(site: Site, look: Callable[..., Eyes], section: str) -> None:
    admin = look(Role.ADMIN)
    admin.page.request.post("/settings/countries/names", form={"stated": "Zjednoczone Królestwo B.", "country": "GB"})
    admin.see(f"/settings/{section}")
