"""Do people see how things stand, and can they decide?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from syncd.access.roles import Role
from syncd.registry import tables
from tests.fixtures.contractors import firm

from .conftest import Site


@pytest.fixture
def held(site: Site) -> int:
    """A dry run's plan of three lines."""
    for number in range(3):
        site.house.erp.add(firm(f"A{number}"))
    plan: int = site.house.run("erp", dry_run=True)["id"]
    return plan


def audited(site: Site) -> list[tuple[Any, ...]]:
    rows = site.house.rows(tables.Audit)
    return [(r["actor"], r["action"], r["subject"], r["details"]) for r in rows if r["action"].endswith("-plan")]


def test_the_overview_tells_connections_runs_plans_and_what_needs_a_person(site: Site, held: int) -> None:
    text = site.browser(Role.VIEWER).get("/").text
    assert f"Run {held} of erp: 3 changes wait for a decision" in text
    assert f'href="/plans/{held}"' in text
    assert "An admin decides" in text
    assert '<form method="post" action="/plans' not in text
    assert "Nothing needs you." in text
    assert "Sync now" not in text
    assert "Sync now" in site.browser(Role.OPERATOR).get("/").text


def test_an_empty_overview_says_the_next_step(site: Site) -> None:
    text = site.browser(Role.OPERATOR).get("/").text
    assert "No success yet" in text
    assert "Sync now" in text


def test_an_admin_approves_with_a_reason_and_the_plan_is_applied(site: Site, held: int) -> None:
    admin = site.browser(Role.ADMIN)
    assert admin.post(f"/plans/{held}/approve", data={"reason": " "}).status_code == 422
    assert admin.post(f"/plans/{held}/approve", data={"reason": "new wholesalers"}).status_code == 303
    assert site.house.execute(held)["state"] == "succeeded"
    assert len(site.house.contractors()) == 3
    assert audited(site) == [("console:admin", "approve-plan", f"run {held}", {"reason": "new wholesalers"})]


def test_an_admin_discards_with_a_reason(site: Site, held: int) -> None:
    assert site.browser(Role.ADMIN).post(f"/plans/{held}/discard", data={"reason": "cut"}).status_code == 303
    assert site.house.row(held)["state"] == "cancelled"
    assert audited(site) == [("console:admin", "discard-plan", f"run {held}", {"reason": "cut"})]


def test_of_two_admins_at_once_one_decides_and_the_other_is_told(site: Site, held: int) -> None:
    admins = [site.browser(Role.ADMIN) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        said = list(threads.map(lambda a: a.post(f"/plans/{held}/approve", data={"reason": "x"}).status_code, admins))
    assert sorted(said) == [303, 409, 409, 409]
    assert len(audited(site)) == 1


def test_a_plan_that_is_too_old_is_not_applied(site: Site, held: int) -> None:
    site.house.pass_time(hours=73)
    said = site.browser(Role.ADMIN).post(f"/plans/{held}/approve", data={"reason": "x"})
    assert (said.status_code, "syncd plan CONNECTION" in said.text) == (409, True)


def test_an_operator_asks_for_a_run_and_is_named(site: Site) -> None:
    operator = site.browser(Role.OPERATOR)
    assert operator.post("/connections/erp/sync").status_code == 303
    (run,) = site.house.rows(tables.Run)
    assert (run["asked_by"], run["state"]) == ("console:operator", "queued")
    missing = operator.post("/connections/epr/sync", headers={"accept": "application/json"})
    assert (missing.status_code, missing.json()["cure"]) == (404, "Did you mean erp?")


NASTY = ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "{{ 7*7 }}", "javascript:alert(1)"]


@pytest.mark.parametrize("text", NASTY)
def test_what_people_and_platforms_wrote_is_text_and_never_markup(site: Site, text: str) -> None:
    house = site.house
    house.erp.add(firm("A1"))
    house.run("erp", dry_run=True)
    with house.app.engine.begin() as connection:
        connection.execute(tables.Run.__table__.update().values(held_because=text, state="held"))  # type: ignore[attr-defined]
        connection.execute(tables.Connection.__table__.update().values(problem=text))  # type: ignore[attr-defined]
    for path in ("/", f"/log-in?next={text}"):
        page = site.browser(Role.ADMIN).get(path).text
        assert "<script>" not in page
        assert "<img" not in page
        assert "49" not in page.partition("<h1>")[2].partition("</article>")[0] or text != "{{ 7*7 }}"


def test_a_paused_connection_is_shown_paused(site: Site) -> None:
    house = site.house
    erp = house.app.connection("erp")
    assert msgspec.structs.replace(erp.settings, paused=True).paused
    with house.app.engine.begin() as connection:
        connection.execute(tables.Connection.__table__.update().values(paused_by="anna"))  # type: ignore[attr-defined]
    assert "Paused" in site.browser(Role.VIEWER).get("/").text
