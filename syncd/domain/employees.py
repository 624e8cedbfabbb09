"""Can somebody log in for this contractor, and which of two statements is the same person?"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

import msgspec

from syncd.domain.answers import Answer
from syncd.domain.contractor import Contractor, Employee

__all__ = ["Doubt", "default_doubt", "employee_key", "set_default_answers", "with_default"]


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
