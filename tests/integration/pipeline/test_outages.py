"""Does a side that is away, busy or closed hurt nobody but itself, and is it left in peace as long as it asks?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from syncd.errors import Unavailable
from syncd.ports import Remote
from syncd.registry import connections, tables
from syncd.registry.engine import writing
from syncd.sync.push import OUTAGE, push_due

from .conftest import OpenHouse
from .house import House, Row, Through, behind
from .test_push import FAILED, REFUSED, waits

GONE_AWAY = Fault(kind="drop", only="read")


def shop(house: House) -> Row:
    return house.one(tables.Connection, name="shop")


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


def test_a_contractor_for_whom_alone_a_side_fails_becomes_an_issue_and_is_not_the_side_s_trouble(
    build: OpenHouse,
) -> None:
    class Fails(Through):
        def create(self, contractor: Contractor) -> Remote:
            raise Unavailable("the peer failed (HTTP 500)")

    house = behind(build(push_tries=2))
    house.through("shop", Fails)
    for _ in range(2):
        house.push()
        house.pass_time(hours=2)
    assert (house.issues(), shop(house)["problem"]) == (["unavailable"], None)


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
