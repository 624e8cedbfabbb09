"""Can everybody find customers, narrow the list and arrange it, on every screen?"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from syncd.access.roles import Role
from syncd.domain.contractor import Contractor, Employee
from syncd.registry.engine import writing
from syncd.registry.tables import Group
from tests.fixtures.contractors import firm
from tests.integration.console.conftest import Site

from .conftest import Eyes

PICTURES = Path(os.environ["PICTURES"]) if "PICTURES" in os.environ else None
LONG = "Przedsiębiorstwo Produkcyjno-Handlowo-Usługowe „Żółta Łódź” Wspólnicy i Następcy Spółka Komandytowo-Akcyjna"


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
        connection.execute(Group.__table__.update().where(Group.name == "VIP").values(color="#d63939"))
    return site


def test_the_list_is_right_for_everybody(filled: Site, look: Callable[..., Eyes]) -> None:
    eyes = look(Role.OPERATOR)
    eyes.see("/customers?size=25", picture=PICTURES)
    eyes.see("/customers?filter=status:in:active,blocked+AND+(country:eq:PL+OR+group:has:VIP)&q=lodz", picture=PICTURES)


def test_an_empty_list_a_wrong_filter_and_a_lost_group_are_right_for_everybody(
    site: Site, look: Callable[..., Eyes]
) -> None:
    eyes = look(Role.VIEWER)
    eyes.see("/customers", picture=PICTURES)
    eyes.see("/customers?filter=group:has:Weg", picture=PICTURES)
