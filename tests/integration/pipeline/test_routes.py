"""Does every side get the contractors that belong there, in its own terms, and no others?"""

from __future__ import annotations

from typing import Any

import pytest

from syncd.domain.contractor import Activity, Contractor
from syncd.domain.country import Zone
from syncd.domain.side import Side
from syncd.registry import tables
from syncd.settings import RouteSettings
from tests.fixtures.contractors import firm, tax_id

from .conftest import OpenHouse
from .house import House

TWO_PAIRS = {"erp": Side.ERP, "other": Side.ERP, "shop": Side.SHOP, "second": Side.SHOP}
TWO_ERPS = {"erp": Side.ERP, "other": Side.ERP, "shop": Side.SHOP}
TWO_SHOPS = {"erp": Side.ERP, "shop": Side.SHOP, "second": Side.SHOP}


def route(**more: Any) -> list[RouteSettings]:
    return [RouteSettings(**{"erp": "erp", "shop": "shop", **more})]


def german(number: str, **more: Any) -> Contractor:
    return firm(number, country="DE", tax_prefix="DE", tax_id="136695976", addresses=(), **more)


# Who belongs in a shop


def test_who_is_switched_off_is_not_created_until_switched_on(house: House) -> None:
    id_ = house.erp.add(firm("A1", active=False))
    house.settle()
    assert (house.statuses(), house.at_shop()) == (["blocked_by_erp"], {})
    house.erp.edit(id_, name="Nowa nazwa")
    house.settle()
    assert house.at_shop() == {}
    house.erp.edit(id_, active=True)
    house.settle()
    assert house.at_shop()["A1"].name == "Nowa nazwa"


def test_who_is_switched_off_is_created_blocked_where_that_is_asked_for(build: OpenHouse) -> None:
    house = build(routes=route(create_inactive=True))
    id_ = house.erp.add(firm("A1", active=False))
    house.settle()
    assert not house.at_shop()["A1"].active
    house.erp.edit(id_, active=True)
    house.settle()
    assert (house.at_shop()["A1"].active, house.statuses()) == (True, ["active"])


def test_only_members_of_the_groups_of_a_route_are_created(build: OpenHouse) -> None:
    house = build(routes=route(only_groups=["VIP", "Sklep"]))
    house.erp.add(firm("A1", groups=("Hurt",)))
    id_ = house.erp.add(firm("A2", groups=("Hurt", "Sklep")))
    house.settle()
    assert set(house.at_shop()) == {"A2"}
    house.erp.edit(id_, groups=("Hurt",), name="Nowa nazwa")
    house.settle()
    assert house.at_shop()["A2"].name == "Nowa nazwa"


def test_who_enters_the_groups_of_a_route_is_created(build: OpenHouse) -> None:
    house = build(routes=route(only_groups=["VIP"]))
    id_ = house.erp.add(firm("A1", groups=("Hurt",)))
    house.settle()
    house.erp.edit(id_, groups=("Hurt", "VIP"))
    house.settle()
    assert set(house.at_shop()) == {"A1"}


def test_only_contractors_of_the_zones_of_a_route_are_created(build: OpenHouse) -> None:
    house = build(routes=route(zones=[Zone.INTRA_EU]))
    house.erp.add(firm("A1"))
    house.erp.add(german("D1"))
    house.settle()
    assert set(house.at_shop()) == {"D1"}


def test_who_moves_into_the_zone_of_a_route_is_created(build: OpenHouse) -> None:
    house = build(routes=route(zones=[Zone.DOMESTIC]))
    id_ = house.erp.add(firm("A1", country="DE"))
    house.settle()
    assert (house.at_shop(), house.issues()) == ({}, ["country-contradiction"])
    house.erp.edit(id_, country="PL")
    house.settle()
    assert (set(house.at_shop()), house.issues()) == ({"A1"}, [])


def test_one_erp_feeds_two_shops_each_with_its_own_scope(build: OpenHouse) -> None:
    house = build(sides=TWO_SHOPS, routes=[*route(only_groups=["Hurt"]), *route(shop="second", only_groups=["Detal"])])
    house.erp.add(firm("A1", groups=("Hurt",)))
    house.erp.add(firm("A2", groups=("Detal",)))
    house.erp.add(firm("A3", groups=("Detal", "Hurt")))
    house.settle()
    assert (set(house.at_shop()), set(house.held_by("second"))) == ({"A1", "A3"}, {"A2", "A3"})


def test_an_edit_in_one_shop_reaches_the_other_by_way_of_the_registry(build: OpenHouse) -> None:
    house = build(sides=TWO_SHOPS, routes=[*route(), *route(shop="second")])
    house.erp.add(firm("A1"))
    house.settle()
    (id_,) = house.shop.holds()
    house.shop.edit(id_, phones=("22 555 01 23",))
    house.settle()
    for side in ("erp", "shop", "second"):
        assert house.held_by(side)["A1"].phones == ("22 555 01 23",)


# Who belongs in an ERP


