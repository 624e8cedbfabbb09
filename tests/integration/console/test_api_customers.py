"""Can programs do with customers what people do on their pages, one by one, many at once, and by files?"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx
import pytest

from syncd.access.roles import Role
from syncd.domain.contractor import Address, Contractor, Employee, load
from syncd.registry import tables
from tests.fixtures.contractors import firm

from .conftest import Site

ONE = "/api/v1/customers/K000001"


@pytest.fixture
def filled(site: Site) -> Site:
    """Three customers that both sides have."""
    for number in range(1, 4):
        site.house.erp.add(firm(f"A{number}", caretaker="Anna"))
    site.house.settle()
    return site


def post(program: httpx.Client, path: str, **body: Any) -> Any:
    said = program.post(path if path.startswith("/") else f"{ONE}/{path}", json=body)
    assert said.status_code == 200, said.text
    return said.json()


def refused(said: httpx.Response) -> tuple[int, str, str | None]:
    assert said.headers["content-type"] == "application/problem+json"
    return said.status_code, said.json()["code"], said.json().get("field")


def status(program: httpx.Client) -> str:
    answer: str = program.get(ONE).json()["status"]
    return answer


def test_one_customer_is_blocked_and_let_in_again(filled: Site, program: httpx.Client) -> None:
    done = post(program, "block")
    assert (done["selected"], done["changed"], len(done["runs"])) == (1, 1, 1)
    assert status(program) == "blocked"
    assert post(program, "block")["left_out"] == {"so_already": 1}
    post(program, "unblock")
    assert status(program) == "active"


def test_every_plain_operation_is_there_and_none_of_somebody_who_is_not(filled: Site, program: httpx.Client) -> None:
    for name in ("activate", "deactivate", "accept", "reject", "hold", "release", "sync", "reverify"):
        assert post(program, name)["selected"] == 1
        assert refused(program.post(f"/api/v1/customers/K000999/{name}"))[:2] == (404, "not-found")


def test_what_a_bulk_operation_would_do_is_told_with_samples_and_not_kept(filled: Site, program: httpx.Client) -> None:
    key = {"idempotency-key": "one"}
    asked = {"operation": "block", "filter": "code:le:K000002"}
    seen = program.post("/api/v1/customers/bulk/preview", json=asked, headers=key).json()
    assert (seen["selected"], seen["changing"], seen["needs_number"], seen["reversible"]) == (2, 2, False, True)
    assert seen["samples"][0]["changes"]["status"] == ["active", "blocked"]
    assert filled.house.count(tables.ApiAnswer) == 0


def test_a_customer_joins_and_leaves_a_group_of_the_admins(filled: Site, program: httpx.Client) -> None:
    assert post(program, "groups/add", group="Fair")["changed"] == 1
    assert program.get("/api/v1/customers", params={"filter": "group:has:Fair"}).json()["total"] == 1
    assert post(program, "groups/remove", group="Fair")["changed"] == 1
    assert refused(program.post(f"{ONE}/groups/remove", json={"group": "Fair 2"}))[0] == 404


def test_a_field_is_set_and_what_is_none_is_named(filled: Site, program: httpx.Client) -> None:
    assert post(program, "edit", field="caretaker", value="Jan")["runs"]
    assert program.get(ONE).json()["fields"]["caretaker"] == "Jan"
    assert refused(program.post(f"{ONE}/edit", json={"field": "colour", "value": "red"}))[0] == 422
    assert len(program.get(f"{ONE}/history", params={"limit": 1}).json()["items"]) == 1


def test_it_is_explained_why_a_customer_is_as_it_is(filled: Site, program: httpx.Client) -> None:
    post(program, "block")
    told = program.get(f"{ONE}/explain").json()
    assert (told["status"], told["would"], len(told["why"])) == ("blocked", None, 1)
    assert {one["connection"] for one in told["links"]} == {"erp", "shop"}


def test_what_a_sync_would_do_is_a_plan_for_each_side(filled: Site, program: httpx.Client) -> None:
    runs = post(program, "preview")["runs"]
    assert len(runs) == 2
    assert all(filled.house.row(run)["dry_run"] for run in runs)


def test_a_side_is_told_now_only_of_what_waits(filled: Site, program: httpx.Client) -> None:
    assert refused(program.post(f"{ONE}/retry", json={"connection": "shop"}))[:2] == (404, "nothing-waits")
    post(program, "edit", field="website", value="https://a.example")
    assert post(program, "retry", connection="shop") == {"state": "due"}
    assert refused(program.post(f"{ONE}/retry", json={"connection": "shp"}))[0] == 404


def test_where_a_customer_is_is_said_and_taken_back(filled: Site, program: httpx.Client) -> None:
    assert post(program, "country", country="Niemcy") == {"state": "DE"}
    assert filled.house.count(tables.CountryDecision) == 1
    assert post(program, "country/undo")["state"]
    assert filled.house.count(tables.CountryDecision) == 0
    assert refused(program.post(f"{ONE}/country", json={"country": "Atlantyda"}))[::2] == (422, "country")


def test_one_employee_becomes_the_default_log_in(site: Site, program: httpx.Client) -> None:
    staff = (Employee(name="Anna", email="anna@a.example"), Employee(name="Jan", email="jan@a.example"))
    site.house.erp.add(firm("A1", employees=staff))
    site.house.settle()
    assert post(program, "default-login", email="jan@a.example")["runs"]
    doc = load(site.house.one(tables.Contractor, id=1)["doc"])
    assert [one.email for one in doc.employees if one.default_login] == ["jan@a.example"]


def test_an_erasure_needs_the_code_twice_and_tells_how_far_it_is(filled: Site, program: httpx.Client) -> None:
    assert refused(program.post(f"{ONE}/erase", json={"meant": "K000002"})) == (422, "code-not-repeated", "meant")
    erasure = post(program, "erase", meant="K000001")["erasure"]
    assert status(program) == "anonymised"
    report = program.get(f"/api/v1/erasures/{erasure}").json()
    assert (report["code"], report["state"]) == ("K000001", "running")
    assert refused(program.post(f"{ONE}/country", json={"country": "DE"}))[:2] == (422, "value-unusable")
    assert filled.house.count(tables.CountryDecision) == 0
    listed = program.get("/api/v1/erasures", params={"limit": 1}).json()
    assert ([one["erasure"] for one in listed["items"]], listed["next"]) == ([erasure], erasure)
    assert program.get("/api/v1/erasures", params={"after": erasure}).json()["items"] == []
    assert refused(program.get("/api/v1/erasures/99"))[0] == 404


def test_card_and_report_are_files_in_the_language_that_is_asked_for(filled: Site, program: httpx.Client) -> None:
    for name in ("card", "access-report"):
        said = program.get(f"{ONE}/{name}", headers={"accept-language": "pl"})
        assert (said.headers["content-type"], said.content[:4]) == ("application/pdf", b"%PDF")
    data = program.get(f"{ONE}/personal-data")
    assert data.json()["personal_data"]
    assert [row["action"] for row in filled.house.rows(tables.Audit)].count("personal-data") == 2


def test_a_viewers_program_gets_a_card_and_no_report(filled: Site) -> None:
    viewer = filled.program(filled.token(Role.VIEWER, "read"))
    assert [viewer.get(f"{ONE}/{name}").status_code for name in ("card", "access-report", "personal-data")] == [
        200,
        403,
        403,
    ]


def test_an_export_has_the_rows_and_columns_that_are_asked_for(filled: Site, program: httpx.Client) -> None:
    asked = {"filter": "code:le:K000002", "sort": "-code", "columns": "code,number"}
    said = program.get("/api/v1/exports/customers", params=asked)
    rows = list(csv.reader(io.StringIO(said.content.decode("utf-8-sig"), newline="")))
    assert rows == [["code", "number"], ["K000002", "A2"], ["K000001", "A1"]]
    assert json.loads(program.get("/api/v1/exports/customers?format=json").content)
    assert program.get("/api/v1/exports/groups?format=xlsx").content[:2] == b"PK"
    assert refused(program.get("/api/v1/exports/audit"))[0] == 404
    assert refused(program.get("/api/v1/exports/groups?q=a"))[::2] == (422, "filter")
    assert refused(program.get("/api/v1/exports/customers?columns=nmae"))[::2] == (400, "columns")


def upload(program: httpx.Client, text: str, name: str = "list.csv", **headers: str) -> httpx.Response:
    return program.post("/api/v1/imports", params={"name": name}, content=text.encode(), headers=headers)


def test_a_file_becomes_plans_and_changes_after_a_yes(filled: Site, program: httpx.Client) -> None:
    made = upload(program, "code,username\nK000001,anna1\nK000999,x\n").json()
    assert (made["state"], made["file"]["changed"], made["file"]["refused"]) == ("waiting", 1, 1)
    (change,) = made["changes"]
    assert change["fields"]["username"] == {"before": "", "after": "anna1"}
    where = f"/api/v1/imports/{made['file']['id']}"
    assert post(program, f"{where}/apply")["runs"] == made["file"]["runs"]
    filled.house.finish()
    assert program.get(where).json()["state"] == "applied"
    assert program.get(ONE).json()["fields"]["username"] == "anna1"
    assert refused(program.post(f"{where}/discard"))[:2] == (409, "plan-not-waiting")


@pytest.mark.parametrize("decision", ["apply", "discard"])
def test_of_a_file_that_changes_nothing_there_is_nothing_to_decide(
    filled: Site, program: httpx.Client, decision: str
) -> None:
    made = upload(program, "code,username\nK000999,x\n").json()
    assert (made["state"], made["file"]["runs"]) == ("empty", [])
    said = program.post(f"/api/v1/imports/{made['file']['id']}/{decision}")
    assert refused(said)[:2] == (409, "plan-not-waiting")
    assert "there is nothing to decide" in said.json()["detail"]


def test_a_file_is_discarded_and_files_are_listed_in_pages(filled: Site, program: httpx.Client) -> None:
    first, second = (upload(program, f"code,username\nK00000{n},anna{n}\n").json()["file"] for n in (1, 2))
    post(program, f"/api/v1/imports/{first['id']}/discard")
    page = program.get("/api/v1/imports?limit=1").json()
    rest = program.get("/api/v1/imports", params={"after": page["next"]}).json()
    told = [(row["file"]["id"], row["state"]) for row in [*page["items"], *rest["items"]]]
    assert told == [(second["id"], "waiting"), (first["id"], "discarded")]
    assert refused(upload(program, ""))[0] == 422
    assert refused(upload(program, "<customers><customer>", "list.xml"))[0] == 422


def test_a_view_is_kept_shared_changed_and_forgotten(filled: Site, program: httpx.Client) -> None:
    kept = post(program, "/api/v1/views", name="Blocked", filter="status:eq:blocked", columns="code,name")
    assert (kept["query"]["filter"], kept["own"], kept["shared"]) == ("status:eq:blocked", True, False)
    there = f"/api/v1/views/{kept['id']}"
    changed = post(program, there, shared=True, sort="-code")
    assert (changed["shared"], changed["query"]["sort"], changed["query"]["columns"]) == (True, "-code", "code,name")
    viewer = filled.program(filled.token(Role.VIEWER, "read"))
    assert [one["name"] for one in viewer.get("/api/v1/views").json()["items"]] == ["Blocked"]
    assert refused(viewer.post(f"{there}/delete"))[0] == 422
    assert refused(program.post("/api/v1/views", json={"name": "x", "filter": "colour:eq:red"}))[0] == 400
    assert post(program, f"{there}/delete") == {"state": "deleted"}
    assert program.get("/api/v1/views").json()["items"] == []


@pytest.fixture
def two(site: Site) -> Site:
    """A customer of each side who are one, which no key tells."""
    street = (Address(street="Piotrkowska 104a", postal_code="90-926", city="Łódź", country="PL"),)
    site.house.erp.add(firm("A1", name="Przetwórnia Kowalscy sp. z o.o.", addresses=street))
    site.house.run("erp")
    site.house.shop.add(Contractor(name="Przetwornia Kowalscy", country="PL", email="jan@b.example", addresses=street))
    site.house.run("shop")
    return site


def codes(program: httpx.Client) -> list[str]:
    return [row["code"] for row in program.get("/api/v1/customers?sort=code").json()["items"]]


def test_who_looks_alike_is_listed_and_becomes_one_and_two_again(two: Site, program: httpx.Client) -> None:
    kept, gone = codes(program)
    (alike,) = program.get("/api/v1/matches/suggestions?connection=shop").json()["items"]
    assert (alike["customer"], alike["other"]) == (kept, gone)
    look = post(program, "/api/v1/matches/merge/preview", keep=kept, gone=gone)
    assert (look["kept"], look["gone"], codes(program)) == (kept, gone, [kept, gone])
    run = post(program, "/api/v1/matches/merge", keep=kept, gone=gone)["run"]
    assert codes(program) == [kept]
    moved = program.get(f"/api/v1/customers/{gone}")
    assert (moved.status_code, kept in moved.json()["detail"]) == (404, True)
    assert post(program, f"/api/v1/matches/{run}/undo")["what"] == "merge"
    assert codes(program) == [kept, gone]


def test_a_program_says_what_a_person_wants_where_no_word_is_known_to_be_the_newer_one(
    two: Site, program: httpx.Client
) -> None:
    kept, gone = codes(program)
    for side, word in ((two.house.erp, False), (two.house.shop, True)):
        side.edit("1", newsletter=word)
    for name in ("erp", "shop"):
        two.house.run(name)
    assert post(program, "/api/v1/matches/merge/preview", keep=kept, gone=gone)["asks"] == ["newsletter"]
    said = program.post("/api/v1/matches/merge", json={"keep": kept, "gone": gone})
    assert refused(said)[:2] == (422, "newsletter-undated")
    post(program, "/api/v1/matches/merge", keep=kept, gone=gone, newsletter=False)
    assert two.house.contractors()[0].newsletter is False


def test_the_end_of_a_link_is_looked_at_with_what_becomes_of_the_status(two: Site, program: httpx.Client) -> None:
    kept, gone = codes(program)
    two.house.erp.edit("1", active=False)
    two.house.run("erp")
    post(program, "/api/v1/matches/merge", keep=gone, gone=kept)
    look = post(program, "/api/v1/matches/unlink/preview", customer=gone, connection="erp")
    assert look["status"] == {"before": "blocked_by_erp", "after": "active"}
    assert (look["fields"], look["holds"]) == ({"active": {"before": False, "after": True}}, [])
    post(program, "/api/v1/matches/unlink", customer=gone, connection="erp")
    assert program.get(f"/api/v1/customers/{gone}").json()["status"] == "active"


@pytest.mark.parametrize(
    ("ask", "status"),
    [("suggestions", 422), ("suggestions?connection=epr", 404)],
)
def test_of_which_connection_suggestions_are_asked_for_is_needed(program: httpx.Client, ask: str, status: int) -> None:
    assert refused(program.get(f"/api/v1/matches/{ask}"))[0] == status


def test_a_customer_is_not_merged_with_itself(two: Site, program: httpx.Client) -> None:
    (kept, _gone) = codes(program)
    said = program.post("/api/v1/matches/merge", json={"keep": kept, "gone": kept})
    assert refused(said)[:2] == (422, "same-customer")


def test_a_record_is_linked_after_a_look_and_untied_again(filled: Site, program: httpx.Client) -> None:
    filled.house.erp.add(firm("A9", groups=("nowhere",)))
    filled.house.run("erp")
    (code,) = set(codes(program)) - {"K000001", "K000002", "K000003"}
    record = filled.house.shop.add(Contractor(name="Somebody else", country="PL"))
    tie = {"customer": code, "connection": "shop", "external_id": record}
    assert post(program, "/api/v1/matches/link/preview", **tie)["external_id"] == record
    assert filled.house.count(tables.MatchDecision) == 0
    filled.house.execute(post(program, "/api/v1/matches/link", **tie)["run"])
    held = {
        side["connection"]: side["external_id"] for side in program.get(f"/api/v1/customers/{code}").json()["sides"]
    }
    assert held["shop"] == record
    untie = {"customer": code, "connection": "shop"}
    assert post(program, "/api/v1/matches/unlink/preview", **untie)["external_id"] == record
    done = post(program, "/api/v1/matches/unlink", **untie)
    back = post(program, f"/api/v1/matches/{done['run_id']}/undo")
    assert (done["external_id"], back["what"], back["customers"]) == (record, "unlink", [code])
