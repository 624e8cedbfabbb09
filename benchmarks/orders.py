"""Is the end state right after any order of partial and full runs?

Every order of four runs is gone through. Before each run the list changes, loses records and gets lost ones back; after
it the registry is compared row by row with what the runs so far could know.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from benchmarks import compare, syncd_runs
from benchmarks.chain import Lane, advance
from benchmarks.source import running_source
from benchmarks.world import World
from syncd.bootstrap import open_app
from syncd.sync.mode import Mode

__all__ = ["run_orders"]

_COUNT: Final = 1_000
_RUNS: Final = 4
_MODES: Final[tuple[Mode, Mode]] = ("incremental", "full")


def run_orders(new_lane: Callable[[str], Lane], say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    """One line for each order."""
    for number, order in enumerate(itertools.product(_MODES, repeat=_RUNS)):
        name = "-".join("f" if mode == "full" else "p" for mode in order)
        say(f"orders: {name}")
        lane = new_lane(f"order_{number}")
        wrong = _one(lane, order)
        head = {"system": "syncd", "workload": f"order {name}", "target": lane.target, "n": _COUNT}
        yield head | {"right": not wrong} | ({"wrong": wrong} if wrong else {})


def _one(lane: Lane, order: tuple[Mode, ...]) -> list[str]:
    """Go through one order; what was wrong after the first run after which something was."""
    world = World(_COUNT)
    missed: Counter[str] = Counter()
    with running_source(_COUNT) as source:
        app = open_app(syncd_runs.settings_for(lane.database, source))
        try:
            for number, mode in enumerate(("full", *order)):
                step = "mix" if number else "w1"
                advance(source, step)
                world.advance(step)
                syncd_runs.pull(app, mode)
                missed = Counter({code: times for code, times in missed.items() if code in world.missing})
                if mode == "full":
                    missed.update(world.missing)
                wrong = compare.differences(compare.expected(world, missed), syncd_runs.states(lane.database))
                if wrong:
                    return [f"after run {number + 1} ({mode})", *wrong]
        finally:
            app.close()
    return []
