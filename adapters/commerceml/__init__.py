"""How does syncd exchange contractors with 1C:Enterprise? By CommerceML 2, in files that 1C sends and fetches."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from adapters.commerceml.companion import companion
from adapters.commerceml.endpoint import CommerceMLEndpoint, capabilities, open_endpoint
from adapters.commerceml.options import Options
from syncd.ports import Adapter, Side

__all__ = ["ADAPTER", "CommerceMLEndpoint", "Options", "open_endpoint"]

ADAPTER: Final = Adapter(
    kind="commerceml",
    title="1C:Enterprise (CommerceML 2)",
    sides=frozenset({Side.ERP}),
    options=Options,
    open=open_endpoint,
    capabilities=capabilities(Options(folder=Path()), None),
    poll_seconds=60,
    parallel_calls=2,
    companion=companion,
    drops="folder",
    keeps=("folder", "state"),
)
