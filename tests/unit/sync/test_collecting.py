"""Is garbage looked for as before once no run works any more?"""

from __future__ import annotations

import gc

from syncd.sync.collecting import collecting_seldom

USUAL = (700, 10, 10)


def test_it_is_as_before_after_the_last_of_several_runs() -> None:
    outside = gc.get_threshold()
    gc.set_threshold(*USUAL)
    try:
        first, second = collecting_seldom(), collecting_seldom()
        with first:
            second.__enter__()
        seldom = gc.get_threshold()
        second.__exit__(None, None, None)
        assert seldom[0] > USUAL[0]
        assert gc.get_threshold() == USUAL
    finally:
        gc.set_threshold(*outside)
