"""Can a plan be read, narrowed, taken apart and decided about, exactly as on the command line?"""

from __future__ import annotations

import re

import httpx
import msgspec
import pytest

from syncd.access.roles import Role
from syncd.console.plans.one import find
from syncd.registry import tables
from syncd.sync.plan_document import plan_document
from tests.fixtures.contractors import firm

from .conftest import Site
from .troubled import LONG

WORDS = re.compile(r"(?:<[^>]+>|\s)+")


def text_of(said: httpx.Response) -> str:
    return WORDS.sub(" ", said.text)


@pytest.fixture
def plan(site: Site) -> int:
    """Twelve customers who change: four are blocked, four join and leave groups, four are renamed; one is new."""
    house = site.house
    ids = [house.erp.add(firm(f"A{n}", name=f"Firma {n}", groups=("Hurt",))) for n in range(12)]
    house.settle()
    for n, id_ in enumerate(ids):
        change = ({"active": False}, {"groups": ("VIP",)}, {"name": f"Łódź-Bud {n}"})[n % 3]
        house.erp.edit(id_, **change)
    house.erp.add(firm("B1", name=LONG[1]))
    run: int = house.run("erp", dry_run=True)["id"]
    return run


def test_a_plan_tells_what_it_amounts_to_and_each_change_before_and_after(site: Site, plan: int) -> None:
    said = site.browser(Role.VIEWER).get(f"/plans/{plan}")
    assert "<title>13 changes · Plan" in said.text
    told = text_of(said)
    for words in ("Create 1", "Update 8", "Block 4", "Name 4", "Groups 4", "VIP +4", "Hurt +1 −4", "Leaves a group 4"):
        assert words in told
    assert '<del class="line">Firma 2</del>' in said.text
    assert '<ins class="line">Łódź-Bud 2</ins>' in said.text
    assert "An admin decides." in said.text
    assert 'name="seq"' not in said.text


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("kind=block", 4),
        ("field=name", 4),
        ("group=VIP", 4),
        ("risk=leaves_group", 4),
        ("risk=high", 4),
        ("kind=update&field=name", 4),
        ("kind=block&field=name", 0),
        ("q=lodz", 4),
        ("q=СЕВЕРСТАЛЬ", 1),
        ("q=K000002", 1),
        ("outcome=left_out", 0),
        ("after=10", 3),
    ],
)
def test_changes_are_found_by_kind_field_group_risk_and_name(site: Site, plan: int, query: str, number: int) -> None:
    said = site.browser(Role.VIEWER).get(f"/plans/{plan}?{query}")
    assert said.text.count('<li class="card change') == number


@pytest.mark.parametrize("query", ["kin=block", "kind=x", "field=x", "risk=x", "outcome=x", "after=x", "after=-1"])
def test_a_filter_that_there_is_not_is_named(site: Site, plan: int, query: str) -> None:
    said = site.browser(Role.VIEWER).get(f"/plans/{plan}?{query}")
    assert (said.status_code, f"{query.partition('=')[0]}: " in said.text) == (400, True)


def test_what_a_form_left_empty_is_not_in_the_address(site: Site, plan: int) -> None:
    said = site.browser(Role.VIEWER).get(f"/plans/{plan}?kind=block&q=&field=")
    assert (said.status_code, said.headers["location"]) == (303, f"/plans/{plan}?kind=block")


def test_what_was_shown_is_applied_but_for_what_was_left_out(site: Site, plan: int) -> None:
    admin = site.browser(Role.ADMIN)
    said = admin.post(f"/plans/{plan}/lines", data={"act": "only", "kind": "update"})
    assert said.status_code == 303
    assert "5 changes are left out." in admin.get(f"/plans/{plan}").text
    admin.post(f"/plans/{plan}/lines", data={"act": "leave-out", "seq": ["2", "3"]})
    admin.post(f"/plans/{plan}/lines", data={"act": "take-in", "seq": ["3"]})
    page = admin.get(f"/plans/{plan}").text
    assert "Apply 7 changes" in page
    assert 'name="lines" value="7"' in page
    said = admin.post(f"/plans/{plan}/approve", data={"reason": "seen", "lines": "7"})
    assert (said.status_code, said.headers["location"]) == (303, f"/plans/{plan}")
    site.house.execute(plan)
    outcomes = [line["outcome"] for line in site.house.lines(plan)]
    assert (outcomes.count(None), outcomes.count("left_out")) == (7, 6)
    assert len(site.house.contractors()) == 12
    assert "applied it" in admin.get(f"/plans/{plan}").text


