"""Can programs do what people can, and is the API what it says of itself?"""

from __future__ import annotations

import dataclasses
from typing import Any

import httpx
import jsonschema
import pytest

from syncd.access.roles import Role
from syncd.console.api.endpoint import Nothing
from syncd.console.api.routes import ENDPOINTS
from syncd.errors import Unavailable
from syncd.registry import tables
from tests.fixtures.contractors import firm

from .conftest import Site


@pytest.fixture
def described(program: httpx.Client) -> dict[str, Any]:
    document: dict[str, Any] = program.get("/api/v1/openapi.json").json()
    return document


def test_the_description_names_every_endpoint_once(described: dict[str, Any]) -> None:
    named = [(method.upper(), path) for path, methods in described["paths"].items() for method in methods]
    assert sorted(named) == sorted((one.method, f"/api/v1{one.path}") for one in ENDPOINTS)
    names = [one["operationId"] for methods in described["paths"].values() for one in methods.values()]
    assert len(set(names)) == len(names)


def test_every_reference_of_the_description_leads_somewhere(described: dict[str, Any]) -> None:
    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            return [part["$ref"]] if "$ref" in part else [ref for one in part.values() for ref in references(one)]
        return [ref for one in part for ref in references(one)] if isinstance(part, list) else []

    there = {f"#/components/{kind}/{name}" for kind, parts in described["components"].items() for name in parts}
    assert set(references(described)) <= there


def test_whatever_takes_a_body_shows_one() -> None:
    assert [one.name for one in ENDPOINTS if one.body not in {Nothing, bytes} and one.example is None] == []


def test_no_two_shapes_share_a_name(described: dict[str, Any]) -> None:
    assert [name for name in described["components"]["schemas"] if "." in name] == []


@pytest.mark.parametrize("one", [one for one in ENDPOINTS if one.example is not None], ids=lambda one: one.name)
def test_the_examples_are_what_the_schemas_ask_for(described: dict[str, Any], one: Any) -> None:
    body = described["paths"][f"/api/v1{one.path}"][one.method.lower()]["requestBody"]["content"]["application/json"]
    jsonschema.validate(body["example"], {**body["schema"], "components": described["components"]})


def test_a_list_comes_in_pages_that_miss_and_repeat_nothing(site: Site, program: httpx.Client) -> None:
    for _ in range(5):
        site.house.run("erp")
    seen, after = [], None
    while True:
        query = {"limit": 2} | ({"after": after} if after else {})
        page = program.get("/api/v1/runs", params=query).json()
        seen += [run["id"] for run in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == sorted({row["id"] for row in site.house.rows(tables.Run)}, reverse=True)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/v1/runs?limit=0", "limit"),
        ("/api/v1/runs?limit=x", "limit"),
        ("/api/v1/runs?colour=red", "colour"),
        ("/api/v1/groups/mapping", "erp"),
    ],
)
def test_a_wrong_parameter_is_named(program: httpx.Client, path: str, field: str) -> None:
    said = program.get(path)
    assert (said.status_code, said.headers["content-type"]) == (422, "application/problem+json")
    assert (said.json()["code"], said.json().get("field")) == ("value-unusable", field)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"reason": "x", "colour": 1}', "colour"),
        (b"{}", "reason"),
        (b'{"reason": " "}', "reason"),
        (b'{"reason": "x", "exclude": {"colour": []}}', "exclude.colour"),
        (b'{"reason": "x", "exclude": {"seqs": ["x"]}}', "exclude.seqs[0]"),
        (b'{"reason": "\xff"}', None),
        (b'{"reason": "x\\u0000"}', None),
    ],
)
def test_what_of_a_body_is_wrong_is_named(program: httpx.Client, body: bytes, field: str | None) -> None:
    said = program.post("/api/v1/plans/1/apply", content=body)
    assert (said.status_code, said.json()["code"], said.json().get("field")) == (422, "value-unusable", field)


