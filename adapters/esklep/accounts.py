"""Which employees does a customer have, and what may not be written of them?

The shop makes an account by itself for everybody who is added: the contact e-mail, without a name, and it is the
log-in. While it is the only one it is no employee of anybody's list: its e-mail is told as the log-in and nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from syncd.domain.contractor import Contractor, Employee
from syncd.domain.employees import default_doubt
from syncd.errors import InvalidRecord
from syncd.sentence import Counted, Sentence

__all__ = ["as_the_shop_has_it", "check_default", "told"]


def told(contractor: Contractor) -> Contractor:
    """The same without the account that the shop made by itself, if there is no other; its log-in is stated."""
    alone = len(contractor.employees) == 1 and _is_own(contractor.employees[0])
    employees = () if alone else contractor.employees
    return msgspec.structs.replace(contractor, employees=employees, login_email=_default(contractor))


def _is_own(employee: Employee) -> bool:
    return msgspec.structs.replace(employee, key="", email="") == Employee(default_login=True)


def as_the_shop_has_it(changes: Mapping[str, Any], wanted: Contractor) -> dict[str, Any]:
    """Changes in the shop's terms: the log-in is the default employee's, and nothing empties what is never empty.

    Somebody always has an account, and a residency is one of three.

    Args:
        wanted: The customer after these changes.
    """
    never_empty = ("employees", "tax_class", "login_email")
    said = {name: value for name, value in changes.items() if value or name not in never_empty}
    login = said.pop("login_email", "")
    if login and "employees" not in said and login != _default(wanted):
        said["employees"] = _with_login(wanted.employees, login)
    return said


def _default(contractor: Contractor) -> str:
    return next((employee.email for employee in contractor.employees if employee.default_login), "")


def _with_login(employees: tuple[Employee, ...], login: str) -> tuple[Employee, ...]:
    if not any(employee.default_login for employee in employees):
        return (*employees, Employee(email=login, default_login=True))
    return tuple(
        msgspec.structs.replace(employee, email=login) if employee.default_login else employee for employee in employees
    )


def check_default(contractor: Contractor) -> None:
    """Refuse several default log-ins: the shop has one. None at all is the red row of its list, which it can hold.

    Raises:
        InvalidRecord: Naming the cure.
    """
    doubt = default_doubt(contractor)
    if doubt is not None and doubt.defaults > 1:
        raise InvalidRecord(
            Sentence(
                Counted(
                    "%(count)s employee is the default log-in, and the shop has exactly one",
                    "%(count)s employees are the default log-in, and the shop has exactly one",
                ),
                count=doubt.defaults,
            ),
            code="several-default-logins",
            field="employees",
            cure="Mark one of them as the default, where they come from or here.",
        )
