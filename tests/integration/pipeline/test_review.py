"""What can a person do with a plan that waits and with a run that goes on, and is it written down?"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from syncd.errors import InvalidRecord, NotFound, Unavailable
from syncd.ports import Page
from syncd.registry import tables
from syncd.registry.engine import writing
from syncd.registry.runs import set_run
from syncd.settings import GuardSettings
from syncd.sync.review import approve, cancel, discard, leave_out, take_in
from tests.fixtures.contractors import firm
from tests.fixtures.servers import CreateRegistry

from .house import House, Through, open_house, waits_for_a_lock


@pytest.fixture
def waiting(house: House) -> int:
    """A dry run's plan with three lines."""
    for number in range(3):
        house.erp.add(firm(f"A{number}"))
    plan: int = house.run("erp", dry_run=True)["id"]
    return plan


def written_down(house: House) -> list[tuple[Any, ...]]:
    return [(row["actor"], row["action"], row["subject"], row["details"]) for row in house.rows(tables.Audit)]


def test_an_approved_plan_is_applied_and_who_did_it_is_known(house: House, waiting: int) -> None:
    approve(house.app, waiting, by="anna")
    assert house.row(waiting)["state"] == "queued"
    assert house.execute(waiting)["state"] == "succeeded"
    assert len(house.contractors()) == 3
    assert written_down(house) == [("anna", "approve-plan", f"run {waiting}", {})]


def test_a_discarded_plan_is_over(house: House, waiting: int) -> None:
    discard(house.app, waiting, by="anna")
    run = house.execute(waiting)
    assert (run["state"], run["finished_at"]) == ("cancelled", house.now)
    assert house.contractors() == []
    assert written_down(house) == [("anna", "discard-plan", f"run {waiting}", {})]


def test_lines_that_were_taken_out_are_not_applied(house: House, waiting: int) -> None:
    leave_out(house.app, waiting, [3, 1], by="anna")
    approve(house.app, waiting, by="anna")
    house.execute(waiting)
    assert [line["outcome"] for line in house.lines(waiting)] == ["left_out", None, "left_out"]
    assert [contractor.number for contractor in house.contractors()] == ["A1"]
    assert written_down(house)[0] == ("anna", "leave-out-lines", f"run {waiting}", {"lines": [1, 3]})


def test_a_queued_run_can_be_cancelled(house: House) -> None:
    run_id = house.ask("erp")
    cancel(house.app, run_id, by="anna")
    assert house.execute(run_id)["state"] == "cancelled"
    assert house.calls("erp") == []
    assert written_down(house) == [("anna", "cancel-run", f"run {run_id}", {})]


def test_a_run_that_is_cancelled_while_it_reads_changes_nothing(house: House) -> None:
    class CancelledMeanwhile(Through):
        def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
            cancel(house.app, run_id, by="anna")
            yield from self.inner.read(cursor, full=full)

    house.erp.add(firm("A1"))
    run_id = house.ask("erp")
    house.through("erp", CancelledMeanwhile)
    run = house.execute(run_id)
    assert (run["state"], run["finished_at"]) == ("cancelled", house.now)
    assert house.contractors() == []
    assert house.rows(tables.Cursor) == []


def test_a_run_that_is_cancelled_while_its_side_is_silent_ends_without_an_error(house: House) -> None:
    class CancelledMeanwhile(Through):
        def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
            cancel(house.app, run_id, by="anna")
            raise Unavailable("the answer did not arrive")

    run_id = house.ask("erp")
    house.through("erp", CancelledMeanwhile)
    run = house.execute(run_id)
    assert (run["state"], run["error"]) == ("cancelled", None)
    house.run("shop")


