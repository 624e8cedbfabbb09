"""Does it cost what changed to hear what changed? Counted for every platform; times are for the benchmarks."""

from __future__ import annotations

import pytest

from syncd.certify.cost import measure
from syncd.errors import Misconfigured
from syncd.plugins import kinds, load

pytestmark = pytest.mark.slow

CONTRACTORS = 300
CHANGED = 10


@pytest.mark.parametrize("kind", kinds())
def test_every_change_is_told_and_no_more_is_asked_than_for_everything(kind: str) -> None:
    cost = measure(kind, CONTRACTORS, CHANGED)
    assert (cost.told, cost.full.records) == (CHANGED, CONTRACTORS)
    assert cost.incremental.requests <= max(cost.full.requests, 4 * CHANGED)
    if load(kind).capabilities.incremental == "modified":
        assert cost.incremental.records <= 3 * CHANGED


def test_more_changes_than_contractors_cannot_be_counted() -> None:
    with pytest.raises(Misconfigured):
        measure("memory", 5, 6)
