"""A whole installation in one process, with memory sides."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, TypeAlias

from adapters.memory.simulator import MemorySandbox
from syncd.ports import Endpoint
from syncd.trial import house
from syncd.trial.house import Row
from tests.fixtures.contractors import firm

__all__ = ["House", "Row", "Through", "behind", "open_house"]

House: TypeAlias = house.House[MemorySandbox]


class Through:
    """An endpoint that passes every call on; tests override the calls that they need."""

    def __init__(self, inner: Endpoint) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def open_house(database_url: str, **wishes: Any) -> AbstractContextManager[House]:
    """Open a house over a registry that has its tables; see `syncd.trial.house.open_house`."""
    return house.open_house(database_url, **wishes)


def behind(house: House, count: int = 1) -> House:
    """Let the ERP state contractors that the shop does not have yet."""
    for number in range(count):
        house.erp.add(firm(f"A{number}"))
    house.run("erp")
    return house
