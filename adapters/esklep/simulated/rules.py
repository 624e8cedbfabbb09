"""What does the shop refuse? Raises a `RecordError` with the field and a reason of the bridge protocol as its code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from adapters.esklep.simulated.customer import RESIDENCIES
from syncd.domain.contractor import Contractor
from syncd.domain.country import alpha2
from syncd.errors import InvalidRecord, RecordError

__all__ = ["NAME_LENGTH", "Forbidden", "check", "logins"]

NAME_LENGTH: Final = 250


class Forbidden(RecordError):
    """A shopper may not do this; an admin or the ERP may."""

    code = "forbidden"


def check(data: Contractor, taken: Callable[[str], bool]) -> None:
    """Look at what a customer is to hold.

    Args:
        taken: Whether somebody else has an e-mail or log-in, in lower case.

    Raises:
        InvalidRecord: With the first thing that is wrong.
    """
    if not data.name.strip():
        raise _refusal("name", "required")
    if len(data.name) > NAME_LENGTH:
        raise _refusal("name", "too_long")
    if data.country and alpha2(data.country) != data.country:
        raise _refusal("country", "invalid")
    if any(place.country and alpha2(place.country) != place.country for place in data.addresses):
        raise _refusal("addresses", "invalid")
    if data.tax_class not in RESIDENCIES:
        raise _refusal("tax_class", "invalid")
    if sum(employee.default_login for employee in data.employees) > 1:
        raise _refusal("employees", "invalid")
    if taken(data.email.casefold()):
        raise _refusal("email", "duplicate")
    if any(map(taken, logins(data))):
        raise _refusal("employees", "duplicate")


def logins(data: Contractor) -> set[str]:
    """Log-ins of a customer's people, in lower case."""
    return {employee.email.casefold() for employee in data.employees if employee.email}


def _refusal(field: str, reason: str) -> InvalidRecord:
    return InvalidRecord("the shop refuses the value", code=reason, field=field)
