"""Do pages about runs tell what the registry holds, and do their buttons do what the commands do?"""

from __future__ import annotations

import csv
import io
import json
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from syncd.access.roles import Role
from syncd.certify.faults import Fault
from syncd.domain.exchange import kept
from syncd.ports import Page
from syncd.registry import tables
from syncd.registry.runs import COUNTED
from syncd.sync.review import approve
from tests.fixtures.contractors import firm
from tests.integration.pipeline.house import House, Through

from .conftest import Site

REFUSED = Fault(kind="status", status=422, only="write")


@pytest.fixture
def mixed(site: Site) -> Site:
    """A run of four: one record could not be used, one is refused by the shop, two arrived."""
    house = site.house
    for number in range(3):
        house.erp.add(firm(f"A{number}"))
    house.erp.add(firm("A3", name="=Łódź-Bud"))
    house.erp.spoil("1")
    house.run("erp")
    house.shop.faults.plan(REFUSED)
    house.push()
    return site


def test_the_list_is_narrowed_by_its_address(mixed: Site) -> None:
    house = mixed.house
    house.run("erp", dry_run=True)
    browser = mixed.browser(Role.VIEWER)

    def listed(query: str) -> list[str]:
        return re.findall(r'data-label="Run"><a href="/runs/(\d+)"', browser.get(f"/runs{query}").text)

    assert listed("") == ["2", "1"]
    assert listed("?state=no_changes") == ["2"]
    assert listed("?state=no_changes&state=partial") == ["2", "1"]
    assert listed("?connection=shop") == []
    assert listed("?trigger=syncd") == ["2", "1"]
    assert listed("?trigger=schedule") == []
    assert listed("?changed=1") == ["1"]
    assert listed("?unresolved=1") == ["1"]
    assert listed("?from=2026-05-04&to=2026-05-04") == ["2", "1"]
    assert listed("?from=2026-05-05") == []
    assert listed("?before=2") == ["1"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("stat=held", "Did you mean state?"),
        ("state=good", "state: it can be queued"),
        ("connection=epr", "connection: there is no connection"),
        ("from=yesterday", "from: a day is written like"),
        ("to=9999-12-31", "to: a day is written like"),
        ("before=x", "before: it is the number"),
        ("changed=maybe", "changed: it can only be 1"),
    ],
)
def test_a_filter_that_means_nothing_is_named(site: Site, query: str, said: str) -> None:
    told = site.browser(Role.VIEWER).get(f"/runs?{query}")
    assert (told.status_code, said in told.text) == (400, True)


def test_parts_of_a_form_that_were_left_empty_are_dropped_from_the_address(site: Site) -> None:
    told = site.browser(Role.VIEWER).get("/runs?connection=&state=held&from=&to=")
    assert (told.status_code, told.headers["location"]) == (303, "/runs?state=held")


def test_a_run_that_is_over_adds_up_on_the_page_and_in_json(mixed: Site) -> None:
    text = mixed.browser(Role.VIEWER).get("/runs/1").text
    sums = dict(re.findall(r"<dt>[=+ ]*([A-Z][a-z]+)</dt><dd>(\d+)</dd>", text))
    assert (sums["Read"], sums["Created"], sums["Failed"]) == ("4", "3", "1")
    counts = mixed.house.row(1)["counts"]
    assert counts["read"] == sum(counts[part] for part in COUNTED) == 4


def test_where_a_record_is_listed_that_a_later_run_met_again_is_said(mixed: Site) -> None:
    browser, said = mixed.browser(Role.VIEWER), "1 record that failed is not listed here any more"
    assert said not in browser.get("/runs/1").text
    later = mixed.house.run("erp", "full")["id"]
    assert (said in browser.get("/runs/1").text, said in browser.get(f"/runs/{later}").text) == (True, False)
    assert said in browser.get("/runs/1?show=failed").text
    assert said not in browser.get("/runs/1?show=create").text


def test_a_failed_record_says_what_the_side_said_its_tries_and_the_next(mixed: Site) -> None:
    text = mixed.browser(Role.VIEWER).get("/runs/1?show=failed").text
    assert "shop: the platform refused (422)" in text
    assert "when a person acts" in text
    assert "the name is empty" in text
    assert 'href="/runs/1?show=failed#records" aria-current="true"' in text