def test_a_plan_that_is_another_than_was_shown_is_not_applied(site: Site, plan: int) -> None:
    admin = site.browser(Role.ADMIN)
    admin.post(f"/plans/{plan}/lines", data={"act": "leave-out", "seq": ["1"]})
    said = admin.post(f"/plans/{plan}/approve", data={"reason": "seen", "lines": "13"})
    assert (said.status_code, "12 changes by now" in said.text) == (409, True)
    assert site.house.row(plan)["state"] == "planned"


def test_all_that_a_filter_shows_is_left_out_and_put_back(site: Site, plan: int) -> None:
    admin = site.browser(Role.ADMIN)
    admin.post(f"/plans/{plan}/lines", data={"act": "leave-out-all", "risk": "high"})
    assert admin.get(f"/plans/{plan}?outcome=left_out").text.count('<li class="card change') == 4
    admin.post(f"/plans/{plan}/lines", data={"act": "take-in-all"})
    assert {line["outcome"] for line in site.house.lines(plan)} == {None}
    assert admin.post(f"/plans/{plan}/lines", data={"act": "only", "kind": "x"}).status_code == 400


@pytest.mark.parametrize("data", [{}, {"seq": ["1"]}, {"act": "take-out", "seq": ["1"]}, {"act": ""}])
def test_a_form_that_does_not_say_what_is_to_become_of_changes_leaves_all_as_it_is(
    site: Site, plan: int, data: dict[str, object]
) -> None:
    said = site.browser(Role.ADMIN).post(f"/plans/{plan}/lines", data=data, headers={"accept": "application/json"})
    assert (said.status_code, said.json()["code"], said.json()["field"]) == (422, "value-unusable", "act")
    assert {line["outcome"] for line in site.house.lines(plan)} == {None}


def test_who_moved_meanwhile_is_skipped_and_named(site: Site, plan: int) -> None:
    house = site.house
    house.erp.edit(next(iter(house.erp.holds())), name="Inna")
    house.run("erp", "only", only=[next(iter(house.erp.holds()))])
    admin = site.browser(Role.ADMIN)
    admin.post(f"/plans/{plan}/approve", data={"reason": "x"})
    house.execute(plan)
    page = admin.get(f"/plans/{plan}").text
    assert "1 change was skipped" in page
    stale = admin.get(f"/plans/{plan}?outcome=stale").text
    assert "K000001" in stale
    assert stale.count('<li class="card change') == 1


def test_the_second_admin_is_told_who_was_first(site: Site, plan: int) -> None:
    site.browser(Role.ADMIN).post(f"/plans/{plan}/approve", data={"reason": "x"})
    said = site.browser(Role.ADMIN).post(f"/plans/{plan}/discard", data={"reason": "y"})
    assert (said.status_code, "any more: admin approved it" in said.text) == (409, True)


def test_the_list_tells_waiting_applied_discarded_and_too_old_apart(site: Site, plan: int) -> None:
    admin = site.browser(Role.ADMIN)
    second = site.house.run("erp", dry_run=True)["id"]
    admin.post(f"/plans/{second}/discard", data={"reason": "x"})
    shown = {state: admin.get(f"/plans?state={state}").text for state in ("waiting", "applied", "discarded", "expired")}
    assert [f"/plans/{plan}" in shown[state] for state in shown] == [True, False, False, False]
    assert [f"/plans/{second}" in shown[state] for state in shown] == [False, False, True, False]
    admin.post(f"/plans/{plan}/approve", data={"reason": "x"})
    assert f"/plans/{plan}" in admin.get("/plans?state=applied").text
    third = site.house.run("erp", dry_run=True)["id"]
    site.house.pass_time(hours=73)
    admin = site.browser(Role.ADMIN)
    assert f"/plans/{third}" in admin.get("/plans?state=expired").text
    assert "cannot be applied any more" in admin.get(f"/plans/{third}").text
    for query in ("state=x", "connection=x", "stat=x"):
        assert admin.get(f"/plans?{query}").status_code == 400


def test_the_json_is_the_one_of_the_command_line(site: Site, plan: int) -> None:
    said = site.browser(Role.VIEWER).get(f"/plans/{plan}.json")
    assert said.headers["content-type"] == "application/json"
    told = said.json()
    assert (told["version"], told["run"], told["summary"]["lines"], len(told["changes"])) == (1, plan, 13, 13)
    app = site.house.app
    assert b"".join(plan_document(app, find(app, plan))) == said.content
    assert msgspec.json.decode(said.content)["changes"][0]["seq"] == 1


