"""Do people see how connections are, and can they do what the command line can?"""

from __future__ import annotations

from typing import Any

import pytest

from syncd.access.roles import Role
from syncd.certify.faults import Fault
from syncd.registry import tables
from tests.fixtures.contractors import firm

from .conftest import Site

TABS = ("overview", "mapping", "schedule", "limits", "credentials", "runs", "test")


@pytest.fixture
def busy(site: Site) -> Site:
    for number in range(3):
        site.house.erp.add(firm(f"A{number}"))
    site.house.run("erp")
    return site


def audited(site: Site, action: str) -> list[tuple[Any, ...]]:
    return [(r["actor"], r["subject"], r["details"]) for r in site.house.rows(tables.Audit) if r["action"] == action]


def test_the_list_tells_how_each_connection_is(busy: Site) -> None:
    text = busy.browser(Role.VIEWER).get("/connections").text
    for told in ("erp", "shop", "⇄", "every 5 min", "Succeeded", "Run 1"):
        assert told in text
    assert "Sync now" not in text
    assert "New connection" not in text
    assert "Sync now" in busy.browser(Role.OPERATOR).get("/connections").text


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_answers_everybody(busy: Site, tab: str) -> None:
    for role in Role:
        for name in ("erp", "shop"):
            answer = busy.browser(role).get(f"/connections/{name}", params={"tab": tab})
            assert answer.status_code == 200, answer.text


def test_an_unknown_tab_or_connection_is_named(site: Site) -> None:
    viewer = site.browser(Role.VIEWER)
    answer = viewer.get("/connections/erp?tab=maping")
    assert (answer.status_code, "tab: there is no" in answer.text) == (400, True)
    assert viewer.get("/connections/epr").status_code == 404


@pytest.mark.parametrize(
    ("form", "mode", "dry_run"),
    [({}, "incremental", False), ({"mode": "full"}, "full", False), ({"mode": "full", "preview": "1"}, "full", True)],
)
def test_sync_now_asks_for_a_run_and_leads_to_it(site: Site, form: dict[str, str], mode: str, dry_run: bool) -> None:
    answer = site.browser(Role.OPERATOR).post("/connections/erp/sync", data=form)
    (run,) = site.house.rows(tables.Run)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{'plans' if dry_run else 'runs'}/{run['id']}")
    assert (run["mode"], run["dry_run"], run["asked_by"]) == (mode, dry_run, "console:operator")


def test_a_pause_says_who_and_why_and_ends(site: Site) -> None:
    operator = site.browser(Role.OPERATOR)
    assert operator.post("/connections/erp/pause", data={"reason": " "}).status_code == 422
    assert operator.post("/connections/erp/pause", data={"reason": "the ERP moves"}).status_code == 303
    page = operator.get("/connections").text
    assert "Paused by operator" in page
    assert "the ERP moves" in page
    assert operator.post("/connections/erp/sync").headers["location"] == "/"
    assert "erp is paused" in operator.get("/").text
    assert site.house.rows(tables.Run) == []
    assert operator.post("/connections/erp/resume").status_code == 303
    assert "Paused by" not in operator.get("/connections").text
    assert audited(site, "pause-connection") == [("console:operator", "connection erp", {"reason": "the ERP moves"})]
    assert len(audited(site, "resume-connection")) == 1


def test_a_test_is_kept_for_whoever_looks_next(site: Site) -> None:
    operator = site.browser(Role.OPERATOR)
    assert "Not tested yet" in operator.get("/connections/erp?tab=test").text
    assert operator.post("/connections/erp/test").headers["location"] == "/connections/erp?tab=test"
    assert "holds 0 records" in site.browser(Role.VIEWER).get("/connections/erp?tab=test").text
    site.house.erp.faults.plan(Fault(kind="status", status=401))
    operator.post("/connections/erp/test")
    page = operator.get("/connections/erp?tab=test").text
    assert "did not pass the test" in page
    assert "credentials" in page


def test_a_record_is_shown_only_to_who_may_see_it_and_asks_for_it(busy: Site) -> None:
    operator = busy.browser(Role.OPERATOR)
    name = firm("A0").name
    assert name not in operator.get("/connections/erp?tab=mapping").text
    assert name in operator.get("/connections/erp?tab=mapping&sample=1").text
    assert "There is no such record" in operator.get("/connections/erp?tab=mapping&sample=9").text
    refused = busy.browser(Role.VIEWER).get("/connections/erp?tab=mapping&sample=1")
    assert (refused.status_code, name in refused.text) == (403, False)


def test_limits_say_what_they_mean_and_where_they_come_from(site: Site) -> None:
    text = site.browser(Role.VIEWER).get("/connections/erp?tab=limits").text
    assert "blocks_percent" in text
    assert "A plan that blocks more than this share" in text
    assert "default" in text
