"""Does an undo take back what a run did, keep what others did since, and stay against what the sides still say?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from syncd.errors import InvalidRecord
from syncd.registry import tables
from syncd.registry.engine import writing
from syncd.settings import GuardSettings
from syncd.sync.change import Draft, Subject, change
from syncd.sync.erase import erase
from syncd.sync.review import approve
from syncd.sync.standing import block
from syncd.sync.undo import Undone, check_undo, plan_undo, untie_links
from tests.fixtures.contractors import firm

from .house import House, Row
from .test_erasure import read_only

OPEN = GuardSettings(first_run="apply", at_least=10_000, blocks_most=10_000)


def undo(house: House, run: Row, **more: Any) -> Undone:
    """Take a run back, with all that the daemon does for that."""
    done = plan_undo(house.app, run["id"], by="anna", **more)
    if done.state == "queued" and done.run is not None:
        assert house.execute(done.run)["state"] == "succeeded"
    if done.held_because is None and not more.get("dry_run"):
        untie_links(house.app, run["id"], by="anna")
        house.push()
    return done


def rename(house: House, name: str) -> None:
    """Let an admin change everybody's name."""

    def renamed(subject: Subject) -> Draft:
        contractor = msgspec.structs.replace(subject.contractor, name=name)
        return Draft(contractor=contractor, holds=subject.holds, rule="test")

    change(house.app, [row["id"] for row in house.rows(tables.Contractor)], renamed, by="jan")


def names(house: House, side: str) -> list[str]:
    return sorted(contractor.name for contractor in house.held_by(side).values())


@pytest.fixture
def settled(build: Any, tmp_path: Path) -> House:
    """Three contractors that both sides have."""
    house: House = build(folder=tmp_path)
    for number in range(3):
        house.erp.add(firm(f"A{number}"))
    house.settle()
    return house


def edited(house: House, **changes: Any) -> Row:
    """Let the ERP change everybody, and everything follow from it."""
    for external_id in house.erp.holds():
        house.erp.edit(external_id, **changes)
    run = house.run("erp")
    house.push()
    return run


@pytest.mark.parametrize("side", ["erp", "shop"])
def test_what_a_run_changed_goes_back_at_both_sides(settled: House, side: str) -> None:
    before = names(settled, side)
    run = edited(settled, name="Pomyłka")
    assert names(settled, side) == ["Pomyłka"] * 3
    done = undo(settled, run)
    assert (done.reversed, done.kept, done.impossible) == (3, (), ())
    assert names(settled, side) == before
    assert done.run is not None
    checked = check_undo(settled.app, done.run)
    assert (checked.read, checked.agree) == (6, 6)


def test_an_undo_is_a_run_that_says_what_it_took_back(settled: House) -> None:
    run = edited(settled, name="Pomyłka")
    row = settled.row(undo(settled, run).run or 0)
    assert (row["undoes"], row["asked_by"], row["mode"]) == (run["id"], "anna", "edit")
    assert {line["rule"] for line in settled.lines(row["id"])} == {f"undo of run {run['id']}: name as before"}


def test_a_field_that_was_edited_since_stays_and_is_named_beside_those_that_go_back(settled: House) -> None:
    run = edited(settled, name="Pomyłka", website="x.example")
    (first, *_) = settled.erp.holds()
    settled.erp.edit(first, name="Nowa")
    settled.settle()
    done = undo(settled, run)
    assert (done.reversed, [kept.fields for kept in done.kept]) == (3, [("name",)])
    assert names(settled, "shop") == ["Firma A1", "Firma A2", "Nowa"]
    assert {contractor.website for contractor in settled.at_shop().values()} == {""}


def test_an_edit_at_the_shop_that_nobody_has_heard_of_is_not_overwritten(settled: House) -> None:
    run = edited(settled, name="Pomyłka")
    first = next(id_ for id_, remote in settled.shop.holds().items() if remote.contractor.number == "A0")
    settled.shop.edit(first, phones=("22 555 01 23",), name="Z formularza")
    undo(settled, run)
    settled.settle()
    assert sorted(row["name"] for row in settled.rows(tables.Contractor)) == ["Firma A1", "Firma A2", "Z formularza"]
    assert names(settled, "shop") == ["Firma A1", "Firma A2", "Z formularza"]


