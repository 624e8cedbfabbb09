"""Is somebody who was erased gone from what no contractor was made of: plans that wait, questions about records?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from syncd.domain.contractor import Contractor
from syncd.domain.proof import CROWD
from syncd.registry import backup, tables
from syncd.registry.engine import writing
from syncd.registry.runs import set_run
from syncd.sync import erase as erasing
from syncd.sync.review import approve, discard
from syncd.sync.sweep import sweep
from tests.fixtures.contractors import firm
from tests.fixtures.registries import bare, fresh

from .conftest import OpenHouse
from .house import House, open_house
from .test_erasure import CANARIES, canary, erase, everything, hits, report

SECOND = ("Kanarek Żółty", "ptak@gniazdo.example", "log-ptak@gniazdo.example")
"""What only the second record says of the person; its number is the first one's."""


def second(**more: Any) -> Any:
    said = {"name": SECOND[0], "email": SECOND[1], "login_email": SECOND[2], "phones": ()}
    return canary("A1", **{**said, **more})


@pytest.fixture
def settled(build: OpenHouse, tmp_path: Path) -> House:
    house = build(folder=tmp_path)
    house.erp.add(canary())
    house.erp.add(firm("B1"))
    house.settle()
    return house


def planned(house: House, **more: Any) -> int:
    """A plan that waits and would make the person from a second record."""
    house.erp.add(second(**more))
    run_id: int = house.run("erp", dry_run=True)["id"]
    assert [line["action"] for line in house.lines(run_id)] == ["create"]
    assert hits(everything(house), SECOND) == list(SECOND)
    return run_id


@pytest.mark.parametrize("becomes", ["approved", "discarded", "left"])
def test_a_plan_that_would_make_the_person_from_another_record_tells_nothing_and_makes_nobody(
    settled: House, becomes: str
) -> None:
    run_id = planned(settled)
    if becomes == "discarded":
        discard(settled.app, run_id, by="anna")
    erase(settled)
    assert hits(everything(settled), (*CANARIES, *SECOND)) == []
    assert [(line["outcome"], line["external_id"]) for line in settled.lines(run_id)] == [("stale", "")]
    if becomes == "approved":
        approve(settled.app, run_id, by="anna")
        assert settled.execute(run_id)["state"] == "succeeded"
    settled.settle()
    assert sorted(settled.statuses()) == ["active", "anonymised"]
    settled.run("erp", "full")
    assert (hits(everything(settled), (*CANARIES, *SECOND)), settled.issues()) == ([], ["erased-returns"])


def test_a_line_that_was_left_out_or_moved_tells_nothing_either(settled: House) -> None:
    run_id = planned(settled)
    with writing(settled.app.engine) as connection:
        set_run(connection, run_id, state="succeeded", applied_seq=1, finished_at=settled.now)
        connection.execute(update(tables.PlanLine).values(outcome="left_out"))
    erase(settled)
    assert hits(everything(settled), (*CANARIES, *SECOND)) == []


def test_a_line_stored_by_a_run_that_was_under_way_is_emptied_when_that_run_is_over(settled: House) -> None:
    run_id = planned(settled)
    with writing(settled.app.engine) as connection:
        kept = [dict(row) for row in settled.rows(tables.PlanLine) if row["run_id"] == run_id]
        connection.execute(delete(tables.PlanLine).where(tables.PlanLine.run_id == run_id))
        set_run(connection, run_id, state="running", started_at=settled.now, heartbeat_at=settled.now, attempts=1)
    waiting = erase(settled)
    with writing(settled.app.engine) as connection:
        connection.execute(insert(tables.PlanLine), kept)
        set_run(connection, run_id, state="planned")
    sweep(settled.app)
    assert report(settled, waiting.erasure).state == "done"
    assert hits(everything(settled), (*CANARIES, *SECOND)) == []


def test_a_plan_in_a_restored_backup_does_not_make_the_erased(tmp_path: Path) -> None:
    file = fresh(bare())
    with open_house(f"sqlite:///{file}", folder=file.parent) as house:
        house.erp.add(second(phones=canary().phones, name=CANARIES[0]))
        run_id = house.run("erp", dry_run=True)["id"]
        backup.back_up(house.app.engine, tmp_path / "backup")
        approve(house.app, run_id, by="anna")
        house.execute(run_id)
        erase(house, house.one(tables.Contractor)["id"])
        backup.restore(house.app.engine, tmp_path / "backup")
        sweep(house.app)
        assert hits(everything(house), (*CANARIES, *SECOND)) == []
        approve(house.app, run_id, by="anna")
        house.execute(run_id)
        assert house.statuses() == ["anonymised"]


def test_a_plan_for_somebody_who_shares_a_key_with_the_living_stays(settled: House) -> None:
    settled.erp.add(firm("C1", email=CANARIES[1]))
    settled.settle()
    settled.erp.add(firm("D1", email=CANARIES[1]))
    run_id = settled.run("erp", dry_run=True)["id"]
    erase(settled)
    approve(settled.app, run_id, by="anna")
    settled.execute(run_id)
    assert sorted(settled.statuses()) == ["active", "active", "active", "anonymised"]


def test_a_key_that_a_crowd_has_says_nothing_of_the_erased(build: OpenHouse, tmp_path: Path) -> None:
    house = build(folder=tmp_path)
    house.erp.add(canary())
    for number in range(CROWD + 2):
        house.erp.add(firm(f"C{number}", email=CANARIES[1]))
    house.settle()
    erase(house)
    house.erp.add(firm("D1", email=CANARIES[1]))
    house.settle()
    assert "erased-returns" not in house.issues()
    assert len(house.contractors()) == CROWD + 4


def test_a_question_whether_a_record_is_the_person_is_asked_again_without_them(
    build: OpenHouse, tmp_path: Path
) -> None:
    house = build(folder=tmp_path)
    house.erp.add(canary())
    for number, name in (("B2", "Wróbel"), ("B3", "Wilga")):
        house.erp.add(firm(number, name=name, email=CANARIES[1], tax_id=""))
    house.run("erp")
    house.shop.add(Contractor(name="Ktoś", country="PL", email=CANARIES[1]))
    house.run("shop")
    assert CANARIES[0] in repr(house.one(tables.Issue, code="ambiguous"))
    erasing.erase(house.app, house.one(tables.Contractor, name=CANARIES[0])["id"], by="anna")
    sweep(house.app)
    assert CANARIES[0] not in everything(house)
    assert house.finish() == 1
    asked = house.one(tables.Issue, code="ambiguous", state="open")
    assert [name in repr(asked) for name in ("Wróbel", "Wilga", CANARIES[0])] == [True, True, False]
