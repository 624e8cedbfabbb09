"""Abicart (Textalk Webshop) as a shop: how is a connection to one opened?"""

from __future__ import annotations

from adapters.abicart.capabilities import capabilities
from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.options import Options
from syncd.ports import Adapter, Context, Endpoint, Rate, Side

__all__ = ["ADAPTER", "Options", "open_endpoint"]


def open_endpoint(options: Options, context: Context) -> Endpoint:
    """Open a connection, without calling the shop.

    Raises:
        Misconfigured: If the options contradict each other.
    """
    return AbicartEndpoint(options, context)


ADAPTER = Adapter(
    kind="abicart",
    title="Abicart (Textalk Webshop)",
    sides=frozenset({Side.SHOP}),
    options=Options,
    open=open_endpoint,
    capabilities=capabilities(Options(webshop=1)),
    # None is published; this is what a guest allows itself.
    rate=Rate(calls=5, seconds=1.0),
    poll_seconds=300,
    parallel_calls=2,
)
