"""What do the tests of Tryton's traps start from?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from adapters.tryton import Options, TrytonEndpoint, open_endpoint
from adapters.tryton.simulator import TrytonSandbox, simulate
from syncd.domain.contractor import Address, Contractor
from syncd.ports import Context, parse_options

Open = Callable[..., TrytonEndpoint]


@pytest.fixture
def sandbox() -> Iterator[TrytonSandbox]:
    with simulate() as sandbox:
        yield sandbox


@pytest.fixture
def connect(sandbox: TrytonSandbox) -> Iterator[Open]:
    """Opens connections with these options beside the sandbox's own."""
    opened: list[TrytonEndpoint] = []

    def connect(**options: Any) -> TrytonEndpoint:
        checked = parse_options(Options, {**sandbox.options, **options}, connection="erp")
        opened.append(open_endpoint(checked, Context(connection="erp", sleep=lambda _seconds: None)))
        return opened[-1]

    yield connect
    for endpoint in opened:
        endpoint.close()


@pytest.fixture
def endpoint(connect: Open) -> TrytonEndpoint:
    return connect()


@pytest.fixture
def firm() -> Contractor:
    return Contractor(
        name="Firma",
        tax_id="5260250274",
        country="PL",
        email="biuro@firma.example",
        phones=("+48 22 555 01 23",),
        addresses=(Address(street="Długa 5", postal_code="00-238", city="Warszawa", country="PL"),),
    )


@pytest.fixture
def party(sandbox: TrytonSandbox, firm: Contractor) -> int:
    """The firm as a party that an operator made."""
    return int(sandbox.add(firm))


@pytest.fixture
def cursor(party: int, endpoint: TrytonEndpoint, sandbox: TrytonSandbox) -> str:
    """Where the next read starts after one that saw the firm; later than the overlap reaches."""
    sandbox.pass_time(3600)
    cursor = list(endpoint.read(None, full=True))[-1].cursor
    assert cursor is not None
    sandbox.pass_time(3600)
    return cursor
