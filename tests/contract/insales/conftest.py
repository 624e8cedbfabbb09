"""What do the tests of InSales' traps start from?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from adapters.insales import Options
from adapters.insales.endpoint import InSalesEndpoint
from adapters.insales.simulated.state import Setup
from adapters.insales.simulator import Simulated, simulate
from syncd.domain.contractor import Account, Address, AddressKind, Contractor, Kind
from syncd.ports import Context, Throttle, parse_options

Open = Callable[..., InSalesEndpoint]


class Pauses:
    """A throttle that keeps count of what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def wait(self) -> None:
        return

    def pause(self, seconds: float) -> None:
        self.asked.append(seconds)


@pytest.fixture
def start() -> Iterator[Callable[..., Simulated]]:
    """Starts shops that their owners set up in other ways."""
    with ExitStack() as shops:
        yield lambda **setup: shops.enter_context(simulate(Setup(**setup)))


@pytest.fixture
def shop(start: Callable[..., Simulated]) -> Simulated:
    return start()


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def connect_to(pauses: Throttle) -> Iterator[Open]:
    """Opens connections to a shop, with these options beside."""
    opened: list[InSalesEndpoint] = []

    def connect(shop: Simulated, **options: Any) -> InSalesEndpoint:
        checked = parse_options(Options, {**shop.options, "page_size": 100, **options}, connection="shop")
        context = Context(connection="shop", home="RU", throttle=pauses, sleep=lambda _seconds: None)
        opened.append(InSalesEndpoint(checked, context))
        return opened[-1]

    yield connect
    for endpoint in opened:
        endpoint.close()


@pytest.fixture
def connect(shop: Simulated, connect_to: Open) -> Open:
    return lambda **options: connect_to(shop, **options)


@pytest.fixture
def endpoint(connect: Open) -> InSalesEndpoint:
    return connect()


@pytest.fixture
def firm() -> Contractor:
    return Contractor(
        name="ООО «Берёза»",
        number="К/1042",
        tax_id="7701234560",
        country="RU",
        registrations={"kpp": "770101001", "ogrn": "1027700132195", "okpo": "00032537"},
        accounts=(
            Account(
                bank="ПАО Сбербанк",
                bik="044525225",
                settlement="40702810938000060474",
                correspondent="30101810400000000225",
            ),
        ),
        email="zakup@bereza.example",
        phones=("+79161234567",),
        addresses=(Address(kind=AddressKind.MAIN, street="ул. Лесная, 5", postal_code="125047", city="Москва"),),
        groups=("Опт",),
    )


@pytest.fixture
def person() -> Contractor:
    return Contractor(
        name="Анна Сергеевна Лис",
        kind=Kind.PERSON,
        number="Ч-7",
        country="RU",
        first_name="Анна Сергеевна",
        last_name="Лис",
        email="anna@lis.example",
        phones=("+79031112233",),
    )