def test_a_backslash_before_u0000_is_no_nul(program: httpx.Client) -> None:
    said = program.post("/api/v1/connections/erp/pause", content=rb'{"reason": "C:\\u0000"}')
    assert said.status_code == 200, said.text
    assert program.get("/api/v1/connections/erp").json()["paused_because"] == r"C:\u0000"


def test_where_a_filter_is_wrong_is_told(program: httpx.Client) -> None:
    said = program.get("/api/v1/customers?filter=country:eq:PL AND colour:eq:red").json()
    assert (said["field"], said["detail"]) == (
        "colour",
        "there is no field 'colour' to filter by (character 19 of the filter)",
    )


def test_what_is_not_there_is_told_as_a_problem(program: httpx.Client) -> None:
    for path in ("/api/v1/runs/7", "/api/v1/runs/seven", "/api/v1/attention/7"):
        said = program.get(path)
        assert (said.status_code, said.json()["code"], said.json()["status"]) == (404, "not-found", 404)


def test_a_method_that_is_not_possible_is_told_with_those_that_are(program: httpx.Client) -> None:
    said = program.delete("/api/v1/imports")
    assert (said.status_code, said.headers["allow"], said.json()["status"]) == (405, "GET, POST", 405)
    assert said.json()["detail"] == "DELETE is not possible here; GET, POST is."


def test_a_program_is_told_what_its_token_may_and_whether_it_is_one(site: Site) -> None:
    said = site.program(site.token(Role.ADMIN, "read")).post("/api/v1/connections/erp/pause", json={"reason": "x"})
    assert (said.status_code, said.json()["detail"]) == (
        403,
        "This needs the scope operate; this token counts as read.",
    )
    said = site.program("syncd_x").get("/api/v1/runs")
    assert (said.status_code, "This token is not valid" in said.json()["detail"]) == (401, True)


@pytest.fixture
def held(site: Site) -> int:
    for number in range(3):
        site.house.erp.add(firm(f"A{number}"))
    plan: int = site.house.run("erp", dry_run=True)["id"]
    return plan


def test_a_plan_is_found_and_a_part_of_it_applied(site: Site, program: httpx.Client, held: int) -> None:
    (plan,) = program.get("/api/v1/plans").json()["items"]
    assert (plan["plan"]["id"], plan["plan"]["lines"]) == (held, 3)
    said = program.post(f"/api/v1/plans/{held}/apply", json={"reason": "why not", "exclude": {"seqs": [2]}})
    assert said.status_code == 200, said.text
    assert site.house.execute(held)["state"] == "succeeded"
    assert len(site.house.contractors()) == 2
    became = [one["became"] for one in program.get(f"/api/v1/runs/{held}/records").json()["items"]]
    assert sorted(became) == ["left_out", "queued", "queued"]
    first = program.get(f"/api/v1/runs/{held}/records?became=queued&limit=1").json()
    second = program.get(f"/api/v1/runs/{held}/records?became=queued&limit=1&after={first['next']}").json()
    assert [one["seq"] for one in [*first["items"], *second["items"]]] == [1, 3]


