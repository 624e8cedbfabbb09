"""Do others hear of what happens, once, provably from here, and of nobody's data?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import update
from werkzeug import Request, Response

from syncd import alerts
from syncd.domain.contractor import Contractor
from syncd.domain.news import News
from syncd.domain.standard_webhooks import headers_of, keys_of
from syncd.errors import SyncError
from syncd.ports import Secret
from syncd.registry import tables
from syncd.registry.engine import reading, writing
from syncd.registry.queries.notices import channel_rows
from syncd.settings import AlertSettings, WebhookSettings
from syncd.sync.attention import retry
from syncd.sync.news import announce
from syncd.sync.request import request_run
from syncd.sync.review import approve
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House

KEY = base64.b64encode(b"k" * 32).decode()
OLD = base64.b64encode(b"o" * 32).decode()


def hook(url: str, *events: News, name: str = "desk", secret: str = f"whsec_{KEY}") -> WebhookSettings:
    return WebhookSettings(name=name, url=Secret(url), events=list(events or News), secret=Secret(secret))


def heard(house: House, event: News | None = None) -> list[dict[str, Any]]:
    """What is to be told by webhook."""
    rows = house.rows(tables.Notice)
    return [row["details"] for row in rows if row["channel"] == "to:desk" and event in {None, row["event"]}]


def told(server: HTTPServer) -> list[dict[str, Any]]:
    return [json.loads(request.get_data()) for request, _ in server.log]


@pytest.fixture
def quiet(build: OpenHouse) -> House:
    """A house whose news are collected, and go nowhere yet."""
    return build(webhooks=[hook("http://127.0.0.1:9/desk")])


def hold(house: House, count: int = 30) -> int:
    """An ERP that wants to block everybody."""
    ids = [house.erp.add(firm(f"A{number}")) for number in range(count)]
    house.run("erp")
    for external_id in ids:
        house.erp.edit(external_id, active=False)
    run = house.run("erp")
    assert run["state"] == "held"
    return int(run["id"])


# What is news


def test_a_run_that_ends_is_news_once_with_its_counts_and_nobodys_data(quiet: House) -> None:
    quiet.erp.add(firm("A1", email="canary@example.com"))
    run = quiet.run("erp")
    assert (announce(quiet.app), announce(quiet.app)) == (1, 0)
    (one,) = heard(quiet)
    assert (one["run"], one["connection"], one["state"], one["trigger"]) == (run["id"], "erp", "succeeded", "syncd")
    assert (one["counts"]["read"], one["counts"]["created"]) == (1, 1)
    assert "canary" not in json.dumps(one)


def test_a_held_run_is_news_and_its_end_after_the_approval_is_another(quiet: House) -> None:
    run_id = hold(quiet)
    announce(quiet.app)
    assert [one["run"] for one in heard(quiet, News.RUN_HELD)] == [run_id]
    approve(quiet.app, run_id, by="test")
    announce(quiet.app)
    quiet.execute(run_id)
    announce(quiet.app)
    assert [one["state"] for one in heard(quiet, News.RUN_FINISHED) if one["run"] == run_id] == ["succeeded"]


def test_a_run_that_only_waits_for_a_worker_is_no_news(quiet: House) -> None:
    request_run(quiet.app, quiet.app.connection("erp"), mode="full", asked_by="schedule")
    assert announce(quiet.app) == 0
    quiet.run("erp")
    announce(quiet.app)
    assert {one["state"] for one in heard(quiet)} == {"succeeded"}


def test_a_dry_runs_plan_that_waits_is_news(quiet: House) -> None:
    quiet.erp.add(firm("A1"))
    quiet.run("erp", dry_run=True)
    announce(quiet.app)
    assert [one["state"] for one in heard(quiet, News.PLAN_WAITING)] == ["planned"]


def test_many_issues_of_one_cause_are_one_piece_of_news(quiet: House) -> None:
    for number in range(30):
        quiet.erp.spoil(quiet.erp.add(firm(f"A{number}")))
    quiet.run("erp")
    announce(quiet.app)
    (one,) = heard(quiet, News.ISSUE_OPENED)
    assert (one["cause"], one["connection"], one["count"], len(one["issues"])) == ("invalid-record", "erp", 30, 20)
    quiet.run("erp", mode="full")
    announce(quiet.app)
    assert len(heard(quiet, News.ISSUE_OPENED)) == 1


def test_an_issue_that_had_gone_and_is_back_is_news_again(quiet: House) -> None:
    record = quiet.erp.add(firm("A1"))
    quiet.erp.spoil(record)
    quiet.run("erp")
    announce(quiet.app)
    with writing(quiet.app.engine) as connection:
        connection.execute(update(tables.Issue).values(state="resolved"))
    quiet.run("erp", mode="full")
    announce(quiet.app)
    assert len(heard(quiet, News.ISSUE_OPENED)) == 2


def test_what_happened_while_nobody_listened_is_no_news_later(house: House) -> None:
    house.erp.add(firm("A1"))
    house.run("erp")
    assert announce(house.app) == 0
    house.change(settings=msgspec.structs.replace(house.app.settings, webhooks=[hook("http://x/")]))
    assert announce(house.app) == 0


def test_only_what_was_asked_for_is_told(build: OpenHouse) -> None:
    house = build(webhooks=[hook("http://127.0.0.1:9/", News.RUN_HELD)])
    hold(house)
    announce(house.app)
    assert {row["event"] for row in house.rows(tables.Notice) if row["channel"] == "to:desk"} == {"run.held"}


def test_a_held_run_is_an_alert_by_every_channel_that_there_is(
    build: OpenHouse, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    script = tmp_path / "page.py"
    script.write_text(f"import pathlib, sys\npathlib.Path({str(tmp_path / 'told')!r}).write_text(sys.stdin.read())\n")
    house = build(alerts=AlertSettings(command=[sys.executable, str(script)]))
    run_id = hold(house)
    announce(house.app)
    with caplog.at_level(logging.WARNING, "syncd.alerts"):
        assert alerts.deliver(house.app) == 2
    page = json.loads((tmp_path / "told").read_text())
    assert (page["run"], "said" in page) == (run_id, False)
    assert page["because"] == "30 of 30 contractors would be blocked; the limit is 5 % and at least 20"
    assert json.loads(caplog.records[0].message)["event"] == "run.held"
    announce(house.app)
    assert alerts.deliver(house.app) == 0


# How it is sent


def listened(build: OpenHouse, server: HTTPServer, *events: News, **more: Any) -> House:
    return build(webhooks=[hook(server.url_for("/desk"), *events, **more)])


def test_a_message_is_signed_as_standard_webhooks_says(build: OpenHouse, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/desk", method="POST").respond_with_data(status=204)
    house = listened(build, httpserver, News.RUN_FINISHED, secret=f"whsec_{KEY}, {OLD}")
    house.erp.add(firm("A1"))
    house.run("erp")
    announce(house.app)
    assert alerts.deliver(house.app) == 1
    request, _ = httpserver.log[0]
    body, name, at = request.get_data(), request.headers["webhook-id"], request.headers["webhook-timestamp"]
    proofs = [
        "v1," + base64.b64encode(hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()).decode()
        for key in (b"k" * 32, b"o" * 32)
    ]
    assert request.headers["webhook-signature"].split() == proofs
    assert int(at) == int(house.now.timestamp())
    (one,) = told(httpserver)
    assert (one["type"], one["id"], one["data"]["connection"]) == ("run.finished", name, "erp")
    assert house.app.settings.webhooks[0].url.reveal() not in repr(house.app.settings)


def test_the_specifications_own_example_is_signed_as_it_says() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = headers_of(keys_of(secret), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_that_fails_gets_the_same_again_until_it_takes_it(build: OpenHouse, httpserver: HTTPServer) -> None:
    for status in (500, 503, 404, 302, 200):
        httpserver.expect_ordered_request("/desk").respond_with_data("no", status=status, headers={"location": "/x"})
    house = listened(build, httpserver, News.RUN_FINISHED)
    house.run("erp")
    announce(house.app)
    for _ in range(5):
        alerts.deliver(house.app)
        house.pass_time(hours=1)
    assert len({request.get_data() for request, _ in httpserver.log}) == 1
    assert len({request.headers["webhook-id"] for request, _ in httpserver.log}) == 1
    assert [request.path for request, _ in httpserver.log] == ["/desk"] * 5
    row = next(row for row in house.rows(tables.Notice) if row["channel"] == "to:desk")
    assert (row["attempts"], row["outcome"], row["due_at"]) == (5, "told", None)


def test_a_receiver_that_asks_for_a_pause_gets_it(build: OpenHouse, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/desk").respond_with_data(status=429, headers={"retry-after": "600"})
    house = listened(build, httpserver, News.RUN_FINISHED)
    house.run("erp")
    announce(house.app)
    alerts.deliver(house.app)
    house.pass_time(minutes=9)
    alerts.deliver(house.app)
    assert len(httpserver.log) == 1


def test_a_receiver_that_is_down_or_slow_holds_up_no_other(build: OpenHouse, httpserver: HTTPServer) -> None:
    house = build(
        webhooks=[
            hook("http://127.0.0.1:9/down", News.RUN_FINISHED, name="down"),
            hook(httpserver.url_for("/desk"), News.RUN_FINISHED),
        ]
    )
    httpserver.expect_request("/desk").respond_with_data(status=200)
    for _ in range(3):
        house.run("erp")
    announce(house.app)
    assert alerts.deliver(house.app) == 3
    assert [one["data"]["run"] for one in told(httpserver)] == sorted(one["data"]["run"] for one in told(httpserver))
    tries = [row["attempts"] for row in house.rows(tables.Notice) if row["channel"] == "to:down"]
    assert tries == [1, 0, 0]


def test_a_receiver_that_answers_too_slowly_is_cut_off(build: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd.webhooks._DEADLINE", 0.5)

    def slow(_: Request) -> Response:
        time.sleep(1.5)
        return Response("")

    with HTTPServer() as server:
        server.expect_request("/desk").respond_with_handler(slow)
        house = listened(build, server, News.RUN_FINISHED)
        house.run("erp")
        announce(house.app)
        assert alerts.deliver(house.app) == 0
    with reading(house.app.engine) as connection:
        (row,) = channel_rows(connection)
    assert (row.waiting, "did not arrive" in (row.problem or "")) == (1, True)


def test_a_receiver_that_never_takes_it_is_an_issue_whose_retry_sends_all_again(
    build: OpenHouse, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/desk").respond_with_data(status=500)
    house = listened(build, httpserver, News.RUN_FINISHED)
    house.run("erp")
    announce(house.app)
    for _ in range(alerts.TRIES + 3):
        alerts.deliver(house.app)
        house.pass_time(hours=7)
    assert len(httpserver.log) == alerts.TRIES
    issue = next(row for row in house.rows(tables.Issue) if row["code"] == "news-undelivered")
    assert (issue["state"], "desk" in issue["message"]) == ("open", True)

    httpserver.clear()
    httpserver.expect_request("/desk").respond_with_data(status=200)
    retry(house.app, issue["id"], by="test")
    assert alerts.deliver(house.app) == 1
    assert house.one(tables.Issue, code="news-undelivered")["state"] == "resolved"


def test_a_receiver_that_is_gone_is_not_asked_again(build: OpenHouse, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/desk").respond_with_data(status=410)
    house = listened(build, httpserver, News.RUN_FINISHED)
    house.run("erp")
    announce(house.app)
    alerts.deliver(house.app)
    house.pass_time(hours=7)
    alerts.deliver(house.app)
    assert len(httpserver.log) == 1
    assert house.count(tables.Issue) == 0


def test_a_message_over_which_processes_die_is_given_up(build: OpenHouse, httpserver: HTTPServer) -> None:
    house = listened(build, httpserver, News.RUN_FINISHED)
    house.run("erp")
    announce(house.app)
    with writing(house.app.engine) as connection:
        connection.execute(update(tables.Notice).values(attempts=alerts.TRIES))
    alerts.deliver(house.app)
    assert len(httpserver.log) == 0
    assert house.one(tables.Issue)["code"] == "news-undelivered"


def test_an_address_that_hands_out_credentials_is_never_called(build: OpenHouse) -> None:
    house = build(webhooks=[hook("http://169.254.169.254/latest", News.RUN_FINISHED)])
    house.run("erp")
    announce(house.app)
    assert alerts.deliver(house.app) == 0
    with reading(house.app.engine) as connection:
        assert "does not connect to this host" in (channel_rows(connection)[0].problem or "")


def test_a_test_message_is_sent_at_once_and_says_when_it_is_not_taken(build: OpenHouse, httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/desk").respond_with_data(status=200)
    httpserver.expect_ordered_request("/desk").respond_with_data(status=500)
    house = listened(build, httpserver)
    alerts.send_test(house.app, house.app.settings.webhooks[0])
    assert told(httpserver)[0]["type"] == "webhook.test"
    with pytest.raises(SyncError):
        alerts.send_test(house.app, house.app.settings.webhooks[0])
    assert house.count(tables.Notice) == 0


def test_names_of_customers_are_in_no_message_of_any_kind(build: OpenHouse, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/desk").respond_with_data(status=200)
    house = listened(build, httpserver)
    secret = Contractor(name="Kanarek Sp. z o.o.", number="KAN-1", country="PL", email="kanarek@example.com")
    house.erp.add(secret)
    house.erp.spoil(house.erp.add(firm("KAN-2", email="kanarek2@example.com")))
    house.run("erp", dry_run=True)
    house.run("erp")
    hold(house)
    announce(house.app)
    alerts.deliver(house.app)
    sent = json.dumps(told(httpserver))
    assert len(told(httpserver)) >= 4
    assert [word for word in ("anarek", "KAN-", "Firma") if word in sent] == []
