"""Does an implausible plan wait for a person, with nothing changed until then?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from syncd.errors import InvalidRecord
from syncd.ports import Page, Proof
from syncd.registry import tables
from syncd.settings import GuardSettings
from syncd.sync.review import approve, discard
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House, Row, Through

STRICT = {"guard": GuardSettings(first_run="apply", blocks_percent=10, at_least=2, shrink_percent=20)}


@pytest.fixture
def guarded(build: OpenHouse) -> House:
    """Ten contractors that both sides have, and an ERP whose plans are held early."""
    house = build(connections={"erp": STRICT})
    for number in range(10):
        house.erp.add(firm(f"A{number}"))
    house.settle()
    return house


def state(house: House) -> list[list[Row]]:
    return [house.rows(table) for table in (tables.Contractor, tables.Binding, tables.Push, tables.Cursor)]


def switch_off(house: House, count: int) -> None:
    for id_ in list(house.erp.holds())[:count]:
        house.erp.edit(id_, active=False)


@pytest.mark.parametrize("mode", ["incremental", "full"])
def test_a_plan_that_blocks_too_many_is_held_and_changes_nothing(guarded: House, mode: Any) -> None:
    before = state(guarded)
    switch_off(guarded, 2)
    run = guarded.run("erp", mode)
    assert (run["state"], run["finished_at"]) == ("held", None)
    assert run["held_because"] == "2 of 10 contractors would be blocked; the limit is 10 % and at least 2"
    assert state(guarded) == before


def test_a_plan_within_the_limit_goes_on(guarded: House) -> None:
    switch_off(guarded, 1)
    assert guarded.run("erp")["state"] == "succeeded"
    assert guarded.statuses().count("blocked_by_erp") == 1


def switch_off_one_by_one(house: House) -> Row:
    """Two runs, each within the limit; answer the second."""
    first, second = list(house.erp.holds())[:2]
    house.erp.edit(first, active=False)
    house.run("erp")
    house.erp.edit(second, active=False)
    return house.run("erp")


def test_many_small_plans_block_no_more_than_a_large_one(guarded: House) -> None:
    run = switch_off_one_by_one(guarded)
    assert (run["state"], guarded.statuses().count("blocked_by_erp")) == ("held", 1)
    assert run["held_because"] == (
        "1 contractor would be blocked beside 1 of the last 24 h, which makes 2 of 10; "
        "the limit is 10 % and at least 2, or 500"
    )


def test_who_was_blocked_long_ago_or_works_again_does_not_count_with_a_plan_of_today(guarded: House) -> None:
    first, second, third = list(guarded.erp.holds())[:3]
    guarded.erp.edit(first, active=False)
    assert guarded.run("erp")["state"] == "succeeded"
    guarded.erp.edit(first, active=True)
    guarded.run("erp")
    guarded.erp.edit(second, active=False)
    assert guarded.run("erp")["state"] == "succeeded"
    guarded.pass_time(hours=25)
    guarded.erp.edit(third, active=False)
    assert guarded.run("erp")["state"] == "succeeded"


def test_a_yes_stands_for_all_who_were_blocked_before_it(guarded: House) -> None:
    run = switch_off_one_by_one(guarded)
    approve(guarded.app, run["id"], by="anna")
    guarded.execute(run["id"])
    guarded.erp.edit(list(guarded.erp.holds())[2], active=False)
    assert guarded.run("erp")["state"] == "succeeded"
    assert guarded.statuses().count("blocked_by_erp") == 3


def test_a_yes_to_a_plan_that_blocks_nobody_is_none_to_blocks(guarded: House) -> None:
    first, second, third = list(guarded.erp.holds())[:3]
    guarded.erp.edit(first, active=False)
    guarded.run("erp")
    guarded.erp.edit(third, name="Nowa nazwa")
    plan = guarded.run("erp", dry_run=True)["id"]
    approve(guarded.app, plan, by="anna")
    guarded.execute(plan)
    guarded.erp.edit(second, active=False)
    assert guarded.run("erp")["state"] == "held"


@pytest.mark.parametrize("mode", ["reverify", "only"])
def test_whom_rules_keep_out_little_by_little_count_together(build: OpenHouse, mode: Any) -> None:
    house = build(connections={"erp": STRICT})
    ids = [house.erp.add(firm(f"A{number}", country="PL", tax_prefix="DE")) for number in range(10)]
    house.settle()
    house.change(settings=msgspec.structs.replace(house.app.settings, hold_unresolved=True))
    runs = []
    for id_ in ids[:2]:
        house.erp.edit(id_, phones=("+48 601 000 111",))
        runs.append(house.run("erp", mode, only=[id_]))
    assert [run["state"] for run in runs] == ["succeeded", "held"]
    assert "beside 1 of the last 24 h, which makes 2 of 10" in runs[1]["held_because"]


def test_each_plan_counts_for_itself_where_that_is_wanted(build: OpenHouse) -> None:
    house = build(connections={"erp": {"guard": msgspec.structs.replace(STRICT["guard"], blocks_hours=0)}})
    for number in range(10):
        house.erp.add(firm(f"A{number}"))
    house.settle()
    assert switch_off_one_by_one(house)["state"] == "succeeded"


def test_an_empty_list_is_held(guarded: House) -> None:
    before = state(guarded)
    for id_ in guarded.erp.holds():
        guarded.erp.remove(id_)
    run = guarded.run("erp", "full")
    assert run["state"] == "held"
    assert run["held_because"].startswith("the list is empty, and 10 records were there before")
    assert state(guarded) == before


def test_a_list_that_shrank_too_much_is_held(guarded: House) -> None:
    before = state(guarded)
    for id_ in list(guarded.erp.holds())[:3]:
        guarded.erp.remove(id_)
    run = guarded.run("erp", "full")
    assert run["state"] == "held"
    assert run["held_because"].startswith("3 of 10 records are not in the list any more")
    assert state(guarded) == before


def take_out(house: House, count: int) -> None:
    for id_ in list(house.erp.holds())[:count]:
        house.erp.remove(id_)


def test_who_left_long_ago_is_no_loss_of_today(guarded: House) -> None:
    for _ in range(3):  # one at a time, which two reads confirm
        guarded.pass_time(days=2)
        take_out(guarded, 1)
        assert [guarded.run("erp", "full")["state"] for _ in range(2)] == ["succeeded"] * 2
    assert guarded.statuses().count("blocked_by_erp") == 3


def test_losses_that_no_second_read_confirmed_add_up(guarded: House) -> None:
    take_out(guarded, 1)
    assert guarded.run("erp", "full")["state"] == "succeeded"
    take_out(guarded, 2)
    assert guarded.run("erp", "full")["held_because"].startswith("3 of 10 records are not in the list any more")


class Whole(Through):
    """A side that lists everybody whatever is asked for, as a file that holds everybody does."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        listed = sum(len(page.records) for page in self.inner.read(None, full=True))
        for page in self.inner.read(cursor, full=full):
            end = page.end and msgspec.structs.replace(page.end, listed=listed)
            yield Page(records=page.records, cursor=page.cursor, end=end)


