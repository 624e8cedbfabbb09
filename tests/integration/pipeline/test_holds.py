"""Does every party lift its own hold only, and does the account work exactly when none stands?"""

from __future__ import annotations

import pytest

from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from syncd.domain.side import Side
from syncd.ports import Endpoint, Remote
from syncd.registry import tables
from syncd.settings import RouteSettings
from syncd.sync.change import change
from syncd.sync.standing import block
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House, Through
from .test_versions import Unversioned

ANSWER_LOST = Fault(kind="lose_answer", only="write")


@pytest.fixture
def settled(house: House) -> House:
    """One contractor that both sides have."""
    house.erp.add(firm("A1"))
    house.settle()
    return house


def set_active(house: House, side: str, active: bool) -> None:
    (id_,) = house.sides[side].holds()
    house.sides[side].edit(id_, active=active)
    house.settle()


def test_the_erps_hold_is_named_after_it_and_dated(settled: House) -> None:
    set_active(settled, "erp", active=False)
    assert settled.holds() == [{("erp_inactive", "erp")}]
    since = settled.rows(tables.Contractor)[0]["holds"]
    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, name="Nowa nazwa")
    settled.settle()
    assert settled.rows(tables.Contractor)[0]["holds"] == since


def test_the_shops_block_is_its_own_and_the_erp_hears_nothing_of_it(settled: House) -> None:
    set_active(settled, "shop", active=False)
    assert (settled.holds(), settled.statuses()) == ([{("admin_block", "shop")}], ["blocked"])
    assert settled.at_erp()["A1"].active
    set_active(settled, "shop", active=True)
    assert settled.statuses() == ["active"]


def test_a_shop_cannot_let_in_whom_the_erp_keeps_out(settled: House) -> None:
    set_active(settled, "erp", active=False)
    set_active(settled, "shop", active=True)
    assert (settled.holds(), settled.at_shop()["A1"].active) == ([{("erp_inactive", "erp")}], False)


def test_an_erp_does_not_lift_a_shops_block_by_saying_that_it_has_no_objection(settled: House) -> None:
    set_active(settled, "shop", active=False)
    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, name="Nowa nazwa")
    settled.run("erp", "full")
    assert settled.statuses() == ["blocked"]


def test_a_shop_cannot_let_in_whom_an_admin_blocked_as_well(settled: House) -> None:
    set_active(settled, "shop", active=False)
    ids = [row["id"] for row in settled.rows(tables.Contractor)]
    change(settled.app, ids, block("anna", settled.now), by="anna")
    assert settled.holds() == [{("admin_block", "shop"), ("admin_block", "anna")}]
    set_active(settled, "shop", active=True)
    assert (settled.holds(), settled.at_shop()["A1"].active) == ([{("admin_block", "anna")}], False)


def test_both_holds_have_to_be_lifted(settled: House) -> None:
    set_active(settled, "shop", active=False)
    set_active(settled, "erp", active=False)
    assert settled.holds() == [{("erp_inactive", "erp"), ("admin_block", "shop")}]
    assert settled.statuses() == ["blocked_by_erp"]
    set_active(settled, "erp", active=True)
    assert (settled.statuses(), settled.at_shop()["A1"].active) == (["blocked"], False)


@pytest.mark.parametrize("shop", [Through, Unversioned])
def test_our_own_block_whose_answer_was_lost_is_not_taken_for_the_shops(settled: House, shop: type[Through]) -> None:
    settled.through("shop", shop)
    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, active=False)
    settled.run("erp")
    settled.shop.faults.plan(ANSWER_LOST)
    settled.settle()
    assert settled.holds() == [{("erp_inactive", "erp")}]
    set_active(settled, "erp", active=True)
    assert (settled.statuses(), settled.at_shop()["A1"].active) == (["active"], True)


@pytest.mark.parametrize("asleep", [0, 120], ids=["read first", "pushed again first"])
def test_our_own_block_by_a_worker_that_died_is_not_taken_for_the_shops(settled: House, asleep: int) -> None:
    class DiesAfterwards(Through):
        def update(self, remote: Remote, contractor: Contractor) -> Remote:
            self.inner.update(remote, contractor)
            raise KeyboardInterrupt

    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, active=False)
    settled.run("erp")
    whole = settled.app
    settled.through("shop", DiesAfterwards)
    with pytest.raises(KeyboardInterrupt):
        settled.push("shop")
    settled.change(connections=whole.connections)
    settled.pass_time(seconds=asleep)
    settled.push()
    settled.settle()
    assert settled.holds() == [{("erp_inactive", "erp")}]


