"""Does a customer's page say how the customer stands, and do its buttons do what they say?"""

from __future__ import annotations

import dataclasses
import html
import re
from datetime import date

import httpx
import msgspec
import pytest
from sqlalchemy import update

from syncd.access.roles import Role
from syncd.domain.contractor import Activity, Employee
from syncd.registry import tables
from syncd.sync.routes import Network
from tests.fixtures.contractors import firm

from .conftest import Site

TABS = ("overview", "shops", "history", "groups", "addresses", "accounts", "runs", "privacy", "explain")
HERE = "/customers/K000001"


@pytest.fixture
def filled(site: Site) -> Site:
    """A customer that both sides have."""
    site.house.erp.add(firm("A1", caretaker="Anna", phones=("+48 12 111 11 11",)))
    site.house.settle()
    return site


def text_of(answer: httpx.Response) -> str:
    """What a page says, without its tags."""
    assert answer.status_code == 200, answer.text[:500]
    text = re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2].partition("</main")[0])
    return re.sub(r" ([:,.])(?= |$)", r"\1", " ".join(html.unescape(text).split()))


def press(client: httpx.Client, action: str, **form: str) -> str:
    """Press a button, and read what the next page says was done."""
    answer = client.post(f"{HERE}/{action}", data=form)
    assert answer.status_code == 303, answer.text[:500]
    shown = client.get(answer.headers["location"])
    (told,) = re.findall(r'told" role="status">([^<]*)<', shown.text)[:1] or [""]
    return str(told)


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_for_whoever_may_look(filled: Site, tab: str) -> None:
    said = text_of(filled.browser(Role.VIEWER).get(HERE, params={"tab": tab}))
    assert ("Firma A1" in said, "K000001" in said, "Sync now" in said) == (True, True, False)


def test_a_record_is_opened_in_the_shops_own_admin(filled: Site) -> None:
    viewer = filled.browser(Role.VIEWER)
    assert "open-there" not in viewer.get(f"{HERE}?tab=shops").text
    connected = filled.house.app.connection("shop")
    own = msgspec.structs.replace(connected.settings, admin_url="https://shop.example/admin/{key}?tab=1")
    filled.house.change(
        connections={**filled.house.app.connections, "shop": dataclasses.replace(connected, settings=own)}
    )
    filled.console.state.syncd = filled.house.app
    bound = {row["connection_id"]: row["external_id"] for row in filled.house.rows(tables.Binding)}
    number = bound[connected.id]
    link = f'href="https://shop.example/admin/{number}?tab=1" target="_blank" rel="noopener noreferrer"'
    for tab in ("shops", "explain"):
        assert link in viewer.get(HERE, params={"tab": tab}).text


def test_a_customer_without_a_country_has_a_page(filled: Site) -> None:
    doc = msgspec.json.decode(filled.house.rows(tables.Contractor)[0]["doc"])
    without = msgspec.json.encode({name: value for name, value in doc.items() if name != "country"}).decode()
    with filled.house.app.engine.begin() as connection:
        connection.execute(update(tables.Contractor).values(doc=without))
    assert "Firma A1" in text_of(filled.browser(Role.VIEWER).get(HERE))


def test_a_customer_that_is_not_there_and_a_tab_that_is_not_are_named(filled: Site) -> None:
    viewer = filled.browser(Role.VIEWER)
    assert viewer.get("/customers/K000099").status_code == 404
    assert viewer.get("/customers/Kowalski").status_code == 404
    answer = viewer.get(HERE, params={"tab": "orders"})
    assert (answer.status_code, "tab: there is no" in answer.text) == (400, True)


def test_the_overview_says_what_each_side_holds_and_by_which_run_a_value_came(filled: Site) -> None:
    (id_,) = filled.house.erp.holds()
    filled.house.erp.edit(id_, name="Nowa nazwa")
    run = filled.house.run("erp")["id"]
    said = text_of(filled.browser(Role.VIEWER).get(HERE))
    assert f"Name Nowa nazwa ERP = the same ≠ differs: Firma A1 now, run {run}" in re.sub(
        r" 1 second ago", " now", said
    )


def test_a_translated_group_is_no_difference(filled: Site) -> None:
    filled.house.remap({"Hurt": "Wholesale"})
    filled.house.settle()
    filled.house.run("erp", "reverify")
    filled.house.settle()
    assert filled.house.at_shop()["A1"].groups == ("Wholesale",)
    assert "Groups Hurt ERP = the same = the same" in text_of(filled.browser(Role.VIEWER).get(HERE))