@pytest.mark.parametrize(
    ("count", "why"),
    [(10, "the list is empty, and 10 records were there"), (3, "3 of 10 records are not in the list any more")],
)
def test_a_list_of_everybody_is_held_for_what_it_lost_though_only_changes_were_asked_for(
    guarded: House, count: int, why: str
) -> None:
    guarded.through("erp", Whole)
    take_out(guarded, count)
    run = guarded.run("erp")
    assert (run["state"], run["held_because"].startswith(why)) == ("held", True), run
    assert guarded.statuses().count("blocked_by_erp") == 0


def test_who_left_long_ago_does_not_hold_a_list_of_everybody(guarded: House) -> None:
    for _ in range(3):
        guarded.pass_time(days=2)
        take_out(guarded, 1)
        assert [guarded.run("erp", "full")["state"] for _ in range(2)] == ["succeeded"] * 2
    guarded.through("erp", Whole)
    assert guarded.run("erp")["state"] == "succeeded"


def test_a_yes_to_a_list_that_shrank_holds_for_those_and_no_further(guarded: House) -> None:
    guarded.through("erp", Whole)
    take_out(guarded, 3)
    run_id = guarded.run("erp")["id"]
    approve(guarded.app, run_id, by="anna")
    assert guarded.execute(run_id)["state"] == "succeeded"
    assert guarded.run("erp")["state"] == "succeeded"
    assert guarded.run("erp", "full")["state"] == "succeeded"  # read once without them
    assert guarded.statuses().count("blocked_by_erp") == 0
    take_out(guarded, 2)
    assert guarded.run("erp")["held_because"].startswith("5 of 10 records are not in the list any more")


def test_a_yes_to_an_empty_list_holds_no_further_run_and_is_none_to_blocks(guarded: House) -> None:
    take_out(guarded, 10)
    first = guarded.run("erp", "full")["id"]
    approve(guarded.app, first, by="anna")
    assert guarded.execute(first)["state"] == "succeeded"
    assert guarded.run("erp", "full")["state"] == "succeeded"  # read once without them
    assert guarded.run("erp", "full")["held_because"].startswith("10 of 10 contractors would be blocked")
    assert guarded.statuses().count("blocked_by_erp") == 0