def test_a_guest_is_not_created_in_the_erp_until_registered(house: House) -> None:
    id_ = house.shop.add(Contractor(name="Gość", email="gosc@klient.example", country="PL", registered=False))
    house.settle()
    assert house.at_erp() == {}
    house.shop.edit(id_, registered=True)
    house.settle()
    assert [contractor.name for contractor in house.at_erp().values()] == ["Gość"]


def test_guests_are_created_in_the_erp_where_that_is_asked_for(build: OpenHouse) -> None:
    house = build(routes=route(guests=True))
    house.shop.add(Contractor(name="Gość", email="gosc@klient.example", country="PL", registered=False))
    house.settle()
    assert len(house.at_erp()) == 1


@pytest.mark.parametrize(
    ("settings", "orders", "in_erp"),
    [
        ({}, 0, False),
        ({"guests": True}, 0, False),
        ({"guests": True}, 1, True),
        ({"newsletter_only": True}, 0, True),
        ({"newsletter_only": True}, 1, False),
    ],
)
def test_who_only_takes_the_newsletter_is_created_in_the_erp_where_that_is_asked_for(
    build: OpenHouse, settings: dict[str, bool], orders: int, in_erp: bool
) -> None:
    house = build(routes=route(**settings))
    reader = Contractor(
        name="Czytelnik", email="c@klient.example", country="PL", registered=False, newsletter=True,
        activity=Activity(orders=orders),
    )  # fmt: skip
    house.shop.add(reader)
    house.settle()
    assert (house.count(tables.Contractor), len(house.erp.holds())) == (1, int(in_erp))


def test_a_registration_whose_tax_id_the_erp_has_is_linked_and_not_created(house: House) -> None:
    house.shop.add(firm("", name="Nowak sp. z o.o.", email="ewa@nowak.example", registered=True))
    house.run("shop")
    house.erp.add(firm("A1", name="NOWAK SP. Z O.O.", tax_id=tax_id(int.from_bytes(b"") % 900_000), email=""))
    house.settle()
    assert (house.count(tables.Contractor), len(house.erp.holds())) == (1, 1)
    assert [c.name for c in (*house.calls("erp", "create"),)] == []
    (contractor,) = house.contractors()
    assert (contractor.number, contractor.email) == ("A1", "ewa@nowak.example")


def test_a_route_without_registrations_creates_nobody_in_the_erp(build: OpenHouse) -> None:
    house = build(routes=route(registrations=False))
    house.shop.add(Contractor(name="Nowy", email="nowy@klient.example", country="PL"))
    house.settle()
    assert house.erp.holds() == {}


def test_a_registration_that_the_shop_blocked_is_not_created_in_the_erp_until_it_is_let_in(house: House) -> None:
    id_ = house.shop.add(Contractor(name="Nowy", email="nowy@klient.example", country="PL", active=False))
    house.settle()
    assert (house.erp.holds(), house.statuses()) == ({}, ["blocked"])
    house.shop.edit(id_, active=True)
    house.settle()
    assert (len(house.erp.holds()), house.statuses()) == (1, ["active"])


def test_the_number_that_the_erp_gives_to_a_registration_reaches_the_shop(house: House) -> None:
    house.shop.add(Contractor(name="Nowy", email="nowy@klient.example", country="PL"))
    house.settle()
    (id_,) = house.erp.holds()
    house.erp.edit(id_, number="K/17", price_list="B")
    house.settle()
    assert house.at_shop()["K/17"].price_list == "B"


def test_what_one_erp_keeps_is_not_created_in_another(build: OpenHouse) -> None:
    house = build(sides=TWO_ERPS, routes=[*route(), *route(erp="other")])
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.edit(id_, name="Nowa nazwa")
    house.settle()
    assert house.sides["other"].holds() == {}
    assert house.at_shop()["A1"].name == "Nowa nazwa"


def test_a_registration_is_created_in_one_erp_even_if_two_take_registrations(build: OpenHouse) -> None:
    house = build(sides=TWO_ERPS, routes=[*route(), *route(erp="other")])
    house.shop.add(Contractor(name="Nowy", email="nowy@klient.example", country="PL"))
    house.settle()
    assert len(house.erp.holds()) + len(house.sides["other"].holds()) == 1


def test_an_erp_fills_the_shops_of_its_own_routes_and_no_others(build: OpenHouse) -> None:
    house = build(sides=TWO_PAIRS, routes=[*route(), *route(erp="other"), *route(erp="other", shop="second")])
    house.erp.add(firm("A1"))
    house.sides["other"].add(firm("B1"))
    house.settle()
    assert (set(house.at_shop()), set(house.held_by("second"))) == ({"A1", "B1"}, {"B1"})


def test_who_comes_to_an_erp_as_well_enters_the_shops_of_that_one(build: OpenHouse) -> None:
    house = build(sides=TWO_PAIRS, routes=[*route(), *route(erp="other"), *route(erp="other", shop="second")])
    house.erp.add(firm("A1"))
    house.settle()
    house.sides["other"].add(firm("A1"))
    house.settle()
    assert (set(house.held_by("second")), house.count(tables.Contractor)) == ({"A1"}, 1)
    assert house.is_at_rest()


