"""Can everybody read a customer's pages and act on one or many, on every screen?"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncd.access.roles import Role
from syncd.domain.contractor import Address, AddressKind, Consent, Employee
from tests.fixtures.contractors import firm
from tests.integration.console.conftest import Site

from .conftest import Eyes

HERE = "/customers/K000001"
TABS = ("overview", "shops", "history", "groups", "addresses", "accounts", "runs", "privacy", "explain")
LONG = "Przedsiębiorstwo Produkcyjno-Handlowo-Usługowe „Łódź-Bud” Sp. z o.o. Spółka komandytowa"
PICTURES = os.environ.get("SYNCD_PICTURES")


@pytest.fixture
def pictures() -> Path | None:
    """A folder for screenshots, where somebody wants them."""
    return Path(PICTURES) if PICTURES else None


@pytest.fixture
def filled(site: Site) -> Site:
    """A customer with a long name and all that a page can show, one in Cyrillic, and a bare one."""
    house = site.house
    house.erp.add(
        firm(
            "KH/0001",
            name=LONG,
            phones=("+48 600 100 200", "+48 42 555 01 23"),
            website="https://bardzo-dluga-nazwa-strony.lodz-bud.example/kontakt",
            caretaker="Anna Nowak-Kowalska",
            groups=("Hurt", "Rabat sezonowy wiosna-lato 2026", "VIP"),
            custom={"trasa": "Łódź – Zgierz – Aleksandrów"},
            newsletter=True,
            consents=(
                Consent(kind="newsletter", given=True, at=datetime(2026, 1, 31, 12, tzinfo=UTC), source="formularz"),
            ),
            employees=(
                Employee(name="Zażółć Gęślą", email="zazolc.gesla.jazn@przedsiebiorstwo-lodz-bud.example"),
                Employee(name="Jan Kowalski", email="jan@lodz-bud.example", phone="+48 600 100 201"),
                Employee(name="Ewa Lis", active=False),
            ),
            addresses=(
                Address(street="ul. Piotrkowska 123/45", city="Łódź", postal_code="90-430", country="PL"),
                Address(
                    kind=AddressKind.DELIVERY, name="Magazyn nr 2", street="Оболонская набережная 7", city="Київ",
                    country="UA", phone="+380 44 111 22 33",
                ),
            ),
        )
    )  # fmt: skip
    house.erp.add(firm("KH/0002", name="ООО Рога и Копыта", groups=()))
    house.erp.add(firm("KH/0003", name="Żubr S.A.", addresses=(), groups=(), country="Nibylandia"))
    house.settle()
    first = next(id_ for id_, remote in house.shop.holds().items() if remote.contractor.name == LONG)
    house.shop.edit(first, phones=("+48 600 100 299",), website="https://lodz-bud.example")
    house.settle()
    first = next(id_ for id_, remote in house.erp.holds().items() if remote.contractor.name == LONG)
    house.erp.edit(first, active=False, contact_person="Jan Kowalski")
    house.run("erp")
    return site


@pytest.mark.slow
@pytest.mark.parametrize("tab", TABS)
def test_each_tab_is_right_for_everybody(
    filled: Site, look: Callable[..., Eyes], pictures: Path | None, tab: str
) -> None:
    folder = pictures / tab if pictures else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    look(Role.ADMIN).see(f"{HERE}?tab={tab}", folder)


@pytest.mark.slow
def test_an_empty_customer_says_what_is_so(filled: Site, look: Callable[..., Eyes]) -> None:
    eyes = look(Role.VIEWER)
    for tab in ("groups", "addresses", "accounts"):
        eyes.see(f"/customers/K000003?tab={tab}")


@pytest.mark.slow
def test_editing_a_field_is_right_for_everybody(filled: Site, look: Callable[..., Eyes], pictures: Path | None) -> None:
    look(Role.OPERATOR).see(f"{HERE}/edit?field=caretaker", pictures)


def test_a_menu_of_acts_opens_and_one_press_does_it(filled: Site, look: Callable[..., Eyes]) -> None:
    page = look(Role.OPERATOR).page
    page.goto("/customers/K000002")
    page.locator("summary", has_text="More").click()
    page.get_by_role("button", name="Hold synchronization").click()
    page.get_by_role("status").filter(has_text="Hold synchronization: run").wait_for()
    assert filled.house.holds()[1] == {("sync_held", "console:operator")}


@pytest.mark.slow
def test_without_javascript_a_block_is_placed_all_the_same(filled: Site, look: Callable[..., Eyes]) -> None:
    page = look(Role.OPERATOR, java_script_enabled=False).page
    page.goto("/customers/K000002")
    page.locator("summary", has_text="More").click()
    page.get_by_role("button", name="Block", exact=True).click()
    assert filled.house.statuses()[1] == "blocked"


FORM = """([op, codes]) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/customers/bulk";
  for (const [name, value] of [["action", op], ...codes.map((code) => ["code", code])]) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}"""


@pytest.mark.slow
@pytest.mark.parametrize("op", ["block", "group-add", "newsletter", "sync"])
def test_the_preview_of_many_is_right_for_everybody(
    filled: Site, look: Callable[..., Eyes], pictures: Path | None, op: str
) -> None:
    eyes = look(Role.ADMIN)
    eyes.page.goto("/customers/K000002")
    with eyes.page.expect_navigation():
        eyes.page.evaluate(FORM, [op, ["K000001", "K000002", "K000003", "K000099"]])
    folder = pictures / f"bulk-{op}" if pictures else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    eyes.look_on(f"bulk {op}", folder)
    if op == "block":
        eyes.page.get_by_role("button", name="Block: 2 customers").click()
        eyes.page.wait_for_url("**/customers")
        assert filled.house.statuses() == ["blocked_by_erp", "blocked", "blocked"]


@pytest.mark.slow
def test_all_that_a_filter_matches_are_acted_on_and_the_list_shows_what_they_are_now(
    filled: Site, look: Callable[..., Eyes], pictures: Path | None
) -> None:
    page = look(Role.ADMIN).page
    page.goto("/customers?filter=status:eq:active&sort=-name")
    page.get_by_label("All 2 that match").check()
    page.get_by_label("What is to be done").select_option("block")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Block: 2 customers").click()
    page.get_by_text("Block: 2 customers changed").wait_for()
    assert page.url.endswith("/customers?filter=status:eq:active&sort=-name")
    page.goto("/customers?filter=status:eq:blocked")
    assert page.locator("main [data-row]").count() == 2
    assert filled.house.statuses() == ["blocked_by_erp", "blocked", "blocked"]


@pytest.mark.slow
def test_rows_that_were_ticked_are_acted_on_without_javascript(filled: Site, look: Callable[..., Eyes]) -> None:
    page = look(Role.OPERATOR, java_script_enabled=False).page
    page.goto("/customers?filter=status:eq:active")
    page.locator("main [data-row] input[name=code]").first.check()
    page.get_by_label("What is to be done").select_option("caretaker")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Caretaker").fill("Anna Nowak")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Assign a caretaker: 1 customer").click()
    page.get_by_text("Assign a caretaker: 1 customer changed").wait_for()
    assert [one.caretaker for one in filled.house.contractors()].count("Anna Nowak") == 1
