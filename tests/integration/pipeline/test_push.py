"""Does every push arrive, late if it must, and does a side that fails hurt nobody but itself?"""

from __future__ import annotations

import random

import msgspec
import pytest

from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord
from syncd.ports import Remote
from syncd.registry import tables
from syncd.sync.attention import retry
from syncd.sync.push import push_due
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House, Row, Through, behind

REFUSED = Fault(kind="status", status=422, only="write")
FAILED = Fault(kind="status", status=500, only="write")
GONE_AWAY = Fault(kind="drop", only="read")


class Longest(random.Random):
    """Chance that always waits as long as it may."""

    def uniform(self, a: float, b: float) -> float:
        del a
        return b


class Shortest(random.Random):
    """Chance that never waits."""

    def uniform(self, a: float, b: float) -> float:
        del b
        return a


def waits(house: House) -> list[Row]:
    return house.rows(tables.Push)


def test_ten_edits_are_one_call(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    before = house.writes()
    for number in range(10):
        house.erp.edit(id_, name=f"Nazwa {number}")
        house.run("erp")
    house.push()
    assert house.writes() - before == 1
    assert house.at_shop()["A1"].name == "Nazwa 9"


def test_only_what_differs_is_written_and_written_down(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    house.erp.edit(id_, name="Nowa nazwa", payment_days=14)
    run = house.run("erp")
    house.push()
    last = house.rows(tables.Delivery)[-1]
    assert (last["action"], last["fields"], last["run_id"]) == ("update", "name,payment_days", run["id"])


def test_a_change_that_was_taken_back_before_the_push_is_no_call(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.settle()
    before = house.writes()
    for name in ("Pomyłka", "Firma A1"):
        house.erp.edit(id_, name=name)
        house.run("erp")
    house.push()
    assert house.writes() == before
    assert waits(house) == []


# When it is tried again


def test_the_pause_doubles_with_every_try_up_to_the_longest(build: OpenHouse) -> None:
    house = behind(build(retry_base_seconds=5, retry_cap_seconds=60))
    house.change(random=Longest())
    pauses = []
    for attempt in range(1, 7):
        house.shop.faults.plan(GONE_AWAY)
        house.push()
        (push,) = waits(house)
        assert (push["attempts"], push["error_code"]) == (attempt, "unavailable")
        pauses.append((push["due_at"] - house.now).total_seconds())
        house.pass_time(seconds=pauses[-1])
    assert pauses == [5, 10, 20, 40, 60, 60]


def test_the_pause_is_anything_between_nothing_and_that(house: House) -> None:
    behind(house)
    house.change(random=Shortest())
    house.shop.faults.plan(GONE_AWAY)
    assert push_due(house.app, house.id("shop"), limit=1).postponed == 1
    assert waits(house)[0]["due_at"] == house.now


def test_a_push_that_fails_again_and_again_is_tried_on_and_becomes_an_issue(build: OpenHouse) -> None:
    house = behind(build(push_tries=3))
    for attempt in range(3):
        assert house.issues() == [], attempt
        house.shop.faults.plan(FAILED)
        house.push()
        house.pass_time(hours=2)
    assert house.issues() == ["outcome-unknown"]
    house.push()
    assert (house.issues(), list(house.at_shop())) == ([], ["A0"])


def test_a_push_that_is_not_due_is_left_alone(house: House) -> None:
    behind(house)
    house.change(random=Longest())
    house.shop.faults.plan(FAILED)
    house.push()
    calls = len(house.calls())
    house.push()
    assert len(house.calls()) == calls


def test_an_attempt_is_counted_before_it_is_made(house: House) -> None:
    class Dies(Through):
        def create(self, contractor: Contractor) -> Remote:
            raise KeyboardInterrupt

    behind(house)
    house.through("shop", Dies)
    with pytest.raises(KeyboardInterrupt):
        house.push("shop")
    (push,) = waits(house)
    assert (push["attempts"], push["leased_until"]) == (1, house.now + house.app.lease)


# One record's fault


def test_a_record_that_the_side_refuses_waits_for_a_person_and_the_others_go_on(one_by_one: House) -> None:
    house = behind(one_by_one, 3)
    house.shop.faults.plan(REFUSED)
    assert house.push().failed == 1
    assert len(house.at_shop()) == 2
    (push,) = waits(house)
    assert push["due_at"] is None
    issue = house.one(tables.Issue, state="open")
    assert (issue["code"], issue["contractor_id"]) == ("invalid-record", push["contractor_id"])
    house.pass_time(days=1)
    house.push()
    assert len(house.at_shop()) == 2


def test_retrying_a_refused_record_heals_it(house: House) -> None:
    behind(house)
    house.shop.faults.plan(REFUSED)
    house.push()
    assert retry(house.app, house.rows(tables.Issue)[0]["id"], by="anna") is None
    house.push()
    assert list(house.at_shop()) == ["A0"]
    assert (house.issues(), waits(house)) == ([], [])
    assert house.rows(tables.Audit)[0]["action"] == "retry-issue"


def test_a_new_change_of_a_refused_record_is_tried(house: House) -> None:
    id_ = house.erp.add(firm("A1"))
    house.run("erp")
    house.shop.faults.plan(REFUSED)
    house.push()
    house.erp.edit(id_, name="Poprawiona")
    house.run("erp")
    house.push()
    assert house.at_shop()["A1"].name == "Poprawiona"
    assert house.issues() == []


def test_an_issue_of_a_push_names_the_record_and_belongs_to_the_contractor(house: House) -> None:
    class Refuses(Through):
        def update(self, remote: Remote, contractor: Contractor) -> Remote:
            raise InvalidRecord("the e-mail is refused", record=remote.external_id, field="email", cure="Correct it.")

    id_ = house.erp.add(firm("A1"))
    house.settle()
    whole = house.app
    house.through("shop", Refuses)
    house.erp.edit(id_, name="Nowa nazwa")
    house.run("erp")
    house.push()
    issue = house.one(tables.Issue, state="open")
    assert (issue["external_id"], issue["field"], issue["details"]) == (None, "email", {"record": "1"})
    house.change(connections=whole.connections)
    house.run("shop", "full")
    assert house.issues() == ["invalid-record"]
    retry(house.app, issue["id"], by="anna")
    house.push()
    assert house.issues() == []


def test_a_mistake_in_an_adapter_is_one_records_trouble(one_by_one: House) -> None:
    class Stumbles(Through):
        def create(self, contractor: Contractor) -> Remote:
            if contractor.number == "A1":
                raise KeyError(contractor.email)
            remote: Remote = self.inner.create(contractor)
            return remote

    house = behind(one_by_one, 3)
    whole = house.app
    house.through("shop", Stumbles)
    house.push()
    assert set(house.at_shop()) == {"A0", "A2"}
    (push,) = waits(house)
    assert push["error_code"] == "adapter-failed"
    house.change(connections=whole.connections)
    house.settle()
    assert set(house.at_shop()) == {"A0", "A1", "A2"}


def test_a_record_that_kills_every_process_is_set_aside_and_the_others_are_delivered(one_by_one: House) -> None:
    class Dies(Through):
        def create(self, contractor: Contractor) -> Remote:
            if contractor.number == "A1":
                raise KeyboardInterrupt
            remote: Remote = self.inner.create(contractor)
            return remote

    house = behind(one_by_one, 4)
    whole = house.app
    house.through("shop", Dies)
    for _ in range(9):
        try:
            house.push("shop")
        except KeyboardInterrupt:
            house.pass_time(minutes=2)
    assert set(house.at_shop()) == {"A0", "A2", "A3"}
    assert house.issues() == ["push-kills"]
    house.change(connections=whole.connections)
    retry(house.app, house.rows(tables.Issue)[0]["id"], by="anna")
    house.settle()
    assert (set(house.at_shop()), house.issues()) == ({"A0", "A1", "A2", "A3"}, [])


class Forgetful(Through):
    """A shop that reports success for its first new customer and keeps one of the groups."""

    forgot = False

    def create(self, contractor: Contractor) -> Remote:
        if not Forgetful.forgot:
            Forgetful.forgot = True
            return self.inner.create(msgspec.structs.replace(contractor, groups=contractor.groups[:1]))
        return self.inner.create(contractor)


def test_a_success_that_did_not_keep_the_groups_is_tried_again(house: House) -> None:
    Forgetful.forgot = False
    house.through("shop", Forgetful)
    house.erp.add(firm("A1", groups=("Hurt", "VIP")))
    house.settle()
    assert set(house.at_shop()["A1"].groups) == {"Hurt", "VIP"}


def test_two_who_share_an_e_mail_are_made_in_one_batch_without_a_question(one_by_one: House) -> None:
    house = one_by_one
    for number in ("A1", "A2"):
        house.erp.add(firm(number, tax_id="", email="office@shared.example"))
    house.run("erp")
    house.push()
    assert sorted(house.at_shop()) == ["A1", "A2"]
    assert house.count(tables.Issue) == 0


def test_two_who_share_a_tax_id_are_made_in_one_batch_without_a_read(one_by_one: House) -> None:
    house = one_by_one
    for number in ("A1", "A2"):
        house.erp.add(firm(number, tax_id="5260250274"))
    house.run("erp")
    house.push()
    assert sorted(house.at_shop()) == ["A1", "A2"]
