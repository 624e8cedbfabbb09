"""Does the e-Sklep adapter keep the contract, over the bridge and with files?"""

from __future__ import annotations

import functools

import pytest

from adapters.esklep import ADAPTER
from adapters.esklep.simulator import simulate_folder
from syncd.certify.promises import PROMISES, Promise
from syncd.certify.promises.case import Degraded
from syncd.certify.quality import quality_of
from syncd.certify.run import keep
from tests.contract.promises import promises_of

test_promise = promises_of("esklep")

OVER_FILES = {
    "a_create_with_an_email_that_another_has_overwrites_nobody": "the panel refuses an import when it reads it, later",
}
"""Promises that an import cannot keep which nobody answers, with the reason."""


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)
def test_promise_with_files(promise: Promise) -> None:
    try:
        keep(promise, ADAPTER, simulate_folder, {**quality_of(ADAPTER).degraded, **OVER_FILES})
    except Degraded as reason:
        pytest.skip(f"degraded: {reason}")


OF_A_FORMAT = [
    promise for promise in PROMISES if promise.check.__module__.endswith((".reading", ".changes", ".statements"))
]


@pytest.mark.parametrize("promise", OF_A_FORMAT, ids=lambda promise: promise.name)
def test_promise_with_csv_exports(promise: Promise) -> None:
    try:
        keep(promise, ADAPTER, functools.partial(simulate_folder, "csv"), quality_of(ADAPTER).degraded)
    except Degraded as reason:
        pytest.skip(f"degraded: {reason}")
