"""Houses over a registry on SQLite, where it is a copy, and on PostgreSQL, where it is emptied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

import pytest

from tests.fixtures.contractors import firm

from .house import Beginning, House, begin, begun, open_house

OpenHouse = Callable[..., House]


@cache
def _settled() -> Beginning:
    def happens(house: House) -> None:
        house.erp.add(firm("A1"))
        house.settle()

    return begin(happens)


@contextmanager
def small_house() -> Iterator[House]:
    """A house with one contractor that both sides have, for tests of many examples."""
    with begun(_settled()) as house:
        yield house


@pytest.fixture
def build(registry_url: str) -> Iterator[OpenHouse]:
    """Makes houses over one registry: see `open_house` for what can be asked for."""
    with ExitStack() as stack:

        def make(**wishes: Any) -> House:
            return stack.enter_context(open_house(registry_url, **wishes))

        yield make


@pytest.fixture
def house(build: OpenHouse) -> House:
    """One ERP, one shop and the route between them."""
    return build()


@pytest.fixture
def one_by_one(build: OpenHouse) -> House:
    """A house whose shop takes one call at a time."""
    return build(connections={"shop": {"parallel_calls": 1}})