def test_who_registers_at_one_shop_of_an_erp_comes_to_its_other_shop(build: OpenHouse) -> None:
    house = build(sides=TWO_SHOPS, routes=[*route(), *route(shop="second")])
    house.shop.add(Contractor(name="Nowy", email="nowy@klient.example", country="PL"))
    house.settle()
    assert [c.name for side in ("erp", "second") for c in house.held_by(side).values()] == ["Nowy", "Nowy"]


def test_who_registers_at_a_shop_stays_out_of_shops_of_which_its_erp_knows_nothing(build: OpenHouse) -> None:
    house = build(sides=TWO_PAIRS, routes=[*route(), *route(erp="other"), *route(erp="other", shop="second")])
    house.sides["second"].add(Contractor(name="Nowy", email="nowy@klient.example", country="PL"))
    house.settle()
    assert (len(house.sides["other"].holds()), house.erp.holds(), len(house.shop.holds())) == (1, {}, 1)


# In whose terms


RENAMED = {"Hurt": "Wholesale", "Intern": ""}


def test_groups_have_the_names_of_the_shop(build: OpenHouse) -> None:
    house = build(routes=route(groups=RENAMED))
    id_ = house.erp.add(firm("A1", groups=("Hurt", "Intern", "VIP")))
    house.settle()
    assert house.at_shop()["A1"].groups == ("VIP", "Wholesale")
    assert house.contractors()[0].groups == ("Hurt", "Intern", "VIP")
    house.erp.edit(id_, groups=("Intern",))
    house.settle()
    assert house.at_shop()["A1"].groups == ()


def test_groups_with_other_names_are_no_difference(build: OpenHouse) -> None:
    house = build(routes=route(groups=RENAMED))
    house.erp.add(firm("A1", groups=("Hurt", "Intern")))
    house.settle()
    (id_,) = house.shop.holds()
    writes = house.writes()
    house.shop.edit(id_, payment_days=None)
    assert house.lines(house.run("shop")["id"]) == []
    assert house.is_at_rest()
    assert house.writes() == writes


def test_a_registration_brings_its_groups_in_the_terms_of_the_erp(build: OpenHouse) -> None:
    house = build(routes=route(groups=RENAMED))
    house.erp.add(firm("A1", groups=("Hurt",)))
    house.settle()
    house.shop.add(Contractor(name="Nowy", email="n@klient.example", country="PL", groups=("Wholesale", "Klub sklepu")))
    house.settle()
    assert {contractor.name: contractor.groups for contractor in house.at_erp().values()}["Nowy"] == ("Hurt",)


def test_two_groups_that_are_one_in_the_shop_come_to_rest(build: OpenHouse) -> None:
    house = build(routes=route(groups={"Hurt": "B2B", "VIP": "B2B"}))
    house.erp.add(firm("A1", groups=("Hurt", "VIP")))
    house.erp.add(firm("A2", groups=("Hurt",)))
    house.settle()
    assert {number: customer.groups for number, customer in house.at_shop().items()} == {"A1": ("B2B",), "A2": ("B2B",)}
    for id_ in house.shop.holds():
        house.shop.edit(id_, website="https://firma.example")
    house.settle()
    assert house.is_at_rest()
    assert [contractor.groups for contractor in house.contractors()] == [("Hurt", "VIP"), ("Hurt",)]


def test_a_group_that_a_shop_takes_away_is_given_back(house: House) -> None:
    house.erp.add(firm("A1", groups=("Hurt",)))
    house.settle()
    (id_,) = house.shop.holds()
    house.shop.edit(id_, groups=("Klub sklepu",))
    house.settle()
    assert set(house.at_shop()["A1"].groups) == {"Hurt", "Klub sklepu"}
    assert house.at_erp()["A1"].groups == ("Hurt",)


def test_members_of_a_group_can_be_asked_for(house: House) -> None:
    id_ = house.erp.add(firm("A1", groups=("Hurt", "VIP")))
    house.erp.add(firm("A2", groups=("Hurt",)))
    house.settle()
    house.erp.edit(id_, groups=("Detal", "VIP"))
    house.settle()
    names = {row["id"]: row["name"] for row in house.rows(tables.Group)}
    members = {(names[row["group_id"]], row["contractor_id"]) for row in house.rows(tables.Membership)}
    assert members == {("Detal", 1), ("VIP", 1), ("Hurt", 2)}


@pytest.mark.parametrize("side", ["erp", "shop"])
def test_a_connection_has_to_do_with_its_fields_only(build: OpenHouse, side: str) -> None:
    house = build(connections={side: {"fields": ["number", "email", "active"]}})
    id_ = house.erp.add(firm("A1", phones=("22 555 01 23",)))
    house.settle()
    other = house.at_shop()["A1"] if side == "shop" else house.contractors()[0]
    assert (other.name, other.email, other.phones) == ("Firma A1", "a1@firma.example", ())
    house.erp.edit(id_, name="Nowa nazwa", website="https://firma.example")
    house.settle()
    assert (house.at_shop()["A1"].name, house.at_shop()["A1"].website) == ("Nowa nazwa", "")
