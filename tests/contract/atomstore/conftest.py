"""What do the tests of AtomStore's traps start from?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import pytest

from adapters.atomstore import Options
from adapters.atomstore.endpoint import AtomStoreEndpoint
from adapters.atomstore.simulator import AtomStore, simulate
from syncd.domain.contractor import Address, AddressKind, Contractor
from syncd.ports import Context, parse_options

Start = Callable[..., AtomStore]
Connect = Callable[..., AtomStoreEndpoint]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts shops that are set up in other ways."""
    with ExitStack() as shops:
        yield lambda **setup: shops.enter_context(simulate(**setup))


@pytest.fixture
def shop(start: Start) -> AtomStore:
    return start()


@pytest.fixture
def connect_to() -> Iterator[Connect]:
    """Opens connections to a shop, with these options beside."""
    opened: list[AtomStoreEndpoint] = []

    def connect(shop: AtomStore, **options: Any) -> AtomStoreEndpoint:
        checked = parse_options(Options, {**shop.options, **options}, connection="shop")
        opened.append(AtomStoreEndpoint(checked, Context(connection="shop", sleep=lambda _seconds: None)))
        return opened[-1]

    yield connect
    for endpoint in opened:
        endpoint.close()


@pytest.fixture
def connect(shop: AtomStore, connect_to: Connect) -> Connect:
    return lambda **options: connect_to(shop, **options)


@pytest.fixture
def endpoint(connect: Connect) -> AtomStoreEndpoint:
    return connect()


@pytest.fixture
def firm() -> Contractor:
    return Contractor(
        name="Hurtownia Brzoza",
        number="ERP-1042",
        tax_id="5260250274",
        email="zakupy@brzoza.example",
        phones=("+48 22 555 01 23",),
        addresses=(
            Address(street="ul. Długa 5/7", postal_code="00-238", city="Warszawa", country="PL"),
            Address(kind=AddressKind.DELIVERY, street="ul. Polna 1", postal_code="90-001", city="Łódź", country="PL"),
        ),
        groups=("Hurt",),
        payment_days=14,
        credit_limit=Decimal("2500.50"),
        currency="PLN",
        custom={"erp_groups": "Detal; Hurt"},
    )