@pytest.mark.parametrize(("query", "number"), [("q=LODZ", 1), ("q=K000003", 1), ("q=nobody", 0), ("show=create", 3)])
def test_records_are_searched_and_narrowed(mixed: Site, query: str, number: int) -> None:
    told = mixed.browser(Role.VIEWER).get(f"/runs/1?{query}")
    assert (told.status_code, len(re.findall(r'data-label="Code"', told.text))) == (200, number)


def test_a_search_that_finds_nobody_leads_back_to_all(mixed: Site) -> None:
    text = mixed.browser(Role.VIEWER).get("/runs/1?show=failed&q=nobody").text
    assert ("Nobody found" in text, 'href="/runs/1?show=failed#records">Show all' in text) == (True, True)


@pytest.mark.parametrize("query", ["show=all", "what=failed", "page=0", "page=x"])
def test_a_part_of_the_records_that_is_none_is_named(mixed: Site, query: str) -> None:
    told = mixed.browser(Role.VIEWER).get(f"/runs/1?{query}")
    assert (told.status_code, query.partition("=")[0] in told.text) == (400, True)


def test_records_are_taken_away_as_a_table_in_which_nothing_is_a_formula(mixed: Site) -> None:
    told = mixed.browser(Role.VIEWER).get("/runs/1/records.csv")
    assert told.headers["content-disposition"] == 'attachment; filename="run-1.csv"'
    rows = list(csv.DictReader(io.StringIO(told.text.removeprefix("\ufeff"))))
    assert len(rows) == 4
    assert {row["name"] for row in rows} == {"Firma A1", "Firma A2", "'=Łódź-Bud", ""}
    assert [row["said"] for row in rows if row["outcome"] == "failed" and row["code"]] == ["the platform refused (422)"]


def test_records_are_taken_away_as_json_as_they_are_shown(mixed: Site) -> None:
    told = json.loads(mixed.browser(Role.VIEWER).get("/runs/1/records.json?show=failed").text)
    assert (told["run"], [record["became"] for record in told["records"]]) == (1, ["failed", "failed"])


def test_retry_failed_tries_what_failed_and_nothing_else(mixed: Site) -> None:
    house, writes = mixed.house, mixed.house.writes()
    operator = mixed.browser(Role.OPERATOR)
    assert "Retry 2 failed" in operator.get("/runs/1").text
    told = operator.post("/runs/1/retry")
    assert told.headers["location"] == "/runs/1"
    page = operator.get("/runs/1").text
    assert "1 record is sent again." in page
    assert "1 record is read again." in page
    house.push()
    assert house.writes() - writes == 1
    assert house.row(2)["only"] == '["1"]'
    assert house.rows(tables.Run)[-1]["asked_by"] == "console:operator"


def test_one_record_is_retried(mixed: Site) -> None:
    operator = mixed.browser(Role.OPERATOR)
    seq = re.findall(r'/runs/1/records/(\d+)"', operator.get("/runs/1?show=failed").text)[0]
    assert operator.post(f"/runs/1/records/{seq}/retry").headers["location"] == f"/runs/1/records/{seq}"
    assert "It is sent again now." in operator.get(f"/runs/1/records/{seq}").text
    mixed.house.push()
    operator.post(f"/runs/1/records/{seq}/retry")
    assert "left to be tried again" in operator.get(f"/runs/1/records/{seq}").text
    assert operator.post("/runs/1/records/99/retry").status_code == 404


def test_a_record_shows_fields_owners_and_tries(mixed: Site) -> None:
    text = mixed.browser(Role.VIEWER).get("/runs/1/records/1").text
    assert "<ins>Firma A1</ins>" in text
    assert "Try 1" in text
    assert "Then it waited for a person." in text
    assert 'href="/customers/K000001"' in text
    assert re.search(r'href="/attention/\d+"', text)


def test_a_queued_run_is_cancelled_and_one_that_is_over_is_not(site: Site) -> None:
    run_id = site.house.ask("erp")
    operator = site.browser(Role.OPERATOR)
    assert operator.post(f"/runs/{run_id}/cancel").status_code == 303
    assert site.house.row(run_id)["state"] == "cancelled"
    assert "was cancelled" in operator.get(f"/runs/{run_id}").text
    assert operator.post(f"/runs/{run_id}/cancel").status_code == 409


def test_an_undo_is_a_plan_that_waits(mixed: Site) -> None:
    told = mixed.browser(Role.OPERATOR).post("/runs/1/undo")
    assert told.headers["location"] == "/plans/2"
    row = mixed.house.row(2)
    assert (row["state"], row["undoes"], row["asked_by"]) == ("planned", 1, "console:operator")


