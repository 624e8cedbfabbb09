"""Is somebody who was erased gone everywhere, and do they stay gone?"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select

from syncd.certify.faults import Fault
from syncd.domain import erasure
from syncd.domain.contractor import Address, Contractor, Employee
from syncd.domain.folding import fold
from syncd.domain.side import Side
from syncd.errors import InvalidRecord, Misconfigured, NotFound
from syncd.ports import Capabilities
from syncd.registry import tables
from syncd.registry.engine import is_sqlite, reading, writing
from syncd.registry.erasures import load_case
from syncd.registry.queries.customer_list import count, selection
from syncd.registry.queries.history import history
from syncd.registry.runs import set_run
from syncd.settings import ErasureSettings, RouteSettings
from syncd.sync import erase as erasing
from syncd.sync import standing
from syncd.sync.answers import answer
from syncd.sync.ask_read import ask_read
from syncd.sync.attention import retry
from syncd.sync.change import Draft, Subject, change
from syncd.sync.duplicates import merge_duplicates
from syncd.sync.edit import edit_customer
from syncd.sync.erasure_report import Report, report_of
from syncd.sync.matching import unlink
from syncd.sync.prune import prune
from syncd.sync.pursue import deliver_now, pursue
from syncd.sync.review import approve
from syncd.sync.routes import Network
from syncd.sync.sweep import sweep
from syncd.sync.unmatch import take_back
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House, Through

CANARIES = ("Kanarek Zielony", "kanarek@gniazdo.example", "600700812", "Ptasia 17", "log-kanarek@gniazdo.example")


def canary(number: str = "A1", **more: Any) -> Contractor:
    values: dict[str, Any] = {
        "name": CANARIES[0],
        "email": CANARIES[1],
        "phones": (f"+48{CANARIES[2]}",),
        "addresses": (Address(street=CANARIES[3], city="Kraków", postal_code="30-001", country="PL"),),
        "employees": (Employee(name=CANARIES[0], email=CANARIES[4], default_login=True),),
    }
    return firm(number, **{**values, **more})


def everything(house: House) -> str:
    """Every column of every table, as text."""
    with reading(house.app.engine) as connection:
        rows = [tuple(row) for table in tables.Base.metadata.sorted_tables for row in connection.execute(select(table))]
    return repr(rows)


def held(house: House) -> str:
    return repr([remote for side in house.sides.values() for remote in side.holds().values()])


def hits(text: str, words: tuple[str, ...] = CANARIES) -> list[str]:
    return [word for word in words if word in text]


class Bell:
    """Writes down which runs it rang for."""

    def __init__(self, rung: list[int]) -> None:
        self._rung = rung

    def run(self, run_id: int) -> bool:
        self._rung.append(run_id)
        return True

    def push(self, connection_id: int) -> bool:
        """Nobody listens for these."""
        return True


class ReadOnly(Through):
    """A side that syncd may not write to."""

    @property
    def capabilities(self) -> Capabilities:
        return msgspec.structs.replace(self.inner.capabilities, writes=frozenset())


def read_only(network: Network, connection_id: int) -> Network:
    station = network.stations[connection_id]
    declared = msgspec.structs.replace(station.capabilities, writes=frozenset())
    changed = dataclasses.replace(station, declare=lambda: declared)
    return Network({**network.stations, connection_id: changed})


@pytest.fixture
def settled(build: OpenHouse, tmp_path: Path) -> House:
    house = build(folder=tmp_path)
    house.erp.add(canary())
    house.settle()
    assert hits(everything(house)) == hits(held(house)) == list(CANARIES)
    return house


def erase(house: House, id_: int = 1, *, by: str = "anna") -> Report:
    erasure_id = erasing.erase(house.app, id_, by=by)
    pursue(house.app, erasure_id)
    deliver_now(house.app, erasure_id)
    pursue(house.app, erasure_id)
    return report(house, erasure_id)


def report(house: House, erasure_id: int) -> Report:
    with reading(house.app.engine) as connection:
        case = load_case(connection, erasure_id)
        assert case is not None
        return report_of(connection, house.app, case)


def test_nothing_of_an_erased_customer_is_left_in_the_registry_or_at_a_side(settled: House) -> None:
    done = erase(settled)
    assert (done.state, {s.connection: s.proof for s in done.systems}) == (
        "done",
        {"erp": "verified", "shop": "verified"},
    )
    assert (hits(everything(settled)), hits(held(settled))) == ([], [])
    assert settled.statuses() == ["anonymised"]
    assert [remote.contractor.active for remote in settled.shop.holds().values()] == [False]


def test_nobody_finds_an_erased_customer_by_anything(settled: House) -> None:
    with writing(settled.app.engine) as connection:
        connection.execute(
            insert(tables.User).values(id=1, name="ola", role="admin", password="x", made_at=settled.now)
        )
        common = {"user_id": 1, "shared": True, "columns": "", "sort": "", "changed_at": settled.now}
        for name, filter_, search in (("a", "", "kanarek zielony"), ("b", f'email:eq:"{CANARIES[1].upper()}"', "")):
            connection.execute(insert(tables.SavedView).values(name=name, filter=filter_, search=search, **common))
        connection.execute(insert(tables.SavedView).values(name="c", filter="status:eq:active", search="", **common))
    erase(settled)
    with reading(settled.app.engine) as connection:
        for word in ("kanarek", "zielony", "600 700 812", "gniazdo.example"):
            assert count(connection, selection(search=word, at=settled.now)) == 0, word
        assert list(connection.scalars(select(tables.SavedView.name))) == ["c"]
        assert "kanarek" not in fold(repr(connection.execute(select(tables.Listing)).all()))
        if is_sqlite(connection):
            connection.exec_driver_sql("CREATE VIRTUAL TABLE temp.v USING fts5vocab(main, listings_text, 'row')")
            grams = set(connection.exec_driver_sql("SELECT term FROM temp.v").scalars())
            assert grams.isdisjoint({"kan", "ana", "nar", "zie", "ptk"})


def test_an_erased_customer_does_not_come_back_whatever_the_erp_states(settled: House) -> None:
    erase(settled)
    (id_,) = settled.erp.holds()
    settled.settle()
    assert settled.issues() == []
    settled.erp.edit(id_, **{name: getattr(canary(), name) for name in ("name", "email", "phones", "tax_id")})
    settled.settle()
    assert (hits(everything(settled)), settled.issues()) == ([], ["erased-returns"])
    assert [c.name for c in settled.contractors()] == ["Erased K000001"]


def come_back(house: House, **more: Any) -> str:
    """The ERP states the person again, under a new record."""
    external_id: str = house.erp.add(canary("B7", **{"tax_id": "", **more}))
    house.settle()
    return external_id


def open_issue(house: House) -> dict[str, Any]:
    (issue,) = [row for row in house.rows(tables.Issue) if row["state"] == "open"]
    return issue


@pytest.mark.parametrize(
    ("kept", "comes_back"),
    [
        ("email", False),
        ("tax_id", False),
        ("number", False),
        ("phones", True),
        ("name", True),
    ],
)
def test_a_new_record_with_a_strong_key_of_the_erased_is_not_taken(settled: House, kept: str, comes_back: bool) -> None:
    erase(settled)
    settled.erp.add(firm("B7", **{kept: getattr(canary(), kept)}))
    settled.settle()
    assert (settled.issues() == [], len(settled.contractors())) == (comes_back, 1 + comes_back)


def test_a_phone_together_with_the_name_is_enough(settled: House) -> None:
    erase(settled)
    settled.erp.add(firm("B7", name=" kanarek  ZIELONY", phones=canary().phones))
    settled.settle()
    assert (settled.issues(), len(settled.contractors())) == (["erased-returns"], 1)


def test_a_key_that_somebody_living_has_too_says_nothing_of_the_erased(build: OpenHouse, tmp_path: Path) -> None:
    house = build(folder=tmp_path)
    house.erp.add(canary())
    house.erp.add(firm("C1", email=CANARIES[1]))
    house.settle()
    erase(house)
    house.erp.add(firm("D1", email=CANARIES[1]))
    house.settle()
    assert (house.issues(), sorted(house.statuses())) == ([], ["active", "active", "anonymised"])


def test_the_issue_names_nothing_but_the_record(settled: House) -> None:
    erase(settled)
    external_id = come_back(settled)
    issue = open_issue(settled)
    assert (issue["external_id"], issue["raw"], hits(repr(issue))) == (external_id, None, [])


def test_somebody_else_is_taken_when_a_person_says_so(settled: House) -> None:
    erase(settled)
    come_back(settled)
    answer(settled.app, open_issue(settled)["id"], "not-the-same", by="anna")
    settled.settle()
    assert (settled.issues(), settled.statuses()) == ([], ["anonymised", "active"])
    assert settled.is_at_rest()


def test_a_record_that_came_back_can_be_overwritten_as_well(settled: House) -> None:
    done = erase(settled)
    come_back(settled)
    answer(settled.app, open_issue(settled)["id"], "erase-there-again", by="anna")
    settled.settle()
    assert (settled.issues(), hits(held(settled)), hits(everything(settled))) == ([], [], [])
    assert report(settled, done.erasure).state == "done"


def test_what_a_law_requires_is_kept_and_named(build: OpenHouse, tmp_path: Path) -> None:
    rules = ErasureSettings(retain_organisation=("tax_id", "name"), retain_years=5)
    house = build(folder=tmp_path, erasure=rules)
    house.erp.add(canary())
    house.settle()
    done = erase(house)
    assert [(one.field, one.until) for one in done.retained] == [("tax_id", "2031-12-31"), ("name", "2031-12-31")]
    assert hits(everything(house)) == hits(held(house)) == [CANARIES[0]]
    (left,) = house.contractors()
    assert (left.name, left.tax_id, left.email, left.addresses) == (CANARIES[0], canary().tax_id, "", ())


def test_a_line_that_waits_to_be_applied_is_stale(settled: House) -> None:
    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, email="kanarek@gniazdo.example.org")
    run = settled.run("erp", dry_run=True)
    erase(settled)
    approve(settled.app, run["id"], by="anna")
    assert settled.execute(run["id"])["state"] == "succeeded"
    assert [line["outcome"] for line in settled.lines(run["id"])] == ["stale"]
    assert hits(everything(settled)) == []


@pytest.fixture
def reading_only(build: OpenHouse, tmp_path: Path) -> House:
    """A house whose ERP is only read, with a customer that was erased and that the ERP still states."""
    house = build(folder=tmp_path)
    house.through("erp", ReadOnly)
    house.change(network=read_only(house.app.network, house.id("erp")))
    house.erp.add(canary())
    house.settle()
    erase(house)
    return house


def test_what_syncd_may_not_write_is_a_persons_task(reading_only: House) -> None:
    waiting = report(reading_only, 1)
    assert (waiting.state, len(waiting.by_hand), hits(repr(waiting))) == ("incomplete", 1, [])
    assert {s.connection: s.proof for s in waiting.systems} == {"erp": "by_hand", "shop": "verified"}
    assert (reading_only.issues(), hits(everything(reading_only))) == (["erase-by-hand"], [])


@pytest.mark.parametrize("way", ["anonymised", "deleted"])
def test_the_task_is_over_when_the_person_has_done_it(reading_only: House, way: str) -> None:
    (external_id,) = reading_only.erp.holds()
    blank = {name: getattr(Contractor(name=""), name) for name in erasure.PERSONAL}
    if way == "deleted":
        reading_only.erp.remove(external_id)
    else:
        reading_only.erp.edit(external_id, **{**blank, "name": "Anonim", "number": "X", "active": False})
    reading_only.settle()
    sweep(reading_only.app)
    proof = {"anonymised": "verified", "deleted": "gone"}[way]
    done = report(reading_only, 1)
    assert (done.state, {s.connection: s.proof for s in done.systems}) == ("done", {"erp": proof, "shop": "verified"})
    reading_only.run("erp", "full")
    assert (reading_only.issues(), reading_only.count(tables.Binding)) == ([], 0)


def test_the_task_is_not_over_while_one_field_says_what_the_person_said(reading_only: House) -> None:
    (external_id,) = reading_only.erp.holds()
    blank = {name: getattr(Contractor(name=""), name) for name in erasure.PERSONAL}
    left = {**blank, "name": "Anonim", "addresses": canary().addresses, "active": False}
    reading_only.erp.edit(external_id, **left)
    reading_only.settle()
    sweep(reading_only.app)
    assert (report(reading_only, 1).state, reading_only.issues()) == ("incomplete", ["erase-by-hand"])


def test_an_outage_only_makes_it_late(settled: House) -> None:
    settled.shop.faults.plan(*[Fault(kind="status", status=503)] * 50)
    waiting = erase(settled)
    assert (waiting.state, hits(everything(settled))) == ("running", [])
    settled.shop.faults.clear()
    settled.pass_time(hours=2)
    settled.settle()
    sweep(settled.app)
    assert (report(settled, waiting.erasure).state, hits(held(settled))) == ("done", [])


def test_a_refusal_of_the_platform_waits_for_a_person(settled: House) -> None:
    settled.shop.faults.plan(Fault(kind="status", status=422, only="write"))
    waiting = erase(settled)
    proofs = {one.connection: one.proof for one in waiting.systems}
    assert (waiting.state, proofs) == ("incomplete", {"erp": "verified", "shop": "refused"})
    retry(settled.app, open_issue(settled)["id"], by="anna")
    settled.settle()
    sweep(settled.app)
    assert report(settled, waiting.erasure).state == "done"


def test_a_run_under_way_is_waited_for(settled: House) -> None:
    run_id = settled.ask("erp", "full")
    with writing(settled.app.engine) as connection:
        set_run(connection, run_id, state="running", started_at=settled.now, heartbeat_at=settled.now, attempts=1)
    waiting = erase(settled)
    assert waiting.state == "running"
    with writing(settled.app.engine) as connection:
        set_run(connection, run_id, state="failed", finished_at=settled.now)
    sweep(settled.app)
    assert report(settled, waiting.erasure).state == "done"


def test_an_erased_customer_cannot_be_erased_twice(settled: House) -> None:
    done = erase(settled)
    with pytest.raises(erasing.AlreadyErased) as caught:
        erasing.erase(settled.app, 1, by="piotr")
    assert caught.value.case.id == done.erasure


def test_an_unknown_customer_cannot_be_erased(settled: House) -> None:
    with pytest.raises(NotFound):
        erasing.erase(settled.app, 99, by="anna")


def test_a_batch_needs_two_people(settled: House) -> None:
    ids = erasing.request(settled.app, [1], by="anna")
    sweep(settled.app)
    assert settled.statuses() == ["active"]
    with pytest.raises(InvalidRecord, match="same person"):
        erasing.approve(settled.app, ids, by="anna")
    erasing.approve(settled.app, ids, by="piotr")
    sweep(settled.app)
    settled.settle()
    sweep(settled.app)
    done = report(settled, ids[0])
    assert (done.state, done.requested_by, done.approved_by) == ("done", "anna", "piotr")


def test_a_request_can_be_taken_back(settled: House) -> None:
    ids = erasing.request(settled.app, [1], by="anna")
    erasing.withdraw(settled.app, ids, by="piotr")
    assert settled.count(tables.Erasure) == 0


def test_without_the_key_nothing_is_read(settled: House, tmp_path: Path) -> None:
    erase(settled)
    (tmp_path / "erasures.key").unlink()
    settled.erp.add(firm("B1"))
    run = settled.run("erp")
    assert (run["state"], run["error_code"], len(settled.contractors())) == ("failed", "tombstone-key", 1)


def test_a_house_without_a_folder_keeps_its_erasures_out_of_the_working_directory(
    build: OpenHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    house = build()
    house.erp.add(canary())
    house.settle()
    erase(house)
    assert (house.statuses(), list(tmp_path.glob("erasures.*"))) == (["anonymised"], [])


def test_nobody_is_erased_when_the_ledger_cannot_be_written(settled: House, tmp_path: Path) -> None:
    (tmp_path / "erasures.ledger").mkdir()
    with pytest.raises(Misconfigured):
        erase(settled)
    assert settled.statuses() == ["active"]


def test_an_erasure_that_cannot_go_on_does_not_stop_the_sweep_from_ringing(settled: House, tmp_path: Path) -> None:
    erasing.erase(settled.app, 1, by="anna")
    (tmp_path / "erasures.ledger").mkdir()
    rung: list[int] = []
    settled.change(doorbell=Bell(rung))
    run_id = settled.ask("erp")
    rung.clear()
    with pytest.raises(Misconfigured):
        sweep(settled.app)
    assert rung == [run_id]


def test_a_crash_after_the_registry_forgot_is_made_good_by_the_sweep(settled: House) -> None:
    erasure_id = erasing.erase(settled.app, 1, by="anna")
    pursue(settled.app, erasure_id)
    settled.pass_time(minutes=5)
    settled.settle()
    sweep(settled.app)
    assert (report(settled, erasure_id).state, hits(held(settled))) == ("done", [])


def renamed(subject: Subject) -> Draft:
    contractor = msgspec.structs.replace(subject.contractor, name="Nowa nazwa")
    return Draft(contractor=contractor, holds=(), rule="renamed by an admin")


def test_neither_rules_nor_admins_change_an_erased_customer(settled: House) -> None:
    erase(settled)
    before = settled.rows(tables.Contractor)
    change(settled.app, [1], standing.unblock("anna", settled.now), by="anna")
    change(settled.app, [1], renamed, by="anna")
    settled.run("erp", "reverify")
    assert settled.rows(tables.Contractor) == before


def test_history_says_that_it_was_an_erasure_and_nothing_else(settled: House) -> None:
    erase(settled)
    with reading(settled.app.engine) as connection:
        events = history(connection, 1)
    changes = [event for event in events if event.kind == "change"]
    assert (changes[0].rule, changes[0].asked_by) == ("erasure", "anna")
    assert [event.fields for event in changes if event.fields] == []


def test_what_a_law_has_kept_is_forgotten_when_its_time_is_over(build: OpenHouse, tmp_path: Path) -> None:
    house = build(folder=tmp_path, erasure=ErasureSettings(retain_organisation=("tax_id",), retain_years=1))
    house.erp.add(canary())
    house.settle()
    done = erase(house)
    house.pass_time(days=365)
    prune(house.app)
    assert house.contractors()[0].tax_id == canary().tax_id
    house.pass_time(days=365)
    prune(house.app)
    assert (canary().tax_id in everything(house), house.statuses()) == (False, ["anonymised"])
    assert report(house, done.erasure).retained_forgotten_at is not None


def test_an_erased_customer_that_is_absent_from_the_erp_is_not_missed(reading_only: House) -> None:
    (external_id,) = reading_only.erp.holds()
    reading_only.erp.remove(external_id)
    for _ in range(3):
        reading_only.run("erp", "full")
    assert reading_only.holds() == [{("erased", "anna")}]


@pytest.fixture
def three(build: OpenHouse, tmp_path: Path) -> House:
    """A firm of each of two ERPs and a shop's customer, who may be one."""
    sides = {"erp": Side.ERP, "other": Side.ERP, "shop": Side.SHOP}
    routes = [RouteSettings(erp=name, shop="shop", registrations=False, only_groups=["X"]) for name in sides][:2]
    house = build(folder=tmp_path, sides=sides, routes=routes)
    for name, one in (("erp", firm("A1")), ("other", firm("B1")), ("shop", canary("", tax_id="", groups=()))):
        house.sides[name].add(one)
        house.run(name)
    assert [row["id"] for row in house.rows(tables.Contractor)] == [1, 101, 201]
    return house