def test_a_request_that_comes_again_under_its_key_is_done_once(site: Site, program: httpx.Client, held: int) -> None:
    key = {"idempotency-key": "one"}
    answers = [program.post(f"/api/v1/plans/{held}/discard", json={"reason": "x"}, headers=key) for _ in range(3)]
    assert [(said.status_code, said.json()) for said in answers] == [(200, {"state": "cancelled"})] * 3
    assert [row["action"] for row in site.house.rows(tables.Audit)].count("discard-plan") == 1
    other = program.post(f"/api/v1/plans/{held}/discard", json={"reason": "y"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key")
    unkeyed = program.post(f"/api/v1/plans/{held}/discard", json={"reason": "x"})
    assert (unkeyed.status_code, unkeyed.json()["code"]) == (409, "plan-not-waiting")


def test_a_refusal_is_repeated_under_its_key_as_well(program: httpx.Client) -> None:
    key = {"idempotency-key": "one"}
    answers = [program.post("/api/v1/runs/7/cancel", headers=key) for _ in range(2)]
    assert [(said.status_code, said.headers["content-type"]) for said in answers] == [
        (404, "application/problem+json")
    ] * 2
    assert answers[0].json() == answers[1].json()


def test_what_may_be_possible_later_is_not_kept_under_the_key(site: Site, program: httpx.Client) -> None:
    class Away:
        def run(self, run_id: int) -> None:
            raise Unavailable(f"nobody hears of run {run_id}")

        push = run

    key, app = {"idempotency-key": "one"}, site.console.state.syncd
    said = []
    for doorbell in (Away(), app.doorbell):
        site.console.state.syncd = dataclasses.replace(app, doorbell=doorbell)
        said.append(program.post("/api/v1/connections/erp/sync", json={}, headers=key).status_code)
    assert said == [503, 200]


@pytest.mark.parametrize("ask", ["/api/v1/customers?q=a%00b", "/api/v1/audit?actor=%00"])
def test_a_nul_is_refused_by_name(program: httpx.Client, ask: str) -> None:
    said = program.get(ask)
    assert (said.status_code, said.json()["code"]) == (422, "value-unusable")
    body = program.post("/api/v1/connections/erp/pause", json={"reason": "a\0b"})
    assert (body.status_code, body.json()["code"]) == (422, "value-unusable")


@pytest.mark.parametrize(
    ("ask", "field"), [("audit?until=9999-12-31T23:59:59-14:00", "until"), ("runs?since=0001-01-01T00:00:00Z", "since")]
)
def test_a_moment_that_no_database_can_count_with_is_refused(program: httpx.Client, ask: str, field: str) -> None:
    said = program.get(f"/api/v1/{ask}")
    assert (said.status_code, said.json()["field"]) == (422, field)


def test_a_program_that_asks_for_a_language_changes_nobodys(site: Site, program: httpx.Client) -> None:
    assert program.post("/language", data={"language": "pl"}).status_code == 303
    assert site.house.count(tables.UserPreferences) == 0


def test_keys_of_two_people_do_not_meet(site: Site, held: int) -> None:
    key = {"idempotency-key": "one"}
    operator = site.program(site.token(Role.OPERATOR, "operate"))
    admin = site.program(site.token(Role.ADMIN, "admin"))
    assert operator.post("/api/v1/runs/7/cancel", headers=key).status_code == 404
    assert admin.post(f"/api/v1/plans/{held}/discard", json={"reason": "x"}, headers=key).status_code == 200


def test_a_program_pauses_a_connection_and_is_told_so_when_it_asks_for_a_run(site: Site, program: httpx.Client) -> None:
    assert program.post("/api/v1/connections/erp/pause", json={"reason": "inventory"}).json() == {"state": "paused"}
    said = program.post("/api/v1/connections/erp/sync", json={})
    assert (said.status_code, said.json()["code"]) == (422, "connection-paused")
    assert program.post("/api/v1/connections/erp/resume").json() == {"state": "never"}
    run = program.post("/api/v1/connections/erp/sync", json={"mode": "full"}).json()["run"]
    assert site.house.execute(run)["state"] == "succeeded"
    assert program.get("/api/v1/connections/erp").json()["state"] == "ok"


@pytest.fixture
def firms(site: Site) -> list[str]:
    for number in range(5):
        site.house.erp.add(firm(f"A{number}"))
    site.house.run("erp")
    return [f"K00000{number}" for number in range(1, 6)]


def test_customers_are_listed_by_a_filter_in_pages(program: httpx.Client, firms: list[str]) -> None:
    query: dict[str, Any] = {"filter": "status:eq:active", "sort": "-number", "limit": 3}
    first = program.get("/api/v1/customers", params=query).json()
    second = program.get("/api/v1/customers", params={**query, "page": first["next"]}).json()
    assert (first["total"], second["next"]) == (5, None)
    assert [row["number"] for row in [*first["items"], *second["items"]]] == ["A4", "A3", "A2", "A1", "A0"]
    wrong = program.get("/api/v1/customers", params={"filter": "colour:eq:red"})
    assert wrong.status_code in {400, 422}
    assert "colour" in wrong.json()["detail"]


def test_whoever_walks_through_all_customers_misses_and_repeats_nobody(
    site: Site, program: httpx.Client, firms: list[str]
) -> None:
    first = program.get("/api/v1/customers", params={"limit": 2}).json()
    program.post(f"/api/v1/customers/{firms[0]}/erase", json={"meant": firms[0]})
    site.house.erp.add(firm("A9"))
    site.house.run("erp")
    seen, after = [row["code"] for row in first["items"]], first["after"]
    while after is not None:
        page = program.get("/api/v1/customers", params={"limit": 2, "after": after}).json()
        seen += [row["code"] for row in page["items"]]
        assert page["total"] is None, "counted once, on the first page"
        after = page["after"]
    assert (seen[:5], len(seen)) == (firms, 6)


@pytest.mark.parametrize(
    "query", [{"after": "x"}, {"after": "K000001", "sort": "name"}, {"after": "K000001", "page": 2}]
)
def test_where_to_go_on_is_said_in_one_way(program: httpx.Client, firms: list[str], query: dict[str, Any]) -> None:
    said = program.get("/api/v1/customers", params=query)
    assert (said.status_code, said.json()["field"]) == (422, "after")


def test_a_program_blocks_many_after_a_look(site: Site, program: httpx.Client, firms: list[str]) -> None:
    asked = {"operation": "block", "filter": "status:eq:active"}
    look = program.post("/api/v1/customers/bulk", json={**asked, "dry_run": True}).json()
    assert (look["selected"], look["changed"], site.house.count(tables.Run)) == (5, 5, 1)
    done = program.post("/api/v1/customers/bulk", json=asked).json()
    assert (done["changed"], done["left_out"], done["failed"]) == (5, {}, {})
    assert program.get(f"/api/v1/customers/{firms[0]}").json()["status"] == "blocked"
    assert program.get(f"/api/v1/customers/{firms[0]}/history").json()["items"]


@pytest.mark.parametrize("codes", [{}, {"codes": ["K000001"], "q": "firm"}, {"filter": " ", "q": " "}])
def test_nobody_is_changed_when_it_is_not_plain_who_is_meant(
    program: httpx.Client, firms: list[str], codes: dict[str, Any]
) -> None:
    said = program.post("/api/v1/customers/bulk", json={"operation": "block", **codes})
    assert (said.status_code, said.json()["field"]) == (422, "codes")


def test_groups_are_made_and_deleted(program: httpx.Client, firms: list[str]) -> None:
    assert program.post("/api/v1/groups/create", json={"name": "Wholesale"}).json() == {"state": "Wholesale"}
    put = {"operation": "group-add", "value": "Wholesale", "codes": firms[:2]}
    assert program.post("/api/v1/customers/bulk", json=put).json()["changed"] == 2
    members = {group["name"]: group["members"] for group in program.get("/api/v1/groups").json()["items"]}
    assert members["Wholesale"] == 2
    assert program.post("/api/v1/groups/delete", json={"name": "Wholesale"}).status_code == 200


def test_people_are_let_in_and_shut_out_and_it_is_written_down(site: Site, program: httpx.Client) -> None:
    said = program.post("/api/v1/users", json={"name": "anna", "role": "viewer"}, headers={"idempotency-key": "a"})
    assert "/set-up/" in said.json()["url"]
    assert site.house.count(tables.ApiAnswer) == 0
    assert program.post("/api/v1/users/anna/disable").json() == {"state": "disabled"}
    acts = program.get("/api/v1/audit", params={"subject": "anna"}).json()["items"]
    assert acts[0]["action"] == "disable-user"
