"""Are many customers acted on only after their number was shown, and is the list as it was afterwards?"""

from __future__ import annotations

import base64
import re
from functools import partial
from urllib.parse import urlencode

import httpx
import pytest

from syncd.access.roles import Role
from syncd.registry import tables
from syncd.sync.bulk import carry_out
from tests.fixtures.contractors import firm

from .conftest import Site
from .test_costs import heard
from .test_customer import text_of

BACK = "/customers?filter=status:in:active&sort=-name&page=2"


@pytest.fixture
def filled(site: Site) -> Site:
    for number in range(7):
        site.house.erp.add(firm(f"A{number}"))
    site.house.settle()
    return site


def codes(number: int) -> list[str]:
    return [f"K{one:06d}" for one in range(1, number + 1)]


def ask(client: httpx.Client, op: str, **form: str | list[str]) -> httpx.Response:
    return client.post("/customers/bulk", data={"action": op, "back": BACK, **form})


def confirm(client: httpx.Client, op: str, **form: str | list[str]) -> httpx.Response:
    """Look at the preview, and press its button."""
    shown = ask(client, op, **form)
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', shown.text)
    return ask(client, op, **form, seen=seen, confirmed="yes")


def told(client: httpx.Client) -> str:
    """What the next page says; whichever it is."""
    return str(re.findall(r'told" role="status">([^<]*)<', client.get("/").text)[0])


def test_first_comes_what_would_become_of_them_with_samples_and_nothing_is_done(filled: Site) -> None:
    (first, *_) = filled.house.erp.holds()
    filled.house.erp.edit(first, active=False)
    filled.house.settle()
    lines = filled.house.count(tables.PlanLine)
    said = text_of(ask(filled.browser(Role.OPERATOR), "block", code=codes(7)))
    assert "Selected 7 Would change 6 Left out 1" in said
    assert "1 × Blocked by ERP, which only the ERP lifts" in said
    assert said.count("Status: Active Blocked") == 5
    assert "left out: Blocked by ERP" in said
    assert filled.house.count(tables.PlanLine) == lines


