"""Does a page cost the same with three customers and with a page full of them? Counted, not timed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from syncd.access.roles import Role
from syncd.languages import LANGUAGES
from tests.fixtures.contractors import firm

from .conftest import Site

PAGES = {
    "list": "/customers",
    "search": "/customers?q=kowal&sort=name",
    "filter": "/customers?filter=group:has:hurt",
    "customer": "/customers/K000001",
    "dashboard": "/",
}
MOST_STATEMENTS = {"list": 13, "search": 13, "filter": 14, "customer": 24, "dashboard": 22}
"""Who asks, what stands in the frame, and the page itself."""

GROUPS = ("Hurt", "Stali klienci", "Darmowa dostawa", "Przelew 14 dni")
NAMES = (
    "Przedsiębiorstwo Handlowo-Usługowe Kowal i Synowie Sp. z o.o.",
    "Общество с ограниченной ответственностью «Ковальчук»",
    "Kowal Detal",
)


def add(site: Site, numbers: range) -> None:
    """Customers with names as long as names are, each in several groups."""
    for number in numbers:
        name, groups = f"{NAMES[number % 3]} {number}", GROUPS[: 2 + number % 3]
        site.house.erp.add(firm(f"A{number:03}", name=name, groups=groups, email=f"kowal{number}@firma.example"))
    assert site.house.run("erp")["state"] == "succeeded"
    site.house.push()


@contextmanager
def heard(site: Site) -> Iterator[list[str]]:
    """Statements that the console sends meanwhile; what begins and ends a transaction does not count."""
    said: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(site.house.app.engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(site.house.app.engine, "before_cursor_execute", hear)


def asked(site: Site, client: Any, address: str) -> int:
    with heard(site) as said:
        answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return len(said)


def test_a_page_asks_the_database_as_often_for_fifty_customers_as_for_three(site: Site) -> None:
    client = site.browser(Role.OPERATOR)
    add(site, range(3))
    few = {name: asked(site, client, address) for name, address in PAGES.items()}
    for first in range(3, 60, 19):  # a limit holds more at a time
        add(site, range(first, first + 19))
    many = {name: asked(site, client, address) for name, address in PAGES.items()}
    assert client.get("/customers").text.count("<tr data-row") == 50
    assert many == few
    assert {name: number for name, number in many.items() if number > MOST_STATEMENTS[name]} == {}


FILTER = "filter=status:eq:active+AND+(country:eq:PL+OR+zone:eq:intra_eu)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_of_the_usual_size_stays_small_with_a_filter_as_well(site: Site, language: str) -> None:
    add(site, range(50))
    browser = site.browser(Role.OPERATOR, **{"accept-language": language})
    for query in ("", f"{FILTER}&sort=name"):
        answer = browser.get(f"/customers?{query}")
        assert answer.text.count("<tr data-row") == 50
        assert len(answer.content) < 60_000
