"""Does every push arrive, late if it must, and does a side that fails hurt nobody but itself?"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord
from syncd.ports import Remote
from syncd.registry import connections, tables
from syncd.registry.engine import writing
from syncd.sync.attention import retry
from syncd.sync.push import OUTAGE, push_due
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House, Row, Through

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


def behind(house: House, count: int = 1) -> House:
    """Let the ERP state contractors that the shop does not have yet."""
    for number in range(count):
        house.erp.add(firm(f"A{number}"))
    house.run("erp")
    return house


@pytest.fixture
def one_by_one(build: OpenHouse) -> House:
    """A house whose shop takes one call at a time."""
    return build(connections={"shop": {"parallel_calls": 1}})


def waits(house: House) -> list[Row]:
    return house.rows(tables.Push)


def shop(house: House) -> Row:
    return house.one(tables.Connection, name="shop")


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
        house.shop.faults.plan(FAILED)
        house.push()
        (push,) = waits(house)
        assert (push["attempts"], push["error_code"]) == (attempt, "outcome-unknown")
        pauses.append((push["due_at"] - house.now).total_seconds())
        house.pass_time(seconds=pauses[-1])
    assert pauses == [5, 10, 20, 40, 60, 60]


def test_the_pause_is_anything_between_nothing_and_that(house: House) -> None:
    behind(house)
    house.change(random=Shortest())
    house.shop.faults.plan(FAILED)
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
    for _ in range(6):
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


# The whole side's fault


def test_a_pause_that_the_side_asks_for_holds_for_the_whole_connection(one_by_one: House) -> None:
    house = behind(one_by_one, 3)
    house.shop.faults.plan(Fault(kind="status", status=429, retry_after="120"))
    house.push()
    calls = len(house.calls())
    assert calls == 1
    assert shop(house)["next_try_at"] == house.now + timedelta(seconds=120)
    house.pass_time(seconds=119)
    house.push()
    assert len(house.calls()) == calls
    house.pass_time(seconds=1)
    house.push()
    assert len(house.at_shop()) == 3


def test_refused_credentials_stop_their_connection_only_and_are_tried_again_later(build: OpenHouse) -> None:
    house = behind(build(connections={"shop": {"parallel_calls": 1}}), 3)
    house.shop.faults.plan(Fault(kind="status", status=401))
    house.push()
    assert len(house.calls()) == 1
    assert shop(house)["next_try_at"] == house.now + timedelta(minutes=15)
    assert "credentials" in shop(house)["problem"]
    assert house.run("erp")["state"] == "succeeded"
    house.pass_time(minutes=14)
    house.push()
    assert len(house.calls()) == 1
    house.pass_time(minutes=1)
    house.push()
    assert len(house.at_shop()) == 3
    assert (shop(house)["problem"], shop(house)["failing_since"]) == (None, None)


def test_an_outage_spares_the_rest_of_the_batch(one_by_one: House) -> None:
    house = behind(one_by_one, 20)
    house.shop.faults.plan(*[GONE_AWAY] * 20)
    house.push()
    assert len(house.calls()) == OUTAGE
    assert sorted(push["attempts"] for push in waits(house)) == [0] * 15 + [1] * 5
    assert shop(house)["problem"] is not None
    house.shop.faults.clear()
    house.pass_time(hours=1)
    house.push()
    assert len(house.at_shop()) == 20


def test_a_long_outage_is_not_an_issue_for_every_contractor(build: OpenHouse) -> None:
    house = behind(build(push_tries=2, connections={"shop": {"parallel_calls": 1}}), 12)
    for _ in range(4):
        house.shop.faults.plan(*[GONE_AWAY] * OUTAGE)
        house.push()
        house.pass_time(hours=2)
    assert house.issues() == []
    house.settle()
    assert (len(house.at_shop()), house.issues()) == (12, [])


def test_one_call_that_finds_the_side_away_does_not_stop_the_others(one_by_one: House) -> None:
    house = behind(one_by_one, 3)
    house.shop.faults.plan(GONE_AWAY)
    house.push()
    assert len(house.at_shop()) == 2
    assert shop(house)["problem"] is None


# Whether to push at all


def test_no_more_than_the_limit_are_tried(house: House) -> None:
    behind(house, 5)
    assert push_due(house.app, house.id("shop"), limit=2).tried == 2
    assert len(house.at_shop()) == 2


def test_a_paused_connection_is_not_pushed_to(house: House) -> None:
    behind(house)
    with writing(house.app.engine) as connection:
        connections.pause(connection, house.id("shop"), by="anna")
    house.push()
    assert house.calls() == []
    with writing(house.app.engine) as connection:
        connections.resume(connection, house.id("shop"))
    house.push()
    assert len(house.at_shop()) == 1


def test_a_connection_that_is_paused_by_its_settings_is_not_pushed_to(build: OpenHouse) -> None:
    house = behind(build(connections={"shop": {"paused": True}}))
    house.push()
    assert house.calls() == []


def test_a_process_that_is_to_stop_gives_back_what_it_has_not_sent(one_by_one: House) -> None:
    house = behind(one_by_one, 3)
    house.change(stopping=lambda: any(call.writes for call in house.calls()))
    house.push()
    assert len(house.at_shop()) == 1
    assert [(push["attempts"], push["leased_until"]) for push in waits(house)] == [(0, None)] * 2
    house.change(stopping=lambda: False)
    house.push()
    assert len(house.at_shop()) == 3


def test_a_slow_side_keeps_nothing_longer_than_its_lease(one_by_one: House) -> None:
    class Slow(Through):
        def create(self, contractor: Contractor) -> Remote:
            house.pass_time(seconds=31)
            remote: Remote = self.inner.create(contractor)
            return remote

    house = behind(one_by_one, 3)
    house.through("shop", Slow)
    pushed = house.push("shop")
    assert (pushed.done, len(house.at_shop())) == (3, 3)
    assert [call.name for call in house.calls()] == ["find", "create"] * 3


def test_what_a_batch_did_is_said(one_by_one: House) -> None:
    house = behind(one_by_one, 4)
    house.shop.faults.plan(REFUSED, FAILED)
    pushed: Any = house.push()
    assert (pushed.tried, pushed.done, pushed.failed, pushed.postponed) == (4, 2, 1, 1)
