"""Vendure 3 as a shop: how is a connection to one opened?"""

from __future__ import annotations

from urllib.parse import urlsplit

from adapters.vendure.capabilities import capabilities
from adapters.vendure.endpoint import VendureEndpoint
from adapters.vendure.options import Options
from syncd.ports import Adapter, Context, Endpoint, Side

__all__ = ["ADAPTER", "Options", "link", "open_endpoint"]


def open_endpoint(options: Options, context: Context) -> Endpoint:
    """Open a connection, without calling the shop.

    Raises:
        Misconfigured: If the options contradict each other.
    """
    return VendureEndpoint(options, context)


def link(options: Options, external_id: str) -> str:
    """The customer's page in the Dashboard, which the shop's server has at this path unless told otherwise."""
    address = urlsplit(options.url)
    return f"{address.scheme}://{address.netloc}/dashboard/customers/{external_id}"


ADAPTER = Adapter(
    kind="vendure",
    title="Vendure",
    sides=frozenset({Side.SHOP}),
    options=Options,
    open=open_endpoint,
    capabilities=capabilities(Options(url="https://shop.example/admin-api")),
    poll_seconds=60,
    parallel_calls=4,
    link=link,
)
