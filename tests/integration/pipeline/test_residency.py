"""Does a shop that keeps a residency get it from the verdict, and does nobody believe what it says by itself?"""

from __future__ import annotations

from typing import Any

import pytest

from syncd.domain.contractor import Contractor
from syncd.sync.country_names import map_country
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House

WORDS = {"domestic": "krajowy", "intra_eu": "wewnatrzunijny", "extra_eu": "pozaunijny"}
GERMAN: dict[str, Any] = {"country": "DE", "tax_prefix": "DE", "tax_id": "811115368", "addresses": ()}
ABROAD: dict[str, Any] = {"tax_prefix": "", "tax_id": "", "addresses": ()}


@pytest.fixture
def house(build: OpenHouse) -> House:
    """An ERP and a shop in which everybody who registers is domestic."""
    return build(options={"shop": {"zones": WORDS}})


def residency(house: House) -> str:
    (held,) = house.at_shop().values()
    return held.tax_class


def test_a_foreigner_who_registered_as_domestic_is_set_right_without_an_issue(house: House) -> None:
    house.shop.add(Contractor(name="Müller GmbH", email="m@firma.example", tax_class="krajowy", **GERMAN))
    house.settle()
    assert (residency(house), house.issues()) == ("wewnatrzunijny", [])
    assert house.contractors()[0].tax_class == ""
    assert house.is_at_rest()


def test_a_shop_gets_its_own_word_and_not_the_erps_class(house: House) -> None:
    house.erp.add(firm("A1", tax_class="Knt_Export=3", **GERMAN))
    house.settle()
    assert residency(house) == "wewnatrzunijny"
    assert house.contractors()[0].tax_class == "Knt_Export=3"
    assert house.is_at_rest()


def test_who_moves_to_another_zone_moves_in_the_shop(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    assert residency(house) == "krajowy"
    house.erp.edit(id_, country="NO", tax_prefix="NO", tax_id="923609016", addresses=())
    house.settle()
    assert residency(house) == "pozaunijny"
    assert house.is_at_rest()


def test_a_zone_that_is_not_resolved_leaves_the_shops_word(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.edit(id_, country="Lechia", **ABROAD)
    house.settle()
    assert residency(house) == "krajowy"
    assert house.is_at_rest()


def test_a_verdict_that_changes_without_any_statement_reaches_the_shop(house: House) -> None:
    house.erp.add(firm("A1", country="Lechia", **ABROAD))
    house.settle()
    assert residency(house) == ""
    map_country(house.app, "Lechia", "NO", by="anna")
    house.run("erp", "reverify")
    house.settle()
    assert residency(house) == "pozaunijny"
    assert house.is_at_rest()


def test_a_residency_that_an_admin_of_the_shop_changed_is_set_back(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    (external_id,) = house.shop.holds()
    house.shop.edit(external_id, tax_class="pozaunijny")
    house.settle()
    assert residency(house) == "krajowy"
    assert house.is_at_rest()


def test_a_residency_beside_another_edit_of_the_shop_hides_neither(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    (external_id,) = house.shop.holds()
    house.shop.edit(external_id, tax_class="pozaunijny", email="nowy@firma.example")
    house.settle()
    assert (residency(house), house.at_erp()["A1"].email) == ("krajowy", "nowy@firma.example")
    assert house.is_at_rest()
