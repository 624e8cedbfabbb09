"""Is every promise kept while everything breaks?

    python -m tests.faults.constellation [--seed 1] [--minutes 2] [--contractors 500] [--rate 20] [--keep FOLDER]

Starts the constellation, changes contractors at both sides, and breaks what the seed says. Then everything heals, and
the checker prints a line for each promise. Exit code 1 when one was not kept.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpx
import psycopg

from tests.faults.constellation import collect
from tests.faults.constellation.checker import check
from tests.faults.constellation.collect import Watch
from tests.faults.constellation.evidence import SIDES, Evidence, Limits, Load
from tests.faults.constellation.nemesis import Nemesis
from tests.faults.constellation.scene import Scene, on_stage
from tests.faults.constellation.schedule import draw
from tests.faults.constellation.side import journal_of
from tests.faults.constellation.visitor import Visitor
from tests.faults.constellation.workload import Workload

_QUIET = 12.0
_READY = 180.0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one test and say how it went."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.constellation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=2.0, help="how long things break")
    parser.add_argument("--contractors", type=int, default=500)
    parser.add_argument("--rate", type=float, default=20.0, help="changes a second")
    parser.add_argument("--keep", type=Path, help="copy logs, journals and the registry here")
    chosen = parser.parse_args(arguments)
    limits = Limits()
    with on_stage(limits) as scene:
        try:
            evidence = _play(scene, limits, chosen)
        finally:
            if chosen.keep:
                _keep(scene, chosen.keep)
    results = check(evidence)
    for result in results:
        say(f"{result}")
    broken = [result.name for result in results if not result.verdict.kept]
    say(f"seed {chosen.seed}: {'FAIL ' + ' '.join(broken) if broken else 'all promises kept'}")
    return 1 if broken else 0


def _play(scene: Scene, limits: Limits, chosen: argparse.Namespace) -> Evidence:
    workload = Workload(scene.operators, chosen.seed, chosen.rate, chosen.contractors)
    workload.fill()
    say(f"seed {chosen.seed}: starting two workers and beat for {chosen.contractors} contractors")
    scene.crew.start()
    began = time.time()
    if not _agree(scene, _READY):
        say(f"never ready: {collect.agreement(scene)[:5]}")
        sys.exit(1)
    say(f"both sides agree {time.time() - began:.0f} s after the start; {chosen.rate:g} changes a second from now on")
    watch, nemesis, visitor = Watch(scene), Nemesis(scene), Visitor(scene.console, scene.database)
    began = time.time()
    workload.start()
    _break(nemesis, chosen.seed, chosen.minutes * 60)
    workload.stop()
    nemesis.heal()
    healed = time.time()
    say(f"healed after {healed - began:.0f} s, {workload.said} changes")
    agreed = time.time() if _agree(scene, limits.converge * 2) else None
    nemesis.finish()
    time.sleep(_QUIET)
    ended = time.time()
    open_ends = collect.waiting(scene) if agreed else collect.agreement(scene)
    watch.stop()
    visitor.stop()
    scene.crew.end()
    _summarize(nemesis, scene, healed - began)
    return _evidence(
        scene, limits, nemesis, watch, visitor, open_ends, Load(began=began, healed=healed, agreed=agreed, ended=ended)
    )


def _break(nemesis: Nemesis, seed: int, seconds: float) -> None:
    start = time.monotonic()
    for event in draw(seed, seconds):
        time.sleep(max(0.0, start + event.at - time.monotonic()))
        nemesis.strike(event)
        say(
            f"  {event.at:6.1f} s  {event.kind} {event.target}"
            + (f" for {event.seconds:.0f} s" if event.seconds else "")
        )
    time.sleep(max(0.0, start + seconds - time.monotonic()))


def _agree(scene: Scene, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(httpx.HTTPError, psycopg.Error):  # who does not answer yet does not agree yet
            if not collect.agreement(scene):
                return True
        time.sleep(0.5)
    return False


def _summarize(nemesis: Nemesis, scene: Scene, seconds: float) -> None:
    kinds = Counter(fault.kind for fault in nemesis.injected)
    kills = sum(
        n for kind, n in kinds.items() if "kill" in kind or "crash" in kind or kind in {"redis-restart", "redis-away"}
    )
    named = ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))
    say(f"{len(nemesis.injected)} faults in {seconds:.0f} s: {named}")
    say(f"kills {kills}, flushes {kinds['redis-flush']}, processes started again {scene.crew.restarts}")
    if nemesis.trouble:
        say(f"not injected because something else was broken: {', '.join(nemesis.trouble)}")


def _evidence(
    scene: Scene,
    limits: Limits,
    nemesis: Nemesis,
    watch: Watch,
    visitor: Visitor,
    open_ends: list[str],
    load: Load,
) -> Evidence:
    return Evidence(
        journals={side: journal_of(scene.journal(side)) for side in SIDES},
        held=collect.held(scene),
        names=collect.names(scene),
        runs=collect.runs(scene),
        lines=collect.lines(scene),
        deliveries=[(int(str(a)), int(str(b))) for a, b in scene.rows("SELECT run_id, contractor_id FROM deliveries")],
        holds=[str(row[0]) for row in scene.rows("SELECT holds FROM contractors WHERE holds <> '[]'")],
        waiting=open_ends,
        faults=nemesis.injected,
        stops=scene.crew.stops,
        takeovers=nemesis.takeovers,
        samples=watch.samples,
        visits=visitor.visits,
        leaks=sorted(watch.leaks) + collect.leaks_in(scene.crew.logs()),
        load=load,
        limits=limits,
    )


def _keep(scene: Scene, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in [*scene.folder.glob("*.log"), *scene.folder.glob("*.journal"), *scene.folder.glob("*.out")]:
        shutil.copy(file, folder)
    for name in collect.KEPT:
        rows = scene.rows(f"SELECT row_to_json(t) FROM {name} t")
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(row[0])}\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
