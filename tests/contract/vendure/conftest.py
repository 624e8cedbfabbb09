"""What do the tests of Vendure's traps start from?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from adapters.vendure import Options
from adapters.vendure.endpoint import VendureEndpoint
from adapters.vendure.simulated.state import Setup
from adapters.vendure.simulator import Simulated, simulate
from syncd.domain.contractor import Address, AddressKind, Contractor
from syncd.ports import Context, parse_options
from tests.contract.vendure.visitors import Visitor
from tests.real.processes import free_port
from tests.real.vendure import Vendure, prepare, vendure

Open = Callable[..., VendureEndpoint]


@pytest.fixture
def start() -> Iterator[Callable[..., Simulated]]:
    """Starts shops that their owners set up in other ways."""
    with ExitStack() as shops:
        yield lambda **setup: shops.enter_context(simulate(Setup(**setup)))


@pytest.fixture
def shop(start: Callable[..., Simulated]) -> Simulated:
    return start()


@pytest.fixture
def connect_to() -> Iterator[Open]:
    """Opens connections to a shop, by its API key, with these options beside."""
    opened: list[VendureEndpoint] = []

    def connect(shop: Simulated, **options: Any) -> VendureEndpoint:
        access = shop.options if "username" in options else shop.key_options
        checked = parse_options(Options, {**access, **options}, connection="shop")
        opened.append(VendureEndpoint(checked, Context(connection="shop", sleep=lambda _seconds: None)))
        return opened[-1]

    yield connect
    for endpoint in opened:
        endpoint.close()


@pytest.fixture
def connect(shop: Simulated, connect_to: Open) -> Open:
    return lambda **options: connect_to(shop, **options)


@pytest.fixture
def endpoint(connect: Open) -> VendureEndpoint:
    return connect()


@pytest.fixture
def visit(shop: Simulated) -> Callable[[], Visitor]:
    """Lets somebody visit the storefront."""
    return lambda: Visitor(shop.url)


@pytest.fixture
def firm() -> Contractor:
    return Contractor(
        name="Firma",
        number="F/1",
        tax_id="5260250274",
        tax_prefix="PL",
        email="biuro@firma.example",
        phones=("+48 22 555 01 23",),
        addresses=(
            Address(street="Długa 5", postal_code="00-238", city="Warszawa", country="PL"),
            Address(kind=AddressKind.DELIVERY, street="Polna 1\nHala B", city="Łódź", country="PL"),
        ),
        groups=("Hurt",),
    )


@pytest.fixture(scope="package")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vendure]:
    """A real shop, freshly set up; only tests marked ``real`` ask for it."""
    folder = tmp_path_factory.mktemp("vendure") / "shop"
    prepare(folder)
    shop = vendure(folder, free_port())
    shop.server.start()
    yield shop
    shop.server.stop()
