"""Is a person told once of what needs one, until it no longer does, while everything else goes on?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from syncd.domain.contractor import Address, AddressKind, Contractor
from syncd.errors import InvalidRecord, NotFound
from syncd.ports import Record, Remote
from syncd.registry import tables
from syncd.registry.engine import reading
from syncd.registry.queries.deeds import deeds
from syncd.registry.queries.issues import assignees, count_listed, issue_ids, list_issues
from syncd.settings import GuardSettings
from syncd.sync.answers import answer, answer_all, others
from syncd.sync.attention import assign, comment, drop, retry, retry_all, snooze
from syncd.sync.request import request_run
from syncd.sync.review import approve, cancel, discard
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House, Row, Through


def issue(house: House, code: str) -> Row:
    return house.one(tables.Issue, code=code)


# Records that cannot be used


def test_what_is_tried_again_while_that_waits_is_tried_by_the_run_that_waits(house: House) -> None:
    for number in ("A1", "A2"):
        house.erp.spoil(house.erp.add(firm(number)))
    house.run("erp")
    first, second = (row["id"] for row in house.rows(tables.Issue))
    waits = retry(house.app, first, by="anna")
    assert [retry(house.app, first, by=by) for by in ("anna", "jan")] == [waits, waits]
    assert retry(house.app, second, by="jan") != waits
    house.finish()
    assert retry(house.app, first, by="anna") != waits


def test_a_record_that_cannot_be_read_stops_no_other(house: House) -> None:
    house.erp.add(firm("A1"))
    spoiled = house.erp.add(firm("A2"))
    house.erp.spoil(spoiled)
    house.erp.add(firm("A3"))
    run = house.run("erp")
    assert (run["state"], run["counts"]["created"], run["counts"]["failed"]) == ("partial", 2, 1)
    found = issue(house, "invalid-record")
    assert (found["external_id"], found["field"], found["run_id"], found["state"]) == (
        spoiled,
        "name",
        run["id"],
        "open",
    )
    assert found["raw"]
    assert found["cure"]


def test_what_is_wrong_with_a_record_that_nobody_was_made_of_is_over_when_everybodys_list_lacks_it(
    house: House,
) -> None:
    house.erp.add(firm("A1"))
    nameless, spoiled, kept = (house.erp.add(firm(number, name=" ")) for number in ("A2", "A3", "A4"))
    house.erp.spoil(spoiled)
    house.run("erp", "full")
    assert house.issues() == ["invalid-record", "name-missing", "name-missing"]
    for gone in (nameless, spoiled):
        house.erp.remove(gone)
    house.run("erp")
    assert house.issues() == ["invalid-record", "name-missing", "name-missing"]
    house.run("erp", "full", dry_run=True)
    assert house.issues() == ["invalid-record", "name-missing", "name-missing"]
    run = house.run("erp", "full")
    left = house.one(tables.Issue, state="open")
    assert (left["external_id"], left["code"]) == (kept, "name-missing")
    assert house.one(tables.Issue, external_id=spoiled)["closed_by"] == f"run {run['id']}"
    house.run("erp", "full")
    assert house.issues() == ["name-missing"]


def test_a_list_that_is_held_closes_nothing_of_what_it_lacks(house: House) -> None:
    house.erp.add(firm("A1"))
    nameless = house.erp.add(firm("A2", name=" "))
    house.settle()
    house.erp.remove(nameless)
    house.erp.remove("1")
    assert house.run("erp", "full")["state"] == "held"
    assert house.issues() == ["name-missing"]


def test_a_record_that_cannot_be_read_any_more_keeps_the_contractor_as_it_was(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.spoil(id_)
    house.run("erp")
    assert (house.contractors()[0].name, house.at_shop()["A1"].name) == ("Firma A1", "Firma A1")


@pytest.mark.parametrize("asked_for", [False, True])
def test_a_record_that_cannot_be_read_any_more_is_told_of_its_customer(house: House, asked_for: bool) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.edit(id_, name="")
    house.run("erp", "only", only=[id_]) if asked_for else house.run("erp")
    assert issue(house, "invalid-record")["contractor_id"] == house.one(tables.Contractor)["id"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "x" * 300, "name-too-long"),
        ("name", "   ", "name-missing"),
        ("name", "Firma\x00", "unstorable-character"),
        ("number", "A\x001", "unstorable-character"),
        ("groups", ("Hurt", "VI\x00P"), "unstorable-character"),
        ("email", "x" * 3000 + "@firma.example", "key-too-long"),
        ("number", "9" * 3000, "key-too-long"),
    ],
)
def test_a_value_that_the_registry_has_no_room_for_is_one_records_trouble(
    house: House, field: str, value: Any, code: str
) -> None:
    house.erp.add(firm("A1"))
    id_ = house.erp.add(firm("A2", **{field: value}))
    run = house.run("erp")
    assert (run["state"], run["counts"]["created"]) == ("partial", 1)
    assert (issue(house, code)["external_id"], issue(house, code)["field"]) == (id_, field)
    house.erp.edit(id_, **{field: getattr(firm("A2"), field)})
    assert house.run("erp")["state"] == "succeeded"
    assert house.issues() == []
    assert len(house.contractors()) == 2


def test_a_mistake_in_an_adapter_is_one_records_trouble(house: House) -> None:
    class Stumbles(Through):
        def parse(self, record: Record) -> Remote:
            if b"A2" in record.raw:
                raise KeyError("someone@example.com")
            remote: Remote = self.inner.parse(record)
            return remote

    for number in range(4):
        house.erp.add(firm(f"A{number}"))
    whole = house.app
    house.through("erp", Stumbles)
    assert house.run("erp")["counts"]["created"] == 3
    found = issue(house, "adapter-failed")
    assert "KeyError" in found["message"]
    assert "example.com" not in found["message"]
    house.change(connections=whole.connections)
    retry(house.app, found["id"], by="anna")
    house.finish()
    assert (len(house.contractors()), house.issues()) == (4, [])


def test_two_different_records_with_one_code_are_reported_and_the_first_is_used(house: House) -> None:
    class Doubles(Through):
        def read(self, cursor: str | None, *, full: bool) -> Any:
            for page in self.inner.read(cursor, full=full):
                twice = [msgspec.structs.replace(r, raw=r.raw.replace(b"Firma", b"Inna")) for r in page.records]
                yield msgspec.structs.replace(page, records=[*page.records, *twice])

        def parse(self, record: Record) -> Remote:
            remote: Remote = self.inner.parse(record)
            return msgspec.structs.replace(remote, version=None, modified=None)

    house.erp.add(firm("A1"))
    house.through("erp", Doubles)
    run = house.run("erp")
    assert (run["counts"]["created"], run["counts"]["failed"]) == (1, 1)
    assert house.issues() == ["duplicate-code"]
    assert house.contractors()[0].name == "Firma A1"
    house.run("erp", "full")
    assert issue(house, "duplicate-code")["seen"] == 2


# Records that can be used and need a look


def test_an_unknown_country_is_an_issue_and_the_record_is_kept_as_stated(house: House) -> None:
    house.erp.add(firm("A1", country="Atlantyda"))
    run = house.run("erp")
    assert run["state"] == "succeeded"
    assert "'Atlantyda'" in issue(house, "country-unknown")["message"]
    row = house.rows(tables.Contractor)[0]
    assert (row["zone"], row["country"]) == ("unresolved", "Atlantyda")


def test_a_wrong_tax_id_is_an_issue_and_the_record_is_kept_as_stated(house: House) -> None:
    house.erp.add(firm("A1", tax_id="5260250275"))
    house.run("erp")
    assert issue(house, "tax-id-invalid")["field"] == "tax_id"
    assert house.contractors()[0].tax_id == "5260250275"


def test_the_country_is_that_of_the_main_address_and_not_of_a_delivery(house: House) -> None:
    berlin = Address(kind=AddressKind.DELIVERY, street="Weg 1", city="Berlin", country="DE")
    house.erp.add(firm("A1", addresses=(berlin, Address(street="Długa 1", city="Kraków", country="PL"))))
    house.run("erp")
    assert (house.issues(), house.rows(tables.Contractor)[0]["zone"]) == ([], "domestic")


def test_one_cause_at_one_record_is_one_issue_however_often_it_is_seen(house: House) -> None:
    id_ = house.erp.add(firm("A1", country="Atlantyda"))
    house.run("erp")
    first = issue(house, "country-unknown")
    house.erp.edit(id_, name="Nowa nazwa")
    house.run("erp")
    again = issue(house, "country-unknown")
    assert (again["id"], again["seen"], again["first_at"]) == (first["id"], 2, first["first_at"])
    assert again["last_at"] == house.now


def test_an_issue_closes_when_its_cause_is_gone(house: House) -> None:
    id_ = house.erp.add(firm("A1", country="Atlantyda"))
    house.run("erp")
    house.erp.edit(id_, country="PL")
    run = house.run("erp")
    closed = issue(house, "country-unknown")
    assert (closed["state"], closed["closed_by"]) == ("resolved", f"run {run['id']}")


def test_an_issue_stays_while_the_record_is_not_looked_at(house: House) -> None:
    house.erp.add(firm("A1", country="Atlantyda"))
    house.run("erp")
    house.run("erp")
    house.run("erp", "full")
    assert house.issues() == ["country-unknown"]


def test_an_issue_stays_while_only_something_else_changes(house: House) -> None:
    id_ = house.erp.add(firm("A1", tax_id="5260250275"))
    house.settle()
    house.erp.edit(id_)
    house.run("erp")
    assert house.issues() == ["tax-id-invalid"]
    (shop_id,) = house.shop.holds()
    house.shop.edit(shop_id, phones=("22 555 01 23",))
    house.settle()
    assert house.at_erp()["A1"].phones == ("22 555 01 23",)
    assert house.issues() == ["tax-id-invalid"]


def test_an_issue_of_one_record_is_not_closed_by_another(house: House) -> None:
    house.erp.add(firm("A1", country="Atlantyda"))
    id_ = house.erp.add(firm("A2"))
    house.run("erp")
    house.erp.edit(id_, name="Nowa nazwa")
    house.run("erp")
    assert house.issues() == ["country-unknown"]


class Plain(Through):
    """A side whose records hold no version, so that the same contents are the same bytes."""

    def read(self, cursor: str | None, *, full: bool) -> Any:
        for page in self.inner.read(cursor, full=full):
            records = [Record(r.external_id, self._plain(r.raw)) for r in page.records]
            yield msgspec.structs.replace(page, records=records)

    @staticmethod
    def _plain(raw: bytes) -> bytes:
        entry = msgspec.json.decode(raw)
        return msgspec.json.encode({**entry, "change": 1, "modified": "2026-05-04T12:00:00Z"})


def test_a_record_that_is_again_as_it_was_before_it_was_spoiled_has_no_issue(house: House) -> None:
    house.through("erp", Plain)
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.edit(id_, name="")
    house.run("erp")
    assert house.issues() == ["invalid-record"]
    house.erp.edit(id_, name="Firma A1")
    house.run("erp")
    assert house.issues() == []


@pytest.mark.parametrize("by_a_person", [True, False])
def test_what_a_plan_found_that_nobody_applied_goes_when_the_record_is_again_as_it_was(
    build: OpenHouse, by_a_person: bool
) -> None:
    guard = GuardSettings(first_run="apply", blocks_percent=10, at_least=1)
    house = build(connections={"erp": {"guard": guard}})
    house.through("erp", Plain)
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.edit(id_, country="Atlantyda", active=False)
    held = house.run("erp")
    assert (held["state"], house.issues()) == ("held", ["country-unknown"])
    if by_a_person:
        discard(house.app, held["id"], by="anna")
    house.erp.edit(id_, country=firm("A1").country, active=True)
    assert house.run("erp")["counts"]["unchanged"] == 1
    assert house.issues() == []


def test_a_conflict_shows_what_was_what_each_says_and_what_stands(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    (shop_id,) = house.shop.holds()
    house.erp.edit(id_, name="Z systemu")
    house.shop.edit(shop_id, name="Ze sklepu")
    house.run("erp")
    house.run("shop")
    found = issue(house, "edit-conflict")
    assert found["details"] == {
        "said": {"message": '["both sides changed %(field)s since they last agreed",{"field":"name"}]'},
        "field": "name",
        "said_at": "shop",
        "base": "Firma A1",
        "erp": "Z systemu",
        "shop": "Ze sklepu",
        "kept": "Z systemu",
        "entries": [],
        "answers": [
            {"key": "keep-erp", "label": "keep the ERP's value"},
            {"key": "keep-shop", "label": "keep the shop's value"},
            {"key": "edit", "label": "give it another value", "asks": "value"},
        ],
    }
    house.settle()
    assert house.at_shop()["A1"].name == house.at_erp()["A1"].name == "Z systemu"


# What a person does


def test_a_dropped_issue_stays_dropped_while_its_cause_stays(house: House) -> None:
    id_ = house.erp.add(firm("A1", country="Atlantyda"))
    house.run("erp")
    drop(house.app, issue(house, "country-unknown")["id"], by="anna")
    house.erp.edit(id_, name="Nowa nazwa")
    house.run("erp")
    assert issue(house, "country-unknown")["state"] == "dropped"
    assert house.rows(tables.Audit)[0]["action"] == "drop-issue"


def test_a_dropped_issue_opens_again_when_its_cause_went_and_came(house: House) -> None:
    id_ = house.erp.add(firm("A1", country="Atlantyda"))
    house.run("erp")
    drop(house.app, issue(house, "country-unknown")["id"], by="anna")
    for country in ("PL", "Atlantyda"):
        house.erp.edit(id_, country=country)
        house.run("erp")
    assert house.issues() == ["country-unknown"]


def test_retrying_reads_the_record_anew(house: House) -> None:
    house.erp.add(firm("A1"))
    id_ = house.erp.add(firm("A2", name="x" * 300))
    house.run("erp")
    house.erp.edit(id_, name="Kurz")
    run_id = retry(house.app, issue(house, "name-too-long")["id"], by="anna")
    assert run_id is not None
    run = house.execute(run_id)
    assert (run["mode"], run["asked_by"], run["counts"]["created"]) == ("only", "anna", 1)
    assert house.issues() == []


@pytest.mark.parametrize("act", [retry, drop])
def test_an_issue_that_does_not_exist_is_said_to_be_unknown(house: House, act: Any) -> None:
    with pytest.raises(NotFound, match="no issue 99"):
        act(house.app, 99, by="anna")


def test_a_record_that_is_asked_for_and_not_there_is_an_issue(house: House) -> None:
    house.erp.add(firm("A1"))
    run = house.run("erp", "only", only=["1", "99"])
    assert (run["state"], run["counts"]["created"]) == ("partial", 1)
    assert issue(house, "not-found")["external_id"] == "99"


def test_asking_for_one_record_twice_hears_it_once(house: House) -> None:
    house.erp.add(Contractor(name="Bez danych"))
    assert house.run("erp", "only", only=["1", "1"])["counts"]["read"] == 1
    assert len(house.contractors()) == 1


# Put off, given to somebody, and gone by itself


def test_an_issue_that_is_put_off_closes_when_its_cause_goes_and_is_news_when_it_comes_again(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.erp.spoil(id_)
    house.run("erp")
    number = issue(house, "invalid-record")["id"]
    assign(house.app, number, "anna", by="jan")
    snooze(house.app, number, house.now + timedelta(days=2), by="anna")
    house.run("erp", "full")
    assert issue(house, "invalid-record")["snoozed_until"] == house.now - timedelta(seconds=1) + timedelta(days=2)
    house.erp.edit(id_, name="Firma")
    house.run("erp")
    assert issue(house, "invalid-record")["state"] == "resolved"
    house.erp.spoil(id_)
    house.run("erp")
    found = issue(house, "invalid-record")
    assert (found["state"], found["snoozed_until"], found["assignee"]) == ("open", None, "anna")


def test_many_records_are_retried_by_one_run_for_each_connection(house: House) -> None:
    spoiled = [house.erp.add(firm(f"A{number}")) for number in range(3)]
    for id_ in spoiled:
        house.erp.spoil(id_)
    house.run("erp")
    for id_ in spoiled[:2]:
        house.erp.edit(id_, name="Firma")
    (run_id,) = retry_all(house.app, [row["id"] for row in house.rows(tables.Issue)], by="anna")
    house.execute(run_id)
    assert [row["external_id"] for row in house.rows(tables.Issue) if row["state"] == "open"] == [spoiled[2]]
    assert [row["action"] for row in house.rows(tables.Audit)] == ["retry-issue"] * 3


def test_what_only_a_person_can_push_on_closes_by_itself_once_it_arrives(build: OpenHouse) -> None:
    house = build(options={"shop": {"many_groups": False}})
    id_ = house.erp.add(firm("A1", groups=("Detal",)))
    house.settle()

    class Refuses(Through):
        def update(self, remote: Remote, contractor: Contractor) -> Remote:
            raise InvalidRecord("the platform refused a value", record=remote.external_id)

    whole = house.app
    house.through("shop", Refuses)
    house.erp.edit(id_, name="Nowa")
    house.run("erp")
    house.push()
    assert house.issues() == ["invalid-record"]
    house.change(connections=whole.connections)
    with reading(house.app.engine) as connection:
        ids = issue_ids(connection, failed=True)
    assert retry_all(house.app, ids, by="anna") == []
    house.push()
    assert (house.issues(), house.at_shop()["A1"].name) == ([], "Nowa")


# The same for others


@pytest.fixture
def conflicts(house: House) -> list[int]:
    """Three conflicts about names."""
    ids = [house.erp.add(firm(f"A{number}")) for number in range(3)]
    house.settle()
    for id_ in ids:
        house.erp.edit(id_, name=f"Z systemu {id_}")
    for id_ in list(house.shop.holds()):
        house.shop.edit(id_, name=f"Ze sklepu {id_}")
    house.run("erp")
    house.run("shop")
    found: list[int] = [row["id"] for row in house.rows(tables.Issue) if row["code"] == "edit-conflict"]
    return found


def test_what_is_answered_to_one_is_said_to_all_others_and_one_that_is_over_stops_none(
    house: House, conflicts: list[int]
) -> None:
    first, second, third = conflicts
    found = others(house.app, first, "keep-shop")
    assert (found.total, [one.id for one in found.issues]) == (2, [second, third])
    answer(house.app, second, "keep-erp", by="jan")
    said = answer_all(house.app, first, "keep-shop", [second, third], by="anna")
    assert (said.done, list(said.refused)) == ([first, third], [second])
    names = sorted(one.name.partition(" 1")[0][:9] for one in house.contractors())
    assert names == ["Z systemu", "Ze sklepu", "Ze sklepu"]
    assert house.issues() == []


def test_a_value_of_ones_own_is_not_said_to_others(house: House, conflicts: list[int]) -> None:
    first, second, _ = conflicts
    assert others(house.app, first, "edit").total == 0
    with pytest.raises(InvalidRecord, match="right for it alone"):
        answer_all(house.app, first, "edit", [second], value="Nowa", by="anna")
    assert len(house.issues()) == 3


def test_a_list_goes_on_behind_an_issue_that_was_settled_meanwhile(house: House, conflicts: list[int]) -> None:
    first, second, third = conflicts
    drop(house.app, second, by="anna")
    with reading(house.app.engine) as connection:
        behind = [[one.id for one in list_issues(connection, after=issue_id)] for issue_id in (first, second, third)]
        assert (behind, list_issues(connection, after=10**9)) == ([[third], [third], []], [])


def test_what_people_did_and_said_is_kept_with_the_issue(house: House, conflicts: list[int]) -> None:
    first, second, _ = conflicts
    comment(house.app, first, " asked on Monday ", by="anna")
    assign(house.app, first, "jan", by="anna")
    assign(house.app, second, "jan", by="anna")
    with reading(house.app.engine) as connection:
        told = deeds(connection, f"issue {first}")
        assert (count_listed(connection, assignee="jan"), count_listed(connection, assignee="")) == (2, 1)
        assert [one.id for one in list_issues(connection, limit=1, offset=1)] == [second]
        assert assignees(connection) == ["jan"]
    assert [(one.by, one.action, one.details) for one in told] == [
        ("anna", "assign-issue", {"assignee": "jan"}),
        ("anna", "comment-issue", {"text": "asked on Monday"}),
    ]
    for text in (" ", "x" * 1001):
        with pytest.raises(InvalidRecord, match="1000 characters"):
            comment(house.app, first, text, by="anna")


def test_answers_that_ask_for_a_look_at_everybody_ask_for_one(house: House) -> None:
    for number, country in enumerate(("Atlantyda", "Utopia")):
        house.erp.add(firm(f"A{number}", country=country))
    house.run("erp")
    for row in house.rows(tables.Issue):
        answer(house.app, row["id"], "map-country:2", value="PL", by="anna")
    waiting = [row for row in house.rows(tables.Run) if row["mode"] == "reverify"]
    assert len(waiting) == 1
    house.execute(waiting[0]["id"])
    assert "country-unknown" not in house.issues()


def test_nobody_answers_again_what_a_run_is_about_to_settle(house: House) -> None:
    for number in range(3):
        house.erp.add(firm(f"A{number}", country="Utopia"))
    house.run("erp")
    first, *rest = [row["id"] for row in house.rows(tables.Issue) if row["code"] == "country-unknown"]
    answer(house.app, first, "map-country:2", value="PL", by="anna")
    answer_all(house.app, first, "map-country:2", rest[:1], value="PL", by="anna")
    waiting = [row["id"] for row in house.rows(tables.Run) if row["mode"] == "reverify"]
    assert others(house.app, first, "map-country:2").total == 1
    again = answer_all(house.app, first, "map-country:2", rest[:1], value="PL", by="jan")
    assert (again.done, set(again.refused)) == ([], {rest[0]})
    with pytest.raises(InvalidRecord, match=f"was answered, and run {waiting[0]} is about to settle it") as refused:
        answer(house.app, first, "map-country:2", value="DE", by="jan")
    assert refused.value.code == "issue-answered"
    for run_id in waiting:
        house.execute(run_id)
    assert "country-unknown" not in house.issues()


def test_what_a_run_did_not_settle_is_answered_again(house: House) -> None:
    house.erp.add(firm("A1", country="Utopia"))
    house.run("erp")
    issue_id = issue(house, "country-unknown")["id"]
    answer(house.app, issue_id, "retry", by="anna")
    with pytest.raises(InvalidRecord, match="is about to settle it"):
        answer(house.app, issue_id, "retry", by="anna")
    house.finish()
    assert issue(house, "country-unknown")["state"] == "open"
    answer(house.app, issue_id, "map-country:2", value="PL", by="anna")
    cancelled = next(row["id"] for row in house.rows(tables.Run) if row["mode"] == "reverify")
    cancel(house.app, cancelled, by="anna")
    answer(house.app, issue_id, "map-country:2", value="PL", by="anna")


def test_a_plan_that_was_approved_is_no_run_that_reads_more(house: House) -> None:
    ids = [house.erp.add(firm(f"A{number}")) for number in range(2)]
    erp = house.app.connection("erp")
    first = request_run(house.app, erp, mode="only", only=ids[:1], asked_by="push", dry_run=True)
    assert first is not None
    house.execute(first)
    approve(house.app, first, by="anna")
    second = request_run(house.app, erp, mode="only", only=ids[1:], asked_by="push", join=True)
    assert second != first


def test_how_many_groups_one_customer_may_have_is_a_setting_of_its_connection(build: OpenHouse) -> None:
    house = build(connections={"erp": {"groups_most": 40}})
    for number in (40, 41):
        house.erp.add(firm(f"A{number}", groups=tuple(f"G{group:02d}" for group in range(number))))
    house.run("erp")
    assert [one["message"] for one in house.rows(tables.Issue) if one["code"] == "groups-many"] == [
        "the contractor is in 41 groups, and nobody means more than 40"
    ]
