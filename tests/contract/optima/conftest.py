"""Which companies do the tests of the Optima adapter run against?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.optima.simulator import OptimaSandbox, simulate
from tests.contract.optima.company import opened


@pytest.fixture(autouse=True)
def _closes_connections() -> Iterator[None]:
    yield
    while opened:
        opened.pop().close()


@pytest.fixture
def company() -> Iterator[OptimaSandbox]:
    """Read by its database; changes go into outbox/."""
    with simulate() as sandbox:
        yield sandbox


@pytest.fixture
def exporting() -> Iterator[OptimaSandbox]:
    """Read by exports of everybody."""
    with simulate("xml") as sandbox:
        yield sandbox
