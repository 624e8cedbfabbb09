"""Does what an admin does all day lead to its end, from the first click to the last, in a real browser?

Ten journeys. What the daemon's workers do between two clicks is done here by their own functions.
"""

from __future__ import annotations

import csv
import re
import socket
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from syncd.access import setup
from syncd.access.roles import Role
from syncd.domain.groups import GroupRule, Match
from syncd.ports import Page as Records
from syncd.registry import tables
from syncd.sync.groups import rules as mapping
from tests.fixtures.contractors import firm
from tests.integration.console.conftest import Site, serving
from tests.integration.pipeline.house import House, Through

from .conftest import Eyes

NAME = "Łódź-Bud Sp. z o.o."
FAIR = "Targi 2026"


def pick(page: Page, what: str) -> None:
    """Choose what is to be done with the rows that are selected, and go on."""
    page.get_by_label("What is to be done").select_option(what)
    page.get_by_role("button", name="Go on").click()


def test_the_first_admin_follows_the_set_up_link_chooses_a_password_and_is_on_the_dashboard(
    house: House, chromium: Browser, door: socket.socket
) -> None:
    with serving(house, door=door) as site:
        key = setup.make_link(house.app.engine, house.now)
        eyes = Eyes(site, chromium, None, thorough=False)
        page = eyes.page
        page.goto(f"/set-up/{key}")
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Password").fill("several unrelated words indeed")
        page.get_by_role("button", name="Make the admin").click()
        page.wait_for_url(f"{site.url}/")
        assert page.locator("h1").inner_text() == "Dashboard"
        assert page.locator(".top-person").inner_text() == "anna"
        page.goto(f"/set-up/{key}")
        assert page.locator("h1").inner_text() == "This link does not work"
        eyes.close()


def test_sync_now_is_two_clicks_from_any_page_and_its_counter_moves_and_survives_a_reload(
    site: Site, look: Callable[..., Eyes]
) -> None:
    house = site.house
    for number in range(40):
        house.erp.add(firm(f"A{number}"))
    seen, go_on = threading.Event(), threading.Event()

    class Waits(Through):
        """A side that sends a page and then waits to be told to go on."""

        def read(self, cursor: str | None, *, full: bool) -> Iterator[Records]:
            for part in self.inner.read(cursor, full=full):
                house.pass_time(seconds=3 + 5 * len(part.records))
                yield part
                seen.set()
                go_on.wait(20)

    house.through("erp", Waits)
    page = look(Role.OPERATOR).page
    page.goto("/audit")
    page.get_by_role("link", name="Dashboard").click()
    page.get_by_role("row", name="erp").get_by_role("button", name="Sync now").click()
    page.wait_for_url("**/runs/1")
    counter = page.locator(".stage-count").first
    work = threading.Thread(target=lambda: (house.execute(1), house.push()))
    work.start()
    assert seen.wait(20)
    counter.filter(has_text=re.compile("^10")).wait_for()
    page.reload()
    assert counter.inner_text().startswith("10")
    go_on.set()
    work.join()
    page.locator("h1 + .badge", has_text="Succeeded").wait_for(timeout=20_000)
    assert counter.inner_text() == "40"


def test_a_run_that_a_limit_holds_is_approved_with_a_reason_and_applied(site: Site, look: Callable[..., Eyes]) -> None:
    house = site.house
    ids = [house.erp.add(firm(f"A{number}")) for number in range(40)]
    house.settle()
    for id_ in ids[:24]:
        house.erp.edit(id_, active=False)
    held = house.run("erp")
    page = look(Role.ADMIN).page
    page.goto("/")
    page.get_by_text("24 changes wait for a decision").wait_for()
    page.get_by_role("link", name="Look at the plan").click()
    page.get_by_text("A limit holds it:").wait_for()
    page.get_by_label("Reason, for the audit log").fill("Anna called: the firms were merged")
    page.get_by_role("button", name="Apply 24 changes").click()
    page.get_by_text("are being applied").wait_for()
    house.finish()
    assert house.statuses().count("blocked_by_erp") == 24
    page.goto(f"/plans/{held['id']}")
    assert "Anna called: the firms were merged" in page.locator(".deeds").inner_text()
    page.goto("/audit")
    assert page.get_by_text("Anna called: the firms were merged").first.is_visible()


def test_whoever_types_lodz_anywhere_finds_a_customer_from_there(site: Site, look: Callable[..., Eyes]) -> None:
    site.house.erp.add(firm("A1", name=NAME))
    site.house.erp.add(firm("A2", name="Северсталь"))
    site.house.run("erp")
    page = look(Role.VIEWER).page
    page.goto("/runs")
    page.get_by_role("searchbox", name="Search customers").fill("lodz")
    page.keyboard.press("Enter")
    page.get_by_text("1 customer", exact=True).wait_for()
    page.get_by_role("link", name=NAME).click()
    page.wait_for_url("**/customers/K000001")
    assert page.locator("h1").inner_text() == NAME


def test_why_a_customer_is_blocked_stands_on_its_page_with_who_did_it_and_who_lifts_it(
    site: Site, look: Callable[..., Eyes]
) -> None:
    house = site.house
    id_ = house.erp.add(firm("A1", name=NAME))
    house.settle()
    house.erp.edit(id_, active=False)
    run = house.run("erp")["id"]
    page = look(Role.VIEWER).page
    page.goto("/customers?filter=status:eq:blocked_by_erp")
    page.get_by_role("link", name=NAME).click()
    stands = page.get_by_role("region", name="What stands")
    assert "Only the ERP lifts this" in stands.inner_text()
    stands.get_by_role("link", name=f"run {run}").click()
    page.wait_for_url(f"**/runs/{run}")
    page.go_back()
    page.get_by_role("link", name="Explain").click()
    assert page.get_by_text("Blocked by ERP").first.is_visible()


