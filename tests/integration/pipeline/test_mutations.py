"""Would the suite see these mistakes? Each is planted, and what it breaks is shown by a few steps of a world.

A mistake here is one that tools of this kind make, or that a hurried change of this one could make. The steps hold
without it (that is a test, too), so what is caught is the mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec
import pytest

from syncd.domain import policy
from syncd.domain.contractor import Contractor
from syncd.domain.country import Zone
from syncd.domain.policy import Rule
from syncd.registry import tables
from syncd.sync import execute
from tests.fixtures.contractors import firm

from .house import Through
from .world import World

Patch = pytest.MonkeyPatch


class Mistake(NamedTuple):
    """One planted mistake.

    Attributes:
        plant: Makes it.
        steps: What happens until its harm shows as a failed assertion.
    """

    plant: Callable[[Patch], None]
    steps: Callable[[World], None]


# What happens


def settled_customer(world: World, country: str = "PL") -> str:
    customer = world.appears("erp", country)
    world.heals()
    return customer


def a_shop_states_another_country(world: World) -> None:
    customer = settled_customer(world, "DE")
    id_ = world.at("shop", customer)
    assert id_ is not None
    world.house.shop.edit(id_, country="PL")
    world.heals()
    assert world.row(customer)["zone"] == Zone.INTRA_EU  # type: ignore[index]


def an_erp_switches_off_and_on_whom_an_admin_blocks(world: World) -> None:
    customer = settled_customer(world)
    world.admin_blocks_it(customer)
    for _ in range(2):
        world.switches("erp", customer)
        world.heals()
    world.check_at_rest()


def a_shop_switches_off_and_on_whom_the_erp_switched_off(world: World) -> None:
    customer = settled_customer(world)
    world.switches("erp", customer)
    world.heals()
    world.switches("shop", customer)
    world.heals()
    world.check_at_rest()


def both_sides_edit_other_fields(world: World) -> None:
    customer = settled_customer(world)
    world.edits("erp", customer, "name")
    world.runs("erp")
    world.edits("shop", customer, "website")
    website = world.held("shop")[customer].website
    world.runs("shop")
    world.heals()
    assert world.held("erp")[customer].website == website
    world.check_at_rest()


def a_shop_edits_just_before_a_push(world: World) -> None:
    customer = settled_customer(world)
    world.edits("erp", customer, "phones")
    world.runs("erp")
    world.edits("shop", customer, "website")
    website = world.held("shop")[customer].website
    world.edits("erp", customer, "website")
    world.runs("erp")
    world.pushes("shop")
    world.heals()
    assert website in {c.details["told"] for c in conflicts(world)} | {world.held("erp")[customer].website}


def a_foreign_customer_edits(world: World) -> None:
    customer = settled_customer(world, "DE")
    world.edits("shop", customer, "name")
    world.runs("shop")
    world.check_always()
    world.heals()
    world.check_at_rest()


def a_shop_changes_terms(world: World) -> None:
    customer = settled_customer(world)
    world.edits("shop", customer, "price_list")
    world.heals()
    world.check_at_rest()


def two_share_an_e_mail_but_not_the_tax_id(world: World) -> None:
    world.house.erp.add(firm("A1", email="biuro@firma.example", origin="a1"))
    world.heals()
    world.house.sides["erp2"].add(firm("B1", email="biuro@firma.example", origin="b1"))
    world.heals()
    assert world.house.count(tables.Contractor) == 4


def one_could_be_either_of_two(world: World) -> None:
    for name in ("a1", "a2"):
        world.house.erp.add(Contractor(name=name, number=name, origin=name, country="PL", email="biuro@firma.example"))
    world.heals()
    world.house.sides["erp2"].add(Contractor(name="b", origin="b", country="PL", email="biuro@firma.example"))
    world.runs("erp2")
    assert "ambiguous" in world.house.issues()


def a_list_lacks_one_once(world: World) -> None:
    customer = settled_customer(world)
    id_ = world.at("erp", customer)
    assert id_ is not None
    was = world.held("erp")[customer]
    world.house.erp.remove(id_)
    world.runs("erp", "full")
    assert world.row(customer)["status"] == "active"  # type: ignore[index]
    del was


def a_list_breaks_off(world: World) -> None:
    customer = settled_customer(world)
    id_ = world.at("erp", customer)
    assert id_ is not None
    world.house.erp.remove(id_)
    world.house.through("erp", Incomplete)
    for _ in range(3):
        world.runs("erp", "full")
    assert world.row(customer)["status"] == "active"  # type: ignore[index]


class Incomplete(Through):
    """A side whose lists are never proven to be whole."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Any]:
        for page in self.inner.read(cursor, full=full):
            end = page.end and msgspec.structs.replace(page.end, complete=False, how="no count")
            yield msgspec.structs.replace(page, end=end)


