"""Is it measured how old changes are when they arrive, and is a person told once when they do not?"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import update

from syncd import alerts
from syncd.certify.faults import Fault
from syncd.domain.code import code_of
from syncd.metrics import exposition
from syncd.ports import Record, Remote, Secret
from syncd.registry import connections, notices, tables
from syncd.registry.engine import writing
from syncd.registry.queries.freshness import Freshness
from syncd.settings import AlertSettings
from syncd.sync import canary
from syncd.sync.freshness import look, watch
from syncd.sync.push import push_due
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House, Through, behind

TARGET: dict[str, Any] = {"shop": {"fresh_within": "15m"}}


def at(house: House, name: str = "shop") -> Freshness:
    return next(one for one in look(house.app) if one.connection == name)


def events(house: House) -> list[str]:
    return [row["event"] for row in house.rows(tables.Notice)]


def says_when(house: House, changed_ago: timedelta) -> Callable[[Any], Through]:
    class Dated(Through):
        def parse(self, record: Record) -> Remote:
            remote: Remote = self.inner.parse(record)
            return Remote(
                external_id=remote.external_id,
                contractor=remote.contractor,
                version=remote.version,
                modified=house.now - changed_ago,
            )

    return Dated


# How old a change is


def test_a_change_is_as_old_as_its_side_says(house: House) -> None:
    house.erp.add(firm("A1"))
    house.run("erp")
    house.push()
    house.pass_time(minutes=20)
    house.through("erp", says_when(house, timedelta(minutes=10)))
    house.erp.edit("1", name="Nowa")
    house.run("erp")
    house.pass_time(minutes=2)
    assert at(house).oldest_seconds == 12 * 60
    house.push()
    found = at(house)
    assert (found.oldest_seconds, found.deliveries, found.p95_seconds) == (None, 2, 12 * 60)


@pytest.mark.parametrize("ago", [timedelta(days=3000), timedelta(minutes=-10)])
def test_a_time_that_cannot_be_is_not_believed(house: House, ago: timedelta) -> None:
    house.through("erp", says_when(house, ago))
    behind(house)
    house.pass_time(minutes=2)
    assert at(house).oldest_seconds == 2 * 60


def test_the_age_of_a_change_goes_on_while_newer_ones_come(house: House) -> None:
    behind(house)
    house.pass_time(minutes=9)
    house.erp.edit("1", name="Nowa")
    house.run("erp")
    assert at(house).oldest_seconds == 9 * 60 + 1


def test_a_contractor_that_changes_under_its_push_begins_a_new_age(house: House) -> None:
    behind(house)
    house.pass_time(minutes=9)

    class Meanwhile(Through):
        def create(self, contractor: Any) -> Remote:
            house.erp.edit("1", name="Nowa")
            house.run("erp")
            return self.inner.create(contractor)

    house.through("shop", Meanwhile)
    push_due(house.app, house.id("shop"), limit=1)
    assert (house.count(tables.Push), at(house).oldest_seconds) == (1, 0)


def test_what_waits_for_a_person_is_an_issue_and_not_late(build: OpenHouse) -> None:
    house = build(connections=TARGET)
    behind(house)
    with writing(house.app.engine) as connection:
        connection.execute(update(tables.Push).values(due_at=None))
    house.pass_time(minutes=10)
    assert at(house).oldest_seconds is None


def test_half_and_95_of_100_changes_are_told_apart(house: House) -> None:
    for number in range(20):
        house.erp.add(firm(f"A{number}"))
        house.run("erp")
        house.pass_time(seconds=100 if number == 19 else number)
        house.push()
    found = at(house)
    assert (found.deliveries, found.p50_seconds, found.p95_seconds) == (20, 9, 18)


# The alarm


def test_an_alarm_is_told_once_when_it_goes_and_once_when_it_is_back(build: OpenHouse) -> None:
    house = build(connections=TARGET)
    behind(house)
    assert watch(house.app) == []
    house.pass_time(minutes=16)
    assert watch(house.app) == ["shop"]
    house.pass_time(minutes=1)
    assert watch(house.app) == []
    assert (at(house).late, events(house)) == (True, ["freshness.late"])
    house.run("erp")
    house.push()
    assert watch(house.app) == ["shop"]
    assert watch(house.app) == []
    assert (at(house).late, events(house)) == (False, ["freshness.late", "freshness.back"])


def test_several_processes_that_find_it_out_together_tell_it_once(build: OpenHouse) -> None:
    house = build(connections=TARGET)
    behind(house)
    house.pass_time(minutes=16)
    news: list[str] = []
    threads = [threading.Thread(target=lambda: news.extend(watch(house.app))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (news, events(house)) == (["shop"], ["freshness.late"])


def test_failures_that_the_next_try_heals_are_no_alarm(build: OpenHouse) -> None:
    house = build(connections=TARGET)
    behind(house)
    for _ in range(5):
        house.shop.faults.plan(*[Fault(kind="status", status=500)] * 4)
        house.push()
        house.pass_time(minutes=1)
        assert watch(house.app) == []


def test_an_erp_that_is_not_read_any_more_is_late_though_nothing_waits(build: OpenHouse) -> None:
    house = build(connections=TARGET)
    behind(house)
    house.push()
    house.pass_time(minutes=16)
    assert watch(house.app) == ["shop"]
    assert house.one(tables.Notice)["details"] == {
        "connection": "shop",
        "target_seconds": 900,
        "age_seconds": 960,
        "because": "erp was not read since",
        "unread": "erp",
    }


@pytest.mark.parametrize("paused", ["erp", "shop"])
def test_what_a_person_paused_is_not_late(build: OpenHouse, paused: str) -> None:
    house = build(connections=TARGET)
    behind(house)
    house.push()
    with writing(house.app.engine) as connection:
        connections.pause(connection, house.id(paused), "anna")
    house.pass_time(hours=3)
    assert watch(house.app) == []


def test_without_a_target_there_is_no_alarm(house: House) -> None:
    behind(house)
    house.pass_time(days=3)
    assert watch(house.app) == []


# Telling


def late(build: OpenHouse, **more: Any) -> House:
    house = build(connections=TARGET, alerts=AlertSettings(**more))
    behind(house)
    house.pass_time(minutes=16)
    watch(house.app)
    return house


def test_an_alert_is_a_line_of_the_log(build: OpenHouse, caplog: pytest.LogCaptureFixture) -> None:
    house = late(build)
    with caplog.at_level(logging.WARNING, "syncd.alerts"):
        assert (alerts.deliver(house.app), alerts.deliver(house.app)) == (1, 0)
    told = json.loads(caplog.records[0].message)
    assert (told["event"], told["connection"], told["age_seconds"]) == ("freshness.late", "shop", 960)


def test_a_command_reads_the_alert_and_is_tried_again_when_it_fails(build: OpenHouse, tmp_path: Path) -> None:
    script = tmp_path / "hook.py"
    script.write_text(
        "import pathlib, sys\n"
        f"out = pathlib.Path({str(tmp_path / 'told')!r})\n"
        "first = not out.exists()\n"
        "out.write_text(sys.stdin.read())\n"
        "sys.exit(first)\n"
    )
    house = late(build, command=[sys.executable, str(script)])
    assert alerts.deliver(house.app) == 1  # the log alone
    assert alerts.deliver(house.app) == 0
    house.pass_time(seconds=31)
    assert alerts.deliver(house.app) == 1
    assert json.loads((tmp_path / "told").read_text())["event"] == "freshness.late"
    assert {row["outcome"] for row in house.rows(tables.Notice)} == {"told"}


def test_a_posted_alert_is_signed_and_the_same_at_every_try(build: OpenHouse, httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request("/hook").respond_with_data(status=500)
    httpserver.expect_oneshot_request("/hook").respond_with_data(status=204)
    house = late(build, webhook=Secret(httpserver.url_for("/hook")), signing_key=Secret("k3y"))
    alerts.deliver(house.app)
    house.pass_time(seconds=31)
    alerts.deliver(house.app)
    (first, _), (second, _) = httpserver.log
    assert first.get_data() == second.get_data()
    assert second.headers[alerts.SIGNATURE] == alerts.signature("k3y", int(house.now.timestamp()), second.get_data())
    assert b"Firma" not in second.get_data()


def test_a_channel_that_never_answers_is_given_up_and_the_others_are_not_told_twice(build: OpenHouse) -> None:
    house = late(build, command=["/nowhere/to/be/found"])
    for _ in range(alerts.TRIES + 2):
        alerts.deliver(house.app)
        house.pass_time(hours=7)
    log, command = house.rows(tables.Notice)
    assert (log["attempts"], log["outcome"]) == (1, "told")
    assert (command["attempts"], command["due_at"]) == (alerts.TRIES, None)
    assert command["outcome"].startswith("given up: the command could not be run")


def test_what_one_process_tells_no_other_does(build: OpenHouse) -> None:
    house = late(build)
    assert notices.claim(house.app.engine, house.now)
    assert notices.claim(house.app.engine, house.now) is None
    house.pass_time(minutes=3)
    assert notices.claim(house.app.engine, house.now)  # the first process died over it


# The canary


def test_a_canary_is_changed_at_one_field_and_its_arrival_is_measured(build: OpenHouse) -> None:
    house = build(connections={"shop": {"canary": "K000001"}})
    behind(house, 2)
    assert canary.touch(house.app) == []  # not there yet
    house.push()
    before = house.at_shop()
    assert canary.touch(house.app) == ["shop"]
    assert canary.touch(house.app) == []  # on its way
    house.push()
    after = house.at_shop()
    moved = [number for number in after if after[number] != before[number]]
    assert [code_of(house.one(tables.Contractor, number=number)["id"]) for number in moved] == ["K000001"]
    assert set(after[moved[0]].custom) == {canary.FIELD}
    assert canary.touch(house.app) == []  # too soon
    house.pass_time(minutes=6)
    assert canary.touch(house.app) == ["shop"]
    house.settle()
    assert house.is_at_rest()


# Metrics


def test_metrics_have_no_customer_in_them_and_follow_the_text_format(build: OpenHouse) -> None:
    parser = pytest.importorskip("prometheus_client.parser")
    house = build(connections=TARGET)
    behind(house, 3)
    house.erp.spoil(house.erp.add(firm("A9")))
    house.run("erp")
    text = exposition(house.app)
    families = {family.name: family for family in parser.text_string_to_metric_families(text)}
    pushes = {s.labels["connection"]: s.value for s in families["syncd_pushes_due"].samples}
    assert pushes == {"erp": 0, "shop": 3}
    assert [(s.labels, s.value) for s in families["syncd_issues_open"].samples] == [({"code": "invalid-record"}, 1)]
    assert "Firma" not in text
    assert "A9" not in text
    assert {label for f in families.values() for s in f.samples for label in s.labels} <= {
        "connection", "state", "code", "quantile",
    }  # fmt: skip
