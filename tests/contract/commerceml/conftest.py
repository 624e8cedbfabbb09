"""What do the tests of the exchange share? A 1C that speaks HTTP to the endpoint, and a connection to its folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.commerceml import CommerceMLEndpoint, open_endpoint
from adapters.commerceml.options import Options
from adapters.commerceml.simulator import CommerceMLSandbox, simulate
from syncd.ports import Context, parse_options


def opened(sandbox: CommerceMLSandbox) -> CommerceMLEndpoint:
    options = parse_options(Options, sandbox.options, connection="erp")
    return open_endpoint(options, Context(connection="erp", sleep=lambda _: None))


@pytest.fixture
def sandbox() -> Iterator[CommerceMLSandbox]:
    with simulate() as sandbox:
        yield sandbox


@pytest.fixture
def endpoint(sandbox: CommerceMLSandbox) -> CommerceMLEndpoint:
    return opened(sandbox)
