"""Is garbage looked for as before once no run works any more?"""

from __future__ import annotations

import gc

from syncd.sync.collecting import collecting_seldom


def test_it_is_as_before_after_the_last_of_several_runs() -> None:
    usual = gc.get_threshold()
    first, second = collecting_seldom(), collecting_seldom()
    with first:
        second.__enter__()
    seldom = gc.get_threshold()
    second.__exit__(None, None, None)
    assert seldom[0] > usual[0]
    assert gc.get_threshold() == usual
