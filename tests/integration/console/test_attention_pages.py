"""Is what needs a person seen, answered in one step, given to somebody, and said to all others alike?"""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from syncd.access.roles import Role
from syncd.causes import causes
from syncd.console.cause_words import CAUSES
from syncd.registry import tables
from tests.fixtures.contractors import firm

from .conftest import Site
from .troubled import trouble


@pytest.fixture
def troubled(site: Site) -> Site:
    trouble(site.house)
    return site


def ids(site: Site, code: str) -> list[int]:
    return [row["id"] for row in site.house.rows(tables.Issue) if row["code"] == code]


def state(site: Site, issue_id: int) -> Any:
    return next(row for row in site.house.rows(tables.Issue) if row["id"] == issue_id)


def shown(said: httpx.Response) -> list[int]:
    return [int(number) for number in re.findall(r'id="i-(\d+)" data-row', said.text)]


def test_every_cause_that_can_be_an_issue_or_stop_a_connection_has_a_title() -> None:
    mine = {one.code for one in causes().values() if one.where}
    assert mine - set(CAUSES) == set()


def test_causes_are_told_with_counts_and_ages_and_issues_in_words(troubled: Site) -> None:
    said = troubled.browser(Role.VIEWER).get("/attention")
    assert re.search(r"<title>\d+ need attention", said.text)
    assert "Conflict</span> <b>3</b>" in said.text  # the fourth is put off
    assert "oldest <time" in said.text
    assert "Общество" in said.text
    assert "<b>Paris" not in said.text
    assert "Keep ERP" not in said.text


NARROWED: dict[str, set[str]] = {
    "kind=no-default-login": {"no-default-login"},
    "assignee=operator": {"edit-conflict"},
    "connection=shop&kind=ambiguous": {"ambiguous"},
    "state=snoozed": {"edit-conflict"},
    "age=7d": set(),
    "state=resolved&kind=vat-invalid": set(),
}


def test_issues_are_narrowed_by_what_the_address_asks(troubled: Site) -> None:
    viewer = troubled.browser(Role.VIEWER)
    found = {query: shown(viewer.get(f"/attention?{query}")) for query in NARROWED}
    assert {query: {state(troubled, one)["code"] for one in listed} for query, listed in found.items()} == NARROWED


@pytest.mark.parametrize("query", ["kinds=x", "kind=%00", "age=x", "state=x", "connection=x", "page=x"])
def test_a_filter_that_there_is_not_is_named(site: Site, query: str) -> None:
    said = site.browser(Role.VIEWER).get(f"/attention?{query}")
    assert (said.status_code, f"{query.partition('=')[0]}: " in said.text) == (400, True)


def test_an_operator_answers_in_one_step_and_comes_back_to_the_next(troubled: Site) -> None:
    first, second = ids(troubled, "edit-conflict")[:2]
    operator = troubled.browser(Role.OPERATOR)
    form = {"answer": "keep-shop:1", "back": "/attention?kind=edit-conflict", "next": f"i-{second}"}
    said = operator.post(f"/attention/{first}/answer", data=form)
    assert said.status_code == 303
    where = said.headers["location"]
    assert where.startswith(f"/attention?kind=edit-conflict&same={first}&answer=keep-shop%3A1")
    assert where.endswith(f"#i-{second}")
    page = operator.get(where).text
    assert "Answered: Keep shop" in page
    assert f"/attention/{first}/others?answer=keep-shop%3A1" in page
    assert state(troubled, first)["state"] == "resolved"
    assert "(sklep)" in troubled.house.contractors()[0].name
    assert operator.post(f"/attention/{first}/answer", data=form).status_code == 422


def test_the_same_is_said_to_the_others_after_a_look_at_them(troubled: Site) -> None:
    first, *rest, _put_off = ids(troubled, "edit-conflict")
    operator = troubled.browser(Role.OPERATOR)
    page = operator.get(f"/attention/{first}/others?answer=keep-erp:1").text
    also = re.search(r'name="also" value="([\d,]+)"', page)
    assert also is not None
    assert also.group(1) == ",".join(map(str, rest))
    assert f"Answer all {len(rest) + 1} issues" in page
    said = operator.post(f"/attention/{first}/others", data={"answer": "keep-erp:1", "also": also.group(1)})
    assert said.headers["location"] == "/attention"
    assert f"{len(rest) + 1} issues were answered." in operator.get("/attention").text
    assert {state(troubled, number)["state"] for number in (first, *rest)} == {"resolved"}


def test_what_was_answered_is_not_answered_again_while_a_run_settles_it(troubled: Site) -> None:
    new = [troubled.house.erp.add(firm(f"U{number}", country="Utopia")) for number in range(3)]
    troubled.house.run("erp")
    first, *rest = [one for one in ids(troubled, "country-unknown") if state(troubled, one)["external_id"] in new]
    operator = troubled.browser(Role.OPERATOR)
    form = {"answer": "map-country:2", "value": "GB", "also": ",".join(map(str, rest))}
    operator.post(f"/attention/{first}/others", data=form)
    assert f"{len(rest) + 1} issues were answered." in operator.get("/attention").text
    (run,) = [row["id"] for row in troubled.house.rows(tables.Run) if row["mode"] == "reverify"]
    page = operator.get("/attention?kind=country-unknown").text
    assert page.count(f'Answered: <a href="/runs/{run}">run {run}</a> is about to settle it.') == len(rest) + 1
    assert "There is no other issue" in operator.get(f"/attention/{first}/others?answer=map-country:2").text
    operator.post(f"/attention/{first}/others", data=form)
    again = operator.get("/attention").text
    assert f"issue {rest[0]} was answered, and run {run} is about to settle it" in again
    assert "issues were answered. " in again
    assert f"{len(rest) + 1} issues were answered." not in again
    assert operator.post(f"/attention/{first}/answer", data=form).status_code == 409


