"""InSales as a shop: how is a connection to one opened?"""

from __future__ import annotations

from adapters.insales.capabilities import capabilities
from adapters.insales.endpoint import InSalesEndpoint
from adapters.insales.options import Options
from adapters.insales.webhook import HOOK
from syncd.ports import Adapter, Context, Endpoint, Rate, Side

__all__ = ["ADAPTER", "Options", "link", "open_endpoint"]


def open_endpoint(options: Options, context: Context) -> Endpoint:
    """Open a connection, without calling the shop.

    Raises:
        Misconfigured: If the options contradict each other.
    """
    return InSalesEndpoint(options, context)


def link(options: Options, external_id: str) -> str:
    """The client's page in the shop's back office."""
    return f"{options.url.rstrip('/')}/admin2/clients/{external_id}"


ADAPTER = Adapter(
    kind="insales",
    title="InSales",
    sides=frozenset({Side.SHOP}),
    options=Options,
    open=open_endpoint,
    capabilities=capabilities(Options(url="https://shop.myinsales.ru", login="syncd")),
    rate=Rate(calls=500, seconds=300.0),
    poll_seconds=120,
    parallel_calls=2,
    hook=HOOK,
    link=link,
)
