"""Is a record that was asked for by its name heard in the end, though its side did not answer then?"""

from __future__ import annotations

import pytest

from syncd.certify.faults import Fault
from syncd.errors import Unavailable
from syncd.ports import Remote
from syncd.registry import tables
from syncd.sync.attention import drop
from syncd.sync.execute import ATTEMPTS, execute_run
from tests.fixtures.contractors import firm

from .house import House, Row, Through
from .test_sweep import die
from .test_sync_hold import act, edit

DOWN = Fault(kind="status", status=503)


@pytest.fixture
def settled(house: House) -> House:
    house.erp.add(firm("A1"))
    house.settle()
    return house


def asked_in_vain(house: House, side: str = "erp", *, dry_run: bool = False) -> Row:
    """Ask for a side's only record while the side is down."""
    house.sides[side].faults.plan(*[DOWN] * 10)
    run = house.run(side, "only", only=list(house.sides[side].holds()), dry_run=dry_run)
    house.sides[side].faults.clear()
    assert run["state"] == "failed"
    return run


def reads_by_name(house: House) -> list[Row]:
    return [row for row in house.rows(tables.Run) if row["mode"] == "only"]


def test_who_was_released_while_its_side_was_down_is_heard_once_the_side_answers(settled: House) -> None:
    act(settled, "hold")
    edit(settled, "erp", name="Nowa nazwa")
    settled.run("erp")
    settled.erp.faults.plan(*[DOWN] * 10)
    act(settled, "release")
    settled.finish()
    assert [row["state"] for row in reads_by_name(settled) if row["connection_id"] == settled.id("erp")] == ["failed"]
    settled.erp.faults.clear()
    settled.run("erp")
    settled.settle()
    assert settled.at_shop()["A1"].name == "Nowa nazwa"


def test_what_failed_says_which_run_asks_again_and_is_asked_for_once(settled: House) -> None:
    failed = asked_in_vain(settled)
    read = settled.run("erp")
    settled.run("erp")
    again = settled.one(tables.Run, asked_by=f"run {read['id']}")
    assert (again["mode"], again["only"]) == ("only", failed["only"])
    assert [row["read_again_by"] for row in reads_by_name(settled)] == [again["id"], None]


def test_what_failed_again_is_asked_for_again(settled: House) -> None:
    asked_in_vain(settled)
    settled.run("erp")
    settled.erp.faults.plan(*[DOWN] * 10)
    settled.finish()
    settled.erp.faults.clear()
    settled.run("erp")
    settled.finish()
    assert [row["state"] for row in reads_by_name(settled)] == ["failed", "failed", "succeeded"]


def test_what_several_reads_named_in_vain_one_asks_for(settled: House) -> None:
    asked_in_vain(settled)
    asked_in_vain(settled)
    settled.run("erp")
    *failed, again = reads_by_name(settled)
    assert ({row["read_again_by"] for row in failed}, again["only"]) == ({again["id"]}, failed[0]["only"])


def test_a_full_read_has_what_was_asked_for_in_vain(settled: House) -> None:
    asked_in_vain(settled)
    settled.run("erp", "full")
    settled.run("erp")
    assert len(reads_by_name(settled)) == 1


def test_a_dry_run_and_another_side_s_records_are_not_asked_for_again(settled: House) -> None:
    asked_in_vain(settled, dry_run=True)
    asked_in_vain(settled, "shop")
    settled.run("erp")
    assert len(reads_by_name(settled)) == 2