def test_what_is_right_for_one_only_is_offered_for_no_other(troubled: Site) -> None:
    first = ids(troubled, "edit-conflict")[0]
    operator = troubled.browser(Role.OPERATOR)
    assert "others?answer=edit" not in operator.get(f"/attention/{first}").text
    assert "There is no other issue" in operator.get(f"/attention/{first}/others?answer=edit:1").text


def test_an_answer_that_asks_for_a_value_is_given_one(troubled: Site) -> None:
    first = ids(troubled, "edit-conflict")[0]
    operator = troubled.browser(Role.OPERATOR)
    assert operator.post(f"/attention/{first}/answer", data={"answer": "edit:1"}).status_code == 422
    operator.post(f"/attention/{first}/answer", data={"answer": "edit:1", "value": "Trzecia"})
    assert troubled.house.contractors()[0].name == "Trzecia"


def test_an_issue_shows_both_records_side_by_side(troubled: Site) -> None:
    viewer = troubled.browser(Role.VIEWER)
    conflict = viewer.get(f"/attention/{ids(troubled, 'edit-conflict')[0]}").text
    for words in ("Last agreed", "w ERP", "(sklep)", "differs"):
        assert words in conflict
    match = viewer.get(f"/attention/{ids(troubled, 'ambiguous')[0]}").text
    for words in ("The record", "Kowalscy", "of 100 alike", "biuro@kowalscy.example"):
        assert words in match


def test_the_record_as_it_was_sent_is_for_operators(troubled: Site) -> None:
    path = f"/attention/{ids(troubled, 'invalid-record')[0]}"
    assert "The record as it was sent" in troubled.browser(Role.OPERATOR).get(path).text
    assert "The record as it was sent" not in troubled.browser(Role.VIEWER).get(path).text


def test_what_was_done_and_said_is_told(troubled: Site) -> None:
    operator = troubled.browser(Role.OPERATOR)
    page = operator.get("/attention/1").text
    assert "Asked the customer on Monday." in page
    assert "gave it to operator" in page
    operator.post("/attention/1/comment", data={"text": "She <i>called</i> back."})
    assert "She &lt;i&gt;called&lt;/i&gt; back." in operator.get("/attention/1").text
    assert operator.post("/attention/1/comment", data={"text": " "}).status_code == 422


def test_an_issue_is_given_put_off_tried_again_and_dropped_where_it_stands(troubled: Site) -> None:
    operator = troubled.browser(Role.OPERATOR)
    number = ids(troubled, "no-default-login")[0]
    back = {"back": "/attention?page=1"}
    said = operator.post(f"/attention/{number}/assign", data={**back, "who": "admin"})
    assert (said.headers["location"], state(troubled, number)["assignee"]) == (f"/attention?page=1#i-{number}", "admin")
    assert operator.post(f"/attention/{number}/assign", data={"who": "nobody-here"}).status_code == 422
    said = operator.post(f"/attention/{number}/retry", data=back)
    assert said.headers["location"] == f"/attention?page=1#i-{number}"
    assert operator.post(f"/attention/{number}/snooze", data={**back, "days": "7"}).status_code == 303
    assert number not in shown(operator.get("/attention"))
    assert operator.post(f"/attention/{number}/snooze", data={"days": "999"}).status_code == 422
    assert operator.post(f"/attention/{number}/drop", data=back).status_code == 303
    assert state(troubled, number)["state"] == "dropped"


def test_all_of_a_cause_are_tried_again_by_one_run(troubled: Site) -> None:
    operator = troubled.browser(Role.OPERATOR)
    before = troubled.house.count(tables.Run)
    form = {"act": "retry", "kind": "country-contradiction", "back": "/attention?kind=country-contradiction"}
    assert operator.post("/attention/bulk", data=form).status_code == 303
    assert troubled.house.count(tables.Run) == before + 1
    operator.post("/attention/bulk", data={**form, "act": "snooze", "days": "1"})
    assert shown(operator.get("/attention?kind=country-contradiction")) == []
    assert operator.post("/attention/bulk", data={**form, "act": "erase"}).status_code == 422


def test_a_form_leads_back_to_our_own_pages_only(troubled: Site) -> None:
    operator = troubled.browser(Role.OPERATOR)
    for back in ("//evil.example", "https://evil.example/", "/\\evil", "javascript:x"):
        assert operator.post("/attention/1/retry", data={"back": back}).headers["location"] == "/#i-1"


def test_when_nothing_needs_anybody_it_says_when_that_was_last_looked_at(site: Site) -> None:
    assert "No side was read yet." in site.browser(Role.VIEWER).get("/attention").text
    site.house.erp.add(firm("A1"))
    site.house.run("erp")
    page = site.browser(Role.VIEWER).get("/attention").text
    assert "Nothing needs you." in page
    assert "Last checked <time" in page
    assert site.browser(Role.VIEWER).get("/attention/99").status_code == 404
