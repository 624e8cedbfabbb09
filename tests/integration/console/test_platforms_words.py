"""Does a reader see what a platform refused, and what helps, in their own language?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.access.roles import Role
from syncd.certify.faults import Fault
from syncd.registry import tables
from tests.fixtures.contractors import firm
from tests.fixtures.registries import bare, fresh
from tests.integration.pipeline.house import House, open_house

from .conftest import Site


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house whose shop is one of InSales."""
    with open_house(f"sqlite:///{fresh(bare())}", folder=tmp_path, kinds={"shop": "insales"}) as house:
        yield house


def test_a_refusal_of_the_shop_is_an_issue_in_the_language_of_who_reads_it(site: Site) -> None:
    house = site.house
    house.erp.add(firm("A1"))
    house.run("erp")
    house.shop.faults.plan(*[Fault(kind="status", status=422, only="write")] * 3)
    house.push()
    (issue,) = [row for row in house.rows(tables.Issue) if row["code"] == "refused"]
    assert issue["message"].startswith("the shop refused a value")
    page = site.browser(Role.VIEWER, **{"accept-language": "pl"}).get(f"/attention/{issue['id']}").text
    assert re.search(r"sklep odrzucił wartość.*имеет неверное значение", page)
    assert "Popraw wartość tam, skąd pochodzi; przejmie ją następny przebieg." in page
    assert "refused a value" not in page


def test_a_test_of_a_connection_is_told_in_the_language_of_who_reads_it(site: Site) -> None:
    operator = site.browser(Role.OPERATOR, **{"accept-language": "pl"})
    operator.post("/connections/shop/test")
    page = operator.get("/connections/shop?tab=test").text
    assert re.search(r"\d+ klient\w*, \d+ grup", page)
    assert "The first write that needs them" not in page
