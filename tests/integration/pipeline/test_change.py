"""Is what a person changes a run like any other: planned, guarded, applied, pushed and remembered?"""

from __future__ import annotations

import dataclasses

import msgspec
import pytest

from syncd.domain.country import Zone
from syncd.errors import NotFound
from syncd.registry import tables
from syncd.registry.engine import reading
from syncd.registry.queries.history import history
from syncd.settings import GuardSettings
from syncd.sync import standing
from syncd.sync.change import Change, Draft, Subject, change, plan_change
from syncd.sync.execute import execute_run
from syncd.sync.request import request_run
from syncd.sync.review import approve, discard
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House


@pytest.fixture
def settled(house: House) -> House:
    house.erp.add(firm("A1"))
    house.settle()
    return house


def act(house: House, name: str, *ids: int, by: str = "anna") -> list[int]:
    ids = ids or tuple(row["id"] for row in house.rows(tables.Contractor))
    runs = change(house.app, ids, standing.STANDING[name].make(by, house.now), by=by)
    house.settle()
    return runs


def renamed(name: str) -> Change:
    def make(subject: Subject) -> Draft:
        contractor = msgspec.structs.replace(subject.contractor, name=name)
        return Draft(contractor=contractor, holds=subject.holds, rule="renamed by an admin")

    return make


def test_an_admins_block_reaches_the_shop_and_survives_what_the_erp_says(settled: House) -> None:
    act(settled, "block")
    assert (settled.statuses(), settled.at_shop()["A1"].active) == (["blocked"], False)
    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, active=False)
    settled.settle()
    settled.erp.edit(id_, active=True)
    settled.settle()
    assert (settled.holds(), settled.at_shop()["A1"].active) == ([{("admin_block", "anna")}], False)


def test_unblocking_lifts_a_shops_block_too_and_never_the_erps(settled: House) -> None:
    (id_,) = settled.shop.holds()
    settled.shop.edit(id_, active=False)
    settled.settle()
    (erp_id,) = settled.erp.holds()
    settled.erp.edit(erp_id, active=False)
    settled.settle()
    act(settled, "unblock")
    assert settled.holds() == [{("erp_inactive", "erp")}]
    settled.erp.edit(erp_id, active=True)
    settled.settle()
    assert (settled.statuses(), settled.at_shop()["A1"].active) == (["active"], True)


def test_a_change_has_a_cause_with_before_and_after(settled: House) -> None:
    (run_id,) = act(settled, "block")
    with reading(settled.app.engine) as connection:
        event = next(e for e in history(connection, 1) if e.run == run_id and e.kind == "change")
    assert (event.action, event.asked_by, event.rule) == ("block", "anna", "blocked by an admin")
    assert event.fields["active"] is not None


def test_a_change_that_changes_nothing_makes_no_run(settled: House) -> None:
    runs = settled.count(tables.Run)
    assert change(settled.app, [1], standing.unblock("anna", settled.now), by="anna") == []
    assert settled.count(tables.Run) == runs


def test_a_field_that_an_admin_sets_reaches_both_sides(settled: House) -> None:
    change(settled.app, [1], renamed("Nowa nazwa"), by="anna")
    settled.settle()
    assert (settled.at_shop()["A1"].name, settled.at_erp()["A1"].name) == ("Nowa nazwa", "Nowa nazwa")
    assert settled.is_at_rest()


def test_a_change_of_many_that_blocks_too_many_waits_for_approval(build: OpenHouse) -> None:
    house = build(connections={"erp": {"guard": GuardSettings(first_run="apply", blocks_percent=5, at_least=3)}})
    for number in range(10):
        house.erp.add(firm(f"A{number}"))
    house.settle()
    (run_id,) = change(house.app, range(1, 11), standing.block("anna", house.now), by="anna")
    assert (house.row(run_id)["state"], set(house.statuses())) == ("held", {"active"})
    approve(house.app, run_id, by="piotr")
    execute_run(house.app, run_id)
    assert set(house.statuses()) == {"blocked"}


