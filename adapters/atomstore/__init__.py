"""AtomStore as a shop, over its SOAP interface: how is a connection to one opened?"""

from __future__ import annotations

from adapters.atomstore.capabilities import capabilities
from adapters.atomstore.endpoint import AtomStoreEndpoint
from adapters.atomstore.options import Options
from syncd.ports import Adapter, Context, Endpoint, Secret, Side

__all__ = ["ADAPTER", "Options", "open_endpoint"]


def open_endpoint(options: Options, context: Context) -> Endpoint:
    """Open a connection, without calling the shop.

    Raises:
        Misconfigured: If an option cannot be meant so.
    """
    return AtomStoreEndpoint(options, context)


ADAPTER = Adapter(
    kind="atomstore",
    title="AtomStore (SOAP)",
    sides=frozenset({Side.SHOP}),
    options=Options,
    open=open_endpoint,
    capabilities=capabilities(Options(url="https://shop.example", login="syncd", password=Secret(""))),
    poll_seconds=600,
    parallel_calls=1,
)