def test_the_shops_own_block_counts_even_while_ours_is_on_its_way(settled: House) -> None:
    (erp,), (shop,) = settled.erp.holds(), settled.shop.holds()
    settled.shop.edit(shop, active=False)
    settled.erp.edit(erp, active=False)
    settled.run("erp")
    settled.push()
    settled.settle()
    assert settled.holds() == [{("erp_inactive", "erp"), ("admin_block", "shop")}]
    set_active(settled, "erp", active=True)
    assert (settled.statuses(), settled.at_shop()["A1"].active) == (["blocked"], False)


def test_our_own_unblock_whose_answer_was_lost_is_nothing_new(settled: House) -> None:
    set_active(settled, "erp", active=False)
    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, active=True)
    settled.run("erp")
    settled.shop.faults.plan(ANSWER_LOST)
    settled.settle()
    assert (settled.holds(), settled.at_shop()["A1"].active) == ([set()], True)


def test_a_customer_whom_the_shop_had_blocked_before_stays_blocked(house: House) -> None:
    house.shop.add(firm("A1", groups=(), active=False))
    house.erp.add(firm("A1"))
    house.settle()
    assert house.holds() == [{("admin_block", "shop")}]
    assert not house.at_shop()["A1"].active


def test_two_erps_hold_independently(build: OpenHouse) -> None:
    house = build(
        sides={"erp": Side.ERP, "other": Side.ERP, "shop": Side.SHOP},
        routes=[RouteSettings(erp="erp", shop="shop"), RouteSettings(erp="other", shop="shop")],
    )
    for side in ("erp", "other"):
        house.sides[side].add(firm("A1"))
    house.settle()
    assert len(house.contractors()) == 1
    set_active(house, "erp", active=False)
    set_active(house, "other", active=False)
    assert house.holds() == [{("erp_inactive", "erp"), ("erp_inactive", "other")}]
    set_active(house, "erp", active=True)
    assert (house.holds(), house.at_shop()["A1"].active) == ([{("erp_inactive", "other")}], False)
    set_active(house, "other", active=True)
    assert (house.holds(), house.at_shop()["A1"].active) == ([set()], True)


def test_a_block_and_an_edit_of_one_moment_both_count(settled: House) -> None:
    (erp,), (shop,) = settled.erp.holds(), settled.shop.holds()
    settled.erp.edit(erp, active=False)
    settled.shop.edit(shop, phones=("22 555 01 23",))
    settled.settle()
    assert not settled.at_shop()["A1"].active
    assert settled.at_erp()["A1"].phones == ("22 555 01 23",)


def test_a_new_customer_of_the_shop_works_in_the_erp(house: House) -> None:
    house.shop.add(Contractor(name="Nowy", email="nowy@klient.example", country="PL"))
    house.settle()
    assert house.statuses() == ["active"]
    assert all(contractor.active for contractor in house.at_erp().values())


def test_every_block_is_a_line_that_says_who_and_why(settled: House) -> None:
    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, active=False)
    run = settled.run("erp")
    (line,) = settled.lines(run["id"])
    assert (line["action"], line["rule"], line["push_to"]) == (
        "block",
        "switched off where it comes from",
        str(settled.id("shop")),
    )
    assert run["counts"]["blocked"] == 1


def test_a_record_that_a_push_makes_switched_off_while_the_shop_is_read_is_no_block_of_the_shops(
    build: OpenHouse,
) -> None:
    house = build(routes=[RouteSettings(erp="erp", shop="shop", create_inactive=True)])
    house.erp.add(firm("A1", active=False))
    house.run("erp")
    house.through("shop", lambda inner: ReadsWhileItCreates(inner, house))
    house.push("shop")
    house.settle()
    assert house.holds() == [{("erp_inactive", "erp")}]
    (id_,) = house.erp.holds()
    house.erp.edit(id_, active=True)
    house.settle()
    assert (house.statuses(), house.at_shop()["A1"].active) == (["active"], True)


class ReadsWhileItCreates(Through):
    """A shop that is read by another process between a create and the moment at which it is noted down."""

    def __init__(self, inner: Endpoint, house: House) -> None:
        super().__init__(inner)
        self._house = house

    def create(self, contractor: Contractor) -> Remote:
        made: Remote = self.inner.create(contractor)
        self._house.run("shop", "full")
        return made