def mistaken_run(house: House) -> int:
    """A run that renamed a customer, and that both sides know of."""
    id_ = house.erp.add(firm("A0"))
    house.settle()
    house.erp.edit(id_, name="Pomyłka")
    run: int = house.run("erp")["id"]
    house.settle()
    return run


def test_whom_an_undo_left_out_it_takes_back_after_the_news_was_read(site: Site) -> None:
    house = site.house
    mistake = mistaken_run(house)
    operator = site.browser(Role.OPERATOR)  # only now: the hours that passed end a session
    house.shop.edit(next(iter(house.shop.holds())), email="nowy@sklep.example")
    undo = int(operator.post(f"/runs/{mistake}/undo").headers["location"].rpartition("/")[2])
    approve(house.app, undo, by="anna")
    house.execute(undo)
    assert "Take back the 1 that was left out" in operator.get(f"/runs/{undo}").text
    first = operator.post(f"/runs/{undo}/undo/rest")
    assert first.headers["location"] == f"/runs/{undo}"
    assert "The sides are read" in operator.get(f"/runs/{undo}").text
    assert operator.post(f"/runs/{undo}/undo/rest").headers["location"] == f"/runs/{undo}"
    house.finish()
    second = operator.post(f"/runs/{undo}/undo/rest").headers["location"]
    row = house.row(int(second.rpartition("/")[2]))
    assert (second.startswith("/plans/"), row["undoes"], row["state"]) == (True, mistake, "planned")


def test_a_program_goes_on_with_an_undo_once_the_news_was_read(site: Site) -> None:
    house = site.house
    mistake = mistaken_run(house)
    house.shop.edit(next(iter(house.shop.holds())), email="nowy@sklep.example")
    program = site.program(site.token(Role.OPERATOR, "operate"))
    undo = program.post(f"/api/v1/runs/{mistake}/undo").json()["plan"]
    approve(house.app, undo, by="anna")
    house.execute(undo)
    first = program.post(f"/api/v1/runs/{undo}/undo/rest").json()
    assert (bool(first["reads"]), first["plan"]) == (True, None)
    house.finish()
    rest = program.post(f"/api/v1/runs/{undo}/undo/rest").json()["plan"]
    assert (house.row(rest["plan"])["state"], rest["reversed"]) == ("planned", 1)


def test_what_is_no_undo_has_no_rest_to_be_taken_back(mixed: Site) -> None:
    assert mixed.browser(Role.OPERATOR).post("/runs/1/undo/rest").status_code == 422


def test_a_read_in_vain_names_the_run_that_reads_again(site: Site) -> None:
    house = site.house
    id_ = house.erp.add(firm("A0"))
    house.settle()
    house.erp.faults.plan(*[Fault(kind="status", status=503)] * 10)
    failed = house.run("erp", "only", only=[id_])
    house.erp.faults.clear()
    read = house.run("erp")
    again = house.one(tables.Run, asked_by=f"run {read['id']}")
    page = site.browser(Role.VIEWER).get(f"/runs/{failed['id']}").text
    assert f'<dt>Read again by</dt><dd><a href="/runs/{again["id"]}">' in page


def test_an_undo_of_nothing_says_so(site: Site) -> None:
    house, operator = site.house, site.browser(Role.OPERATOR)
    house.run("erp")
    assert operator.post("/runs/1/undo").status_code == 422
    house.erp.add(firm("A0"))
    house.run("erp")
    operator.post("/runs/2/undo")
    approve(house.app, 3, by="anna")
    house.execute(3)
    assert operator.post("/runs/2/undo").headers["location"] == "/runs/2"
    said = operator.get("/runs/2").text
    assert "There is nothing to take back" in said
    assert "as before in the registry; what sides hold of" in said


def test_what_was_sent_is_shown_to_operators_only(site: Site) -> None:
    site.house.erp.add(firm("A0"))
    site.house.run("erp")
    site.house.shop.faults.plan(REFUSED)
    site.house.push()
    exchange = msgspec.json.encode(
        kept("POST", "/clients", {}, b"CANARY", status=422, answer_headers={}, answer=b"email taken", secrets=())
    ).decode()
    with site.house.app.engine.begin() as connection:
        connection.execute(tables.Try.__table__.update().values(exchange=exchange))  # type: ignore[attr-defined]
    assert "CANARY" in site.browser(Role.OPERATOR).get("/runs/1/records/1").text
    viewer = site.browser(Role.VIEWER).get("/runs/1/records/1").text
    assert "CANARY" not in viewer
    assert "the platform refused (422)" in viewer


