"""What does somebody see who has installed syncd and connected nothing yet?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.access.roles import Role
from syncd.bootstrap import open_app
from syncd.console.routes import ROUTES
from syncd.settings import Settings
from tests.fixtures.registries import bare, fresh
from tests.integration.pipeline.house import open_house

from .conftest import Site, serving, staff
from .test_routes import ask, path_of


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    database = f"sqlite:///{fresh(bare())}"
    with open_house(database, folder=tmp_path) as house:
        house.app = open_app(Settings(database=f"sqlite:///{fresh(bare())}", folder=tmp_path), now=house.app.now)
        staff(house)
        with serving(house) as site:
            yield site


def test_every_page_and_every_address_of_the_api_answers(site: Site) -> None:
    browser, program = site.browser(Role.ADMIN), site.program(site.token(Role.ADMIN, "admin"))
    broken = {}
    for route in ROUTES:
        if route.method == "GET":
            answer = ask(program if route.path.startswith("/api/") else browser, route)
            if answer.status_code >= 500:
                broken[path_of(route)] = answer.status_code
    assert broken == {}


def test_the_first_page_says_what_to_do_next(site: Site) -> None:
    page = site.browser(Role.ADMIN).get("/")
    assert "Connect the ERP first, then the shop" in page.text
