"""Is what is done to many done to each whom it fits, counted and remembered, and is nobody touched whom it may not?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.domain.acts import LeftOut
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import leases, tables
from syncd.registry.engine import reading
from syncd.registry.queries.history import history
from syncd.settings import GuardSettings
from syncd.sync.bulk import MANY, Result, carry_out, ids_of, open_operation, preview
from syncd.sync.change import Draft, Subject
from syncd.sync.mode import EDIT, lease_name
from syncd.sync.undo import plan_undo
from tests.fixtures.contractors import firm
from tests.fixtures.properties import stories

from .conftest import OpenHouse, small_house
from .house import House


@pytest.fixture
def settled(house: House) -> House:
    """Three contractors that both sides have."""
    for number in range(3):
        house.erp.add(firm(f"A{number}"))
    house.settle()
    return house


def everybody(house: House) -> list[int]:
    return [row["id"] for row in house.rows(tables.Contractor)]


def do(house: House, name: str, value: str = "", **more: Any) -> Result:
    asked = {word: more.pop(word) for word in ("note", "beneath") if word in more}
    operation = open_operation(house.app, name, value, by="anna", **asked)
    return carry_out(house.app, operation, more.pop("ids", everybody(house)), by="anna", **more)


def test_no_group_is_made_for_customers_who_are_unknown(settled: House) -> None:
    done = do(settled, "group-add", "Trade fair", ids=[77, 78])
    assert (done.changed, done.left_out) == (0, {LeftOut.UNKNOWN: 2})
    assert "Trade fair" not in {row["name"] for row in settled.rows(tables.Group)}


def test_each_customer_is_judged_once_though_the_group_is_made_with_its_first_member(settled: House) -> None:
    judged = []
    operation = open_operation(settled.app, "group-add", "Trade fair", by="anna")

    def judge(subject: Subject) -> Draft | LeftOut:
        judged.append(subject.contractor.number)
        return operation.judge(subject)

    done = carry_out(settled.app, msgspec.structs.replace(operation, judge=judge), everybody(settled), by="anna")
    assert (done.changed, sorted(judged)) == (3, ["A0", "A1", "A2"])
    assert settled.one(tables.Group, name="Trade fair")["origin"] == "admin"


def switch_off(house: House, *numbers: str) -> None:
    for id_, remote in house.erp.holds().items():
        if remote.contractor.number in numbers:
            house.erp.edit(id_, active=False)
    house.settle()


def test_who_is_blocked_by_the_erp_is_left_out_and_counted(settled: House) -> None:
    switch_off(settled, "A1")
    done = do(settled, "block")
    assert (done.changed, done.left_out) == (2, {LeftOut.BLOCKED_BY_ERP: 1})
    assert settled.statuses() == ["blocked", "blocked_by_erp", "blocked"]
    done = do(settled, "unblock")
    assert (done.changed, done.left_out) == (2, {LeftOut.BLOCKED_BY_ERP: 1})
    assert settled.holds() == [set(), {("erp_inactive", "erp")}, set()]


def test_an_own_block_beneath_the_erps_is_there_when_the_erp_lets_in_again(settled: House) -> None:
    switch_off(settled, "A1")
    assert do(settled, "block", beneath=True, ids=[2]).changed == 1
    (id_,) = [id_ for id_, remote in settled.erp.holds().items() if remote.contractor.number == "A1"]
    settled.erp.edit(id_, active=True)
    settled.settle()
    assert settled.statuses() == ["active", "blocked", "active"]


def test_the_preview_says_what_then_happens(settled: House) -> None:
    switch_off(settled, "A1")
    operation = open_operation(settled.app, "block", by="anna")
    shown = preview(settled.app, operation, [*everybody(settled), 99])
    assert (shown.selected, shown.changing) == (4, 2)
    assert shown.left_out == {LeftOut.BLOCKED_BY_ERP: 1, LeftOut.UNKNOWN: 1}
    assert [(one.code, one.changes, one.left_out) for one in shown.samples] == [
        ("K000001", {"status": ("active", "blocked")}, None),
        ("K000003", {"status": ("active", "blocked")}, None),
        ("K000002", {}, LeftOut.BLOCKED_BY_ERP),
    ]
    done = carry_out(settled.app, operation, [*everybody(settled), 99], by="anna")
    assert (done.changed, done.left_out) == (shown.changing, shown.left_out)


def test_history_has_a_line_for_each_by_the_person_and_the_audit_log_one_for_all(settled: House) -> None:
    done = do(settled, "hold")
    with reading(settled.app.engine) as connection:
        first = history(connection, 1)[0]
    assert (first.asked_by, first.rule, first.run) == ("anna", "synchronization held by an admin", done.runs[0])
    row = settled.one(tables.Audit, action="customers-hold")
    assert (row["actor"], row["subject"]) == ("anna", "3 customers")
    assert row["details"] == {"changed": 3, "runs": done.runs, "customers": ["K000001", "K000002", "K000003"]}


def test_one_customer_is_named_in_the_audit_log(settled: House) -> None:
    do(settled, "block", ids=[2])
    assert settled.one(tables.Audit, action="customers-block")["subject"] == "customer K000002"


def test_an_undo_of_the_run_takes_it_back(settled: House) -> None:
    done = do(settled, "block")
    settled.settle()
    undone = plan_undo(settled.app, done.runs[0], by="anna", approved=True)
    assert (undone.reversed, undone.run is not None) == (3, True)
    settled.execute(undone.run or 0)
    assert settled.statuses() == ["active"] * 3


def test_doing_it_again_changes_nobody(settled: House) -> None:
    do(settled, "block")
    again = do(settled, "block")
    assert (again.changed, again.left_out, again.runs) == (0, {LeftOut.SO_ALREADY: 3}, [])


@pytest.fixture
def waiting(build: OpenHouse) -> House:
    """A shop whose registrations wait: one does, and a firm of the ERP is there as well."""
    house = build(connections={"shop": {"acceptance": True}})
    house.erp.add(firm("A1"))
    house.settle()
    house.shop.add(firm("B1", groups=(), registered=True))
    house.settle()
    return house


def test_accepting_and_rejecting_are_for_who_waits(waiting: House) -> None:
    assert waiting.statuses() == ["active", "pending"]
    done = do(waiting, "reject")
    assert (done.changed, done.left_out, waiting.statuses()) == (1, {LeftOut.NOT_WAITING: 1}, ["active", "blocked"])
    done = do(waiting, "accept")
    assert (done.changed, done.left_out, waiting.statuses()) == (1, {LeftOut.NOT_WAITING: 1}, ["active", "active"])


def test_deactivating_and_activating_fit_whoever_it_is(waiting: House) -> None:
    assert do(waiting, "deactivate").changed == 2
    assert waiting.holds() == [{("admin_block", "anna")}, {("rejected", "anna")}]
    assert do(waiting, "activate").changed == 2
    assert waiting.statuses() == ["active", "active"]


def test_a_group_is_made_for_a_selection_and_left_again(settled: House) -> None:
    operation = open_operation(settled.app, "group-add", " Trade  fair ", by="anna")
    assert operation.warnings == ("the group Trade fair is made with its first member",)
    assert settled.count(tables.Group) == 1
    assert do(settled, "group-add", " Trade  fair ", ids=[1, 3]).changed == 2
    settled.settle()
    assert [c.groups for c in settled.contractors()] == [("Hurt", "Trade fair"), ("Hurt",), ("Hurt", "Trade fair")]
    assert settled.at_shop()["A0"].groups == ("Hurt", "Trade fair")
    done = do(settled, "group-remove", "Trade fair")
    assert (done.changed, done.left_out) == (2, {LeftOut.SO_ALREADY: 1})


def test_a_group_of_an_erp_is_refused_with_the_reason(settled: House) -> None:
    with pytest.raises(InvalidRecord, match="comes from an ERP"):
        open_operation(settled.app, "group-add", "Hurt", by="anna")
    with pytest.raises(NotFound, match="no group 'Nobody'"):
        open_operation(settled.app, "group-remove", "Nobody", by="anna")


def test_a_caretaker_is_set_and_what_an_erp_may_bring_back_is_said(settled: House) -> None:
    operation = open_operation(settled.app, "caretaker", "Anna", by="anna")
    assert operation.warnings == (
        "erp is not sent caretaker: change it there as well, or it comes back with the next change",
    )
    assert do(settled, "caretaker", "Anna").changed == 3
    settled.settle()
    assert {held.caretaker for held in settled.at_shop().values()} == {"Anna"}


def test_a_yes_to_the_newsletter_needs_its_source_and_never_overrides_a_no(settled: House) -> None:
    with pytest.raises(InvalidRecord, match="a yes needs to say where"):
        open_operation(settled.app, "newsletter", "yes", by="anna")
    assert do(settled, "newsletter", "no", ids=[1]).changed == 1
    done = do(settled, "newsletter", "yes", note="paper form, fair of May 2026")
    assert (done.changed, done.left_out) == (2, {LeftOut.SAID_NO: 1})
    no, yes, _ = settled.contractors()
    assert (no.newsletter, yes.newsletter) == (False, True)
    (word,) = yes.consents
    assert (word.given, word.source, word.at) == (True, "anna: paper form, fair of May 2026", settled.now)


def test_a_sync_reads_only_the_selected_customers_at_every_side(settled: House) -> None:
    do(settled, "hold", ids=[3])
    done = do(settled, "sync", ids=[1, 3, 99])
    assert (done.changed, done.left_out) == (1, {LeftOut.SYNC_HELD: 1, LeftOut.UNKNOWN: 1})
    assert [(settled.row(run)["mode"], settled.row(run)["only"].count('"')) for run in done.runs] == [("only", 2)] * 2
    (id_,) = [id_ for id_, remote in settled.erp.holds().items() if remote.contractor.number == "A0"]
    settled.erp.edit(id_, website="https://a0.example")
    for run in done.runs:
        assert settled.execute(run)["state"] == "succeeded"
    assert settled.contractors()[0].website == "https://a0.example"


def test_a_new_look_at_the_country_is_asked_for(settled: House) -> None:
    done = do(settled, "reverify", ids=[1, 2])
    assert (done.changed, [settled.row(run)["mode"] for run in done.runs]) == (2, ["reverify"])


def test_a_limit_holds_it_until_an_admin_agrees(build: OpenHouse) -> None:
    limits = GuardSettings(first_run="apply", blocks_percent=10, at_least=5)
    house = build(connections={"erp": {"guard": limits}})
    for number in range(20):
        house.erp.add(firm(f"A{number}"))
    house.settle()
    done = do(house, "block")
    assert (done.changed, done.waiting, done.held) == (0, 20, done.runs)
    assert (house.row(done.held[0])["state"], set(house.statuses())) == ("held", {"active"})
    assert do(house, "block", approved=True).changed == 20


def test_nobody_is_erased_back_to_life(settled: House) -> None:
    with pytest.raises(InvalidRecord, match="no operation 'erase'"):
        open_operation(settled.app, "erase", by="anna")


def test_codes_are_read_and_what_is_none_is_named() -> None:
    assert ids_of(["K000012", "k3", "K000012"]) == [3, 12]
    with pytest.raises(InvalidRecord, match="'Kowalski' is no customer code"):
        ids_of(["K000012", "Kowalski"])


def test_more_than_a_thousand_are_changed_and_their_number_has_to_be_repeated(house: House) -> None:
    number = 1190
    for one in range(number):
        house.erp.add(firm(f"B{one}"))
    house.run("erp", "full")
    switch_off(house, "B7", "B1100")
    ids = everybody(house)
    assert number > MANY
    for wrong in (None, number - 1):
        with pytest.raises(InvalidRecord, match="1190 customers are selected"):
            do(house, "group-add", "Fair", number=wrong)
    assert (house.count(tables.PlanLine), house.one(tables.Group)["name"]) == (number + 2, "Hurt")
    done = do(house, "group-add", "Fair", number=number)
    assert (done.changed, done.left_out, done.failed, len(done.runs)) == (number, {}, {}, 1)
    assert house.count(tables.Membership) == 2 * number
    done = do(house, "block", number=number, approved=True)
    assert (done.changed, done.left_out) == (number - 2, {LeftOut.BLOCKED_BY_ERP: 2})
    assert house.statuses().count("blocked_by_erp") == 2
    assert len(ids) == number


def test_it_is_done_after_what_somebody_else_changes_at_that_moment(settled: House) -> None:
    lease = lease_name(EDIT, settled.one(tables.Connection, name="erp")["id"])
    held = leases.acquire(settled.app.engine, lease, owner="another", now=settled.app.now(), length=timedelta(hours=1))
    assert held is not None
    with ThreadPoolExecutor(1) as elsewhere:
        done = elsewhere.submit(do, settled, "block")
        while not any(run["state"] == "queued" for run in settled.rows(tables.Run)) and not done.done():
            pass
        leases.release(settled.app.engine, held)
        assert (done.result().changed, done.result().waiting) == (3, 0)


def test_very_many_changes_are_left_to_a_worker(settled: House) -> None:
    done = do(settled, "block", at_once=2)
    assert (done.changed, done.waiting, done.held) == (0, 3, [])
    assert settled.execute(done.runs[0])["state"] == "succeeded"
    assert settled.statuses() == ["blocked"] * 3


NAMES = ("block", "unblock", "activate", "deactivate", "accept", "reject", "hold", "release", "sync")


@settings(max_examples=stories(brief=6, thorough=12, soak=12), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sets(st.integers(1, 5), min_size=1)), min_size=1, max_size=5))
def test_the_numbers_add_up_and_the_erps_word_stands(acts: list[tuple[str, set[int]]]) -> None:
    with small_house() as house:
        for number in (2, 3):
            house.erp.add(firm(f"A{number}"))
        house.settle()
        switch_off(house, "A2")
        for name, ids in acts:
            done = do(house, name, ids=sorted(ids))
            parts = sum(done.left_out.values()) + sum(done.failed.values())
            assert done.selected == done.changed + done.waiting + parts
        assert [("erp_inactive", "erp") in holds for holds in house.holds()] == [False, True, False]