def test_a_conflict_is_resolved_by_one_click_and_the_others_by_the_same_answer(
    site: Site, look: Callable[..., Eyes]
) -> None:
    house = site.house
    ids = [house.erp.add(firm(f"A{number}")) for number in range(3)]
    house.settle()
    for erp in ids:
        house.erp.edit(erp, name=f"{NAME} {erp}")
    for shop in house.shop.holds():
        house.shop.edit(shop, name="Lodz Bud")
    house.run("erp")
    house.run("shop")
    page = look(Role.OPERATOR).page
    page.goto("/")
    page.get_by_role("link", name="Needs attention").first.click()
    page.get_by_role("button", name="Keep ERP").first.click()
    page.get_by_text("Answered: Keep ERP").wait_for()
    page.get_by_role("link", name="Do the same for the other").click()
    page.get_by_role("button", name="Answer").click()
    page.get_by_text("2 issues were answered.").wait_for()
    assert house.issues() == []
    house.settle()
    assert {one.name for one in house.at_shop().values()} == {f"{NAME} {id_}" for id_ in ids}


def test_a_group_is_mapped_after_a_look_at_whom_it_would_change(site: Site, look: Callable[..., Eyes]) -> None:
    house = site.house
    for number in range(6):
        house.erp.add(firm(f"A{number}", groups=("Hurt", "Оптовые", "Detal")[number % 3 : number % 3 + 1]))
    house.settle()
    mapping.add_rule(
        house.app, "erp", "shop", GroupRule(match=Match.EQUALS, pattern="Hurt", target="B2B"), by="console:anna"
    )
    page = look(Role.ADMIN).page
    page.goto("/groups")
    page.get_by_role("link", name="Mapping").first.click()
    page.get_by_role("link", name="Map Оптовые").click()
    page.get_by_label("is at the shop").fill("Opt")
    page.get_by_role("button", name="See the effect").click()
    page.get_by_text("2 customers would change at shop").wait_for()
    assert len(mapping.list_rules(house.app, "erp", "shop")) == 1  # it was only looked at
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The rules are changed; 2 customers are concerned.").wait_for()
    assert "/plans/" in page.url
    assert [one.rule.target for one in mapping.list_rules(house.app, "erp", "shop")] == ["B2B", "Opt"]


def test_a_group_gets_1190_customers_by_a_filter_and_the_number_is_said_before_and_after(
    site: Site, look: Callable[..., Eyes]
) -> None:
    house = site.house
    for number in range(1190):
        house.erp.add(firm(f"A{number}"))
    house.erp.add(firm("B1", name="Inny", country="DE", tax_prefix="DE", tax_id="", groups=()))
    house.run("erp")
    page = look(Role.ADMIN).page
    page.goto("/customers?filter=group:has:Hurt")
    page.get_by_text("1,190 customers", exact=True).wait_for()
    page.get_by_label("All 1,190 that match").check()
    pick(page, "group-add")
    page.get_by_label("Name of the group").fill(FAIR)
    page.get_by_role("button", name="Preview").click()
    page.get_by_label("Type 1190, the number of customers selected").fill("1190")
    page.get_by_role("button", name=re.compile(r"1,?190 customers")).click()
    page.get_by_text(re.compile(r"1,?190 customers changed")).wait_for()
    assert urlsplit(page.url).query == "filter=group:has:Hurt"
    assert sum(FAIR in one.groups for one in house.contractors()) == 1190
    page.goto(f"/customers?filter=group:has:%22{FAIR}%22")
    assert page.locator("main [data-row]").first.get_by_text(FAIR).is_visible()


def test_an_export_has_the_rows_and_the_columns_of_the_list(site: Site, look: Callable[..., Eyes]) -> None:
    site.house.erp.add(firm("A1", name=NAME))
    site.house.erp.add(firm("A2", name="Северсталь", groups=("VIP",)))
    site.house.erp.add(firm("A3", name="=1+1"))
    site.house.run("erp")
    page = look(Role.OPERATOR).page
    page.goto("/customers?filter=group:has:Hurt&cols=code,name&sort=-name")
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as waits:
        page.get_by_role("link", name="CSV").click()
    data = waits.value.path().read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(data.decode("utf-8-sig").splitlines())
    assert [cell.casefold() for cell in head] == ["code", "name"]
    assert {row[1] for row in rows} == {NAME, "'=1+1"}
    assert [row[0] for row in rows] == page.locator("main [data-row] input[name=code]").evaluate_all(
        "all => all.map(one => one.value)"
    )


def test_a_customer_is_anonymised_alone_after_its_code_was_typed(site: Site, look: Callable[..., Eyes]) -> None:
    house = site.house
    for number in range(2):
        house.erp.add(firm(f"A{number}", name=f"{NAME} {number}"))
    house.settle()
    page = look(Role.ADMIN).page
    page.goto("/customers")
    assert "erase" not in page.get_by_label("What is to be done").inner_html()
    page.get_by_role("link", name=f"{NAME} 0").click()
    page.locator("summary", has_text="More").click()
    page.get_by_role("link", name="Personal data and erasure").click()
    page.get_by_label("Type K000001 to erase this customer").fill("K000001")
    page.get_by_role("button", name="Erase for good").click()
    page.get_by_role("heading", name="Erasure 1").wait_for()
    assert page.locator("h1").inner_text() != f"{NAME} 0"
    house.settle()
    assert house.statuses() == ["anonymised", "active"]
    assert [one.name for one in house.at_shop().values()].count(f"{NAME} 0") == 0
    assert house.one(tables.Audit, action="erase")["actor"] == "console:admin"