def test_a_yes_to_losses_is_no_yes_to_blocks(guarded: House) -> None:
    take_out(guarded, 3)
    first = guarded.run("erp", "full")["id"]
    approve(guarded.app, first, by="anna")
    guarded.execute(first)
    assert guarded.run("erp", "full")["state"] == "succeeded"
    run = guarded.run("erp", "full")
    assert run["held_because"].startswith("3 of 10 contractors would be blocked")
    assert guarded.lines(run["id"]) == []  # a held plan takes nobody for missing
    assert guarded.statuses().count("blocked_by_erp") == 0


def test_a_yes_to_losses_ends_when_they_are_back(guarded: House) -> None:
    hidden = set(list(guarded.erp.holds())[:3])

    class Short(Through):
        def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
            for page in self.inner.read(cursor, full=full):
                yield msgspec.structs.replace(page, records=[r for r in page.records if r.external_id not in hidden])

    guarded.through("erp", Short)
    first = guarded.run("erp", "full")["id"]
    approve(guarded.app, first, by="anna")
    assert guarded.execute(first)["state"] == "succeeded"
    gone = set(hidden)
    hidden.clear()
    assert guarded.run("erp", "full")["state"] == "succeeded"
    hidden |= gone
    assert guarded.run("erp", "full")["held_because"].startswith("3 of 10 records are not in the list any more")


class Unproven(Through):
    """A side that cannot tell whether its list was whole."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        for page in self.inner.read(cursor, full=full):
            end = page.end and Proof(complete=False, how="the file has no closing element")
            yield Page(records=page.records, cursor=page.cursor, end=end)


def test_a_list_that_is_not_proven_complete_is_held(guarded: House) -> None:
    guarded.through("erp", Unproven)
    run = guarded.run("erp", "full")
    assert run["state"] == "held"
    assert run["held_because"] == "the list is not proven complete: the file has no closing element"
    assert guarded.run("erp", "incremental")["state"] == "succeeded"


def test_a_first_read_is_not_held_however_many_are_switched_off(build: OpenHouse) -> None:
    house = build(connections={"erp": STRICT})
    for number in range(10):
        house.erp.add(firm(f"A{number}", active=False))
    assert house.run("erp", "full")["state"] == "succeeded"
    assert house.statuses() == ["blocked_by_erp"] * 10


def test_approval_applies_the_lines_that_were_shown_and_no_others(guarded: House) -> None:
    switch_off(guarded, 2)
    run_id = guarded.run("erp")["id"]
    shown = guarded.lines(run_id)
    switch_off(guarded, 4)
    approve(guarded.app, run_id, by="anna")
    run = guarded.execute(run_id)
    assert (run["state"], run["approved_by"]) == ("succeeded", "anna")
    assert guarded.lines(run_id) == shown
    assert guarded.statuses().count("blocked_by_erp") == 2
    guarded.push()
    assert sum(not customer.active for customer in guarded.at_shop().values()) == 2


def test_a_plan_that_was_discarded_comes_again_with_the_next_read(guarded: House) -> None:
    before = state(guarded)
    switch_off(guarded, 2)
    run_id = guarded.run("erp")["id"]
    discard(guarded.app, run_id, by="anna")
    assert guarded.execute(run_id)["state"] == "cancelled"
    assert state(guarded) == before
    again = guarded.run("erp")
    assert (again["state"], again["counts"]["blocked"]) == ("held", 2)


def test_a_held_plan_is_not_applied_by_waking_its_run(guarded: House) -> None:
    switch_off(guarded, 2)
    run_id = guarded.run("erp")["id"]
    guarded.finish()
    assert guarded.execute(run_id)["state"] == "held"


def test_a_held_plan_does_not_keep_other_changes_away(guarded: House) -> None:
    switch_off(guarded, 2)
    held = guarded.run("erp")["id"]
    first, second, *_ = guarded.erp.holds()
    guarded.erp.edit(first, active=True)
    guarded.erp.edit(second, active=True, name="Nowa nazwa")
    assert guarded.run("erp")["state"] == "succeeded"
    assert "Nowa nazwa" in [contractor.name for contractor in guarded.contractors()]
    assert guarded.row(held)["state"] == "cancelled"
    guarded.settle()
    assert guarded.statuses() == ["active"] * 10


def test_a_dry_run_over_a_limit_says_so(guarded: House) -> None:
    switch_off(guarded, 2)
    run = guarded.run("erp", dry_run=True)
    assert run["state"] == "planned"
    assert "would be blocked" in run["held_because"]


def test_an_approved_plan_cannot_be_approved_again(guarded: House) -> None:
    switch_off(guarded, 2)
    run_id = guarded.run("erp")["id"]
    approve(guarded.app, run_id, by="anna")
    guarded.execute(run_id)
    with pytest.raises(InvalidRecord, match="does not wait for anybody"):
        approve(guarded.app, run_id, by="ewa")
