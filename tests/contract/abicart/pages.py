"""What do the tests of reads look at?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.simulator import Simulated
from syncd.ports import Page


def read(endpoint: AbicartEndpoint, cursor: str | None = None) -> list[Page]:
    return list(endpoint.read(cursor, full=cursor is None))


def ids(pages: Sequence[Page]) -> list[str]:
    return [record.external_id for page in pages for record in page.records]


def calls(shop: Simulated, since: int) -> Counter[str]:
    return Counter(call.name for call in shop.journal[since:])


def age(shop: Simulated, days: float = 1.0) -> None:
    """Let everything that the shop holds be so old."""
    for customer in shop.shop.state.customers.values():
        customer["changed"] -= int(days * 24 * 3600)
