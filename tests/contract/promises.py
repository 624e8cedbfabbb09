"""How do the shared promises become tests of one adapter? One line in ``tests/contract/<kind>/test_<kind>.py``:

test_promise = promises_of("optima")
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncd.certify.promises import PROMISES, Promise
from syncd.certify.promises.case import Degraded
from syncd.certify.quality import quality_of
from syncd.certify.run import keep, simulate_of
from syncd.plugins import load


def promises_of(kind: str) -> Callable[[Promise], None]:
    """One test for each promise; those that do not apply to the platform are skipped with the reason."""

    @pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)
    def test_promise(promise: Promise) -> None:
        adapter = load(kind)
        try:
            keep(promise, adapter, simulate_of(kind), quality_of(adapter).degraded)
        except Degraded as reason:
            pytest.skip(f"degraded: {reason}")

    return test_promise
