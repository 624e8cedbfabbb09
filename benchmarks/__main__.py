"""What does syncd cost beside dlt, a plain script and the database's own speed? `make bench`, or with ARGS="--help"."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from benchmarks import dlt_runs, syncd_runs
from benchmarks.celery_lag import PARTS, run_celery
from benchmarks.chain import SYSTEMS, Lane, run_chain
from benchmarks.flat import run_flat
from benchmarks.match import run_match
from benchmarks.orders import run_orders
from benchmarks.plan import run_plan
from benchmarks.push import PUSHES, run_push
from benchmarks.report import table
from benchmarks.servers import running_postgres, scratch
from benchmarks.source import running_source
from benchmarks.world import STEPS
from tests.real.postgres import Postgres

_SIZES: Final = {"postgresql": [10_000, 100_000], "sqlite": [10_000]}
_QUICK: Final = 1_000
_WARM: Final = 250


def main() -> None:
    """Measure, and print a table or JSON lines."""
    asked = _arguments()
    start = time.monotonic()

    def say(what: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - start:6.1f} s] {what}\n")

    found = []
    for line in _measurements(asked, say):
        found.append(line)
        if asked.json:
            print(json.dumps(line), flush=True)
    if not asked.json:
        print(table(found))
    if any(line.get("right") is False for line in found):
        sys.exit("A wrong result does not count: see the fields `right` and `wrong`.")


def _measurements(asked: argparse.Namespace, say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    with ExitStack() as stack:
        server = stack.enter_context(running_postgres()) if "postgresql" in asked.targets else None
        folder = stack.enter_context(scratch("files"))
        chain = [part for part in asked.only if part in STEPS]
        if chain:
            say("warming up")
            list(_chain(_WARM, asked.targets, asked.systems, server, folder / "warm", steps=["w1"]))
            for count in sorted({size for target in asked.targets for size in _sizes(asked, target)}):
                targets = [target for target in asked.targets if count in _sizes(asked, target)]
                yield from _chain(count, targets, asked.systems, server, folder / str(count), steps=chain, say=say)
        for target in asked.targets if "match" in asked.only else ():
            for count in _sizes(asked, target):
                yield from run_match(_lane("syncd", target, f"match_{count}", server, folder), count, say)
        for target in asked.targets if "plan" in asked.only else ():
            for count in _sizes(asked, target):
                yield from run_plan(_lane("syncd", target, f"plan_{count}", server, folder), count, say)
        if server is not None:
            yield from _worker_parts(asked, server, folder, say)


def _worker_parts(
    asked: argparse.Namespace, server: Postgres, folder: Path, say: Callable[[str], None]
) -> Iterator[dict[str, Any]]:
    """Pushes and a running worker, on PostgreSQL."""

    def new_lane(name: str) -> Lane:
        return _lane("syncd", "postgresql", name, server, folder)

    if "orders" in asked.only:
        yield from run_orders(new_lane, say)
    for part in PUSHES:
        if part in asked.only:
            yield from run_push(new_lane(part.replace("-", "_")), say, part)
    for count in _sizes(asked, "postgresql")[-1:] if "flat" in asked.only else []:
        yield from run_flat(new_lane, count, say, **({"records": 10 * count} if asked.quick else {}))
    yield from run_celery(new_lane, _sizes(asked, "postgresql"), say, asked.only)


def _sizes(asked: argparse.Namespace, target: str) -> list[int]:
    return asked.n or ([_QUICK] if asked.quick else _SIZES[target])


def _chain(
    count: int,
    targets: list[str],
    systems: list[str],
    server: Postgres | None,
    folder: Path,
    *,
    steps: list[str],
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[dict[str, Any]]:
    with running_source(count) as source:
        lanes = [_lane(system, target, f"{system}_{count}", server, folder) for target in targets for system in systems]
        yield from run_chain(count, source, lanes, say, steps)


def _lane(system: str, target: str, name: str, server: Postgres | None, folder: Path) -> Lane:
    own = folder / f"{name}-{target}"
    own.mkdir(parents=True)
    if server is not None and target == "postgresql":
        database = server.create_database(name.replace("-", "_"))
    else:
        database = f"sqlite:///{own / 'benchmark.db'}"
    (syncd_runs if system == "copy" else SYSTEMS[system]).prepare(database)
    environment = dlt_runs.ENVIRONMENT | {"DLT_DATA_DIR": str(own)} if system == "dlt" else {}
    return Lane(system, target, database, own, environment)


def _words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def _numbers(text: str) -> list[int]:
    return [int(word) for word in _words(text)]


def _arguments() -> argparse.Namespace:
    parts = [*STEPS, "match", "plan", "orders", *PUSHES, "flat", *PARTS]
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("--n", type=_numbers, help="numbers of contractors")
    parser.add_argument("--only", type=_words, default=parts, help=f"parts: {', '.join(parts)}")
    parser.add_argument("--targets", type=_words, default=["postgresql", "sqlite"], help="postgresql,sqlite")
    parser.add_argument("--systems", type=_words, default=[*SYSTEMS], help=",".join(SYSTEMS))
    parser.add_argument("--json", action="store_true", help="one JSON object a line for each measurement")
    parser.add_argument("--quick", action="store_true", help=f"{_QUICK} contractors: does everything work?")
    asked = parser.parse_args()
    if "copy" in asked.systems and "syncd" not in asked.systems:
        parser.error("copy copies the rows of syncd: --systems syncd,copy")
    return asked


if __name__ == "__main__":
    main()
