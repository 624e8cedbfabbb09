"""How does syncd speak to a Comarch e-Sklep? By the panel's files, or through a bridge beside the shop."""

from __future__ import annotations

from typing import Any, Final

from adapters.esklep.by_bridge import BridgeShop
from adapters.esklep.by_file import FileShop
from adapters.esklep.capabilities import capabilities
from adapters.esklep.options import Options, verify
from syncd.ports import Adapter, Context, Endpoint, Side

__all__ = ["ADAPTER", "Options", "open_endpoint"]


def open_endpoint(options: Any, context: Context) -> Endpoint:
    """Open a connection of either transport; nothing is called or touched yet.

    Raises:
        Misconfigured: If the options contradict each other.
    """
    verify(options, context.connection)
    return FileShop(options, context) if options.transport == "file" else BridgeShop(options, context)


ADAPTER: Final = Adapter(
    kind="esklep",
    title="Comarch e-Sklep",
    sides=frozenset({Side.SHOP}),
    options=Options,
    open=open_endpoint,
    capabilities=capabilities(Options(transport="bridge", edition="enterprise")),
    poll_seconds=60,
    parallel_calls=4,
    drops="folder",
    keeps=("folder", "state"),
)