def test_numbers_that_no_run_can_have_are_not_found(site: Site) -> None:
    viewer = site.browser(Role.VIEWER)
    for path in ("/runs/99", "/runs/99/events", "/runs/99/records.csv", "/runs/99/records/1"):
        assert viewer.get(path).status_code == 404, path
    for path in ("/runs/0", "/runs/99999999999999999999", "/runs/x"):
        assert viewer.get(path).status_code in {404, 422}, path


def test_a_page_of_a_run_without_javascript_can_be_loaded_again(site: Site) -> None:
    run_id = site.house.ask("erp")
    assert f'<noscript><a class="btn" href="/runs/{run_id}">' in site.browser(Role.VIEWER).get(f"/runs/{run_id}").text


# The stream of events


def events(answer: Any) -> Iterator[dict[str, str]]:
    """Events as a browser understands them."""
    event: dict[str, str] = {}
    for line in answer.iter_lines():
        name, _, text = line.partition(": ")
        if line:
            event[name] = f"{event[name]}\n{text}" if name in event else text
        elif event:
            yield event
            event = {}


def received(event: dict[str, str]) -> int:
    """How many records the page says were read."""
    found = re.search(r'stage-count">(\d+)', event["data"])
    return int(found[1]) if found else 0


def test_a_run_is_followed_to_its_end_with_numbers_that_move(site: Site) -> None:
    house = site.house
    for number in range(30):
        house.erp.add(firm(f"A{number}"))
    run_id = house.ask("erp", "full")
    go_on = threading.Event()

    class Slow(Through):
        def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
            for part in self.inner.read(cursor, full=full):
                house.pass_time(seconds=2)
                yield part
                go_on.wait(5)

    house.through("erp", Slow)
    work = threading.Thread(target=lambda: (house.execute(run_id), house.push()))
    with site.browser(Role.VIEWER).stream("GET", f"/runs/{run_id}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-accel-buffering"] == "no"
        told = events(answer)
        assert next(told) == {"retry": "3000"}
        first = next(told)
        assert "Queued" in first["data"]
        work.start()
        second = next(told)
        assert "Running" in second["data"]
        assert second["id"] != first["id"]
        while received(second) == 0:
            second = next(told)
        assert received(second) == house.row(run_id)["received"] == 10
        go_on.set()
        rest = list(told)
    work.join()
    assert rest[-1]["event"] == "close"
    assert "Succeeded" in rest[-2]["data"]


def test_whoever_has_seen_the_latest_is_told_nothing_twice(site: Site) -> None:
    run_id = site.house.run("erp")["id"]
    browser = site.browser(Role.VIEWER)
    with browser.stream("GET", f"/runs/{run_id}/events") as answer:
        first = [event for event in events(answer) if event.get("event") == "part"]
    with browser.stream("GET", f"/runs/{run_id}/events", headers={"last-event-id": first[0]["id"]}) as answer:
        again = [event.get("event") for event in events(answer)]
    assert again == [None, "close"]


def test_streams_have_an_end_and_take_no_thread_from_others(site: Site) -> None:
    run_id = site.house.ask("erp")
    viewer = site.browser(Role.VIEWER)
    cookies = dict(viewer.cookies)
    streams = []
    try:
        for _ in range(60):
            context = site.browser().stream("GET", f"/runs/{run_id}/events", cookies=cookies)
            answer = context.__enter__()
            lines = answer.iter_lines()
            streams.append((context, lines))
            assert (answer.status_code, next(lines)) == (200, "retry: 3000")
        assert viewer.get(f"/runs/{run_id}/events").status_code == 503
        assert viewer.get(f"/runs/{run_id}").status_code == 200
    finally:
        for context, _ in streams:
            context.__exit__(None, None, None)
    end = time.monotonic() + 20
    while site.console.state.streams and time.monotonic() < end:
        time.sleep(0.1)
    assert site.console.state.streams == 0


def test_a_console_that_stops_ends_its_streams(site: Site) -> None:
    run_id = site.house.ask("erp")
    with site.browser(Role.VIEWER).stream("GET", f"/runs/{run_id}/events") as answer:
        told = events(answer)
        next(told)
        assert next(told)["event"] == "part"
        site.console.state.closing = lambda: True
        assert list(told) == []


def test_a_run_that_is_not_there_is_named_as_its_address_has_it(site: Site) -> None:
    said = site.browser(Role.VIEWER).get("/runs/99999")
    assert (said.status_code, "there is no run 99999" in said.text) == (404, True)