def test_a_run_that_was_cut_short_while_it_applied_cannot_be_cancelled(house: House, waiting: int) -> None:
    with writing(house.app.engine) as connection:
        set_run(connection, waiting, state="interrupted", applied_seq=1, dry_run=False)
    with pytest.raises(InvalidRecord) as caught:
        cancel(house.app, waiting, by="anna")
    assert caught.value.code == "run-not-cancellable"
    assert house.execute(waiting)["state"] == "succeeded"


@pytest.fixture
def on_postgresql(create_registry: CreateRegistry) -> Iterator[House]:
    """Where two write at the same time: SQLite lets one after the other."""
    with open_house(create_registry("deciding")) as opened:
        yield opened


@pytest.mark.postgres
@pytest.mark.parametrize("act", [approve, discard, leave_out, take_in])
def test_of_two_who_decide_at_once_the_second_is_told_who_was_first(on_postgresql: House, act: Any) -> None:
    house = on_postgresql
    house.erp.add(firm("A1"))
    plan: int = house.run("erp", dry_run=True)["id"]
    given = ([1],) if act in {leave_out, take_in} else ()
    with ThreadPoolExecutor(1) as other:
        with writing(house.app.engine) as connection:
            set_run(connection, plan, state="queued", dry_run=False, approved_by="anna")
            second = other.submit(act, house.app, plan, *given, by="jan")
            while not second.done() and not waits_for_a_lock(connection):
                pass
        with pytest.raises(InvalidRecord, match="anna approved it"):
            second.result()


@pytest.mark.postgres
def test_a_plan_that_is_approved_just_then_is_not_replaced(create_registry: CreateRegistry) -> None:
    guard = GuardSettings(first_run="apply", at_least=1, blocks_percent=0)
    with open_house(create_registry("replacing"), connections={"erp": {"guard": guard}}) as house:
        ids = [house.erp.add(firm(f"A{number}")) for number in range(2)]
        house.run("erp")
        house.erp.edit(ids[0], active=False)
        held = house.run("erp")["id"]
        house.erp.edit(ids[1], active=False)
        with ThreadPoolExecutor(1) as other:
            with writing(house.app.engine) as connection:
                set_run(connection, held, state="queued", approved_by="anna")
                newer = other.submit(house.run, "erp")
                while not newer.done() and not waits_for_a_lock(connection):
                    pass
            newer.result()
        assert house.row(held)["state"] == "queued"


def test_what_a_run_applies_already_cannot_be_cancelled(house: House, waiting: int) -> None:
    approve(house.app, waiting, by="anna")
    house.execute(waiting)
    with pytest.raises(InvalidRecord) as caught:
        cancel(house.app, waiting, by="anna")
    assert caught.value.code == "run-not-cancellable"


@pytest.mark.parametrize("act", [approve, discard])
def test_only_a_plan_that_waits_can_be_decided_on(house: House, act: Any) -> None:
    run_id = house.run("erp")["id"]
    with pytest.raises(InvalidRecord) as caught:
        act(house.app, run_id, by="anna")
    assert caught.value.code == "plan-not-waiting"
    assert written_down(house) == []


@pytest.mark.parametrize("act", [approve, discard, cancel])
def test_a_run_that_does_not_exist_is_said_to_be_unknown(house: House, act: Any) -> None:
    with pytest.raises(NotFound, match="no run 99"):
        act(house.app, 99, by="anna")


def test_lines_that_were_taken_out_can_be_put_back(house: House, waiting: int) -> None:
    leave_out(house.app, waiting, [3, 1], by="anna")
    take_in(house.app, waiting, [1, 2], by="jan")
    assert [line["outcome"] for line in house.lines(waiting)] == [None, None, "left_out"]
    assert written_down(house)[1] == ("jan", "take-in-lines", f"run {waiting}", {"lines": [1, 2]})


def test_who_comes_second_is_told_who_was_first(house: House, waiting: int) -> None:
    approve(house.app, waiting, by="anna")
    for act in (approve, discard):
        with pytest.raises(InvalidRecord, match="anna approved it"):
            act(house.app, waiting, by="jan")
