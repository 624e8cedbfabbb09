"""Can everybody see how runs went, watch one, and find out why a record failed?"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from syncd.access.roles import Role
from syncd.certify.faults import Fault
from tests.fixtures.contractors import firm
from tests.integration.console.conftest import Site
from tests.integration.pipeline.house import House

from .conftest import Eyes

PICTURES = Path(os.environ["SYNCD_PICTURES"]) if "SYNCD_PICTURES" in os.environ else None
"""Where screenshots go, when somebody wants to look at them."""

LONG = "Przedsiębiorstwo Wielobranżowe Handlowo-Usługowe „Łódź-Bud” Spółka z ograniczoną odpowiedzialnością Sp. k."


def fill(house: House) -> None:
    """Runs of all kinds: one whose records became everything they can become, failed ones, and a preview."""
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


def test_the_list_of_runs_is_right_for_everybody(site: Site, look: Callable[..., Eyes]) -> None:
    look(Role.VIEWER).see("/runs", PICTURES)
    fill(site.house)
    eyes = look(Role.OPERATOR)
    eyes.see("/runs", PICTURES)
    eyes.see("/runs?state=cancelled", None)


def test_a_run_is_right_for_everybody(site: Site, look: Callable[..., Eyes]) -> None:
    fill(site.house)
    eyes = look(Role.OPERATOR)
    eyes.see("/runs/1", PICTURES)
    eyes.see("/runs/3", PICTURES)


def test_a_record_is_right_for_everybody(site: Site, look: Callable[..., Eyes]) -> None:
    fill(site.house)
    eyes = look(Role.OPERATOR)
    eyes.see("/runs/1/records/1", PICTURES)
    eyes.see("/runs/2/records/1", PICTURES)
