"""Which adapters are there, and how is one loaded by its name?"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import adapters
from syncd.errors import Misconfigured
from syncd.ports import Adapter

__all__ = ["kinds", "load"]


def kinds() -> list[str]:
    """Names of all installed adapters, sorted: the folders of the ``adapters`` package."""
    return sorted(module.name for module in pkgutil.iter_modules(adapters.__path__) if module.ispkg)


def load(kind: str) -> Adapter:
    """Import one adapter.

    Raises:
        Misconfigured: If there is no such adapter, or a library that it needs is not installed.
    """
    # What was imported is there: to look through the folders takes longer than to open a registry.
    loaded = getattr(sys.modules.get(f"adapters.{kind}"), "ADAPTER", None)
    if isinstance(loaded, Adapter) and loaded.kind == kind:
        return loaded
    if kind not in kinds():
        raise Misconfigured(
            f"there is no adapter of kind {kind!r}",
            cure=f"Kinds installed: {', '.join(kinds())}.",
            field="kind",
        )
    try:
        adapter = importlib.import_module(f"adapters.{kind}").ADAPTER
    except ModuleNotFoundError as error:
        raise Misconfigured(f"adapter {kind} needs the library {error.name}", cure=f"Install {error.name}.") from error
    if not isinstance(adapter, Adapter) or adapter.kind != kind:
        raise Misconfigured(f"adapters/{kind} does not export an ADAPTER of that kind")
    return adapter