def test_blocked_by_erp_says_since_when_by_which_run_and_who_lifts_it(filled: Site) -> None:
    (id_,) = filled.house.erp.holds()
    filled.house.erp.edit(id_, active=False)
    run = filled.house.run("erp")["id"]
    said = text_of(filled.browser(Role.VIEWER).get(HERE))
    assert "Blocked by ERP" in said
    assert re.search(rf"Switched off in the ERP by erp, \d+ May 2026 .* run {run} Only the ERP lifts this", said)


def test_history_has_a_line_for_each_field_and_is_filtered_by_field(filled: Site) -> None:
    (id_,) = filled.house.shop.holds()
    filled.house.shop.edit(id_, phones=("+48 12 222 22 22",), website="https://a1.example")
    filled.house.settle()
    viewer = filled.browser(Role.VIEWER)
    said = text_of(viewer.get(HERE, params={"tab": "history"}))
    assert "Phones +48 12 111 11 11 +48 12 222 22 22 The shop shop" in said
    only = text_of(viewer.get(HERE, params={"tab": "history", "field": "website"}))
    assert ("https://a1.example" in only, "+48 12 222 22 22" in only) == (True, False)


def test_history_names_the_person_and_what_they_did(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    assert press(operator, "block").startswith("Block: run ")
    said = text_of(operator.get(HERE, params={"tab": "history"}))
    assert "Status – nothing Blocked by a person (console:operator) A person blocked by an admin; operator" in said


def test_a_block_is_placed_and_lifted_and_the_erps_stays(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    (id_,) = filled.house.erp.holds()
    filled.house.erp.edit(id_, active=False)
    filled.house.run("erp")
    press(operator, "block")
    assert filled.house.holds() == [{("erp_inactive", "erp"), ("admin_block", "console:operator")}]
    press(operator, "unblock")
    assert press(operator, "unblock") == "Unblock: nothing was changed. Blocked by ERP, which only the ERP lifts."
    assert filled.house.holds() == [{("erp_inactive", "erp")}]


def test_the_synchronization_is_held_and_released(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    press(operator, "hold")
    said = text_of(operator.get(HERE))
    assert ("Synchronization held" in said, "Release synchronization" in said) == (True, True)
    assert press(operator, "sync") == "Sync now: nothing was changed. Synchronization is held."
    press(operator, "release")
    assert filled.house.holds() == [set()]


def test_a_sync_of_one_asks_both_sides_about_just_this_one(filled: Site) -> None:
    before = filled.house.count(tables.Run)
    assert press(filled.browser(Role.OPERATOR), "sync").startswith("Sync now: run ")
    runs = filled.house.rows(tables.Run)[before:]
    assert [(run["mode"], run["only"] is not None) for run in runs] == [("only", True)] * 2


def test_the_preview_shows_what_a_sync_would_do_and_changes_nothing(filled: Site) -> None:
    (id_,) = filled.house.erp.holds()
    filled.house.erp.edit(id_, name="Nowa nazwa")
    operator = filled.browser(Role.OPERATOR)
    answer = operator.post(f"{HERE}/preview")
    said = text_of(operator.get(answer.headers["location"]))
    assert "Update: changed there: Name; told to shop Name Firma A1 Nowa nazwa" in said
    assert "Nothing would change." in said
    assert filled.house.contractors()[0].name == "Firma A1"
    states = [run["state"] for run in filled.house.rows(tables.Run) if run["dry_run"]]
    assert states == ["planned", "no_changes"], "what changes nothing waits for nobody"


def test_what_waits_is_told_now_on_request(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    (id_,) = filled.house.erp.holds()
    filled.house.erp.edit(id_, name="Nowa nazwa")
    filled.house.run("erp")
    assert "To be sent" in text_of(operator.get(HERE, params={"tab": "shops"}))
    assert press(operator, "retry", connection="shop") == "shop is told now."
    filled.house.push()
    assert operator.post(f"{HERE}/retry", data={"connection": "shop"}).status_code == 404
    assert operator.post(f"{HERE}/retry", data={"connection": "shpo"}).status_code == 404


def test_a_group_is_joined_and_left_and_an_erps_is_refused_with_the_reason(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    press(operator, "groups/add", group="Trade fair")
    assert filled.house.contractors()[0].groups == ("Hurt", "Trade fair")
    assert "The ERP, and nobody here" in text_of(operator.get(HERE, params={"tab": "groups"}))
    refused = operator.post(f"{HERE}/groups/remove", data={"group": "Hurt"})
    assert (refused.status_code, "comes from an ERP" in refused.text) == (422, True)
    press(operator, "groups/remove", group="Trade fair")
    assert filled.house.contractors()[0].groups == ("Hurt",)


def test_a_field_is_edited_and_what_is_no_value_is_shown_again(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    form = text_of(operator.get(f"{HERE}/edit", params={"field": "caretaker"}))
    assert "erp is not sent this field: change it there as well" in form
    assert press(operator, "edit", field="website", value="https://a1.example").startswith("Saved by run ")
    assert filled.house.contractors()[0].website == "https://a1.example"
    wrong = operator.post(f"{HERE}/edit", data={"field": "payment_days", "value": "soon"})
    assert (wrong.status_code, 'value="soon"' in wrong.text) == (422, True)
    for field in ("groups", "active", "", "nonsense"):
        assert operator.get(f"{HERE}/edit", params={"field": field}).status_code == 404


def test_what_a_shop_counts_is_named_in_the_readers_language(site: Site) -> None:
    counted = Activity(orders=34, last_order=date(2026, 3, 2), points=90)
    site.house.shop.add(firm("S1", registered=True, activity=counted))
    site.house.run("shop")
    browser = site.browser(Role.VIEWER, **{"accept-language": "pl"})
    shown = text_of(browser.get("/customers/K000001"))
    assert "Zamówienia: 34 Ostatnie zamówienie: 2026-03-02 Punkty: 90" in shown


def test_a_country_is_decided_and_given_back(filled: Site) -> None:
    operator = filled.browser(Role.OPERATOR)
    assert press(operator, "country", country="Niemcy") == "The country is DE by your word."
    assert "operator decided for DE" in text_of(operator.get(HERE, params={"tab": "explain"}))
    assert operator.post(f"{HERE}/country", data={"country": "Nibylandia"}).status_code == 422
    press(operator, "country/undo")
    assert operator.post(f"{HERE}/country/undo").status_code == 404


def test_no_default_log_in_is_said_and_cured(site: Site) -> None:
    employees = (Employee(name="Jan", email="jan@a1.example"), Employee(name="Ewa", email="ewa@a1.example"))
    site.house.erp.add(firm("A1", employees=employees))
    site.house.settle()
    operator = site.browser(Role.OPERATOR)
    assert "No default log-in" in text_of(operator.get(HERE, params={"tab": "accounts"}))
    press(operator, "default-login", email="ewa@a1.example")
    assert [one.default_login for one in site.house.contractors()[0].employees] == [False, True]
    assert "No default log-in" not in text_of(operator.get(HERE, params={"tab": "accounts"}))


def test_an_erasure_needs_the_code_again_and_an_admin(filled: Site) -> None:
    filled.house.erp.add(firm("A2", email="a1@firma.example"))
    filled.house.run("erp")
    admin = filled.browser(Role.ADMIN)
    shared = "1 other customer has the same value in: E-mail. K000101. They are not erased with this one."
    assert shared in text_of(admin.get(HERE, params={"tab": "privacy"}))
    assert "Type K000001 to erase this customer" in text_of(admin.get(HERE, params={"tab": "privacy"}))
    assert "Type K000001" not in text_of(filled.browser(Role.OPERATOR).get(HERE, params={"tab": "privacy"}))
    for meant in ("", "K000002", "yes"):
        assert admin.post(f"{HERE}/erase", data={"meant": meant}).status_code == 422
    assert filled.house.statuses() == ["active", "active"]
    assert press(admin, "erase", meant="k1") == "The registry forgot the customer. The sides follow."
    assert filled.house.statuses() == ["anonymised", "active"]
    filled.house.settle()
    admin = filled.browser(Role.ADMIN)  # hours have passed
    said = text_of(admin.get(HERE, params={"tab": "privacy"}))
    assert ("Read back: nothing personal is there" in said, "a1@firma.example" in said) == (True, False)
    assert press(admin, "block") == "Block: nothing was changed. Anonymised."
    for tab in TABS:
        assert "a1@firma.example" not in text_of(admin.get(HERE, params={"tab": tab}))


def test_names_of_customers_are_inert(site: Site) -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
    site.house.erp.add(firm("A1", name=evil, notes=evil, groups=(evil,), caretaker=evil))
    site.house.settle()
    viewer = site.browser(Role.VIEWER)
    for tab in TABS:
        page = viewer.get(HERE, params={"tab": tab}).text
        assert ("<script>alert" in page, "<img src=x" in page) == (False, False), tab


def test_a_customer_is_explained_where_no_connection_is_left(filled: Site) -> None:
    app = filled.console.state.syncd
    filled.console.state.syncd = dataclasses.replace(app, connections={}, network=Network({}))
    admin = filled.browser(Role.ADMIN)
    assert "Domestic" in text_of(admin.get(HERE, params={"tab": "explain"}))
    refused = admin.post(f"{HERE}/block")
    assert (refused.status_code, "there is no connection" in refused.text) == (422, True)
