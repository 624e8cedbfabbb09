"""Has an active contractor exactly one default log-in, and can one be made?"""

from __future__ import annotations

from typing import Any

import pytest

from syncd.domain.contractor import Contractor, Employee
from syncd.domain.employees import default_doubt, employee_key, login_of, logins_of, set_default_answers, with_default
from tests.fixtures.contractors import firm

ANNA = Employee(name="Anna Lis", email="anna@x.example")
EWA = Employee(name="Ewa Kos", email="Ewa@x.example")


def default(employee: Employee, *, active: bool = True) -> Employee:
    return Employee(name=employee.name, email=employee.email, default_login=True, active=active)


def with_employees(*employees: Employee, active: bool = True) -> Contractor:
    return firm("A1", employees=employees, active=active)


@pytest.mark.parametrize(
    ("employees", "defaults"),
    [
        ((ANNA, EWA), 0),
        ((default(ANNA), default(EWA)), 2),
        ((default(ANNA, active=False), EWA), 0),
    ],
)
def test_an_active_contractor_with_none_or_several_default_log_ins_is_told(
    employees: tuple[Employee, ...], defaults: int
) -> None:
    doubt = default_doubt(with_employees(*employees))
    assert doubt is not None
    assert doubt.defaults == defaults


@pytest.mark.parametrize(
    "contractor",
    [
        with_employees(default(ANNA), EWA),
        with_employees(ANNA, EWA, active=False),
        with_employees(),
        with_employees(Employee(name="Zaopatrzenie", phone="1")),
        with_employees(default(ANNA), default(EWA, active=False)),
    ],
)
def test_one_default_log_in_or_nobody_to_be_it_is_right(contractor: Contractor) -> None:
    assert default_doubt(contractor) is None


def test_each_employee_that_can_log_in_is_an_answer() -> None:
    off = Employee(email="off@x.example", active=False)
    answers = set_default_answers(with_employees(ANNA, EWA, off))
    assert [answer.values["email"] for answer in answers] == ["anna@x.example", "Ewa@x.example"]


def test_making_one_the_default_makes_the_others_none() -> None:
    changed = with_default(with_employees(default(ANNA), EWA, default(EWA, active=False)), "ewa@X.example")
    assert changed is not None
    assert [employee.default_login for employee in changed.employees] == [False, True, False]
    assert default_doubt(changed) is None


def test_nobody_becomes_the_default_who_cannot_log_in() -> None:
    assert with_default(with_employees(ANNA), "gone@x.example") is None


def test_an_employee_is_known_by_the_log_in_and_else_by_the_name() -> None:
    assert employee_key(ANNA) == employee_key(Employee(name="Anna Nowak", email="ANNA@x.example"))
    assert employee_key(Employee(name="Jan  Lis")) == employee_key(Employee(name="jan lis"))
    assert employee_key(ANNA) != employee_key(EWA)


@pytest.mark.parametrize(
    ("stated", "login", "field"),
    [
        ({"employees": (ANNA, default(EWA)), "login_email": "l@x.example"}, "ewa@x.example", "employees"),
        ({"employees": (default(ANNA, active=False),), "login_email": " L@x.example"}, "l@x.example", "login_email"),
        ({"employees": (ANNA,), "email": "Biuro@x.example"}, "biuro@x.example", "email"),
        ({"email": ""}, "", "email"),
    ],
)
def test_the_default_log_in_is_the_default_employees_else_the_stated_one_else_the_contact(
    stated: dict[str, Any], login: str, field: str
) -> None:
    assert login_of(firm("A1", **stated)) == (login, field)


def test_every_e_mail_by_which_somebody_gets_in_counts_as_a_log_in() -> None:
    contractor = firm("A1", email="Biuro@x.example", employees=(ANNA, EWA))
    assert logins_of(contractor) == {"biuro@x.example", "anna@x.example", "ewa@x.example"}
