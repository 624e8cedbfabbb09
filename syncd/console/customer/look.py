"""What is every tab of a customer made from?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import msgspec
from starlette.requests import Request

from syncd.domain.contractor import Contractor
from syncd.registry.queries.customer_groups import CustomerGroup
from syncd.registry.queries.customers import Customer
from syncd.sync.app import App

__all__ = ["Look"]


@dataclass(frozen=True)
class Look:
    """One customer, and who asks about it."""

    app: App
    request: Request
    id: int
    customer: Customer
    groups: list[CustomerGroup]

    @cached_property
    def doc(self) -> Contractor:
        """What the customer should be."""
        return msgspec.convert(self.customer.fields, Contractor, strict=False)
