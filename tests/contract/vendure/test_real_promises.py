"""Does the adapter keep the contract with a real Vendure, and not with our idea of one only?"""

from __future__ import annotations

import pytest

from adapters.vendure import ADAPTER
from syncd.certify.promises import PROMISES, Promise
from syncd.certify.promises.case import Degraded
from syncd.certify.run import keep
from tests.contract.vendure.real_shop import sandbox_of
from tests.real.vendure import Vendure

pytestmark = pytest.mark.real


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)
def test_promise(promise: Promise, real: Vendure) -> None:
    try:
        keep(promise, ADAPTER, lambda: sandbox_of(real), {})
    except Degraded as reason:
        pytest.skip(f"degraded: {reason}")
