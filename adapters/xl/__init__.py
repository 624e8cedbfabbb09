"""How does syncd keep its registry equal to the contractors of Comarch ERP XL?"""

from __future__ import annotations

from typing import Any, Final

from adapters.xl.endpoint import CAPABILITIES, XlEndpoint
from adapters.xl.options import Options
from syncd.ports import Adapter, Context, Side

__all__ = ["ADAPTER", "Options", "XlEndpoint", "open_endpoint"]


def open_endpoint(options: Any, context: Context) -> XlEndpoint:
    """Open a database, and the way to its bridge, without calling either.

    Raises:
        Misconfigured: If the options contradict themselves, or the driver is not installed.
    """
    return XlEndpoint(options, context)


ADAPTER: Final = Adapter(
    kind="xl",
    title="Comarch ERP XL",
    sides=frozenset({Side.ERP}),
    options=Options,
    open=open_endpoint,
    capabilities=CAPABILITIES,
    poll_seconds=120,
    parallel_calls=2,
    keeps=("outbox",),
)