def test_an_operator_previews_a_connection_first(site: Site) -> None:
    site.house.erp.add(firm("A1"))
    operator = site.browser(Role.OPERATOR)
    said = operator.post("/connections/erp/plan", data={"mode": "full"})
    (run,) = site.house.rows(tables.Run)
    assert (said.headers["location"], run["dry_run"], run["mode"]) == (f"/plans/{run['id']}", True, "full")
    assert "Nothing is changed by it." in operator.get(f"/plans/{run['id']}").text
    site.house.execute(run["id"])
    assert "1 change" in operator.get(f"/plans/{run['id']}").text
    assert site.house.contractors() == []
    assert operator.post("/connections/epr/plan").status_code == 404


def test_without_plans_the_next_step_is_said(site: Site) -> None:
    viewer = site.browser(Role.VIEWER)
    assert "No plan waits for a decision" in viewer.get("/plans").text
    assert viewer.get("/plans/77").status_code == 404
    assert viewer.get("/plans/77.json").status_code == 404


def test_a_plan_of_a_paused_connection_is_said_to_wait_for_its_resumption(site: Site, plan: int) -> None:
    browser = site.browser(Role.ADMIN)
    browser.post("/connections/erp/pause", data={"reason": "a clean-up"})
    sent = browser.post(f"/plans/{plan}/approve", data={"lines": "13", "reason": "fine"}, follow_redirects=True)
    assert "it is applied when that is resumed" in sent.text
    assert site.house.execute(plan)["state"] == "queued"


def test_a_plan_that_is_asked_of_a_paused_connection_is_refused_with_the_cure(site: Site) -> None:
    browser = site.browser(Role.ADMIN)
    browser.post("/connections/erp/pause", data={"reason": "a clean-up"})
    before = site.house.count(tables.Run)
    assert "connections resume erp" in browser.post("/connections/erp/plan", follow_redirects=True).text
    assert site.house.count(tables.Run) == before


def test_it_is_said_what_brings_back_what_is_left_out(site: Site, plan: int) -> None:
    browser = site.browser(Role.ADMIN)
    said = "What is left out comes back with the next read"
    assert said not in browser.get(f"/plans/{plan}").text
    browser.post(f"/plans/{plan}/lines", data={"act": "leave-out", "seq": "1"})
    assert said in browser.get(f"/plans/{plan}").text


def replaced(site: Site) -> tuple[int, int]:
    """A plan that is held, and one of a later read that took its place."""
    house = site.house
    ids = [house.erp.add(firm(f"A{number}")) for number in range(40)]
    house.settle()
    held = []
    for part in (ids[:30], ids[30:]):
        for id_ in part:
            house.erp.edit(id_, active=False)
        held.append(house.run("erp")["id"])
    return held[0], held[1]


def test_a_plan_that_a_newer_one_replaced_leads_to_the_one_that_waits(site: Site) -> None:
    first, second = replaced(site)
    browser = site.browser(Role.ADMIN)
    assert f'<a href="/plans/{second}">Show the newer plan</a>' in browser.get(f"/plans/{first}").text
    assert "Show the newer plan" not in browser.get(f"/plans/{second}").text


def test_a_plan_is_applied_from_the_page_that_shows_it_though_a_newer_one_took_its_place(site: Site) -> None:
    first, second = replaced(site)
    browser = site.browser(Role.ADMIN)
    said = browser.get(f"/plans/{first}").text
    assert "Apply 30 changes" in said
    assert f'formaction="/plans/{first}/discard"' not in said
    sent = browser.post(f"/plans/{first}/approve", data={"lines": "30", "reason": "a clean-up"}, follow_redirects=True)
    assert "30 changes are being applied." in sent.text
    assert site.house.execute(first)["counts"]["blocked"] == 30
    assert "Apply " not in browser.get(f"/plans/{second}").text


def test_why_a_run_was_held_is_told_as_what_was_once_it_is_approved(site: Site) -> None:
    house = site.house
    ids = [house.erp.add(firm(f"A{number}")) for number in range(40)]
    house.settle()
    for id_ in ids:
        house.erp.edit(id_, active=False)
    run = house.run("erp")["id"]
    admin = site.browser(Role.ADMIN)
    for page in (f"/plans/{run}", f"/runs/{run}"):
        assert ('role="alert"><strong>Held:' in admin.get(page).text) or ("A limit holds it:" in admin.get(page).text)
    admin.post(f"/plans/{run}/approve", data={"reason": "all left"})
    assert house.execute(run)["state"] == "succeeded"
    for page in (f"/plans/{run}", f"/runs/{run}"):
        said = text_of(admin.get(page))
        assert ("It was held:" in said, "A limit holds it:" in said, "Held:" in said) == (True, False, False)
