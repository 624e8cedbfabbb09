"""Is an active customer without one default log-in told, and settled by one answer?"""

from __future__ import annotations

import pytest

from syncd.domain.contractor import Employee
from syncd.registry import tables
from syncd.sync.answers import answer
from syncd.sync.verify import prove
from tests.fixtures.contractors import firm

from .house import House

ANNA = Employee(name="Anna Lis", email="anna@x.example")
EWA = Employee(name="Ewa Kos", email="ewa@x.example")


def default(employee: Employee) -> Employee:
    return Employee(name=employee.name, email=employee.email, default_login=True)


@pytest.mark.parametrize(
    ("employees", "code"),
    [((ANNA, EWA), "no-default-login"), ((default(ANNA), default(EWA)), "several-default-logins")],
)
def test_one_answer_makes_one_default_log_in_everywhere(
    house: House, employees: tuple[Employee, ...], code: str
) -> None:
    house.erp.add(firm("A1", employees=employees))
    house.settle()
    issue = house.one(tables.Issue, code=code)
    assert "x.example" not in issue["message"]
    answer(house.app, issue["id"], "set-default-login:2", by="anna")
    house.settle()
    for held in (house.at_erp()["A1"], house.at_shop()["A1"]):
        assert [employee.default_login for employee in held.employees] == [False, True]
    assert (house.issues(), house.is_at_rest()) == ([], True)


def test_the_issue_heals_itself_when_the_default_is_marked_where_it_comes_from(house: House) -> None:
    id_ = house.erp.add(firm("A1", employees=(ANNA, EWA)))
    house.settle()
    house.erp.edit(id_, employees=(default(ANNA), EWA))
    house.settle()
    assert house.issues() == []


def test_a_blocked_customer_needs_no_default_log_in(house: House) -> None:
    house.erp.add(firm("A1", employees=(ANNA, EWA), active=False))
    house.settle()
    assert house.issues() == []


def test_log_in_and_contact_e_mail_are_never_copied_from_one_to_the_other(house: House) -> None:
    id_ = house.erp.add(firm("A1", email="biuro@x.example", login_email="login@x.example"))
    house.settle()
    house.erp.edit(id_, email="nowe@x.example")
    house.settle()
    shop = house.at_shop()["A1"]
    assert (shop.email, shop.login_email) == ("nowe@x.example", "login@x.example")


def test_no_shop_is_told_of_an_e_mail_that_is_none(house: House) -> None:
    jan = Employee(name="Jan Kot", email="jan(at)x.example", default_login=True)
    id_ = house.erp.add(firm("A1", email="kowalski(at)firma", login_email="kowalski", employees=(jan,)))
    house.settle()
    shop = house.at_shop()["A1"]
    assert (shop.email, shop.login_email, [one.email for one in shop.employees]) == ("", "", [""])
    issues = [(row["code"], row["external_id"], row["field"]) for row in house.rows(tables.Issue)]
    assert issues == [("email-invalid", id_, field) for field in ("email", "login_email", "employees")]
    assert house.contractors()[0].email == "kowalski(at)firma"
    assert house.is_at_rest()


def test_a_shop_keeps_its_e_mail_until_an_erps_mistake_is_mended(house: House) -> None:
    id_ = house.erp.add(firm("A1", email="dobry@x.example"))
    house.settle()
    house.erp.edit(id_, email="zly(at)x.example")
    house.settle()
    assert (house.at_shop()["A1"].email, house.issues()) == ("dobry@x.example", ["email-invalid"])
    assert house.is_at_rest()
    assert prove(house.app, house.app.connection("shop"), by="anna").differences == []
    house.erp.edit(id_, email="nowy@x.example")
    house.settle()
    assert (house.at_shop()["A1"].email, house.issues()) == ("nowy@x.example", [])