def an_erp_empties_a_name(world: World) -> None:
    world.house.erp.add(firm("A1", origin="a1"))
    world.heals()
    id_ = world.at("erp", "a1")
    assert id_ is not None
    world.house.erp.edit(id_, email="")
    world.heals()
    assert {contractor.email for contractor in world.house.contractors() if contractor.origin == "a1"} == {
        "a1@firma.example"
    }


def a_customer_leaves_a_group(world: World) -> None:
    customer = settled_customer(world)
    world.regroups("erp", customer, {"VIP"})
    world.heals()
    assert world.held("shop")[customer].groups == ("VIP",)
    world.check_at_rest()


def the_answer_to_a_create_is_lost(world: World) -> None:
    customer = world.appears("erp")
    world.runs("erp")
    world.goes_wrong("shop", "answer lost")
    world.pushes("shop")
    world.heals()
    assert customer in world.held("shop")
    world.check_at_rest()


def a_push_is_refused_for_a_while(world: World) -> None:
    customer = settled_customer(world)
    world.edits("erp", customer, "name")
    world.runs("erp")
    world.goes_wrong("shop", "failed")
    world.pushes("shop")
    world.heals()
    world.check_at_rest()


def a_contractor_moves_between_plan_and_apply(world: World) -> None:
    from syncd.sync.change import plan_change  # noqa: PLC0415 - only here
    from syncd.sync.review import approve  # noqa: PLC0415
    from syncd.sync.standing import unblock  # noqa: PLC0415

    customer = settled_customer(world)
    world.admin_blocks_it(customer)
    id_ = world.row(customer)["id"]  # type: ignore[index]
    (run_id,) = plan_change(world.house.app, [id_], unblock("piotr", world.house.now), by="piotr", dry_run=True)
    world.edits("erp", customer, "name")
    name = world.held("erp")[customer].name
    world.runs("erp")
    approve(world.house.app, run_id, by="piotr")
    execute.execute_run(world.house.app, run_id)
    assert world.row(customer)["name"] == name  # type: ignore[index]


def a_shop_ignores_a_block(world: World) -> None:
    world.house.through("shop", Deaf)
    customer = settled_customer(world)
    world.switches("erp", customer)
    world.runs("erp")
    world.pushes("shop")
    assert "block-not-effective" in {row["code"] for row in world.house.rows(tables.Issue)} | {
        row["error_code"] for row in world.house.rows(tables.Push)
    }


class Deaf(Through):
    """A shop that says that it switched a customer off, and did not."""

    def update(self, remote: Any, contractor: Contractor) -> Any:
        done = self.inner.update(remote, msgspec.structs.replace(contractor, active=True))
        told = msgspec.structs.replace(done.contractor, active=contractor.active)
        return msgspec.structs.replace(done, contractor=told)


def a_guest_buys(world: World) -> None:
    guest = Contractor(name="Gość", origin="gosc", country="PL", email="gosc@klient.example", registered=False)
    world.house.shop.add(guest)
    for side in ("shop", "erp"):
        world.runs(side)
        world.pushes(side)
    assert world.at("erp", "gosc") is None


def another_company_gets_a_shops_id(world: World) -> None:
    world.house.erp.add(firm("A1", origin="a1"))
    world.heals()
    id_ = world.at("shop", "a1")
    assert id_ is not None
    new = firm("B9")
    world.house.shop.edit(id_, name=new.name, number=new.number, tax_id=new.tax_id, email=new.email)
    world.runs("shop")
    assert {contractor.name for contractor in world.house.contractors()} >= {"Firma A1"}


def a_second_erp_has_the_same_company(world: World) -> None:
    customer = settled_customer(world)
    world.appears_in_the_other_erp(customer)
    world.heals()
    world.check_at_rest()


def conflicts(world: World) -> list[Any]:
    return [
        msgspec.defstruct("Row", [("details", dict)])(row["details"])
        for row in world.house.rows(tables.Issue)
        if row["code"] == "edit-conflict"
    ]


# What goes wrong in the program


def ruled(field: str, rule: Rule) -> Callable[[Patch], None]:
    return lambda patch: patch.setattr(policy, "RULES", {**policy.RULES, field: rule})
