"""Contractors of an ERP become customers of a shop and follow it."""

from __future__ import annotations

from syncd.domain.contractor import Address, Contractor
from tests.fixtures.contractors import firm

from .house import House


def test_a_contractor_of_the_erp_is_created_in_the_shop(house: House) -> None:
    house.erp.add(firm("A1"))
    run = house.run("erp", "full")
    assert run["state"] == "succeeded", run
    assert run["counts"]["created"] == 1
    house.push()
    assert house.at_shop()["A1"].name == "Firma A1"
    assert house.at_shop()["A1"].groups == ("Hurt",)


def test_a_second_full_run_writes_nothing(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    writes = len([call for call in house.shop.journal if call.writes])
    run = house.run("erp", "full")
    assert run["counts"]["unchanged"] == 1
    assert house.lines(run["id"]) == []
    house.push()
    assert len([call for call in house.shop.journal if call.writes]) == writes


def test_a_change_in_the_erp_reaches_the_shop(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.edit(id_, name="Nowa nazwa")
    house.settle()
    assert house.at_shop()["A1"].name == "Nowa nazwa"


def test_a_deactivated_contractor_is_blocked_by_the_erp(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.edit(id_, active=False)
    house.settle()
    assert house.statuses() == ["blocked_by_erp"]
    assert not house.at_shop()["A1"].active
    house.erp.edit(id_, active=True)
    house.settle()
    assert house.statuses() == ["active"]
    assert house.at_shop()["A1"].active


def test_a_domestic_profile_edit_in_the_shop_reaches_the_erp(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    (id_,) = house.shop.holds()
    house.shop.edit(id_, phones=("+48 600 100 200",))
    house.settle()
    assert house.at_erp()["A1"].phones == ("+48 600 100 200",)


def test_a_foreign_customers_edit_is_set_back(house: House) -> None:
    german = firm("D1", country="DE", tax_prefix="DE", tax_id="136695976", addresses=(Address(country="DE"),))
    house.erp.add(german)
    house.settle()
    (id_,) = house.shop.holds()
    house.shop.edit(id_, name="Frech GmbH")
    house.settle()
    assert house.at_shop()["D1"].name == "Firma D1"
    assert house.at_erp()["D1"].name == "Firma D1"


def test_a_registration_in_the_shop_reaches_the_erp(house: House) -> None:
    house.shop.add(Contractor(name="Nowy klient", email="nowy@klient.example", country="PL"))
    house.settle()
    assert [c.name for c in house.at_erp().values()] == ["Nowy klient"]


def test_both_edits_live_when_each_side_changed_another_field(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    (shop_id,) = house.shop.holds()
    house.erp.edit(id_, name="Nowa nazwa")
    house.shop.edit(shop_id, phones=("+48 600 100 200",))
    house.settle()
    assert house.at_shop()["A1"].name == house.at_erp()["A1"].name == "Nowa nazwa"
    assert house.at_shop()["A1"].phones == house.at_erp()["A1"].phones == ("+48 600 100 200",)


def test_a_group_removed_in_the_erp_is_removed_in_the_shop_and_the_shops_own_group_stays(house: House) -> None:
    id_ = house.erp.add(firm("A1", groups=("Hurt", "VIP")))
    house.settle()
    (shop_id,) = house.shop.holds()
    house.shop.edit(shop_id, groups=("Hurt", "VIP", "Klub sklepu"))
    house.settle()
    house.erp.edit(id_, groups=("Hurt",))
    house.settle()
    assert set(house.at_shop()["A1"].groups) == {"Hurt", "Klub sklepu"}


def test_a_shops_own_block_survives_reactivation_by_the_erp(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    (shop_id,) = house.shop.holds()
    house.shop.edit(shop_id, active=False)
    house.settle()
    house.erp.edit(id_, active=False)
    house.settle()
    house.erp.edit(id_, active=True)
    house.settle()
    assert house.statuses() == ["blocked"]
    assert not house.at_shop()["A1"].active
