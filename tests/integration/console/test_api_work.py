"""Can programs see and decide about runs, plans and issues as people do, and about who gets in?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from syncd.access.roles import Role
from syncd.certify.faults import Fault
from syncd.domain.news import News
from syncd.ports import Secret
from syncd.registry import tables
from syncd.settings import WebhookSettings
from syncd.webhooks import new_key
from tests.fixtures.contractors import firm
from tests.integration.pipeline.house import House

from .conftest import PASSWORD, Site, serving
from .troubled import trouble

REFUSED = Fault(kind="status", status=422, only="write")


def post(program: httpx.Client, path: str, **body: Any) -> Any:
    said = program.post(f"/api/v1{path}", json=body)
    assert said.status_code == 200, said.text
    return said.json()


def items(program: httpx.Client, path: str, **query: Any) -> list[Any]:
    said = program.get(f"/api/v1{path}", params=query)
    assert said.status_code == 200, said.text
    found: list[Any] = said.json()["items"]
    return found


def refused(said: httpx.Response) -> tuple[int, str, str | None]:
    assert said.headers["content-type"] == "application/problem+json"
    return said.status_code, said.json()["code"], said.json().get("field")


@pytest.fixture
def failed(site: Site) -> Site:
    """A run whose customers a shop refuses."""
    for number in range(2):
        site.house.erp.add(firm(f"A{number}"))
    site.house.run("erp")
    site.house.shop.faults.plan(REFUSED, REFUSED)
    site.house.push("shop")
    return site


def test_runs_are_narrowed_as_in_the_console(site: Site, program: httpx.Client) -> None:
    site.house.erp.add(firm("A1"))
    for _ in range(2):
        site.house.run("erp")
    site.house.run("shop")
    assert [run["id"] for run in items(program, "/runs", connection="erp")] == [2, 1]
    assert [run["id"] for run in items(program, "/runs", changed=True)] == [1]
    assert items(program, "/runs", state=["failed", "held"]) == []
    assert items(program, "/runs", unresolved=True) == []
    assert items(program, "/runs", until="2020-01-01T00:00:00Z") == []
    assert refused(program.get("/api/v1/runs?state=faild"))[::2] == (422, "state[0]")
    assert refused(program.get("/api/v1/runs?since=2026-01-01T00:00:00"))[::2] == (422, "since")
    assert refused(program.get("/api/v1/runs?connection=epr"))[0] == 404


def test_one_record_is_shown_with_its_tries_and_tried_again(failed: Site, program: httpx.Client) -> None:
    shown = program.get("/api/v1/runs/1/records/1").json()
    assert (shown["record"]["code"], shown["record"]["became"], shown["change"]["action"]) == (
        "K000001",
        "failed",
        "create",
    )
    (tried,) = shown["tries"]
    assert (tried["connection"], tried["attempt"], tried["run"]) == ("shop", 1, 1)
    assert post(program, "/runs/1/records/1/retry") == {"pushes": 1}
    assert [one["became"] for one in items(program, "/runs/1/records")] == ["retrying", "failed"]
    assert [one["seq"] for one in items(program, "/runs/1/records", q="firma a1")] == [2]
    assert items(program, "/runs/1/records", q="nobody") == []


def test_a_record_that_is_not_there_is_told_so(failed: Site, program: httpx.Client) -> None:
    assert refused(program.get("/api/v1/runs/1/records/9"))[0] == 404
    assert refused(program.post("/api/v1/runs/1/records/9/retry"))[0] == 404


def test_what_failed_of_a_run_is_tried_again_and_a_run_is_taken_back(failed: Site, program: httpx.Client) -> None:
    assert post(program, "/runs/1/retry") == {"pushes": 2, "records": 0, "run": None}
    failed.house.settle()
    undone = post(program, "/runs/1/undo")
    assert program.get(f"/api/v1/plans/{undone['plan']}").json()["run"]["undoes"] == 1


def test_a_run_is_replayed_under_other_rules_and_nothing_is_written(site: Site, program: httpx.Client) -> None:
    site.house.erp.add(firm("A1"))
    site.house.run("erp")
    before = site.house.count(tables.Run)
    told = post(program, "/runs/1/replay", as_of="then")
    assert (told["totals"]["records"], told["totals"]["differ"], told["changes"]) == (1, 0, [])
    rules = '[[routes]]\nerp = "erp"\nshop = "shop"\n'
    assert program.post("/api/v1/runs/1/replay", json={"rules": rules}).status_code == 200
    assert refused(program.post("/api/v1/runs/1/replay", json={"rules": "nonsense"}))[:2] == (422, "mapping-unreadable")
    assert site.house.count(tables.Run) == before


@pytest.fixture
def plan(site: Site) -> int:
    for number in range(3):
        site.house.erp.add(firm(f"A{number}", name=f"Łódź {number}"))
    made: int = site.house.run("erp", dry_run=True)["id"]
    return made


def test_a_plan_is_counted_searched_and_told_as_a_document(site: Site, program: httpx.Client, plan: int) -> None:
    shown = program.get(f"/api/v1/plans/{plan}").json()
    assert (shown["run"]["state"], shown["summary"]["by_action"]) == ("planned", {"create": 3})
    first = program.get(f"/api/v1/plans/{plan}/lines?limit=2").json()
    rest = program.get(f"/api/v1/plans/{plan}/lines", params={"limit": 2, "after": first["next"]}).json()
    assert [one["change"]["seq"] for one in [*first["items"], *rest["items"]]] == [1, 2, 3]
    assert [one["name"] for one in items(program, f"/plans/{plan}/lines", q="lodz 1")] == ["Łódź 1"]
    assert items(program, f"/plans/{plan}/lines", action="block") == []
    assert refused(program.get(f"/api/v1/plans/{plan}/lines?risk=huge"))[::2] == (422, "risk")
    assert len(program.get(f"/api/v1/plans/{plan}/document").json()["changes"]) == 3


def test_lines_are_left_out_and_put_back_and_the_number_is_repeated(
    site: Site, program: httpx.Client, plan: int
) -> None:
    lines = f"/plans/{plan}/lines"
    assert post(program, lines, act="leave-out", lines={"seqs": [1, 2]}) == {"lines": 2}
    assert post(program, lines, act="take-in", lines={"seqs": [2]}) == {"lines": 1}
    assert len(items(program, lines, outcome="left_out")) == 1
    late = program.post(f"/api/v1/plans/{plan}/apply", json={"reason": "all", "shown": 3})
    assert refused(late)[:2] == (409, "plan-changed")
    post(program, f"/plans/{plan}/apply", reason="all", shown=2)
    assert site.house.execute(plan)["state"] == "succeeded"
    assert len(site.house.contractors()) == 2


def test_an_approval_that_is_refused_leaves_nothing_out(site: Site, program: httpx.Client, plan: int) -> None:
    for _ in range(2):
        late = {"reason": "all", "shown": 2, "exclude": {"seqs": [3]}}
        assert refused(program.post(f"/api/v1/plans/{plan}/apply", json=late))[:2] == (409, "plan-changed")
    assert items(program, f"/plans/{plan}/lines", outcome="left_out") == []
    post(program, f"/plans/{plan}/apply", reason="all", shown=3, exclude={"seqs": [3]})
    assert site.house.execute(plan)["state"] == "succeeded"
    assert len(site.house.contractors()) == 2


def test_who_applies_a_plan_of_a_paused_connection_is_told_until_when_it_waits(
    site: Site, program: httpx.Client
) -> None:
    site.house.erp.add(firm("A1"))
    plan = site.house.run("erp", dry_run=True)["id"]
    post(program, "/connections/erp/pause", reason="inventory")
    told = program.post(f"/api/v1/plans/{plan}/apply", json={"reason": "fine"}).json()
    assert (told["state"], told["waits"]["code"]) == ("queued", "connection-paused")
    assert told["waits"]["cure"] == "`syncd connections resume erp` ends that."


def test_a_plan_is_applied_as_it_was_shown_though_a_newer_one_took_its_place(site: Site, program: httpx.Client) -> None:
    ids = [site.house.erp.add(firm(f"A{number}")) for number in range(40)]
    site.house.settle()
    held = []
    for part in (ids[:30], ids[30:]):
        for id_ in part:
            site.house.erp.edit(id_, active=False)
        held.append(site.house.run("erp")["id"])
    first, second = held
    assert [program.get(f"/api/v1/plans/{plan}").json()["replaced_by"] for plan in held] == [second, None]
    assert program.get(f"/api/v1/plans/{first}/document").json()["replaced_by"] == second
    told = program.post(f"/api/v1/plans/{first}/discard", json={"reason": "wrong"})
    assert refused(told)[:2] == (409, "plan-replaced")
    post(program, f"/plans/{first}/apply", reason="a clean-up", shown=30)
    assert site.house.execute(first)["counts"]["blocked"] == 30


@pytest.mark.parametrize(
    ("kind", "named"), [({"actions": ["blok"]}, "action"), ({"fields": ["nmae"]}, "field"), ({"risks": ["x"]}, "risk")]
)
def test_what_no_plan_has_is_refused_where_it_would_be_left_out(
    program: httpx.Client, plan: int, kind: dict[str, list[str]], named: str
) -> None:
    for path, body in (
        ("apply", {"reason": "all", "exclude": kind}),
        ("lines", {"act": "leave-out", "lines": kind}),
    ):
        assert refused(program.post(f"/api/v1/plans/{plan}/{path}", json=body))[::2] == (422, named)
    word = next(iter(kind.values()))[0]
    assert refused(program.get(f"/api/v1/plans/{plan}/lines?{named}={word}"))[::2] == (422, named)
    assert refused(program.get(f"/api/v1/plans/{plan}/lines?outcome=gone"))[::2] == (422, "outcome")


def test_plans_are_listed_by_what_became_of_them(site: Site, program: httpx.Client, plan: int) -> None:
    site.house.shop.add(firm("B1", registered=True))
    other = site.house.run("shop", dry_run=True)["id"]
    assert [one["plan"]["id"] for one in items(program, "/plans")] == [other, plan]
    assert [one["plan"]["id"] for one in items(program, "/plans", connection="erp")] == [plan]
    assert [one["plan"]["id"] for one in items(program, "/plans", after=other)] == [plan]
    post(program, f"/plans/{plan}/discard", reason="cut")
    assert [one["plan"]["id"] for one in items(program, "/plans", state="discarded")] == [plan]
    assert refused(program.get("/api/v1/plans/99"))[0] == 404


@pytest.fixture
def troubled(site: Site) -> Site:
    trouble(site.house)
    return site


def of(site: Site, code: str) -> list[int]:
    return [row["id"] for row in site.house.rows(tables.Issue) if row["code"] == code]


def test_issues_come_in_pages_and_one_that_is_settled_meanwhile_is_no_gap(
    troubled: Site, program: httpx.Client
) -> None:
    every = [one["id"] for one in items(program, "/attention")]
    page = program.get("/api/v1/attention?limit=3").json()
    post(program, f"/attention/{page['next']}/drop")
    rest = items(program, "/attention", after=page["next"])
    assert [one["id"] for one in [*page["items"], *rest]] == every
    assert {one["assignee"] for one in items(program, "/attention", assignee="operator")} == {"operator"}
    assert items(program, "/attention", older_than="2020-01-01T00:00:00Z") == []
    assert {one["code"] for one in items(program, "/attention", cause="ambiguous")} == {"ambiguous"}


def test_the_same_is_said_to_others_after_a_look(troubled: Site, program: httpx.Client) -> None:
    first, *rest, _put_off = of(troubled, "edit-conflict")
    asked = program.get(f"/api/v1/attention/{first}/others", params={"answer": "keep-erp:1"}).json()
    assert (asked["total"], [one["id"] for one in asked["items"]]) == (len(rest), rest)
    said = post(program, f"/attention/{first}/others", answer="keep-erp:1", also=rest)
    assert (said["done"], said["refused"]) == ([first, *rest], {})


def test_an_issue_is_answered_given_put_off_dropped_and_commented(troubled: Site, program: httpx.Client) -> None:
    first, second, third, _fourth = of(troubled, "edit-conflict")
    shown = program.get(f"/api/v1/attention/{first}").json()
    assert "keep-erp" in {one["key"] for one in shown["answers"]}
    assert post(program, f"/attention/{first}/answer", answer="keep-erp:1") == {"state": "resolved"}
    post(program, f"/attention/{second}/assign", to="operator")
    post(program, f"/attention/{second}/comment", text="She calls back.")
    assert refused(program.post(f"/api/v1/attention/{second}/assign", json={"to": "nobody"}))[:2] == (
        422,
        "no-such-user",
    )
    assert program.get(f"/api/v1/attention/{second}").json()["issue"]["assignee"] == "operator"
    post(program, f"/attention/{second}/assign", to=None)
    post(program, f"/attention/{third}/snooze", hours=2)
    assert third not in [one["id"] for one in items(program, "/attention")]
    assert post(program, f"/attention/{second}/drop") == {"state": "dropped"}
    assert post(program, f"/attention/{third}/retry")["runs"]
    assert [row["action"] for row in troubled.house.rows(tables.Audit)].count("comment-issue") == 2


def test_all_of_a_cause_are_tried_again_or_put_off(troubled: Site, program: httpx.Client) -> None:
    causes = {one["code"]: one["number"] for one in items(program, "/attention/causes")}
    put_off = post(program, "/attention/bulk", act="snooze", cause="edit-conflict", hours=1)
    assert put_off == {"issues": causes["edit-conflict"], "runs": []}
    assert items(program, "/attention", cause="edit-conflict") == []
    again = post(program, "/attention/bulk", act="retry", cause="country-unknown")
    assert (again["issues"], len(again["runs"])) == (causes["country-unknown"], 1)
    assert post(program, "/attention/bulk", act="retry", cause="no-such", connection="shop")["issues"] == 0


def test_who_did_what_is_listed_and_written_to_a_file_without_addresses_for_others(
    site: Site, program: httpx.Client
) -> None:
    browser = site.browser()
    browser.post("/log-in", data={"name": Role.OPERATOR.word, "password": PASSWORD})
    browser.post("/connections/erp/pause", data={"reason": "inventory"})
    (act,) = items(program, "/audit", subject="connection erp", via="web")
    assert (act["actor"], act["after"] or act["details"]) == ("console:operator", {"reason": "inventory"})
    viewer = site.program(site.token(Role.VIEWER, "read"))
    for program_, sees in ((program, True), (viewer, False)):
        told = items(program_, "/audit", action="log-in")[0]
        assert ("address" in told["details"]) is sees
        written = program_.get("/api/v1/audit/export?action=log-in")
        assert written.headers["content-type"] == "text/csv; charset=utf-8"
        assert ("127.0.0.1" in written.text) is sees


def test_people_are_shown_changed_and_logged_out(site: Site, program: httpx.Client) -> None:
    site.browser(Role.OPERATOR)
    (session,) = items(program, "/users/operator/sessions")
    assert refused(program.post("/api/v1/users/operator/sessions/end", json={"session": "x"}))[0] == 404
    post(program, "/users/operator/sessions/end", session=session["sign"])
    assert items(program, "/users/operator/sessions") == []
    site.browser(Role.OPERATOR)
    post(program, "/users/operator/sessions/end", session="all")
    assert items(program, "/users/operator/sessions") == []
    post(program, "/users/operator/role", role="viewer")
    assert program.get("/api/v1/users/operator").json()["role"] == "viewer"
    assert post(program, "/users/operator/second-factor/remove") == {"state": "none"}
    assert post(program, "/users/operator/enable") == {"state": "active"}
    assert "/set-up/" in post(program, "/users/operator/link")["url"]
    assert refused(program.get("/api/v1/users/nobody"))[0] == 404


def test_a_token_is_made_used_listed_and_revoked(site: Site, program: httpx.Client) -> None:
    key = {"idempotency-key": "one"}
    asked = {"name": "till", "scopes": ["operate"], "days": 30}
    made = program.post("/api/v1/users/operator/tokens", json=asked, headers=key).json()["token"]
    till = site.program(made)
    assert till.get("/api/v1/status").status_code == 200
    (row,) = items(program, "/users/operator/tokens")
    assert (row["name"], row["scopes"], row["state"]) == ("till", ["operate"], "active")
    assert made not in str(row)
    assert site.house.count(tables.ApiAnswer) == 0
    assert post(program, "/users/operator/tokens/revoke", name="till") == {"state": "revoked"}
    assert till.get("/api/v1/status").status_code == 401


@pytest.mark.parametrize("wish", [{"scopes": ["admin"]}, {"scopes": []}, {"days": 10_000}, {"name": ""}])
def test_a_token_can_do_no_more_than_its_owner_and_ends(program: httpx.Client, wish: dict[str, Any]) -> None:
    asked = {"name": "till", "scopes": ["operate"], "days": 30} | wish
    assert program.post("/api/v1/users/operator/tokens", json=asked).status_code == 422


@pytest.fixture
def called(staffed: House) -> Iterator[Site]:
    address, key = Secret("http://127.0.0.1:9/taken"), Secret(new_key())
    hook = WebhookSettings(name="helpdesk", url=address, events=[News.RUN_HELD], secret=key)
    staffed.change(settings=msgspec.structs.replace(staffed.app.settings, webhooks=[hook]))
    with serving(staffed) as site:
        yield site


def test_webhooks_are_listed_without_their_address_and_tried(called: Site) -> None:
    program = called.program(called.token(Role.ADMIN, "admin"))
    said = program.get("/api/v1/webhooks")
    assert [(one["name"], one["state"]) for one in said.json()["items"]] == [("helpdesk", None)]
    assert "taken" not in said.text
    assert program.post("/api/v1/webhooks/helpdesk/test").status_code == 503
    assert post(program, "/webhooks/helpdesk/retry") == {"again": 0}
    assert refused(program.post("/api/v1/webhooks/helpdsk/test"))[0] == 404


def test_a_password_is_nothing_that_a_token_changes(site: Site, program: httpx.Client) -> None:
    said = program.post("/profile/password", data={"old": PASSWORD, "new": "another battery staple"})
    assert refused(said)[:2] == (422, "person-only")
