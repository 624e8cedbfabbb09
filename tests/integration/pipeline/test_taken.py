"""Is an e-mail that a shop takes once only found before the second one is sent, and settled by one answer?"""

from __future__ import annotations

from typing import Any

import pytest

from syncd.domain.contractor import Employee
from syncd.ports import Side
from syncd.registry import tables
from syncd.settings.shape import RouteSettings
from syncd.sync.answers import answer
from syncd.sync.sweep import sweep
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House

SHARED = "biuro@wspolne.example"


@pytest.fixture
def house(build: OpenHouse) -> House:
    """A house whose shop takes an e-mail once."""
    return build(options={"shop": {"one_login": True}})


def add_two(house: House) -> None:
    house.erp.add(firm("A1", email=SHARED))
    house.erp.add(firm("B2", email=SHARED))
    house.settle()


def issue_of(house: House) -> Any:
    return house.one(tables.Issue, code="login-taken", state="open")


def settle(house: House) -> None:
    house.settle()
    sweep(house.app)
    house.settle()


def test_of_two_new_customers_with_one_e_mail_the_second_is_not_sent(house: House) -> None:
    add_two(house)
    issue = issue_of(house)
    assert set(house.at_shop()) == {"A1"}
    assert (issue["contractor_id"], issue["external_id"], issue["details"]["customers"]) == (
        2,
        None,
        ["K000002", "K000001"],
    )
    assert "K000001 has the log-in at shop that K000002 would get" in issue["message"]
    assert SHARED not in issue["message"]
    assert sum(call.writes for call in house.shop.journal) == 1


def test_one_who_comes_later_is_not_sent_either(house: House) -> None:
    house.erp.add(firm("A1", email=SHARED))
    house.settle()
    before = house.writes()
    house.erp.add(firm("B2", email=SHARED.upper()))
    house.settle()
    assert (issue_of(house)["details"]["holders"], house.writes()) == ([1], before)


def test_an_edit_to_a_taken_e_mail_is_not_sent(house: House) -> None:
    house.erp.add(firm("A1", email=SHARED))
    id_ = house.erp.add(firm("B2"))
    house.settle()
    house.erp.edit(id_, email=SHARED)
    house.settle()
    assert house.at_shop()["B2"].email == "b2@firma.example"
    assert issue_of(house)["field"] == "email"


def test_a_block_does_not_wait_for_a_log_in(house: House) -> None:
    house.erp.add(firm("A1", email=SHARED))
    id_ = house.erp.add(firm("B2"))
    house.settle()
    house.erp.edit(id_, active=False)
    house.settle()
    assert not house.at_shop()["B2"].active


@pytest.mark.parametrize("number", [1, 2])
def test_another_e_mail_for_either_of_them_settles_it(house: House, number: int) -> None:
    add_two(house)
    issue = issue_of(house)
    answer(house.app, issue["id"], f"another-email:{number}", value="inny@wspolne.example", by="anna")
    settle(house)
    mails = {name: held.email for name, held in house.at_shop().items()}
    other = "inny@wspolne.example"
    assert mails == ({"A1": SHARED, "B2": other} if number == 1 else {"A1": other, "B2": SHARED})
    assert house.issues() == []


def test_it_goes_on_by_itself_when_the_other_one_gives_the_e_mail_up(house: House) -> None:
    add_two(house)
    first = next(id_ for id_, held in house.erp.holds().items() if held.contractor.number == "A1")
    house.erp.edit(first, email="a1@firma.example")
    settle(house)
    assert {name: held.email for name, held in house.at_shop().items()} == {"A1": "a1@firma.example", "B2": SHARED}
    assert house.issues() == []


def test_it_waits_quietly_as_long_as_the_e_mail_is_taken(house: House) -> None:
    add_two(house)
    seen = issue_of(house)["seen"]
    settle(house)
    assert issue_of(house)["seen"] == seen


def test_what_only_the_shop_can_tell_is_the_same_issue_and_names_whose_it_is(build: OpenHouse) -> None:
    house = build(options={"shop": {"one_login": True}})
    ewa = Employee(name="Ewa", email=SHARED, default_login=True)
    jan = Employee(name="Jan", email="jan@x.example")
    house.erp.add(firm("A1", employees=(ewa,), email="wspolne@x.example"))
    house.settle()
    house.erp.add(firm("B2", employees=(ewa, jan), email="wspolne@x.example"))
    house.settle()
    issue = issue_of(house)
    assert (issue["field"], issue["details"]["holders"]) == ("employees", [1])
    answer(house.app, issue["id"], "set-default-login", by="anna")
    settle(house)
    assert [one.default_login for one in house.at_shop()["B2"].employees] == [False, True]
    assert house.issues() == []


def test_a_merge_is_offered_where_no_system_has_both(build: OpenHouse) -> None:
    sides = {"erp": Side.ERP, "other": Side.ERP, "shop": Side.SHOP}
    routes = [RouteSettings(erp=name, shop="shop") for name in ("erp", "other")]
    house = build(sides=sides, routes=routes, options={"shop": {"one_login": True}})
    house.erp.add(firm("A1", email=SHARED))
    house.sides["other"].add(firm("B2", email=SHARED))
    house.settle()
    answer(house.app, issue_of(house)["id"], "merge-into", by="anna")
    settle(house)
    assert len(house.at_shop()) == 1
    assert "login-taken" not in house.issues()


def test_no_merge_is_offered_where_one_erp_has_both(house: House) -> None:
    add_two(house)
    assert [one["key"] for one in issue_of(house)["details"]["answers"]] == ["another-email", "another-email"]


def test_a_shop_that_does_not_mind_gets_both(build: OpenHouse) -> None:
    house = build()
    add_two(house)
    assert set(house.at_shop()) == {"A1", "B2"}
