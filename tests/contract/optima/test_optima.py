"""Does the adapter of Comarch ERP Optima keep the contract, from the database and from exports?"""

from __future__ import annotations

import functools

import pytest

from adapters.optima import ADAPTER
from adapters.optima.simulator import simulate
from syncd.certify.promises import PROMISES, Promise
from syncd.certify.promises.case import Degraded
from syncd.certify.quality import quality_of
from syncd.certify.run import keep
from tests.contract.promises import promises_of

test_promise = promises_of("optima")

_OVERWRITTEN = "what was exported and not yet read is overwritten"

BY_FILES_ONLY = {
    "an_update_leaves_alone_what_it_was_not_asked_to_change": _OVERWRITTEN,
    "an_update_leaves_groups_alone_that_an_admin_changed_meanwhile": _OVERWRITTEN,
    "an_update_of_a_removed_record_is_not_found": "what was exported and not yet read is not known",
}


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)
def test_promise_by_exports(promise: Promise) -> None:
    declared = {**quality_of(ADAPTER).degraded, **BY_FILES_ONLY}
    try:
        keep(promise, ADAPTER, functools.partial(simulate, "xml"), declared)
    except Degraded as reason:
        pytest.skip(f"degraded: {reason}")
