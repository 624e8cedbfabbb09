"""A simulated shop and an open connection to it, over the bridge or with the panel's files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.esklep import ADAPTER, Options
from adapters.esklep.simulator import BridgeShop, FolderShop, simulate, simulate_folder
from syncd.domain.contractor import Contractor
from syncd.ports import Context, Endpoint, parse_options

Connect = Callable[..., Endpoint]


class Clock:
    """A clock that a test turns; it begins now, because files have times of their own."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def connect(clock: Clock) -> Iterator[Connect]:
    """Open connections to a sandbox; they are closed at the end."""
    opened: list[Endpoint] = []

    def connect(sandbox: BridgeShop | FolderShop, *, fields: frozenset[str] | None = None, **options: Any) -> Endpoint:
        checked = parse_options(Options, {**sandbox.options, **options}, connection="shop")
        context = Context(connection="shop", sleep=lambda _seconds: None, now=clock, fields=fields)
        endpoint = ADAPTER.open(checked, context)
        opened.append(endpoint)
        return endpoint

    yield connect
    for endpoint in opened:
        endpoint.close()


@pytest.fixture
def bridge() -> Iterator[BridgeShop]:
    with simulate() as sandbox:
        yield sandbox


@pytest.fixture
def panel() -> Iterator[FolderShop]:
    with simulate_folder() as sandbox:
        yield sandbox


@pytest.fixture(params=["bridge", "panel"])
def sandbox(request: pytest.FixtureRequest) -> Any:
    """The shop, once by each way to it."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def endpoint(connect: Connect, sandbox: BridgeShop | FolderShop) -> Endpoint:
    return connect(sandbox)


def company(**more: Any) -> Contractor:
    """A customer as an ERP has one."""
    values: dict[str, Any] = {
        "name": "Hurtownia Brzoza",
        "number": "K/001042",
        "tax_id": "5261040828",
        "country": "PL",
        "email": "biuro@brzoza.example",
        "tax_class": "krajowy",
    }
    return Contractor(**{**values, **more})
