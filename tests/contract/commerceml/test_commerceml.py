"""Does the commerceml adapter keep the contract, over the exchange and in the folder, in each dialect?"""

from __future__ import annotations

import functools
from typing import Any

import pytest

from adapters.commerceml import ADAPTER
from adapters.commerceml.simulated.dialect import Dialect
from adapters.commerceml.simulator import simulate
from syncd.certify.promises import PROMISES, Promise
from syncd.certify.promises.case import Degraded
from syncd.certify.quality import quality_of
from syncd.certify.run import keep
from tests.contract.promises import promises_of

test_promise = promises_of("commerceml")

OF_A_FILE = [
    promise
    for promise in PROMISES
    if promise.check.__module__.endswith((".reading", ".statements"))
    and promise.name != "a_full_read_that_saw_the_end_is_proven_complete"  # not by files of changes
]
"""What depends on how files are written and come."""

OF_A_WRITE = [promise for promise in PROMISES if promise.check.__module__.endswith((".writing", ".finding"))]

OLD = Dialect(version="2.04", encoding="windows-1251", wrapped=True, marked=False, count="Количество")
NEW = Dialect(version="2.10", namespace="urn:1C.ru:commerceml_210", bom=True)

READING: dict[str, dict[str, Any]] = {
    "cp1251, wrapped, counted, in the folder": {"dialect": OLD, "exchanges": False},
    "namespace and mark, zipped": {"dialect": NEW, "packed": True},
    "orders that say who changed": {
        "dialect": Dialect(carrier="documents", namespace="urn:1C.ru:commerceml_2"),
        "snapshot": False,
        "options": {"documents": "replace"},
    },
}
WRITING: dict[str, dict[str, Any]] = {
    "files in the outbox, wrapped": {"dialect": OLD, "exchanges": False, "options": {"style": "wrapped"}},
    "orders, by references of its own": {"adopts": False, "options": {"carrier": "order", "charset": "utf-8"}},
}


def _keep(promise: Promise, how: dict[str, Any]) -> None:
    try:
        keep(promise, ADAPTER, functools.partial(simulate, **how), quality_of(ADAPTER).degraded)
    except Degraded as reason:
        pytest.skip(f"degraded: {reason}")


@pytest.mark.parametrize("how", READING)
@pytest.mark.parametrize("promise", OF_A_FILE, ids=lambda promise: promise.name)
def test_promise_of_reading(promise: Promise, how: str) -> None:
    _keep(promise, READING[how])


@pytest.mark.parametrize("how", WRITING)
@pytest.mark.parametrize("promise", OF_A_WRITE, ids=lambda promise: promise.name)
def test_promise_of_writing(promise: Promise, how: str) -> None:
    _keep(promise, WRITING[how])