def test_a_plan_of_a_change_changes_nothing_until_it_is_applied(settled: House) -> None:
    (run_id,) = plan_change(settled.app, [1], renamed("Nowa"), by="anna", dry_run=True)
    execute_run(settled.app, run_id)
    assert (settled.row(run_id)["state"], settled.contractors()[0].name == "Nowa") == ("planned", False)
    approve(settled.app, run_id, by="anna")
    execute_run(settled.app, run_id)
    assert settled.contractors()[0].name == "Nowa"


def test_a_line_whose_contractor_moved_since_is_left_out_and_counted(settled: House) -> None:
    (run_id,) = plan_change(settled.app, [1], renamed("Nowa"), by="anna", dry_run=True)
    act(settled, "block")
    approve(settled.app, run_id, by="anna")
    execute_run(settled.app, run_id)
    assert settled.row(run_id)["counts"]["stale"] == 1
    assert settled.contractors()[0].name != "Nowa"


def test_a_pause_of_the_connection_does_not_stop_an_admin(settled: House) -> None:
    paused = dataclasses.replace(
        settled.app.connection("erp"),
        settings=msgspec.structs.replace(settled.app.connection("erp").settings, paused=True),
    )
    settled.change(connections={**settled.app.connections, "erp": paused})
    change(settled.app, [1], standing.block("anna", settled.now), by="anna")
    assert settled.statuses() == ["blocked"]


def test_an_unknown_customer_is_named_and_nobody_is_changed(settled: House) -> None:
    with pytest.raises(NotFound, match="99"):
        change(settled.app, [1, 99], standing.block("anna", settled.now), by="anna")
    assert settled.statuses() == ["active"]


def test_a_registration_waits_until_it_is_accepted_and_only_then_reaches_the_erp(build: OpenHouse) -> None:
    house = build(connections={"shop": {"acceptance": True}})
    house.shop.add(firm("", email="ewa@nowak.example", registered=True))
    house.settle()
    assert (house.statuses(), len(house.erp.holds())) == (["pending"], 0)
    assert [remote.contractor.active for remote in house.shop.holds().values()] == [False]
    act(house, "accept")
    assert (house.statuses(), len(house.erp.holds())) == (["active"], 1)
    assert [remote.contractor.active for remote in house.shop.holds().values()] == [True]


def test_a_rejected_registration_stays_out_and_can_be_accepted_later(build: OpenHouse) -> None:
    house = build(connections={"shop": {"acceptance": True}})
    house.shop.add(firm("", email="ewa@nowak.example", registered=True))
    house.settle()
    act(house, "reject")
    assert (house.holds(), len(house.erp.holds())) == ([{("rejected", "anna")}], 0)
    act(house, "accept")
    assert (house.statuses(), len(house.erp.holds())) == (["active"], 1)


def test_an_unresolved_country_holds_where_that_is_asked_for_and_its_cure_lets_go(build: OpenHouse) -> None:
    house = build(hold_unresolved=True)
    house.erp.add(firm("A1", country="PL", tax_prefix="DE"))
    house.settle()
    assert (house.statuses(), house.holds()) == (["pending"], [{("country_unresolved", "syncd")}])
    (id_,) = house.erp.holds()
    house.erp.edit(id_, tax_prefix="PL")
    house.settle()
    assert (house.statuses(), house.at_shop()["A1"].active) == (["active"], True)


def test_a_customer_whom_the_shop_has_not_approved_waits_where_that_is_asked_for(build: OpenHouse) -> None:
    house = build(hold_unapproved=True)
    house.shop.add(firm("", email="ewa@nowak.example", approved=False))
    house.settle()
    assert house.holds() == [{("not_approved_buyer", "syncd")}]


