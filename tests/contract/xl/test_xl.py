"""Does the adapter of Comarch ERP XL keep the contract, whichever way its documents go?"""

from __future__ import annotations

from functools import partial

import pytest

from adapters.xl import ADAPTER
from adapters.xl.simulator import simulate
from syncd.certify.promises import PROMISES, Promise, finding, writing
from syncd.certify.promises.case import Degraded
from syncd.certify.quality import quality_of
from syncd.certify.run import keep
from tests.contract.promises import promises_of

WRITTEN = [promise for promise in PROMISES if promise.check.__module__ in (finding.__name__, writing.__name__)]
CODE_PAGE = {name: why for name, why in quality_of(ADAPTER).degraded.items() if "Cyrillic" in why}

test_promise = promises_of("xl")


@pytest.mark.parametrize("promise", WRITTEN, ids=lambda promise: promise.name)
def test_promise_with_documents_in_a_folder(promise: Promise) -> None:
    try:
        keep(promise, ADAPTER, partial(simulate, "drop"), CODE_PAGE)
    except Degraded as reason:
        pytest.skip(f"degraded: {reason}")
