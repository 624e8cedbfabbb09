"""Does the first page tell how everything stands, and never too well?"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import insert, select

from syncd.access.roles import Role
from syncd.certify.faults import Fault
from syncd.console.words import WORDS
from syncd.ports import Page
from syncd.registry import tables
from tests.fixtures.contractors import firm
from tests.integration.pipeline.house import Through

from .conftest import Site
from .test_runs import events

REFUSED = Fault(kind="status", status=422, only="write")


def row_of(text: str, name: str) -> str:
    """The line of one connection."""
    return next(row for row in text.split("<tr data-row>") if f'href="/connections/{name}"' in row)


def test_nothing_is_shown_healthy_before_its_first_success(site: Site) -> None:
    run_id = site.house.ask("erp")
    text = site.browser(Role.VIEWER).get("/").text
    assert "No success yet" in row_of(text, "erp")
    assert f'href="/runs/{run_id}"' in row_of(text, "erp")
    assert "bg-green-lt" not in row_of(text, "erp")
    site.house.execute(run_id)
    assert "Healthy" in row_of(site.browser(Role.VIEWER).get("/").text, "erp")


def test_what_failed_stays_red_while_a_new_run_works(site: Site) -> None:
    house = site.house
    house.run("erp")
    house.erp.faults.plan(*[Fault(kind="status", status=401)] * 3)
    house.run("erp")
    house.erp.faults.clear()
    house.pass_time(hours=1)
    house.erp.add(firm("A0"))
    seen: list[str] = []

    class Watched(Through):
        def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
            seen.append(row_of(site.browser(Role.OPERATOR).get("/").text, "erp"))
            yield from self.inner.read(cursor, full=full)

    house.through("erp", Watched)
    house.run("erp")
    (during,) = seen
    assert "Failing" in during
    assert "Running" in during
    assert "Fix it" in during
    assert "Healthy" in row_of(site.browser(Role.VIEWER).get("/").text, "erp")


def test_the_worst_connection_comes_first_and_names_the_tile(site: Site) -> None:
    house = site.house
    house.run("erp")
    text = site.browser(Role.VIEWER).get("/").text
    assert text.index('href="/connections/shop"') < text.index('href="/connections/erp"')
    assert "Last success of shop" in text


def test_equal_errors_are_one_line_and_are_tried_again_together(site: Site) -> None:
    house = site.house
    for number in range(3):
        house.erp.add(firm(f"A{number}"))
    house.run("erp")
    house.shop.faults.plan(*[REFUSED] * 3)
    house.push()
    operator = site.browser(Role.OPERATOR)
    text = operator.get("/").text
    assert "× 3" in text
    assert "Retry 3" in text
    code = re.findall(r'name="code" value="([\w-]+)"', text)
    assert len(code) == 1
    assert operator.post("/retry", data={"code": code[0], "connection": "shop"}).headers["location"] == "/"
    assert "3 are tried again." in operator.get("/").text
    writes = house.writes()
    house.push()
    assert house.writes() - writes == 3
    assert "Nothing fails" in operator.get("/").text


def test_an_error_is_called_by_its_title_which_leads_to_its_records(site: Site) -> None:
    site.house.erp.add(firm("A1"))
    site.house.run("erp")
    site.house.shop.faults.plan(REFUSED)
    site.house.push()
    viewer = site.browser(Role.VIEWER)
    text = viewer.get("/").text
    ((href, title),) = re.findall(r'<a class="error-title" href="([^"]*)">([^<]*)<', text)
    (code,) = re.findall(r"kind=([\w-]+)", href)
    assert (title, "Retry 1" in text) == (WORDS["cause"][code], False)
    assert "Firma A1" in viewer.get(unescape(href)).text


def test_changes_of_today_are_counted_and_not_those_of_yesterday(site: Site) -> None:
    house = site.house
    for number in range(2):
        house.erp.add(firm(f"A{number}"))
    house.run("erp")
    house.push()

    def counted() -> list[str]:
        text = site.browser(Role.VIEWER).get("/").text
        return re.findall(r'<a href="/runs\?changed=1&amp;from=[\d-]+">(\d+)</a>', text)

    assert counted() == ["2", "0", "0", "2", "0"]
    house.pass_time(hours=24)
    assert counted() == ["0", "0", "0", "0", "0"]


@pytest.mark.parametrize(
    ("form", "mode", "dry"),
    [({}, "incremental", False), ({"mode": "full"}, "full", False), ({"preview": "1"}, "incremental", True)],
)
def test_sync_now_leads_to_its_run_or_plan(site: Site, form: dict[str, str], mode: str, dry: bool) -> None:
    answer = site.browser(Role.OPERATOR).post("/connections/erp/sync", data=form)
    (run,) = site.house.rows(tables.Run)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{'plans' if dry else 'runs'}/{run['id']}")
    assert (run["mode"], run["dry_run"], run["asked_by"]) == (mode, dry, "console:operator")


def test_a_paused_connection_is_not_synced_and_says_so(site: Site) -> None:
    with site.house.app.engine.begin() as connection:
        connection.execute(tables.Connection.__table__.update().values(paused_by="anna"))  # type: ignore[attr-defined]
    operator = site.browser(Role.OPERATOR)
    operator.post("/connections/erp/sync")
    assert site.house.rows(tables.Run) == []
    assert "erp is paused" in operator.get("/").text


def test_a_run_that_a_limit_holds_comes_before_plans_of_people_and_few_are_shown(site: Site) -> None:
    house = site.house
    house.erp.add(firm("A1"))
    first = house.run("erp", dry_run=True)["id"]
    runs: Any = tables.Run.__table__
    with house.app.engine.begin() as connection:
        row = connection.execute(select(runs).where(runs.c.id == first)).mappings().one()
        for number, state in enumerate(("held", "planned", "planned", "planned"), start=1):
            connection.execute(insert(runs).values({**row, "id": first + number, "state": state}))
    text = site.browser(Role.VIEWER).get("/").text
    shown = [int(number) for number in re.findall(r'href="/plans/(\d+)"', text)]
    assert shown == [first + 1, first + 4, first + 3]
    assert "More plans wait for a decision" in text


def test_what_is_due_is_at_hand_and_never_over(site: Site) -> None:
    house = site.house
    house.run("erp")
    with house.app.engine.begin() as connection:
        past = house.app.now() - timedelta(minutes=5)
        connection.execute(tables.Connection.__table__.update().values(failing_since=past, next_try_at=past))  # type: ignore[attr-defined]
    text = site.browser(Role.VIEWER).get("/connections/erp").text
    assert "in 1 second" in text
    assert "5 minutes ago" not in text


def test_the_page_is_kept_up_to_date_by_one_stream(site: Site) -> None:
    house = site.house
    with site.browser(Role.VIEWER).stream("GET", "/events") as answer:
        told = events(answer)
        next(told)
        first = next(told)
        assert "No success yet" in first["data"]
        threading.Thread(target=lambda: house.run("erp")).start()
        while "Healthy" not in (after := next(told))["data"]:
            pass
        assert after["id"] != first["id"]
        site.console.state.closing = lambda: True