@pytest.mark.parametrize("mode", ["incremental", "full"])
def test_what_the_erp_still_says_does_not_do_it_again(house: House, mode: Any) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    run = edited(house, groups=("Detal",), payment_days=7)
    undo(house, run)
    assert house.at_erp()["A1"].groups == ("Detal",)
    house.run("erp", mode)
    house.settle()
    assert (house.contractors()[0].groups, house.at_shop()["A1"].groups) == (("Hurt",), ("Hurt",))
    (external_id,) = house.erp.holds()
    house.erp.edit(external_id, website="nowa.example")
    house.settle()
    assert (house.contractors()[0].groups, house.contractors()[0].website) == (("Hurt",), "nowa.example")


def test_what_the_erp_says_anew_of_the_field_is_taken_over(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    undo(house, edited(house, payment_days=7))
    assert house.at_shop()["A1"].payment_days is None
    edited(house, payment_days=14)
    assert house.at_shop()["A1"].payment_days == 14


def test_nothing_is_written_to_the_erp_that_a_shop_may_not_change_and_the_difference_is_told(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    run = edited(house, groups=("Detal",))
    writes = house.writes("erp")
    done = undo(house, run)
    assert house.writes("erp") == writes
    (differs,) = check_undo(house.app, done.run or 0).differ
    assert (differs.connection, differs.fields, differs.why) == ("erp", ("groups",), "own")


def test_an_erp_that_is_only_read_keeps_its_value_and_does_not_bring_it_again(settled: House) -> None:
    settled.change(network=read_only(settled.app.network, settled.id("erp")))
    run = edited(settled, name="Pomyłka")
    writes = settled.writes("erp")
    done = undo(settled, run)
    settled.run("erp", "full")
    settled.push()
    assert (settled.writes("erp"), names(settled, "erp")) == (writes, ["Pomyłka"] * 3)
    assert names(settled, "shop") == ["Firma A0", "Firma A1", "Firma A2"]
    checked = check_undo(settled.app, done.run or 0)
    assert (checked.agree, {(one.connection, one.why) for one in checked.differ}) == (3, {("erp", "own")})


def test_a_block_that_an_older_version_wrote_down_is_undone_as_well(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    run = edited(house, active=False)
    with writing(house.app.engine) as connection:
        connection.execute(update(tables.PlanLine).values(was_holds=None))
    assert (undo(house, run).reversed, house.statuses()) == (1, ["active"])


def test_a_block_by_the_erp_is_lifted_and_stays_lifted_until_the_erp_says_it_anew(house: House) -> None:
    (id_,) = [house.erp.add(firm("A1"))]
    house.settle()
    run = edited(house, active=False)
    assert house.statuses() == ["blocked_by_erp"]
    undo(house, run)
    assert (house.statuses(), house.at_shop()["A1"].active) == (["active"], True)
    house.run("erp", "full")
    house.erp.edit(id_, website="nowa.example")
    house.settle()
    assert (house.statuses(), house.at_shop()["A1"].active) == (["active"], True)
    house.erp.edit(id_, active=True)
    house.settle()
    house.erp.edit(id_, active=False)
    house.settle()
    assert (house.statuses(), house.at_shop()["A1"].active) == (["blocked_by_erp"], False)


def test_only_the_holds_that_the_run_placed_are_lifted(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    run = edited(house, active=False)
    change(house.app, [house.rows(tables.Contractor)[0]["id"]], block("jan", house.now), by="jan")
    done = undo(house, run)
    assert (done.reversed, house.holds()) == (1, [{("admin_block", "jan")}])
    assert house.at_shop()["A1"].active is False


def test_a_hold_that_the_run_lifted_stands_again(house: House) -> None:
    house.erp.add(firm("A1", active=False))
    house.settle()
    run = edited(house, active=True)
    undo(house, run)
    assert house.holds() == [{("erp_inactive", "erp")}]
    house.run("erp", "full")
    assert house.statuses() == ["blocked_by_erp"]


def test_a_block_of_the_missing_is_undone_until_they_were_there_in_between(house: House) -> None:
    kept = [house.erp.add(firm(f"A{number}")) for number in range(3)]
    house.settle()
    house.erp.remove(kept[0])
    house.run("erp", "full")
    run = house.run("erp", "full")
    assert "blocked_by_erp" in house.statuses()
    undo(house, run)
    for _ in range(3):
        house.run("erp", "full")
    assert house.statuses() == ["active"] * 3


def test_an_undo_of_an_undo_does_it_again(settled: House) -> None:
    run = edited(settled, name="Pomyłka")
    first = undo(settled, run)
    second = undo(settled, settled.row(first.run or 0))
    assert second.reversed == 3
    assert names(settled, "erp") == names(settled, "shop") == ["Pomyłka"] * 3


def test_an_undo_that_is_asked_for_twice_finds_nothing_to_do(settled: House) -> None:
    run = edited(settled, name="Pomyłka")
    undo(settled, run)
    again = undo(settled, run)
    assert (again.run, again.reversed, again.nothing, again.kept) == (None, 0, 3, ())


def test_a_dry_run_is_a_plan_that_can_be_applied(settled: House) -> None:
    run = edited(settled, name="Pomyłka")
    done = undo(settled, run, dry_run=True)
    assert done.state == "planned"
    assert names(settled, "shop") == ["Pomyłka"] * 3
    approve(settled.app, done.run or 0, by="anna")
    settled.execute(done.run or 0)
    settled.push()
    assert names(settled, "shop") == ["Firma A0", "Firma A1", "Firma A2"]


def test_an_undo_over_a_limit_waits_for_a_person(build: Any) -> None:
    house: House = build(connections={"erp": {"guard": GuardSettings(first_run="apply", at_least=2)}})
    for number in range(3):
        house.erp.add(firm(f"A{number}"))
    run = house.run("erp")
    house.push()
    assert undo(house, run).state == "held"
    assert {contractor.active for contractor in house.at_shop().values()} == {True}
    assert undo(house, run, approved=True).state == "queued"
    assert {contractor.active for contractor in house.at_shop().values()} == {False}


def test_who_was_new_is_blocked_and_nothing_is_deleted(house: House) -> None:
    house.erp.add(firm("A1"))
    run = house.run("erp")
    house.push()
    done = undo(house, run)
    assert (done.reversed, house.holds()) == (1, [{("admin_block", "anna")}])
    assert house.at_shop()["A1"].active is False
    (line,) = house.lines(done.run or 0)
    assert line["rule"].endswith("it was new, so it is blocked; its records stay, at erp, shop")
    undo(house, house.row(done.run or 0))
    assert house.at_shop()["A1"].active is True


def test_who_was_new_and_was_changed_since_stays(house: House) -> None:
    house.erp.add(firm("A1"))
    run = house.run("erp")
    house.push()
    later = edited(house, name="Nowa")
    (impossible,) = undo(house, run).impossible
    assert impossible.why == f"it was new, and run {later['id']} changed it since"
    assert house.statuses() == ["active"]


def test_who_was_erased_since_is_named_and_never_comes_back(settled: House) -> None:
    run = edited(settled, name="Pomyłka")
    erase(settled.app, settled.rows(tables.Contractor)[0]["id"], by="jan")
    settled.settle()
    done = undo(settled, run)
    assert (done.reversed, [one.why for one in done.impossible]) == (2, ["it was erased since"])
    assert settled.rows(tables.Contractor)[0]["status"] == "anonymised"


def test_a_no_to_a_newsletter_is_never_taken_back(house: House) -> None:
    house.erp.add(firm("A1"))
    house.settle()
    (shop_id,) = house.shop.holds()
    house.shop.edit(shop_id, newsletter=True)
    house.run("shop")
    house.shop.edit(shop_id, newsletter=False)
    run = house.run("shop")
    done = undo(house, run)
    assert (done.reversed, [one.why for one in done.impossible]) == (
        0,
        ["consents, newsletter: evidence is not taken back"],
    )
    assert house.contractors()[0].newsletter is False


def test_links_of_a_run_are_taken_back_one_by_one(house: House) -> None:
    house.erp.add(firm("A1"))
    linked = house.shop.add(firm("A1", website="sklep.example"))
    house.run("erp")
    run = house.run("shop")
    assert [line["action"] for line in house.lines(run["id"])] == ["link"]
    done = undo(house, run)
    assert (done.links, done.reversed) == (1, 0)
    assert linked not in {row["external_id"] for row in house.rows(tables.Binding) if row["connection_id"] == 2}


def test_a_run_that_changed_nothing_and_one_that_waits_are_refused(settled: House) -> None:
    empty = settled.run("erp")
    settled.erp.edit(next(iter(settled.erp.holds())), name="Nowa")
    planned = settled.run("erp", dry_run=True)
    for run in (empty, planned):
        with pytest.raises(InvalidRecord):
            plan_undo(settled.app, run["id"], by="anna")


def run_and_edit(build: Any, touched: int, edited_since: int) -> tuple[House, Undone]:
    """Let a run touch many, and some of them be edited since: at the ERP, at the shop, by an admin."""
    house: House = build(connections={name: {"guard": OPEN} for name in ("erp", "shop")})
    for number in range(touched):
        house.erp.add(firm(f"A{number}"))
    house.run("erp")
    house.push()
    run = edited(house, email="pomylka@firma.example", groups=("Detal",))
    assert run["counts"]["updated"] == touched
    some = list(house.held_by("erp"))[:edited_since]
    third = edited_since // 3
    ids = {remote.contractor.number: external_id for external_id, remote in house.erp.holds().items()}
    shop_ids = {remote.contractor.number: external_id for external_id, remote in house.shop.holds().items()}
    for code in some[:third]:
        house.erp.edit(ids[code], email=f"{code}@erp.example", groups=("VIP",))
    for code in some[third : 2 * third]:
        house.shop.edit(shop_ids[code], email=f"{code}@shop.example")
    own = [row["id"] for row in house.rows(tables.Contractor) if row["number"] in some[2 * third :]]

    def corrected(subject: Subject) -> Draft:
        contractor = msgspec.structs.replace(
            subject.contractor, email=f"{subject.contractor.number}@admin.example", groups=("VIP",)
        )
        return Draft(contractor=contractor, holds=subject.holds, rule="test")

    change(house.app, own, corrected, by="jan")
    for name in ("erp", "shop"):
        house.run(name)
    house.push()
    return house, undo(house, run)


def assert_reversed(build: Any, touched: int, edited_since: int) -> None:
    house, done = run_and_edit(build, touched, edited_since)
    third = edited_since // 3
    partly = third  # at the shop only the e-mail was edited: the group goes back
    assert done.reversed == touched - edited_since + partly
    assert len(done.kept) == edited_since
    assert all("email" in kept.fields for kept in done.kept)
    assert done.impossible == ()
    there = [house.at_erp(), house.at_shop()]
    for side in there:
        emails = [contractor.email for contractor in side.values()]
        assert sum(email.endswith("@firma.example") and not email.startswith("pomylka") for email in emails) == (
            touched - edited_since
        )
        for party in ("erp", "shop", "admin"):
            assert sum(email.endswith(f"@{party}.example") for email in emails) == third
    checked = check_undo(house.app, done.run or 0)
    wrong = [one for one in checked.differ if one.why != "own"]
    assert (checked.read, wrong) == (2 * done.reversed, [])
    assert {(one.connection, one.fields) for one in checked.differ} == {("erp", ("groups",))}
    house.run("erp", "full")
    house.run("shop", "full")
    assert not house._due()


def test_of_200_touched_6_were_edited_since_and_the_others_go_back(build: Any) -> None:
    assert_reversed(build, 200, 6)


@pytest.mark.slow
def test_of_1000_touched_30_were_edited_since_and_the_others_go_back(build: Any) -> None:
    assert_reversed(build, 1000, 30)
