"""How fast does one worker push, beside the bare HTTP client that it uses?

Both send the same changes to the same shop with the same number of calls under way: syncd with outbox, leases, proof
and history, the bare client with ready bodies and nothing else. They take turns.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.request import urlopen

import httpx
from sqlalchemy import event, func, select

from adapters.bridge import ADAPTER
from benchmarks import syncd_runs
from benchmarks.chain import Lane, advance, measured
from benchmarks.shop import running_shop
from benchmarks.source import running_source
from benchmarks.stopwatch import Stopwatch
from syncd.bootstrap import open_app
from syncd.registry.engine import reading
from syncd.registry.tables import Push
from syncd.sync.mode import Mode
from syncd.sync.push import push_due

__all__ = ["PUSHES", "run_push"]

_ROUNDS: Final = 3
PUSHES: Final = {"push-instant": (0.0, 3_000), "push-50ms": (0.05, 1_500)}
"""Seconds that a write takes, and how many there are in each round."""


def run_push(lane: Lane, say: Callable[[str], None], part: str) -> Iterator[dict[str, Any]]:
    """Measure at one of the shops; one line for each of the two ways."""
    seconds, count = PUSHES[part]
    found: dict[str, list[dict[str, Any]]] = {"bare": [], "syncd": []}
    with running_source(count) as source, running_shop(count, seconds) as shop:
        arguments = ["-m", "benchmarks.push", "--database", lane.database, "--source", source, "--shop", shop]
        advance(source, "w1")
        measured([*arguments, "w1"], lane)
        measured([*arguments, "link"], lane)
        for number in range(_ROUNDS):
            advance(source, "phones")
            measured([*arguments, "change"], lane)
            for way, lines in found.items():
                say(f"{part} {way}, round {number + 1} of {_ROUNDS}, {count} writes")
                before = _writes(shop)
                line = measured([*arguments, way, "--count", str(count)], lane)
                line["right"] = _writes(shop) - before == count and not line.pop("left", 0)
                lines.append(line)
    yield from _lines(part, lane.target, count, found)


def _lines(part: str, target: str, count: int, found: dict[str, list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    rates = {way: [count / line["seconds"] for line in lines] for way, lines in found.items()}
    shares = [ours / bare for ours, bare in zip(rates["syncd"], rates["bare"], strict=True)]
    for way, lines in found.items():
        middle = sorted(lines, key=lambda line: line["seconds"])[len(lines) // 2]
        more = {"share_of_bare": round(statistics.median(shares), 3)} if way == "syncd" else {}
        yield {
            "system": way,
            "workload": part,
            "target": target,
            "n": count,
            **middle,
            "right": all(line["right"] for line in lines),
            "per_second": round(statistics.median(rates[way]), 1),
            **more,
        }


def _writes(shop: str) -> int:
    return int(json.loads(urlopen(f"{shop}/health", timeout=30).read())["writes"])


def _bare(shop: str, count: int) -> Stopwatch:
    """The same calls with nothing around them; the change is taken back, so that syncd still has it to make."""
    headers = {"authorization": "Bearer benchmark", "accept": "application/json", "content-type": "application/json"}
    parallel = ADAPTER.parallel_calls
    limits = httpx.Limits(max_connections=10, max_keepalive_connections=10)
    with (
        httpx.Client(base_url=shop, headers=headers, limits=limits, trust_env=False) as client,
        ThreadPoolExecutor(parallel) as threads,
    ):
        client.get("/health")

        def put(number: int) -> None:
            body = b'{"contractor":{"notes":"from the bare client %09d"}}' % number
            answer = client.put(f"/contractors/S{number}", content=body, headers={"if-match": '"1"'})
            answer.raise_for_status()

        watch = Stopwatch()
        list(threads.map(put, range(count)))
        watch.stop()
    return watch


def _syncd(arguments: argparse.Namespace) -> None:
    settings = syncd_runs.settings_for(arguments.database, arguments.source, shop=arguments.shop)
    app = open_app(settings)
    commits = 0

    @event.listens_for(app.engine, "commit")
    def count(_connection: object) -> None:
        nonlocal commits
        commits += 1

    mode: Mode = "full"
    if arguments.step in {"w1", "change", "link"}:
        watch = Stopwatch()
        syncd_runs.pull(app, mode, "shop" if arguments.step == "link" else "erp")
        watch.stop()
        watch.report()
        return
    shop = app.connection("shop").id
    watch = Stopwatch()
    pushed = push_due(app, shop)
    watch.stop()
    with reading(app.engine) as connection:
        left = connection.execute(select(func.count()).select_from(Push)).scalar_one()
    app.close()
    watch.report(left=left, done=pushed.done, transactions=commits, pushes_per_commit=round(pushed.done / commits, 1))


def main() -> None:
    """Do one part in this process and say what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=["w1", "link", "change", "bare", "syncd"])
    parser.add_argument("--database", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--shop", required=True)
    parser.add_argument("--count", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.step == "bare":
        _bare(arguments.shop, arguments.count).report()
    else:
        _syncd(arguments)


if __name__ == "__main__":
    main()