def test_looking_again_after_home_moved_changes_zones_without_reading_a_side(settled: House) -> None:
    settled.change(settings=msgspec.structs.replace(settled.app.settings, home="DE"))
    calls = len(settled.calls("erp"))
    run_id = request_run(settled.app, settled.app.connection("erp"), mode="reverify", asked_by="anna")
    assert run_id is not None
    execute_run(settled.app, run_id)
    assert [row["zone"] for row in settled.rows(tables.Contractor)] == [Zone.INTRA_EU]
    assert len(settled.calls("erp")) == calls
    assert settled.row(run_id)["counts"]["updated"] == 1


def test_looking_again_when_no_rule_changed_plans_nothing(settled: House) -> None:
    for name in ("erp", "shop"):
        run_id = request_run(settled.app, settled.app.connection(name), mode="reverify", asked_by="anna")
        assert run_id is not None
        execute_run(settled.app, run_id)
        assert settled.lines(run_id) == []


def test_rules_that_take_too_many_out_of_a_group_at_a_shop_wait_for_a_yes(build: OpenHouse) -> None:
    house = build(connections={"erp": {"guard": GuardSettings(first_run="apply", at_least=2)}})
    for number in range(3):
        house.erp.add(firm(f"A{number}", groups=("Hurt", "Detal")))
    house.settle()
    house.remap({"Hurt": "", "Detal": "Detal"})
    run = house.run("erp", "reverify")
    assert (run["state"], {line["risks"] for line in house.lines(run["id"])}) == ("held", {"leaves_group"})
    assert run["held_because"] == "3 of 3 contractors would leave a group; the limit is 20 % and at least 2"
    house.push()
    assert {one.groups for one in house.at_shop().values()} == {("Detal", "Hurt")}
    approve(house.app, run["id"], by="anna")
    assert house.execute(run["id"])["state"] == "succeeded"
    house.push()
    assert {one.groups for one in house.at_shop().values()} == {("Detal",)}


def test_rules_that_nobody_approved_take_nobody_out_of_a_group_by_another_change(build: OpenHouse) -> None:
    house = build(connections={"erp": {"guard": GuardSettings(first_run="apply", at_least=2)}})
    ids = [house.erp.add(firm(f"A{number}", groups=("Hurt", "Detal"))) for number in range(3)]
    house.settle()
    house.remap({"Hurt": "", "Detal": "Detal"})
    discard(house.app, house.run("erp", "reverify")["id"], by="anna", reason="a mistake")
    for id_ in ids:
        house.erp.edit(id_, phones=("+48 601 000 111",))
    run = house.run("erp")
    assert (run["state"], {line["risks"] for line in house.lines(run["id"])}) == ("held", {"leaves_group"})
    house.remap({"Hurt": "Hurt", "Detal": "Detal"})
    assert house.run("erp")["state"] == "succeeded"
    house.push()
    assert {(one.groups, one.phones) for one in house.at_shop().values()} == {(("Detal", "Hurt"), ("+48 601 000 111",))}


def test_rules_by_which_customers_only_join_a_group_at_a_shop_wait_for_nobody(build: OpenHouse) -> None:
    house = build(connections={"erp": {"guard": GuardSettings(first_run="apply", at_least=2)}})
    house.remap({"Hurt": "", "Detal": "Detal"})
    for number in range(3):
        house.erp.add(firm(f"A{number}", groups=("Hurt", "Detal")))
    house.settle()
    house.remap({"Hurt": "Hurt", "Detal": "Detal"})
    assert house.run("erp", "reverify")["state"] == "succeeded"


def test_looking_again_pushes_to_a_shop_whose_groups_are_mapped_otherwise_now(build: OpenHouse) -> None:
    house = build()
    house.erp.add(firm("A1", groups=("Hurt",)))
    house.settle()
    assert house.at_shop()["A1"].groups == ("Hurt",)
    house.remap({"Hurt": "Wholesale"})
    run_id = request_run(house.app, house.app.connection("erp"), mode="reverify", asked_by="anna")
    assert run_id is not None
    execute_run(house.app, run_id)
    house.push()
    assert house.at_shop()["A1"].groups == ("Wholesale",)
