"""Does the files adapter keep the contract, in every format?"""

from __future__ import annotations

import functools

import pytest

from adapters.files import ADAPTER
from adapters.files.options import Format
from adapters.files.simulator import simulate
from syncd.certify.promises import PROMISES, Promise
from syncd.certify.promises.case import Degraded
from syncd.certify.quality import quality_of
from syncd.certify.run import keep
from tests.contract.promises import promises_of

test_promise = promises_of("files")


OF_A_FORMAT = [
    promise for promise in PROMISES if promise.check.__module__.endswith((".reading", ".changes", ".statements"))
]
"""What depends on how a file is read; the rest is the same for all formats."""


@pytest.mark.parametrize("kind", ["csv", "json", "ndjson"])
@pytest.mark.parametrize("promise", OF_A_FORMAT, ids=lambda promise: promise.name)
def test_promise_in_other_formats(promise: Promise, kind: Format) -> None:
    try:
        keep(promise, ADAPTER, functools.partial(simulate, kind), quality_of(ADAPTER).degraded)
    except Degraded as reason:
        pytest.skip(f"degraded: {reason}")
