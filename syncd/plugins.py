"""Which adapters are there, and how is one loaded by its name?"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import adapters
from syncd.errors import Misconfigured
from syncd.ports import Adapter
from syncd.sentence import Sentence

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
            Sentence("there is no adapter of kind %(kind)s", kind=repr(kind)),
            cure=Sentence("Kinds installed: %(names)s.", names=", ".join(kinds())),
            field="kind",
        )
    try:
        adapter = importlib.import_module(f"adapters.{kind}").ADAPTER
    except ModuleNotFoundError as error:
        raise Misconfigured(
            Sentence("adapter %(kind)s needs the library %(name)s", kind=kind, name=error.name),
            cure=Sentence("Install %(name)s.", name=error.name),
        ) from error
    if not isinstance(adapter, Adapter) or adapter.kind != kind:
        raise Misconfigured(Sentence("adapters/%(kind)s does not export an ADAPTER of that kind", kind=kind))
    return adapter