def test_what_is_confirmed_is_done_and_the_list_comes_back_as_it_was(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    done = confirm(operator, "hold", code=[*codes(3), "K000099"])
    assert (done.status_code, done.headers["location"]) == (303, BACK)
    run = filled.house.rows(tables.Run)[-1]["id"]
    assert told(operator) == f"Hold synchronization: 3 customers changed, 1 × There is no such customer. Run {run}."
    assert [bool(holds) for holds in filled.house.holds()] == [True] * 3 + [False] * 4
    audit = filled.house.one(tables.Audit, action="customers-hold")
    assert (audit["actor"], audit["subject"], audit["details"]["changed"]) == ("console:operator", "4 customers", 3)


def test_what_was_done_links_its_run_and_the_plan_that_takes_it_back(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    confirm(operator, "block", code=codes(3))
    run = filled.house.rows(tables.Run)[-1]["id"]
    shown = operator.get(BACK).text
    assert (f'href="/runs/{run}"' in shown, f'action="/runs/{run}/undo"' in shown) == (True, True)
    undo = operator.post(f"/runs/{run}/undo").headers["location"]
    assert text_of(operator.get(undo)).count("Unblock") > 0


def test_what_cannot_be_taken_back_is_linked_without_an_undo(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    confirm(operator, "sync", code=codes(3))
    shown = operator.get("/").text
    assert (shown.count('class="btn btn-sm" href="/runs/'), "/undo" in shown) == (2, False)


def test_what_a_worker_is_still_about_is_shown_on_the_page_of_its_run(
    filled: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncd.console.customer.bulk.carry_out", partial(carry_out, at_once=2))
    operator = filled.browser(Role.OPERATOR)
    done = confirm(operator, "block", code=codes(7))
    run = filled.house.rows(tables.Run)[-1]
    assert (done.headers["location"], run["state"]) == (f"/runs/{run['id']}", "queued")
    said = text_of(operator.get(done.headers["location"]))
    assert ("Block: 0 customers changed, 7 customers wait." in said, "Plan an undo" in said) == (True, False)


def test_a_cookie_that_somebody_made_up_links_no_other_address(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    packed = base64.urlsafe_b64encode(b'["success", "<b>Hi</b>", ["/users"], true]').decode()
    operator.cookies.set("syncd-told", packed)
    assert "told-box" not in operator.get("/").text


def test_a_selection_that_changed_meanwhile_is_shown_again(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    form = {"all": "1", "filter": "name:has:firma", "q": ""}
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', ask(operator, "hold", **form).text)
    filled.house.erp.add(firm("A8"))
    filled.house.run("erp")
    again = ask(operator, "hold", **form, seen=seen, confirmed="yes")
    assert (again.status_code, "The selection is another one by now" in again.text) == (409, True)
    assert filled.house.holds() == [set()] * 8


def test_all_that_the_list_shows_are_meant_where_that_is_said_and_not_only_those_on_the_page(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    done = confirm(operator, "hold", all="1", filter="group:has:Hurt", q="firma a", code=codes(2))
    assert (done.headers["location"], "7 customers changed" in told(operator)) == (BACK, True)
    wrong = ask(operator, "hold", all="1", filter="grupa:has:Hurt")
    assert (wrong.status_code, "grupa" in wrong.text) == (400, True)


def test_a_list_by_a_long_filter_keeps_its_columns_and_is_there_again(filled: Site) -> None:
    client = filled.browser(Role.OPERATOR)
    groups = ",".join(f"Оптовые-покупатели-{number}" for number in range(150))
    filter_ = f"group:has-not:{groups}"
    back = f"/customers?{urlencode({'filter': filter_, 'cols': 'name,code'})}"
    sent = client.post("/customers/bulk", data={"action": "export-csv", "back": back, "code": codes(2)})
    assert sent.text.splitlines()[0].lstrip("\ufeff") == "name,code"
    assert client.post("/customers/bulk", data={"action": "hold", "back": back}).headers["location"] == back


def test_those_that_are_ticked_are_exported_in_the_order_and_with_the_columns_of_the_list(filled: Site) -> None:
    client = filled.browser(Role.OPERATOR)
    back = "/customers?sort=-code&cols=code,name"
    sent = client.post("/customers/bulk", data={"action": "export-csv", "back": back, "code": codes(2)})
    assert sent.headers["content-disposition"].startswith('attachment; filename="customers-')
    assert sent.content.decode("utf-8-sig").split() == ["code,name", "K000002,Firma", "A1", "K000001,Firma", "A0"]
    everybody = {"action": "export-json", "back": back, "all": "1", "filter": "code:ge:K000006"}
    assert [one["code"] for one in client.post("/customers/bulk", data=everybody).json()] == ["K000007", "K000006"]
    assert client.post("/customers/bulk", data={**everybody, "action": "export-exe"}).status_code == 404


def test_a_nul_is_nobodys_text_in_what_is_to_be_done(filled: Site) -> None:
    client = filled.browser(Role.OPERATOR)
    for part in ("value", "note", "filter", "q"):
        form = {"action": "group-add", "value": "x", "code": "K000001", "all": "1", part: "a\0b"}
        assert client.post("/customers/bulk", data=form).status_code == 422, part
    assert client.post("/views", data={"name": "x", "back": "q=a%00b&cols=name"}).status_code == 303
    assert client.get("/api/v1/views").json()["items"][0]["query"]["search"] == "ab"


def test_what_the_operation_needs_is_asked_for_first(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    assert "Name of the group" in text_of(ask(operator, "group-add", code=codes(2)))
    assert "There is no group of the admins' own" in text_of(ask(operator, "group-remove", code=codes(2)))
    refused = ask(operator, "group-add", code=codes(2), value="Hurt")
    assert (refused.status_code, "comes from an ERP" in refused.text) == (422, True)
    said = text_of(ask(operator, "group-add", code=codes(2), value="Trade fair"))
    assert ("the group Trade fair is made with its first member" in said, "Groups: Hurt Hurt Trade fair" in said) == (
        True,
        True,
    )
    confirm(operator, "group-add", code=codes(2), value="Trade fair")
    assert [c.groups for c in filled.house.contractors()[:3]] == [("Hurt", "Trade fair")] * 2 + [("Hurt",)]
    assert ask(operator, "newsletter", code=codes(2), value="yes").status_code == 422
    assert "Caretaker" in text_of(ask(operator, "caretaker", code=codes(2)))
    assert confirm(operator, "caretaker", code=codes(2), value="", note="given").status_code == 303


def test_of_many_the_number_is_typed(site: Site) -> None:
    for number in range(501):
        site.house.erp.add(firm(f"B{number}"))
    site.house.run("erp", "full")
    admin = site.browser(Role.ADMIN)
    form: dict[str, str | list[str]] = {"all": "1", "filter": "name:has:firma", "value": "Fair"}
    assert "Type 501, the number of customers selected" in text_of(ask(admin, "group-add", **form))
    for typed in ("", "500", "all"):
        assert confirm(admin, "group-add", **form, number=typed).status_code == 409
    assert site.house.count(tables.Group) == 1
    assert confirm(admin, "group-add", **form, number="5\u202f01").status_code == 303, (
        "blanks and commas may stand between"
    )
    assert "501 customers changed" in told(admin)


def test_an_operators_large_block_waits_for_an_admin(site: Site) -> None:
    for number in range(40):
        site.house.erp.add(firm(f"B{number}"))
    site.house.run("erp", "full")
    operator = site.browser(Role.OPERATOR)
    confirm(operator, "block", code=codes(40))
    assert "40 customers wait" in told(operator)
    assert set(site.house.statuses()) == {"active"}
    confirm(site.browser(Role.ADMIN), "block", code=codes(40))
    assert set(site.house.statuses()) == {"blocked"}


def test_what_else_to_know_is_said_in_the_readers_language(filled: Site) -> None:
    client = filled.browser(Role.OPERATOR, **{"accept-language": "pl"})
    assert "grupa VIP powstanie z pierwszym członkiem" in ask(client, "group-add", code=codes(2), value="VIP").text


def test_where_nothing_was_there_is_nothing_to_strike_out(filled: Site) -> None:
    said = ask(filled.browser(Role.OPERATOR), "caretaker", code=codes(2), value="Anna").text
    assert ("<ins>Anna</ins>" in said, "<del>" in said) == (True, False)


def test_nothing_selected_or_nothing_known_is_said(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    assert ask(operator, "block").headers["location"] == BACK
    assert told(operator) == "No customer was selected."
    assert ask(operator, "erase", code=codes(1)).status_code == 422
    assert ask(operator, "block", code=["Kowalski"]).status_code == 422


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/users", "/log-out", ""])
def test_it_leads_back_to_the_list_and_nowhere_else(filled: Site, back: str) -> None:
    done = filled.browser(Role.OPERATOR).post("/customers/bulk", data={"action": "block", "back": back})
    assert done.headers["location"] == "/customers"


def test_whoever_is_ticked_is_exported_without_a_look_at_all_others(filled: Site) -> None:
    with heard(filled) as said:
        answer = ask(filled.browser(Role.OPERATOR), "export-csv", code=["K000003", "K000001", "K000002"])
    assert re.findall("K00000[0-9]", answer.text) == ["K000003", "K000002", "K000001"], "by name, from high to low"
    walks = [one for one in said if "FROM listings" in one and " IN (" not in one and "= ANY" not in one]
    assert walks == []
