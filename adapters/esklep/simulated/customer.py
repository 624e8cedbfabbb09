"""What does the shop know of one customer?"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from syncd.domain.contractor import Contractor, Employee

__all__ = ["DOMESTIC", "FIELDS_HELD", "RESIDENCIES", "Customer", "Status"]

DOMESTIC: Final = "krajowy"
RESIDENCIES: Final = (DOMESTIC, "wewnatrzunijny", "pozaunijny")

FIELDS_HELD: Final = frozenset(
    "name kind number tax_id tax_id_stated tax_prefix country tax_class email phones addresses employees groups"
    " caretaker price_list payment_form payment_days credit_limit discount newsletter origin activity".split()
)
"""Fields of a contractor that the shop keeps as data; status and log-in follow from other things."""


class Status(StrEnum):
    """State of an account, by its label in the export."""

    ACTIVE = "aktywny"
    PENDING = "oczekuje"
    REJECTED = "odrzucony"
    BLOCKED = "zablokowany"
    BLOCKED_BY_ERP = "zablokowany_erp"
    ANONYMISED = "zanonimizowany"


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """One customer.

    Attributes:
        id: The shop's own number, never given twice.
        change: Number of the last change, over all customers.
        erp_id: What the ERP calls it; ``""`` for who registered and was never in one.
        data: Its data in the fields `FIELDS_HELD`; ``tax_class`` is the residency.
        before: The status to which the ERP's block goes back.
    """

    id: int
    change: int
    modified: datetime
    erp_id: str = ""
    data: Contractor
    status: Status = Status.ACTIVE
    before: Status = Status.ACTIVE

    @property
    def external_id(self) -> str:
        """Its id on the bridge."""
        return str(self.id)

    @property
    def default(self) -> Employee | None:
        """The employee whose log-in is *the* log-in; without one an active customer stands on red in the panel."""
        return next((employee for employee in self.data.employees if employee.default_login), None)

    @property
    def login_ready(self) -> bool:
        """Whether somebody is marked as the log-in."""
        return self.default is not None

    def may_log_in(self, email: str) -> bool:
        """Whether the shop lets somebody in; employees of a blocked customer are as blocked as the customer."""
        people = (employee for employee in self.data.employees if employee.active)
        return self.status is Status.ACTIVE and any(employee.email == email for employee in people)

    def stated(self) -> Contractor:
        """All that an onlooker sees, as a contractor."""
        default = self.default
        return msgspec.structs.replace(
            self.data,
            login_email=default.email if default else "",
            approved=self.status not in {Status.PENDING, Status.REJECTED},
            active=self.status is Status.ACTIVE,
        )

    def wire(self) -> bytes:
        """The item of the bridge protocol; ``status`` is this platform's own addition."""
        item = {"id": self.external_id, "version": str(self.change), "modified": self.modified, "status": self.status}
        return _encode(item | {"contractor": self.stated()})


_encode = msgspec.json.Encoder(order="deterministic", decimal_format="string").encode
