"""Is a plan that waited applied exactly as far as both sides still are where it left them?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec
import pytest

from syncd.certify.faults import Fault
from syncd.errors import InvalidRecord
from syncd.ports import Capabilities, Endpoint, Page, Remote
from syncd.registry import leases, tables
from syncd.registry.queries.plans import Chosen, choose, summarise
from syncd.settings import GuardSettings
from syncd.sync.review import approve, discard, leave_out
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House, Through
from .test_sweep import die

STRICT = {"erp": {"guard": GuardSettings(first_run="apply", at_least=2, blocks_percent=10)}}


@pytest.fixture
def house(build: OpenHouse) -> House:
    """Ten contractors whom both sides agree on."""
    house = build(connections=STRICT)
    for number in range(10):
        house.erp.add(firm(f"A{number}", email=f"a{number}@firma.example", groups=("Hurt",)))
    house.settle()
    return house


def ids(house: House) -> list[str]:
    return sorted(house.erp.holds(), key=int)


def rename(house: House, *numbers: int) -> None:
    for number in numbers:
        house.erp.edit(ids(house)[number], name=f"Nowa {number}")


def at_shop(house: House, number: int) -> str:
    return next(id_ for id_, remote in house.shop.holds().items() if remote.contractor.number == f"A{number}")


def planned(house: House) -> int:
    plan: int = house.run("erp", dry_run=True)["id"]
    return plan


def outcomes(house: House, run_id: int) -> dict[str, str | None]:
    """What became of each line, by the name that it would give."""
    told: dict[str, Any] = {row["name"]: row["outcome"] for row in house.lines(run_id)}
    return told


def test_exactly_the_lines_of_which_a_side_moved_are_left_out(house: House) -> None:
    rename(house, 0, 1, 2, 3)
    run_id = planned(house)
    house.erp.edit(ids(house)[1], name="Jeszcze inna")
    house.shop.edit(at_shop(house, 2), phones=("+48600100200",))
    approve(house.app, run_id, by="anna")
    assert house.execute(run_id)["state"] == "succeeded"
    assert outcomes(house, run_id) == {"Nowa 0": None, "Nowa 1": "stale", "Nowa 2": "stale", "Nowa 3": None}
    house.settle()
    names = {number: house.at_shop()[number].name for number in ("A0", "A1", "A2", "A3")}
    assert names == {"A0": "Nowa 0", "A1": "Jeszcze inna", "A2": "Nowa 2", "A3": "Nowa 3"}
    assert house.at_erp()["A2"].phones == ("+48600100200",)


def test_many_that_moved_are_read_again_by_several_runs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd.sync.execute.AT_ONCE", 2)
    rename(house, 0, 1, 2)
    run_id = planned(house)
    for id_ in ids(house)[:3]:
        house.erp.edit(id_, name="Jeszcze inna")
    approve(house.app, run_id, by="anna")
    house.execute(run_id)
    again = [row["only"] for row in house.rows(tables.Run) if row["asked_by"] == f"run {run_id}"]
    assert [len(msgspec.json.decode(only)) for only in again] == [2, 1]


def test_a_record_that_went_back_to_what_it_was_is_left_out(house: House) -> None:
    before = house.erp.holds()[ids(house)[0]].contractor.name
    rename(house, 0, 1)
    run_id = planned(house)
    house.erp.edit(ids(house)[0], name=before)
    approve(house.app, run_id, by="anna")
    house.execute(run_id)
    assert outcomes(house, run_id) == {"Nowa 0": "stale", "Nowa 1": None}


class Whole(Through):
    """A side that only knows how to list everybody."""

    @property
    def capabilities(self) -> Capabilities:
        return msgspec.structs.replace(self.inner.capabilities, incremental="none")


@pytest.mark.parametrize("told", [Through, Whole])
def test_a_record_that_was_deleted_is_left_out_whether_a_side_tells_of_changes_or_of_all(
    house: House, told: type[Through]
) -> None:
    house.through("erp", told)
    rename(house, 0, 1)
    run_id = planned(house)
    house.erp.remove(ids(house)[0])
    approve(house.app, run_id, by="anna")
    house.execute(run_id)
    assert outcomes(house, run_id) == {"Nowa 0": "stale", "Nowa 1": None}


def test_a_record_that_was_deleted_at_a_side_to_be_told_is_left_out(house: House) -> None:
    rename(house, 0, 1)
    run_id = planned(house)
    house.shop.remove(at_shop(house, 0))
    approve(house.app, run_id, by="anna")
    house.execute(run_id)
    assert outcomes(house, run_id) == {"Nowa 0": "stale", "Nowa 1": None}


class Counting(Through):
    """Counts how often a record is asked for by its name."""

    asked: ClassVar[list[str]] = []

    def get(self, external_id: str) -> Remote:
        self.asked.append(external_id)
        return self.inner.get(external_id)


def test_of_many_lines_a_list_of_everybody_tells_who_is_gone(build: OpenHouse) -> None:
    house = build(connections=STRICT)
    for number in range(300):
        house.erp.add(firm(f"A{number}", email=f"a{number}@firma.example"))
    house.settle()
    rename(house, *range(300))
    run_id = planned(house)
    house.erp.remove(ids(house)[7])
    house.through("erp", Counting)
    Counting.asked.clear()
    approve(house.app, run_id, by="anna")
    house.execute(run_id)
    assert [name for name, outcome in outcomes(house, run_id).items() if outcome] == ["Nowa 7"]
    assert len(Counting.asked) < 10


def test_a_plan_that_nothing_moved_under_is_applied_whole(house: House) -> None:
    rename(house, 0, 1)
    run_id = planned(house)
    approve(house.app, run_id, by="anna")
    house.execute(run_id)
    assert set(outcomes(house, run_id).values()) == {None}


def test_a_plan_waits_on_when_a_side_cannot_be_asked(house: House) -> None:
    rename(house, 0)
    run_id = planned(house)
    house.shop.faults.plan(*[Fault(kind="status", status=503)] * 20)
    approve(house.app, run_id, by="anna")
    row = house.execute(run_id)
    assert row["state"] == "held"
    assert "shop could not be read" in row["held_because"]
    house.shop.faults.clear()
    approve(house.app, run_id, by="anna")
    assert house.execute(run_id)["state"] == "succeeded"


class Slow(Through):
    """A side whose pages come so slowly that a lease would be over before the list is."""

    def __init__(self, inner: Endpoint, house: House, takers: list[leases.Held | None]) -> None:
        super().__init__(inner)
        self.house = house
        self.takers = takers

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        name = f"run:{self.house.id('erp')}"
        for page in self.inner.read(cursor, full=full):
            self.house.pass_time(seconds=40)
            now, length = self.house.now, self.house.app.lease
            self.takers.append(leases.acquire(self.house.app.engine, name, owner="other/1", now=now, length=length))
            yield page


@pytest.mark.parametrize("slow", ["erp", "shop"])
def test_a_run_whose_sides_are_slow_to_be_asked_is_not_taken_over(build: OpenHouse, slow: str) -> None:
    house = build(connections=STRICT, options={"erp": {"page": 2}, "shop": {"page": 2}})
    for number in range(10):
        house.erp.add(firm(f"A{number}"))
    house.settle()
    rename(house, *range(8))
    run_id = planned(house)
    for number in range(8):
        house.shop.edit(at_shop(house, number), website=f"https://a{number}.example")
    takers: list[leases.Held | None] = []
    house.through(slow, lambda inner: Slow(inner, house, takers))
    approve(house.app, run_id, by="anna")
    assert house.execute(run_id)["state"] == "succeeded"
    assert len(takers) > 2
    assert set(takers) == {None}


def test_a_plan_that_waited_too_long_is_refused(house: House) -> None:
    rename(house, 0)
    run_id = planned(house)
    house.pass_time(hours=73)
    with pytest.raises(InvalidRecord, match=f"run {run_id} was made more than 72 hours ago"):
        approve(house.app, run_id, by="anna")


def test_a_plan_that_a_later_read_makes_again_may_be_approved_for_as_long_as_a_new_one(house: House) -> None:
    block(house, 0, 1)
    held = house.run("erp")["id"]
    house.pass_time(hours=71)
    house.run("erp")
    house.pass_time(hours=71)
    approve(house.app, held, by="anna")
    assert house.execute(held)["state"] == "succeeded"


def test_the_next_read_begins_where_the_last_one_ended_that_made_the_plan_again(house: House) -> None:
    block(house, 0, 1)
    held = house.run("erp")["id"]
    house.erp.edit(ids(house)[5])
    house.run("erp")
    approve(house.app, held, by="anna")
    house.execute(held)
    assert house.run("erp")["received"] == 0


def block(house: House, *numbers: int) -> None:
    for number in numbers:
        house.erp.edit(ids(house)[number], active=False)


def test_the_same_plan_is_held_once(house: House) -> None:
    block(house, 0, 1)
    first, second = house.run("erp"), house.run("erp")
    assert (first["state"], second["state"]) == ("held", "cancelled")
    assert second["error"] == f"the same plan waits as run {first['id']}"
    assert house.lines(second["id"]) == []


def test_changes_that_a_list_of_everybody_is_held_with_do_not_wait_twice(house: House) -> None:
    block(house, 0, 1)
    held = house.run("erp", "full")
    changes = house.run("erp")
    assert changes["error"] == f"the same plan waits as run {held['id']}"
    assert house.row(held["id"])["planned_at"] == held["planned_at"]


def test_a_list_of_everybody_takes_the_place_of_changes_though_its_plan_is_the_same(house: House) -> None:
    block(house, 0, 1)
    changes = house.run("erp")["id"]
    held = house.run("erp", "full")
    assert (held["state"], house.row(changes)["state"]) == ("held", "cancelled")


def test_a_plan_that_waits_says_what_is_objected_to_today(house: House) -> None:
    for _ in range(4):
        house.erp.remove(ids(house)[0])
    first = house.run("erp", "full")
    assert first["held_because"].startswith("4 of 10 records are not in the list any more")
    house.erp.remove(ids(house)[0])
    assert house.run("erp", "full")["error"] == f"the same plan waits as run {first['id']}"
    assert house.row(first["id"])["held_because"].startswith("5 of 10 records are not in the list any more")


def test_another_plan_takes_the_place_of_one_that_is_held(house: House) -> None:
    block(house, 0, 1)
    first = house.run("erp")["id"]
    block(house, 2)
    second = house.run("erp")
    assert (house.row(first)["state"], second["state"]) == ("cancelled", "held")
    assert f"run {second['id']} made a newer plan" in house.row(first)["error"]


def test_a_process_that_dies_while_it_asks_a_side_leaves_no_plan_that_waits(house: House) -> None:
    rename(house, 0)
    plan = planned(house)
    house.shop.edit(at_shop(house, 5), newsletter=True)
    approve(house.app, plan, by="anna")
    die(house, plan, at="shop")
    house.pass_time(minutes=2)
    house.finish()
    assert house.row(plan)["state"] == "succeeded"
    assert "planned" not in {row["state"] for row in house.rows(tables.Run)}


def left_out_of(house: House, run_id: int) -> None:
    """Apply a plan but for its first line."""
    leave_out(house.app, run_id, [1], by="anna")
    approve(house.app, run_id, by="anna")
    assert house.execute(run_id)["state"] == "succeeded"


def test_what_was_left_out_of_a_held_plan_comes_back_with_a_full_read(house: House) -> None:
    block(house, 0, 1)
    left_out_of(house, house.run("erp")["id"])
    assert house.lines(house.run("erp")["id"]) == []
    assert [line["external_id"] for line in house.lines(house.run("erp", "full")["id"])] == [ids(house)[0]]


def test_what_was_left_out_of_a_held_plan_comes_back_when_it_changes(house: House) -> None:
    block(house, 0, 1)
    left_out_of(house, house.run("erp")["id"])
    rename(house, 0)
    assert [line["external_id"] for line in house.lines(house.run("erp")["id"])] == [ids(house)[0]]


def test_what_was_left_out_of_a_dry_run_comes_back_with_the_next_read(house: House) -> None:
    rename(house, 0, 1)
    left_out_of(house, planned(house))
    assert [line["external_id"] for line in house.lines(house.run("erp")["id"])] == [ids(house)[0]]


def replaced(house: House) -> tuple[int, int]:
    """A plan that is held, and one of a later read that took its place."""
    block(house, 0, 1)
    first: int = house.run("erp")["id"]
    block(house, 2)
    second: int = house.run("erp")["id"]
    return first, second


def test_a_plan_whose_place_another_one_took_is_applied_as_it_was_shown(house: House) -> None:
    first, second = replaced(house)
    approve(house.app, first, by="anna", shown=2)
    assert house.row(second)["state"] == "cancelled"
    assert house.row(second)["error"] == f"run {first}, whose place it had taken, was approved"
    run = house.execute(first)
    assert (run["state"], run["error"], run["counts"]["blocked"]) == ("succeeded", None, 2)
    assert house.statuses().count("blocked_by_erp") == 2


def test_what_came_after_the_plan_that_was_approved_comes_with_the_next_read(house: House) -> None:
    first, _ = replaced(house)
    rename(house, 5)
    approve(house.app, first, by="anna")
    house.execute(first)
    run = house.run("erp")
    assert (run["state"], run["counts"]["blocked"], run["counts"]["updated"]) == ("succeeded", 1, 1)


def test_of_a_plan_whose_place_another_one_took_what_moved_since_is_left_out(house: House) -> None:
    first, _ = replaced(house)
    house.erp.edit(ids(house)[0], active=True)
    house.run("erp")
    approve(house.app, first, by="anna")
    house.execute(first)
    told = {row["external_id"]: row["outcome"] for row in house.lines(first)}
    assert told == {ids(house)[0]: "stale", ids(house)[1]: None}


def test_lines_are_left_out_of_a_plan_whose_place_another_one_took(house: House) -> None:
    first, _ = replaced(house)
    leave_out(house.app, first, [1], by="anna")
    approve(house.app, first, by="anna")
    assert house.execute(first)["counts"]["blocked"] == 1


def test_a_plan_whose_place_another_one_took_is_discarded_with_that_one(house: House) -> None:
    first, second = replaced(house)
    with pytest.raises(InvalidRecord, match=f"the plan of run {second} took the place of that of run {first}"):
        discard(house.app, first, by="anna")
    discard(house.app, second, by="anna")
    with pytest.raises(InvalidRecord, match="does not wait for anybody"):
        approve(house.app, first, by="anna")


def test_a_plan_is_not_applied_once_the_one_in_its_place_was_or_a_later_read(house: House) -> None:
    first, second = replaced(house)
    approve(house.app, second, by="anna")
    with pytest.raises(InvalidRecord, match="does not wait for anybody"):
        approve(house.app, first, by="anna")
    house.execute(second)
    block(house, 3, 4)
    assert house.run("erp")["state"] == "held"
    with pytest.raises(InvalidRecord, match="does not wait for anybody"):
        approve(house.app, first, by="anna")


def test_a_plan_that_could_not_be_applied_for_a_side_that_was_away_waits_again(house: House) -> None:
    first, _ = replaced(house)
    approve(house.app, first, by="anna")
    house.erp.faults.plan(*[Fault(kind="status", status=503)] * 9)
    run = house.execute(first)
    assert (run["state"], run["finished_at"]) == ("held", None)
    house.erp.faults.clear()
    approve(house.app, first, by="anna")
    assert house.execute(first)["state"] == "succeeded"


def test_a_read_that_needs_no_yes_makes_the_older_plan_void(house: House) -> None:
    block(house, 0, 1)
    held = house.run("erp")["id"]
    for number in (0, 1):
        house.erp.edit(ids(house)[number], active=True)
    assert house.run("erp")["state"] == "succeeded"
    assert house.row(held)["state"] == "cancelled"


def test_a_plan_that_is_applied_after_a_later_read_does_not_let_the_next_one_begin_before_that(house: House) -> None:
    block(house, 0, 1)
    held = house.run("erp", "full")["id"]
    for number in (0, 1):
        house.erp.edit(ids(house)[number], active=True)
    rename(house, 5)
    later = house.run("erp")
    approve(house.app, held, by="anna")
    assert (later["state"], house.execute(held)["state"]) == ("succeeded", "succeeded")
    assert house.one(tables.Cursor, connection_id=house.id("erp"))["value"] == later["cursor_after"]


def test_a_plan_about_a_few_waits_until_each_of_them_was_heard_again(house: House) -> None:
    block(house, 0, 1)
    held = house.run("erp", "only", only=ids(house)[:2])["id"]
    assert house.run("erp", "only", only=ids(house)[:1])["state"] == "succeeded"
    assert house.row(held)["state"] == "held"
    house.erp.edit(ids(house)[1], active=True, name="Nowa")
    last = house.run("erp", "only", only=ids(house)[1:2])
    assert (last["state"], house.row(held)["state"]) == ("succeeded", "cancelled")
    assert house.row(held)["error"] == f"run {last['id']} read the last of its records again and was applied"


def test_a_plan_about_new_ones_waits_until_they_are_there(build: OpenHouse) -> None:
    house = build(connections={"erp": {"guard": GuardSettings()}})
    house.erp.add(firm("A0"))
    held = house.run("erp", "only", only=ids(house))["id"]
    first = house.run("erp")["id"]
    assert house.row(held)["state"] == "held"
    approve(house.app, first, by="anna")
    assert (house.execute(first)["state"], house.row(held)["state"]) == ("succeeded", "cancelled")


def test_a_plan_about_a_few_waits_on_when_they_only_moved_and_when_others_are_read(house: House) -> None:
    block(house, 0, 1)
    held = house.run("erp", "only", only=ids(house)[:2])["id"]
    for number in (0, 1):
        house.shop.edit(at_shop(house, number), newsletter=True)
    assert house.run("shop")["counts"]["updated"] == 2
    rename(house, 5)
    assert house.run("erp", "only", only=ids(house)[5:6])["state"] == "succeeded"
    assert house.row(held)["state"] == "held"
    assert set(outcomes(house, held).values()) == {None}


def test_the_first_run_of_a_connection_waits_for_a_yes(build: OpenHouse) -> None:
    house = build(connections={"erp": {"guard": GuardSettings()}})
    house.erp.add(firm("A0"))
    first = house.run("erp")
    assert (first["state"], house.contractors()) == ("held", [])
    assert "first run" in first["held_because"]
    approve(house.app, first["id"], by="anna")
    assert house.execute(first["id"])["state"] == "succeeded"
    house.erp.add(firm("A1"))
    assert house.run("erp")["state"] == "succeeded"


def test_a_first_run_that_would_change_nothing_need_not_be_looked_at(build: OpenHouse) -> None:
    house = build(connections={"erp": {"guard": GuardSettings()}})
    assert house.run("erp")["state"] == "succeeded"


def test_part_of_a_plan_is_named_by_what_its_lines_have_in_common(house: House) -> None:
    house.erp.edit(ids(house)[0], name="Nowa 0")
    house.erp.edit(ids(house)[1], groups=("VIP",))
    house.erp.edit(ids(house)[2], active=False)
    house.erp.add(firm("B0"))
    run_id = planned(house)
    engine = house.app.engine
    seq = {row["external_id"]: row["seq"] for row in house.lines(run_id)}
    by_place = [seq[external_id] for external_id in ids(house)[:3]] + [seq[ids(house)[10]]]
    renamed, moved, blocked, new = by_place
    none = Chosen()

    def out(only: Chosen = none, *exclude: Chosen) -> set[int]:
        return set(choose(engine, run_id, only=only, exclude=exclude))

    assert out() == set()
    assert out(none, Chosen(actions=frozenset({"block"}))) == {blocked}
    assert out(none, Chosen(risks=frozenset({"high"}))) == {blocked}
    assert out(none, Chosen(risks=frozenset({"leaves_group"}))) == {moved}
    assert out(none, Chosen(fields=frozenset({"name"})), Chosen(groups=frozenset({"VIP"}))) == {renamed, moved, new}
    assert out(Chosen(customers=frozenset({ids(house)[0]}))) == {moved, blocked, new}
    assert out(Chosen(seqs=frozenset({renamed, new}), actions=frozenset({"create"}))) == {renamed, moved, blocked}


def test_a_plan_is_counted_by_action_risk_field_and_group(house: House) -> None:
    house.erp.edit(ids(house)[0], name="Nowa 0", groups=("VIP",))
    house.erp.edit(ids(house)[2], active=False)
    run_id = planned(house)
    leave_out(house.app, run_id, [2], by="anna")
    amounts = summarise(house.app.engine, run_id)
    assert (amounts.lines, amounts.left_out) == (2, {"left_out": 1})
    assert amounts.by_action == {"update": 1}
    assert amounts.by_risk == {"leaves_group": 1}
    assert amounts.by_level == {"medium": 1}
    assert amounts.by_field == {"groups": 1, "name": 1}
    moves = {name: (group.join, group.leave) for name, group in amounts.by_group.items()}
    assert moves == {"Hurt": (0, 1), "VIP": (1, 0)}


def keeps_out_whom_it_cannot_place(house: House, *, kept_out: bool = True) -> None:
    """Change the rules in force."""
    house.change(settings=msgspec.structs.replace(house.app.settings, hold_unresolved=kept_out))


@pytest.fixture
def contradicting(build: OpenHouse) -> House:
    """Four contractors of whom nobody knows where they are, and whom the rules in force would keep out."""
    house = build(connections=STRICT)
    for number in range(4):
        house.erp.add(firm(f"A{number}", country="PL", tax_prefix="DE"))
    house.settle()
    keeps_out_whom_it_cannot_place(house)
    return house


def waiting(house: House) -> list[int]:
    return [row["id"] for row in house.rows(tables.Run) if row["state"] == "held"]


def test_a_new_look_that_finds_what_waits_already_is_not_held_beside_it(contradicting: House) -> None:
    first, second = contradicting.run("erp", "reverify"), contradicting.run("erp", "reverify")
    assert (second["state"], second["error"]) == ("cancelled", f"the same plan waits as run {first['id']}")
    assert waiting(contradicting) == [first["id"]]


def test_a_new_look_takes_the_place_of_an_older_one(contradicting: House) -> None:
    older = contradicting.run("erp", "reverify")["id"]
    contradicting.erp.edit(ids(contradicting)[0], phones=("+48600100200",))
    contradicting.run("erp")  # blocks the one, which the limit lets it
    newer = contradicting.run("erp", "reverify")["id"]
    assert waiting(contradicting) == [newer]
    with pytest.raises(InvalidRecord, match="does not wait for anybody"):
        approve(contradicting.app, older, by="anna")


def test_a_new_look_that_is_applied_leaves_none_of_older_rules_waiting(contradicting: House) -> None:
    contradicting.run("erp", "reverify")
    keeps_out_whom_it_cannot_place(contradicting, kept_out=False)
    assert contradicting.run("erp", "reverify")["state"] == "succeeded"
    assert waiting(contradicting) == []


def test_a_new_look_at_a_few_takes_no_place(contradicting: House) -> None:
    everybody = contradicting.run("erp", "reverify")["id"]
    few = contradicting.run("erp", "reverify", only=ids(contradicting)[:2])["id"]
    assert waiting(contradicting) == [everybody, few]