def test_a_read_over_which_processes_died_is_not_asked_for_again(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    run_id = house.ask("erp", "only", only=[id_])
    for _ in range(ATTEMPTS):
        die(house, run_id)
        house.pass_time(minutes=2)
    execute_run(house.app, run_id)
    assert house.row(run_id)["error_code"] == "run-gave-up"
    house.run("erp")
    assert len(reads_by_name(house)) == 1


def failing_for(house: House, *names: str) -> None:
    """Let the ERP answer everything but what it is asked of these records."""

    class Fails(Through):
        def get(self, external_id: str) -> Remote:
            if external_id in names:
                raise Unavailable("the peer failed (HTTP 500)")
            remote: Remote = self.inner.get(external_id)
            return remote

    house.through("erp", Fails)


def test_a_record_for_which_alone_a_side_fails_holds_up_no_other_one(house: House) -> None:
    bad, good = house.erp.add(firm("A1")), house.erp.add(firm("A2"))
    failing_for(house, bad)
    run = house.run("erp", "only", only=[bad, good])
    assert (run["state"], run["counts"]["created"], run["counts"]["failed"]) == ("partial", 1, 1)
    issue = house.one(tables.Issue, code="record-unanswered")
    assert issue["external_id"] == bad
    assert issue["message"] == "erp answers, but not when it is asked for this record: the peer failed (HTTP 500)"


def test_the_only_record_of_a_read_is_told_from_a_side_that_is_away(settled: House) -> None:
    (only,) = settled.erp.holds()
    failing_for(settled, only)
    run = settled.run("erp", "only", only=[only])
    assert (run["state"], settled.issues()) == ("partial", ["record-unanswered"])


def test_a_record_that_was_not_answered_for_is_asked_for_again_after_pauses_that_grow(settled: House) -> None:
    (only,) = settled.erp.holds()
    failing_for(settled, only)
    settled.run("erp", "only", only=[only])
    asked = []
    for _ in range(40):
        settled.pass_time(seconds=10)
        settled.run("erp")
        settled.finish()
        asked.append(len(reads_by_name(settled)) - 1)
    assert (asked[0], asked[-1]) == (1, 6)


def test_a_record_that_is_answered_for_at_last_is_heard(settled: House) -> None:
    (only,) = settled.erp.holds()
    whole = settled.app.connections
    failing_for(settled, only)
    settled.run("erp", "only", only=[only])
    settled.change(connections=whole)
    settled.pass_time(seconds=10)
    settled.run("erp")
    settled.finish()
    assert (reads_by_name(settled)[-1]["state"], settled.issues()) == ("succeeded", [])


def test_a_record_that_is_found_to_be_gone_was_answered_for(settled: House) -> None:
    (only,) = settled.erp.holds()
    whole = settled.app.connections
    failing_for(settled, only)
    settled.run("erp", "only", only=[only])
    settled.change(connections=whole)
    settled.erp.remove(only)
    settled.run("erp", "only", only=[only])
    assert settled.issues() == ["not-found"]


def test_a_record_whose_issue_was_dropped_is_not_asked_for_again(settled: House) -> None:
    (only,) = settled.erp.holds()
    failing_for(settled, only)
    settled.run("erp", "only", only=[only])
    drop(settled.app, settled.one(tables.Issue)["id"], by="test")
    settled.pass_time(minutes=61)
    settled.run("erp")
    assert len(reads_by_name(settled)) == 1


def test_many_records_in_a_row_for_which_alone_a_side_fails_hold_up_no_other_one(settled: House) -> None:
    bad = [settled.erp.add(firm(f"B{number}")) for number in range(12)]
    good = settled.erp.add(firm("C1"))
    failing_for(settled, *bad)
    run = settled.run("erp", "only", only=[*bad, good])
    assert (run["state"], run["counts"]["created"], run["counts"]["failed"]) == ("partial", 1, 12)
    assert settled.issues() == ["record-unanswered"] * 12


def test_a_side_that_answers_for_no_record_at_all_is_in_trouble(settled: House) -> None:
    names = [settled.erp.add(firm(f"B{number}")) for number in range(7)]
    failing_for(settled, *settled.erp.holds())
    run = settled.run("erp", "only", only=names)
    assert (run["state"], run["error_code"], settled.issues()) == ("failed", "unavailable", [])


def test_a_side_of_which_no_record_is_known_is_in_trouble_when_many_are_not_answered_for(house: House) -> None:
    names = [house.erp.add(firm(f"A{number}")) for number in range(7)]
    failing_for(house, *names)
    run = house.run("erp", "only", only=names)
    assert (run["state"], run["error_code"], house.issues()) == ("failed", "unavailable", [])


def test_a_dry_run_names_the_record_that_was_not_answered_for(settled: House) -> None:
    (only,) = settled.erp.holds()
    failing_for(settled, only)
    run = settled.run("erp", "only", only=[only], dry_run=True)
    assert (run["state"], run["error"]) == ("failed", f"record {only}: the peer failed (HTTP 500)")
    assert settled.issues() == []
