"""Do files come out of the console as they were asked for, and in only after a look?"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from syncd.access.roles import Role
from syncd.domain.contractor import load
from syncd.registry import tables
from tests.fixtures.contractors import firm

from .conftest import Site


@pytest.fixture
def filled(site: Site) -> Site:
    site.house.erp.add(firm("A1", name="Łódź-Bud", phones=("+48 600 100 200",)))
    site.house.erp.add(firm("A2", name="Северсталь", groups=("VIP",)))
    site.house.erp.add(firm("A3", name="=1+1"))
    site.house.run("erp")
    return site


def rows(answer: httpx.Response, delimiter: str = ",") -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def username(site: Site, id_: int) -> str:
    return load(site.house.one(tables.Contractor, id=id_)["doc"]).username


def put(client: httpx.Client, text: str | bytes, name: str = "list.csv") -> httpx.Response:
    return client.post("/customers/import", files={"file": (name, text, "text/csv")})


def test_an_export_has_the_rows_and_columns_of_the_list_with_the_same_address(filled: Site) -> None:
    client = filled.browser(Role.OPERATOR)
    answer = client.get("/customers.csv?q=lodz&cols=name,phones,code")
    assert rows(answer) == [["name", "phones", "code"], ["Łódź-Bud", "+48 600 100 200", "K000001"]]
    assert answer.headers["content-disposition"].startswith('attachment; filename="customers-')
    assert int(answer.headers["content-length"]) == len(answer.content)
    ordered = rows(client.get("/customers.csv?filter=code:le:K000002&sort=-code&cols=code"))
    assert ordered == [["code"], ["K000002"], ["K000001"]]


@pytest.mark.parametrize(("suffix", "begin"), [("xlsx", b"PK"), ("xml", b"<?xml"), ("json", b"["), ("ndjson", b"{")])
def test_every_format_is_sent(filled: Site, suffix: str, begin: bytes) -> None:
    assert filled.browser(Role.OPERATOR).get(f"/customers.{suffix}").content.startswith(begin)
    assert filled.browser(Role.OPERATOR).get(f"/groups.{suffix}").content.startswith(begin)


def test_no_cell_is_a_formula(filled: Site) -> None:
    assert rows(filled.browser(Role.OPERATOR).get("/customers.csv?cols=name"))[3] == ["'=1+1"]


def test_where_decimals_have_a_comma_cells_are_apart_by_semicolons(filled: Site) -> None:
    client = filled.browser(Role.OPERATOR, **{"accept-language": "pl"})
    assert rows(client.get("/customers.csv?cols=code,name"), ";")[1] == ["K000001", "Łódź-Bud"]
    assert rows(client.get("/customers.csv?cols=code,name&delimiter=,"))[1] == ["K000001", "Łódź-Bud"]


@pytest.mark.parametrize("query", ["cols=code,emial", "filter=staus:eq:active", "sort=nmae"])
def test_what_there_is_not_is_named_with_the_nearest(filled: Site, query: str) -> None:
    said = filled.browser(Role.OPERATOR).get(f"/customers.csv?{query}", headers={"accept": "application/json"})
    assert (said.status_code, "Did you mean" in said.text) == (400, True)


def test_another_suffix_is_not_found(filled: Site) -> None:
    assert filled.browser(Role.OPERATOR).get("/customers.exe").status_code == 404


def test_who_exported_how_many_is_in_the_audit_log(filled: Site) -> None:
    filled.browser(Role.OPERATOR).get("/customers.csv?q=lodz&cols=code")
    row = filled.house.one(tables.Audit, action="export")
    assert row["actor"] == "console:operator"
    assert row["details"] == {"format": "csv", "rows": 1, "columns": ["code"], "filtered": True}


def test_a_file_is_shown_before_anything_changes_and_an_admin_applies_it(filled: Site) -> None:
    operator, admin = filled.browser(Role.OPERATOR), filled.browser(Role.ADMIN)
    sent = put(operator, "code,username,name\nK000001,anna1,Other\nK000077,x,\n")
    assert (sent.status_code, sent.headers["location"]) == (303, "/customers/import/1")
    text = operator.get("/customers/import/1").text
    assert "erp owns Name" in text
    assert "there is no customer of this code" in text
    assert "<ins>anna1</ins>" in text
    assert "An admin decides." in text
    assert operator.post("/customers/import/1/apply").status_code == 403
    assert username(filled, 1) == ""
    assert admin.post("/customers/import/1/apply").status_code == 303
    filled.house.finish()
    assert username(filled, 1) == "anna1"
    assert "Applied" in operator.get("/customers/import/1").text
    again = admin.post("/customers/import/1/apply", headers={"accept": "application/json"})
    assert (again.status_code, '"plan-not-waiting"' in again.text) == (409, True)


def test_a_discarded_import_changes_nothing(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    put(operator, "code,username\nK000001,anna1\n")
    assert operator.post("/customers/import/1/discard").status_code == 303
    assert "Discarded" in operator.get("/customers/import").text
    assert username(filled, 1) == ""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not empty"),
        (b"code,username\n\xff", "not UTF-8"),
        (b"<customers><customer>", "ends before"),
        (b"PK\x03\x04", "no workbook"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_helps_beside_the_form(filled: Site, data: bytes, said: str) -> None:
    answer = put(filled.browser(Role.OPERATOR), data)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert filled.house.rows(tables.Import) == []


def test_why_a_file_changes_nothing_is_said(filled: Site) -> None:
    client = filled.browser(Role.ADMIN)
    for text, why in [
        ("code,username\n", "It has no rows below its first line."),
        ("code,name\nK000001,x\n", "What is refused above is not taken"),
        ("code,username\nK000001,\n", "Every cell that may be imported is as the registry has it."),
    ]:
        assert why in client.get(put(client, text).headers["location"]).text


def test_a_column_that_is_almost_one_is_said_in_the_readers_language_without_who_asks_how(filled: Site) -> None:
    client = filled.browser(Role.ADMIN, **{"accept-language": "pl"})
    said = client.get(put(client, "code,usernam\nK000001,x\n").headers["location"]).text
    assert "nie ma takiej kolumny; czy chodzi o username?" in said
    assert ("Plik dodał(a) admin" in said, "console:" in said) == (True, False)


def test_a_body_larger_than_any_import_is_refused(filled: Site) -> None:
    answer = put(filled.browser(Role.OPERATOR), b"x" * (33 << 20))
    assert answer.status_code == 413


def test_a_workbook_of_megabytes_is_taken(filled: Site) -> None:
    lines = "".join(f"K{n:06d},user{n}\n" for n in range(1, 20_001))
    answer = put(filled.browser(Role.OPERATOR), f"code,username\n{lines}")
    assert answer.status_code == 303
    assert filled.house.one(tables.Import)["changed"] == 3


def test_what_stands_in_a_file_is_text_and_never_markup(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    name = "<script>alert(1)</script>.csv"
    put(operator, 'code,username,<img src=x>\nK000001,"<script>alert(2)</script>",x\n', name)
    for path in ("/customers/import", "/customers/import/1"):
        text = operator.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x>" not in text


def test_a_card_is_for_everybody_and_an_access_report_is_not(filled: Site) -> None:
    pytest.importorskip("typst")
    viewer, operator = filled.browser(Role.VIEWER), filled.browser(Role.OPERATOR)
    card = viewer.get("/customers/K000001/card.pdf")
    assert (card.headers["content-type"], card.content[:5]) == ("application/pdf", b"%PDF-")
    assert viewer.get("/customers/K000001/access-report.pdf").status_code == 403
    asked = operator.get("/customers/K000001/card.pdf?report=access", follow_redirects=True)
    assert (asked.status_code, asked.content[:5]) == (200, b"%PDF-")


def test_personal_data_are_json_and_who_asked_is_noted(filled: Site) -> None:
    answer = filled.browser(Role.OPERATOR).get("/customers/K000001/personal-data.json")
    data: Any = json.loads(answer.content)["personal_data"]
    assert (data["code"], data["name"]) == ("K000001", "Łódź-Bud")
    assert filled.house.one(tables.Audit, action="personal-data")["actor"] == "console:operator"


@pytest.mark.parametrize("path", ["card.pdf", "personal-data.json", "access-report.pdf"])
def test_a_customer_that_is_not_there_is_not_found(filled: Site, path: str) -> None:
    operator = filled.browser(Role.OPERATOR)
    assert {operator.get(f"/customers/{code}/{path}").status_code for code in ("K000099", "nobody")} == {404}


def test_a_limit_that_objects_to_an_import_is_said_before_it_is_applied(filled: Site) -> None:
    admin = filled.browser(Role.ADMIN)
    put(admin, "code,username\nK000001,anna1\n")
    with filled.house.app.engine.begin() as connection:
        connection.execute(
            update(tables.Run).where(tables.Run.mode == "edit").values(held_because="too many <b>changes</b>")
        )
    text = admin.get("/customers/import/1").text
    assert "A safety limit objects" in text
    assert "too many &lt;b&gt;changes" in text
