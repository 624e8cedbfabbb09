"""How do the tests look at a shop and at what was asked of it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.insales.endpoint import InSalesEndpoint
from adapters.insales.simulated.state import Client
from adapters.insales.simulator import Simulated
from syncd.domain.contractor import Contractor
from syncd.ports import Page, Record

__all__ = ["calls", "client", "cursor_of", "field", "ids", "read", "title", "told"]


def read(endpoint: InSalesEndpoint, cursor: str | None = None) -> list[Page]:
    return list(endpoint.read(cursor, full=cursor is None))


def ids(pages: list[Page]) -> list[str]:
    return [record.external_id for page in pages for record in page.records if isinstance(record, Record)]


def cursor_of(pages: list[Page]) -> str:
    assert pages[-1].cursor is not None
    return pages[-1].cursor


def told(endpoint: InSalesEndpoint, external_id: str) -> Contractor:
    return endpoint.get(external_id).contractor


def client(shop: Simulated, external_id: str) -> Client:
    return shop.shop.state.clients[int(external_id)]


def field(shop: Simulated, external_id: str, name: str) -> str:
    """What stands in an additional field of a client."""
    return shop.operator.text(client(shop, external_id), name)


def title(shop: Simulated, external_id: str) -> str:
    """The title of a client's group."""
    group = client(shop, external_id).group
    return shop.shop.state.groups[group].title if group is not None else ""


def calls(shop: Simulated, since: int) -> Mapping[str, Any]:
    """How often each address was called after so many calls."""
    counted: dict[str, int] = {}
    for call in shop.journal[since:]:
        counted[call.name] = counted.get(call.name, 0) + 1
    return counted
