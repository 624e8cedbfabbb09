"""How long does it take to make a plan of a full list in which one in a hundred changed, and how much memory?

What `syncd plan` does: read all, find what differs, decide, store the plan, count it for the one who looks at it. No
contractor may be changed by it. Asked of it: 100,000 contractors with 1,000 changes in 10 s and 300 MB.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import Any, Final

from sqlalchemy import func, select

from benchmarks import syncd_runs
from benchmarks.chain import Lane, advance, measured
from benchmarks.source import running_source
from benchmarks.stopwatch import Stopwatch
from syncd.bootstrap import open_app
from syncd.registry.engine import open_engine, reading
from syncd.registry.queries.plans import summarise
from syncd.registry.tables import Contractor, Run
from syncd.sync.execute import execute_run
from syncd.sync.request import request_run

__all__ = ["run_plan"]

_CHANGED: Final = {"updated": 0.01, "deactivated": 0.001, "created": 0.001}
"""Shares of the contractors that the step w2 touches, by what becomes of them."""


def run_plan(lane: Lane, count: int, say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    """One line: a plan of a list that was read before."""
    with running_source(count) as source:
        arguments = ["--database", lane.database, "--source", source]
        advance(source, "w1")
        say(f"plan: {count} contractors come in on {lane.target}")
        measured(["-m", "benchmarks.syncd_runs", "w1", *arguments], lane)
        advance(source, "w2")
        say(f"plan: of {count} contractors, one in a hundred changed, on {lane.target}")
        line = measured(["-m", "benchmarks.plan", *arguments], lane)
    wrong = _wrong(lane.database, count, line)
    yield {
        "system": "syncd",
        "workload": "plan",
        "target": lane.target,
        "n": count,
        **line,
        "right": not wrong,
        **({"wrong": wrong} if wrong else {}),
    }


def _wrong(database: str, count: int, line: dict[str, Any]) -> list[str]:
    """Whether the plan has what changed, and nobody was touched."""
    engine = open_engine(database)
    with reading(engine) as connection:
        touched = connection.scalar(select(func.count()).where(Contractor.version > 1))
        held = connection.scalar(select(func.count()).select_from(Contractor))
    engine.dispose()
    lines, wanted = line["lines"], sum(max(1, round(count * share)) for share in _CHANGED.values())
    found = [] if (touched, held) == (0, count) else [f"{touched} of {held} contractors were changed by a plan"]
    # One of those to be switched off may be off already.
    return found if wanted * 0.95 <= lines <= wanted else [*found, f"{lines} lines, not {wanted}"]


def main() -> None:
    """Make the plan in this process, and say what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--source", required=True)
    arguments = parser.parse_args()
    app = open_app(syncd_runs.settings_for(arguments.database, arguments.source))
    app.open(app.connection("erp")).close()
    watch = Stopwatch()
    run_id = request_run(app, app.connection("erp"), mode="full", dry_run=True, asked_by="benchmark")
    assert run_id is not None
    execute_run(app, run_id)
    shown = summarise(app.engine, run_id)
    watch.stop()
    with reading(app.engine) as connection:
        state = connection.scalar(select(Run.state).where(Run.id == run_id))
    app.close()
    watch.report(state=str(state), lines=shown.lines)


if __name__ == "__main__":
    main()
