"""What do the tests of Abicart's traps start from?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.options import Options
from adapters.abicart.simulated.state import Setup
from adapters.abicart.simulator import Simulated, simulate
from syncd.domain.contractor import Address, AddressKind, Contractor
from syncd.ports import Context, Remote, parse_options

Open = Callable[..., AbicartEndpoint]
Start = Callable[..., Simulated]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts shops that their owners set up in other ways."""
    with ExitStack() as shops:
        yield lambda **setup: shops.enter_context(simulate(Setup(**setup)))


@pytest.fixture
def shop(start: Start) -> Simulated:
    return start()


@pytest.fixture
def connect_to(tmp_path: Path) -> Iterator[Open]:
    """Opens connections to a shop, by its token, with these options beside."""
    opened: list[AbicartEndpoint] = []

    def connect(shop: Simulated, *, fields: frozenset[str] | None = None, **options: Any) -> AbicartEndpoint:
        access = shop.options if "username" in options else shop.token_options
        checked = parse_options(Options, {**access, **options}, connection="shop")
        context = Context(connection="shop", home="SE", folder=tmp_path, fields=fields, sleep=lambda _seconds: None)
        opened.append(AbicartEndpoint(checked, context))
        return opened[-1]

    yield connect
    for endpoint in opened:
        endpoint.close()


@pytest.fixture
def connect(shop: Simulated, connect_to: Open) -> Open:
    return lambda **options: connect_to(shop, **options)


@pytest.fixture
def endpoint(connect: Open) -> AbicartEndpoint:
    return connect()


@pytest.fixture
def firm() -> Contractor:
    return Contractor(
        name="Björk AB",
        number="ERP-1042",
        tax_id="5560004615",
        country="SE",
        first_name="Eva",
        last_name="Lind",
        email="inkop@bjork.example",
        username="inkop@bjork.example",
        phones=("08-123 45 67",),
        addresses=(
            Address(street="Storgatan 1", postal_code="111 22", city="Stockholm", country="SE"),
            Address(
                kind=AddressKind.DELIVERY,
                name="Björk Lager AB\nSiv Ek",
                street="Lagergatan 4",
                postal_code="411 05",
                city="Göteborg",
                country="SE",
            ),
        ),
        groups=("VIP", "Återförsäljare"),
        approved=True,
        newsletter=True,
    )


@pytest.fixture
def made(endpoint: AbicartEndpoint, firm: Contractor) -> Remote:
    return endpoint.create(firm)
