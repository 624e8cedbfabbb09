"""Is what a shop may not say put right there, and only there?"""

from __future__ import annotations

from typing import Any

import pytest

from syncd.domain.contractor import Address, Contractor
from syncd.registry import tables
from tests.fixtures.contractors import firm

from .house import House


def german(**more: Any) -> Contractor:
    home = Address(street="Weg 1", city="Berlin", country="DE")
    return firm("D1", country="DE", tax_prefix="DE", tax_id="136695976", addresses=(home,), **more)


def settle(house: House, contractor: Contractor) -> str:
    """Let both sides have a contractor; answer the shop's name of it."""
    house.erp.add(contractor)
    house.settle()
    (id_,) = house.shop.holds()
    return id_


@pytest.mark.parametrize(
    ("field", "value"),
    [("price_list", "Najniższe ceny"), ("credit_limit", 1_000_000), ("tax_id", "9542742927"), ("groups", ("VIP",))],
)
def test_terms_and_identity_are_set_back(house: House, field: str, value: Any) -> None:
    id_ = settle(house, firm("A1", price_list="A"))
    house.shop.edit(id_, **{field: value})
    run = house.run("shop")
    (line,) = house.lines(run["id"])
    assert (line["action"], line["after"], line["push_to"]) == ("set_back", None, str(house.id("shop")))
    assert run["counts"]["set_back"] == 1
    house.settle()
    stated = firm("A1", price_list="A")
    kept = getattr(house.at_shop()["A1"], field)
    assert set(kept) - {"VIP"} == set(stated.groups) if field == "groups" else kept == getattr(stated, field)
    assert getattr(house.at_erp()["A1"], field) == getattr(stated, field)


def test_the_line_says_which_fields_are_not_the_shops_to_change(house: House) -> None:
    id_ = settle(house, german())
    house.shop.edit(id_, name="Frech GmbH", phones=("030 1234567",))
    (line,) = house.lines(house.run("shop")["id"])
    assert line["rule"] == "name, phones: not for this side to change"


def test_of_one_edit_the_part_that_counts_is_taken_and_the_rest_is_set_back(house: House) -> None:
    id_ = settle(house, firm("A1", price_list="A"))
    house.shop.edit(id_, phones=("22 555 01 23",), price_list="B")
    (line,) = house.lines(house.run("shop")["id"])
    assert (line["action"], line["rule"]) == ("update", "changed there: phones; set back: price_list")
    house.settle()
    assert (house.at_shop()["A1"].price_list, house.at_erp()["A1"].phones) == ("A", ("22 555 01 23",))


def test_what_is_set_back_and_changed_again_is_set_back_again(house: House) -> None:
    id_ = settle(house, german())
    for name in ("Frech GmbH", "Frecher GmbH"):
        house.shop.edit(id_, name=name)
        house.settle()
        assert house.at_shop()["D1"].name == "Firma D1"
    assert [row["fields"] for row in house.rows(tables.Delivery)[1:]] == ["name", "name"]


def test_a_foreign_customers_account_is_the_shops(house: House) -> None:
    id_ = settle(house, german())
    house.shop.edit(id_, newsletter=True, login_email="einkauf@firma.example")
    house.settle()
    assert (house.at_erp()["D1"].newsletter, house.at_erp()["D1"].login_email) == (True, "einkauf@firma.example")


def test_the_erp_changes_a_foreign_customer(house: House) -> None:
    settle(house, german())
    (id_,) = house.erp.holds()
    house.erp.edit(id_, name="Neuer Name GmbH")
    house.settle()
    assert house.at_shop()["D1"].name == "Neuer Name GmbH"


def test_an_opt_out_of_the_shop_is_not_overruled_by_an_older_opt_in(house: House) -> None:
    house.shop.add(firm("A1", groups=(), newsletter=False))
    house.erp.add(firm("A1", newsletter=True))
    house.settle()
    assert house.at_shop()["A1"].newsletter is False
    assert house.at_erp()["A1"].newsletter is False
