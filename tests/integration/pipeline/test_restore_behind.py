"""An hour-old registry is restored while both sides are ahead of it: do they agree again, with the newest at both?"""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.registry import backup, tables
from syncd.registry.aftermath import note_restore
from syncd.registry.engine import writing
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House


@pytest.fixture
def ahead(house: House, tmp_path: Path) -> House:
    """Eight contractors; backed up, then a busy hour at both sides, all of it synchronized; then the restore."""
    for number in range(8):
        house.erp.add(firm(f"A{number}"))
    house.settle()
    copy = tmp_path / "an-hour-ago"
    backup.back_up(house.app.engine, copy)
    erp, shop = ids(house, "erp"), ids(house, "shop")
    house.shop.edit(shop["A1"], email="sklep@firma.example")
    house.erp.edit(erp["A2"], name="Nowa nazwa")
    house.erp.edit(erp["A3"], active=False)
    house.shop.edit(shop["A4"], phones=("+48 22 555 01 23",))
    house.erp.edit(erp["A4"], website="https://firma.example")
    house.erp.add(firm("B1"))
    house.shop.add(firm("C1", groups=()))
    house.settle()
    backup.restore(house.app.engine, copy)
    house.read_at.clear()
    return house


def ids(house: House, side: str) -> dict[str, str]:
    return {remote.contractor.number: id_ for id_, remote in house.sides[side].holds().items()}


def effects(house: House) -> int:
    """Writes that a side took; one that it refused as stale is no effect."""
    return sum(call.applied for side in house.sides for call in house.calls(side))


def test_what_both_sides_hold_by_then_stays_as_it_is(ahead: House) -> None:
    before = ahead.at_erp(), ahead.at_shop(), effects(ahead)
    ahead.settle()
    assert (ahead.at_erp(), ahead.at_shop(), effects(ahead)) == before
    assert ahead.is_at_rest()


def test_nobody_is_created_twice_and_everybody_is_known_again(ahead: House) -> None:
    ahead.settle()
    numbers = sorted(contractor.number for contractor in ahead.contractors())
    assert numbers == sorted(ids(ahead, "erp")) == sorted(ids(ahead, "shop"))
    assert len(ahead.erp.holds()) == len(ahead.shop.holds()) == ahead.count(tables.Contractor) == 10


def test_what_the_erp_switched_off_meanwhile_stays_off(ahead: House) -> None:
    ahead.settle()
    assert (ahead.at_shop()["A3"].active, ahead.at_erp()["A3"].active) == (False, False)


def test_what_was_edited_while_nobody_listened_is_heard_as_well(ahead: House) -> None:
    ahead.shop.edit(ids(ahead, "shop")["A5"], email="nowszy@sklep.example")
    ahead.shop.edit(ids(ahead, "shop")["A4"], email="nowszy4@sklep.example")
    ahead.erp.edit(ids(ahead, "erp")["A6"], name="Jeszcze nowsza")
    ahead.settle()
    assert ahead.at_erp()["A5"].email == ahead.at_shop()["A5"].email == "nowszy@sklep.example"
    assert ahead.at_erp()["A4"].email == ahead.at_shop()["A4"].email == "nowszy4@sklep.example"
    assert ahead.at_erp()["A6"].name == ahead.at_shop()["A6"].name == "Jeszcze nowsza"
    assert ahead.is_at_rest()


def test_a_second_edit_of_what_the_registry_forgot_is_a_conflict_that_a_person_is_told_of(ahead: House) -> None:
    # The registry has no word of the first edit, so it cannot know which of the two values is the older one.
    ahead.shop.edit(ids(ahead, "shop")["A1"], email="drugi@sklep.example")
    ahead.settle()
    assert ahead.at_erp()["A1"].email == ahead.at_shop()["A1"].email
    issue = ahead.one(tables.Issue, code="edit-conflict", state="open")
    assert (issue["field"], "drugi@sklep.example" in str(issue["details"])) == ("email", True)


@pytest.fixture
def restored(build: OpenHouse, tmp_path: Path) -> House:
    """One customer whose e-mail the shop edited, which the ERP got; then the registry of before that."""
    house = build(beginning=None)
    house.erp.add(firm("A1"))
    house.settle()
    copy = tmp_path / "an-hour-ago"
    backup.back_up(house.app.engine, copy)
    house.pass_time(minutes=10)
    house.shop.edit(ids(house, "shop")["A1"], email="pierwszy@sklep.example")
    house.settle()
    backup.restore(house.app.engine, copy)
    with writing(house.app.engine) as connection:
        note_restore(connection, by="test", now=house.now)
    house.read_at.clear()
    house.pass_time(minutes=10)
    return house


@pytest.mark.parametrize("order", [("erp", "shop"), ("shop", "erp")])
def test_after_a_restore_the_newer_of_two_edits_stands_whoever_is_read_first(
    restored: House, order: tuple[str, ...]
) -> None:
    restored.shop.edit(ids(restored, "shop")["A1"], email="drugi@sklep.example")
    for name in order:
        restored.run(name)
    restored.settle()
    assert restored.at_erp()["A1"].email == restored.at_shop()["A1"].email == "drugi@sklep.example"
    assert restored.one(tables.Issue, code="edit-conflict", state="open")["field"] == "email"


def test_an_edit_in_the_erp_that_is_newer_still_stands(restored: House) -> None:
    restored.shop.edit(ids(restored, "shop")["A1"], email="drugi@sklep.example")
    restored.pass_time(minutes=1)
    restored.erp.edit(ids(restored, "erp")["A1"], email="trzeci@erp.example")
    restored.settle()
    assert restored.at_erp()["A1"].email == restored.at_shop()["A1"].email == "trzeci@erp.example"


def test_the_owner_decides_again_when_both_sides_were_read_after_the_restore(restored: House) -> None:
    restored.settle()
    restored.erp.edit(ids(restored, "erp")["A1"], email="erp@firma.example")
    restored.pass_time(minutes=1)
    restored.shop.edit(ids(restored, "shop")["A1"], email="sklep@firma.example")
    restored.settle()
    assert restored.at_erp()["A1"].email == restored.at_shop()["A1"].email == "erp@firma.example"