def test_what_became_part_of_a_part_of_somebody_goes_with_them(three: House) -> None:
    edit_customer(three.app, 201, "contact_person", CANARIES[0], by="anna")
    merge_duplicates(three.app, 101, 201, by="anna")
    merge_duplicates(three.app, 1, 101, by="anna")
    three.settle()
    assert hits(everything(three)) == list(CANARIES)
    erase(three)
    assert (hits(everything(three)), hits(held(three))) == ([], [])


def test_nobody_comes_back_by_what_a_merge_did_not_keep_of_them(three: House) -> None:
    merge_duplicates(three.app, 101, 201, by="anna")
    merge_duplicates(three.app, 1, 101, by="anna")
    three.settle()
    assert three.contractors()[0].email == "a1@firma.example"
    erase(three)
    three.erp.add(firm("C7", email=CANARIES[1]))
    three.run("erp")
    assert (three.issues(), len(three.contractors())) == (["erased-returns"], 1)


@pytest.mark.parametrize("kept", [1, 201])
def test_nothing_of_somebody_is_left_with_whom_they_were_part_of_for_a_while(three: House, kept: int) -> None:
    run_id = merge_duplicates(three.app, kept, 202 - kept, by="anna")
    three.settle()
    edit_customer(three.app, kept, "notes", "płaci", by="anna")
    take_back(three.app, run_id, by="anna")
    three.settle()
    erase(three, 201)
    assert (hits(everything(three)), hits(held(three))) == ([], [])
    assert three.contractors()[0].name == "Firma A1"


def test_nothing_of_a_record_is_left_with_whom_it_was_linked_to_by_mistake(three: House) -> None:
    run_id = merge_duplicates(three.app, 1, 201, by="anna")
    three.settle()
    done = unlink(three.app, 1, three.app.connection("shop"), by="anna")
    three.execute(done.read_again)
    three.settle()
    (somebody,) = {row["id"] for row in three.rows(tables.Contractor)} - {1, 101}
    erase(three, somebody)
    lines = [row for row in three.rows(tables.PlanLine) if row["contractor_id"] == 201 or row["agreed"]]
    assert hits(repr(lines)) == []
    with pytest.raises(InvalidRecord, match="too long ago"):
        take_back(three.app, run_id, by="anna")


def test_a_read_of_who_was_erased_is_refused_with_the_reason(settled: House) -> None:
    erase(settled)
    with pytest.raises(NotFound, match="customer K000001 was erased: no side is asked for it"):
        ask_read(settled.app, settled.app.connection("erp"), ["K000001"], by="anna")
