"""How is one chain of steps run for all systems beside each other?

Each (system, step) is a process of its own. Systems take turns within a step, so that what disturbs the machine
disturbs all of them, and every end state is compared row by row before the next begins.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from urllib.request import Request, urlopen

from benchmarks import compare, copy_floor, dlt_runs, syncd_runs, upsert_script
from benchmarks.children import child
from benchmarks.measure import Tree, quiet, read_counters
from benchmarks.source import write_xml
from benchmarks.world import STEPS, World

__all__ = ["SYSTEMS", "Lane", "advance", "measured", "run_chain"]

SYSTEMS: Final[Mapping[str, ModuleType]] = {
    "syncd": syncd_runs,
    "syncd-xml": syncd_runs,
    "dlt": dlt_runs,
    "script": upsert_script,
    "copy": copy_floor,
}

_FLUSH_SECONDS: Final = 0.3
"""After its end a session's counters need a moment to be seen."""


@dataclass(frozen=True)
class Lane:
    """One system on one database.

    Attributes:
        folder: The system's own, for what it keeps beside the database.
    """

    system: str
    target: str
    database: str
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def advance(source: str, step: str) -> None:
    """Take the source one step further."""
    urlopen(Request(f"{source}/step/{step}", method="POST", data=b""), timeout=300).read()


def measured(arguments: list[str], lane: Lane) -> dict[str, Any]:
    """Run a part in a process of its own and say what it took of everything."""
    before = None
    if lane.target == "postgresql":
        quiet(lane.database)
        before = read_counters(lane.database)
    with child(arguments, lane.environment) as started, Tree(started.pid) as tree:
        found: dict[str, Any] = json.loads(started.last_line())
    found["peak_mb"] = round(tree.peak_pss / 2**20, 1)
    found["peak_rss_mb"] = round(tree.peak_rss / 2**20, 1)
    if before is not None:
        time.sleep(_FLUSH_SECONDS)
        found |= read_counters(lane.database).since(before)
    return found


def run_chain(
    count: int, source: str, lanes: list[Lane], say: Callable[[str], None], steps: list[str]
) -> Iterator[dict[str, Any]]:
    """Go through the steps; one measurement for each lane and step."""
    world = World(count)
    last = max(list(STEPS).index(step) for step in steps)
    for step in list(STEPS)[: last + 1]:
        advance(source, step)
        world.advance(step)
        for lane in lanes:
            if (lane.system == "copy" and step != "w1") or (lane.system == "syncd-xml" and step == "w3"):
                continue
            say(f"{step} {lane.system} on {lane.target}, {count} records")
            found = _one(lane, step, source, world, lanes)
            if step in steps:
                head = {"system": lane.system, "workload": step, "target": lane.target, "n": count}
                yield head | found


def _one(lane: Lane, step: str, source: str, world: World, lanes: list[Lane]) -> dict[str, Any]:
    module = SYSTEMS[lane.system]
    arguments = ["-m", module.__name__, step, "--database", lane.database]
    if lane.system == "copy":
        beside = next(other for other in lanes if other.system == "syncd" and other.target == lane.target)
        copy_floor.keep(beside.database, lane.folder)
        arguments += ["--folder", str(lane.folder)]
    elif lane.system == "syncd-xml":
        write_xml(world, lane.folder / f"kontrahenci-{step}.xml")
        arguments += ["--source", str(lane.folder)]
    else:
        arguments += ["--source", source]
    if lane.system == "dlt":
        arguments += ["--folder", str(lane.folder)]
    found = measured(arguments, lane)
    checked = syncd_runs if lane.system == "copy" else module
    # syncd switches off whom two complete lists in a row do not have; the others only mark who is missing.
    times = 2 if checked is syncd_runs and step == "w5b" else 1
    right = compare.expected(world, dict.fromkeys(world.missing, times))
    wrong = compare.differences(right, checked.states(lane.database))
    if checked is syncd_runs:
        wrong += syncd_runs.faults(lane.database, len(right))
    return found | {"right": not wrong} | ({"wrong": wrong} if wrong else {})
