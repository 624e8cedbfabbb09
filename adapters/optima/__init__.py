"""Comarch ERP Optima: contractors out of its database or its exports, changes into its import."""

from __future__ import annotations

from typing import Any, Final

from adapters.optima.capabilities import capabilities_of
from adapters.optima.endpoint import OptimaEndpoint
from adapters.optima.options import Options
from syncd.ports import Adapter, Context, Side

__all__ = ["ADAPTER", "OptimaEndpoint", "Options", "open_endpoint"]


def open_endpoint(options: Any, context: Context) -> OptimaEndpoint:
    """Open a connection without touching database or folder.

    Raises:
        Misconfigured: If the options contradict themselves, or the database driver is not installed.
    """
    return OptimaEndpoint(options, context)


ADAPTER: Final = Adapter(
    kind="optima",
    title="Comarch ERP Optima (database, praca rozproszona)",
    sides=frozenset({Side.ERP}),
    options=Options,
    open=open_endpoint,
    capabilities=capabilities_of(Options(write="xml", persons="-", accounts="-", extra_groups="-"), None),
    poll_seconds=120,
    parallel_calls=2,
    drops="folder",
    keeps=("folder", "state"),
)
