"""Does every platform agree with syncd in the end, whatever happens in whatever order? The short form of the trial.

`syncd adapters certify` tells twenty stories of each; the search with chance for hours is in
tests/integration/pipeline/test_convergence.py.
"""

from __future__ import annotations

import pytest

from syncd.plugins import kinds
from syncd.trial.run import try_out

pytestmark = pytest.mark.slow

STORIES = 4


@pytest.mark.parametrize("kind", kinds())
def test_an_adapter_and_the_pipeline_converge(kind: str) -> None:
    broken = [f"{trial.sentence}: {trial.broken}" for trial in try_out(kind, stories=STORIES) if trial.broken]
    assert broken == []
