"""Can somebody log in for this contractor, and which of two statements is the same person?"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, Final

import msgspec

from syncd.domain.answers import Answer
from syncd.domain.contractor import Contractor, Employee
from syncd.domain.proof import is_email

__all__ = [
    "LOGIN_TAKEN",
    "Doubt",
    "default_doubt",
    "employee_key",
    "login_of",
    "logins_of",
    "set_default_answers",
    "with_default",
    "without_wrong_emails",
    "wrong_emails",
]


LOGIN_TAKEN: Final = "login-taken"
"""Cause: a side takes an e-mail as the log-in of one customer only, and another one has it."""


class Doubt(msgspec.Struct, frozen=True):
    """What is wrong with the default log-in.

    Attributes:
        defaults: How many there are instead of one.
        logins: How many employees could be the one.
    """

    defaults: int
    logins: int


def employee_key(employee: Employee) -> Hashable:
    """What makes two statements the same person: the log-in, else the name."""
    return " ".join((employee.email or employee.name).split()).casefold()


def login_of(contractor: Contractor) -> tuple[str, str]:
    """Say with which e-mail a contractor logs in by default, in the form in which e-mails are compared; and its field.

    The default employee's, else the log-in e-mail, else the contact e-mail.
    """
    default = next((one.email for one in contractor.employees if one.default_login and one.active and one.email), "")
    stated = {"employees": default, "login_email": contractor.login_email, "email": contractor.email}
    field = next((name for name, email in stated.items() if email.strip()), "email")
    return stated[field].strip().casefold(), field


def logins_of(contractor: Contractor) -> frozenset[str]:
    """E-mails with which somebody may log in for a contractor, in the form in which e-mails are compared."""
    stated = (contractor.email, contractor.login_email, *(employee.email for employee in contractor.employees))
    return frozenset(email.strip().casefold() for email in stated if email.strip())


def wrong_emails(contractor: Contractor) -> dict[str, list[str]]:
    """What is stated as an e-mail with which somebody could log in, and is none, by field."""
    found: dict[str, list[str]] = {}
    if contractor.email and not is_email(contractor.email):
        found["email"] = [contractor.email]
    if contractor.login_email and not is_email(contractor.login_email):
        found["login_email"] = [contractor.login_email]
    if contractor.employees:
        wrong = [one.email for one in contractor.employees if one.email and not is_email(one.email)]
        if wrong:
            found["employees"] = wrong
    return found


def without_wrong_emails(contractor: Contractor) -> Contractor:
    """What a shop may make log-ins of, and mail to."""
    wrong = wrong_emails(contractor)
    if not wrong:
        return contractor
    changes: dict[str, Any] = dict.fromkeys(wrong, "")
    if "employees" in wrong:
        changes["employees"] = tuple(
            msgspec.structs.replace(one, email="") if one.email in wrong["employees"] else one
            for one in contractor.employees
        )
    return msgspec.structs.replace(contractor, **changes)


def default_doubt(contractor: Contractor) -> Doubt | None:
    """Say what is wrong with the default log-in of a contractor that works; ``None`` when exactly one employee is it.

    Without employees that can log in the contractor is its own log-in.
    """
    if not contractor.active:
        return None
    logins = list(_logins(contractor))
    defaults = sum(employee.default_login for employee in logins)
    return None if not logins or defaults == 1 else Doubt(defaults, len(logins))


def set_default_answers(contractor: Contractor) -> tuple[Answer, ...]:
    """One answer for each employee that can be the default log-in."""
    return tuple(
        Answer(
            key="set-default-login",
            label=f"{employee.name or employee.email} is the default log-in",
            values={"email": employee.email},
        )
        for employee in _logins(contractor)
    )


def with_default(contractor: Contractor, email: str) -> Contractor | None:
    """Make one employee the default log-in and no other; ``None`` when nobody active has that log-in."""
    wanted = email.casefold()
    if not any(employee.email.casefold() == wanted for employee in _logins(contractor)):
        return None
    employees = tuple(
        msgspec.structs.replace(employee, default_login=employee.active and employee.email.casefold() == wanted)
        for employee in contractor.employees
    )
    return msgspec.structs.replace(contractor, employees=employees)


def _logins(contractor: Contractor) -> Iterator[Employee]:
    return (employee for employee in contractor.employees if employee.active and employee.email)
