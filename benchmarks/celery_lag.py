"""What does a running worker add? From the trigger to the start, messages for each sync, memory of all its processes.

A real worker with real Redis and PostgreSQL; the trigger is a process of its own, as a command line or another worker
would be. Beat is left out: its ticks would be counted as messages of the sync.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self

import psutil
from redis import Redis, RedisError
from sqlalchemy import func, select

from benchmarks import syncd_runs
from benchmarks.chain import Lane, advance, measured
from benchmarks.children import child
from benchmarks.measure import Tree, cpu_of_tree
from benchmarks.servers import scratch
from benchmarks.shop import running_shop
from benchmarks.source import running_source
from benchmarks.stopwatch import Stopwatch
from benchmarks.world import PAGE
from syncd.bootstrap import open_app
from syncd.registry.engine import reading
from syncd.registry.tables import Push, Run
from syncd.settings import load_settings
from syncd.sync.app import App
from syncd.sync.mode import Mode
from syncd.sync.request import request_run
from tests.real.processes import free_port
from tests.real.redis import redis

__all__ = ["PARTS", "House", "run_celery"]

PARTS: Final = ("celery-lag", "celery-messages", "celery")

_TRIGGERS: Final = 60
_SYNCED: Final = 2_000
_LONGEST_SECONDS: Final = 900.0
_STEPS: Final = {"w1": 1, "w4": 1, "w3": 5}
"""How often each step is done; a short one is measured by its middle."""
_QUEUE: Final = "syncd:syncd"

_NOT_THE_WORKERS: Final = frozenset({"rows_written", "rows_by_table", "wal_bytes", "commits", "server_cpu_seconds"})
"""Counters that a worker's sessions, which stay open, had not given up yet when they were read."""

_CONFIG: Final = """
database = "{database}"
redis = "{redis}"

[connections.erp]
kind = "bridge"
side = "erp"
options.url = "{source}"
guard.first_run = "apply"

[connections.shop]
kind = "bridge"
side = "shop"
options.url = "{shop}"
paused = {paused}

[[routes]]
erp = "erp"
shop = "shop"
create_inactive = true
"""


class _Messages(threading.Thread):
    """Counts what is put into the queue, until the block ends."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.count = 0
        self._monitor = Redis.from_url(url).monitor()  # type: ignore[no-untyped-call]
        self._monitor.__enter__()

    def run(self) -> None:
        with contextlib.suppress(RedisError):  # Redis ends before we do
            for command in self._monitor.listen():
                words = command["command"].split(" ")
                if words[0] == "LPUSH" and words[1] == _QUEUE:
                    self.count += 1


def run_celery(
    new_lane: Callable[[str], Lane], sizes: list[int], say: Callable[[str], None], parts: list[str]
) -> Iterator[dict[str, Any]]:
    """Measure a worker.

    Args:
        new_lane: Makes an empty registry of that name.
        sizes: Numbers of contractors at which memory and the step w3 are measured.
    """
    if "celery-lag" in parts:
        say("celery-lag: from trigger to start")
        lane = new_lane("lag")
        with House(lane, 500, paused=True) as house:
            house.trigger("w1")
            found = house.trigger("lag", "--count", str(_TRIGGERS))
        yield _line("celery-lag", lane, _TRIGGERS, found, right=found.pop("all_succeeded"))
    if "celery-messages" in parts:
        say("celery-messages: how many messages a sync takes, pushes included")
        lane = new_lane("messages")
        with House(lane, _SYNCED, paused=False) as house, house.counting() as messages:
            found = house.trigger("w1", "--pushed")
            time.sleep(1)
        found |= {"messages": messages.count, "most_messages": math.ceil(_SYNCED / PAGE) + 5}
        yield _line("celery-messages", lane, _SYNCED, found, right=found["left"] == 0)
    for count in sizes if "celery" in parts else []:
        say(f"celery: a worker loads {count} records, then those that changed")
        lane = new_lane(f"celery_{count}")
        with House(lane, count, paused=True) as house:
            for step, times in _STEPS.items():
                rounds = [house.trigger(step) for _ in range(times)]
                found = rounds[0] | {
                    "seconds": statistics.median(one["seconds"] for one in rounds),
                    "seconds_of_each": [one["seconds"] for one in rounds],
                    "worker_cpu_seconds": statistics.median(one["worker_cpu_seconds"] for one in rounds),
                }
                right = all(one["state"] == "succeeded" for one in rounds)
                yield _line(f"celery-{step}", lane, count, found | house.memory(), right=right)


def _line(workload: str, lane: Lane, count: int, found: dict[str, Any], *, right: bool) -> dict[str, Any]:
    head = {"system": "syncd", "workload": workload, "target": lane.target, "n": count}
    return head | {name: value for name, value in found.items() if name not in _NOT_THE_WORKERS} | {"right": right}


class House(ExitStack):
    """A source, a shop, Redis, and a worker between them."""

    def __init__(self, lane: Lane, count: int, *, paused: bool) -> None:
        super().__init__()
        self._lane = lane
        self._paused = paused
        self._count = count

    def __enter__(self) -> Self:
        super().__enter__()
        folder = self.enter_context(scratch("celery"))
        self.source = self.enter_context(running_source(self._count))
        shop = self.enter_context(running_shop(0, 0.0))
        started = redis(folder, free_port())
        started.server.start()
        self.callback(started.server.stop)
        self.redis = started.url
        config = folder / "syncd.toml"
        config.write_text(
            _CONFIG.format(
                database=self._lane.database,
                redis=started.url,
                source=self.source,
                shop=shop,
                paused=f"{self._paused}".lower(),
            )
        )
        tokens = {"SYNCD_ERP_TOKEN": "benchmark", "SYNCD_SHOP_TOKEN": "benchmark", "PYTHONWARNINGS": "ignore"}
        self._environment = {"SYNCD_CONFIG": str(config), **tokens}
        worker = self.enter_context(child(["-m", "workers", "worker", "--loglevel=ERROR"], self._environment))
        self._worker = worker.pid
        self._tree = self.enter_context(Tree(worker.pid))
        self.trigger("wait")
        return self

    def trigger(self, step: str, *more: str) -> dict[str, Any]:
        """Let a process ask for what belongs to `step`, and wait until the worker has done it."""
        if step in _STEPS:
            advance(self.source, step)
        lane = Lane("syncd", self._lane.target, self._lane.database, Path(), self._environment)
        before = cpu_of_tree(self._worker)
        found = measured(["-m", "benchmarks.celery_lag", step, *more], lane)
        found["worker_cpu_seconds"] = round(cpu_of_tree(self._worker) - before, 2)
        return {name: value for name, value in found.items() if name not in {"peak_mb", "peak_rss_mb", "cpu_seconds"}}

    def memory(self) -> dict[str, Any]:
        """The worker's processes together, at their largest so far."""
        peaks = {"peak_mb": self._tree.peak_pss, "peak_rss_mb": self._tree.peak_rss}
        return {name: round(size / 2**20, 1) for name, size in peaks.items()}

    def processes(self) -> list[psutil.Process]:
        """The worker and its children."""
        root = psutil.Process(self._worker)
        return [root, *root.children(recursive=True)]

    def counting(self) -> _Counting:
        """Count messages for the length of a block."""
        return _Counting(self.redis)


class _Counting:
    def __init__(self, url: str) -> None:
        self._messages = _Messages(url)

    def __enter__(self) -> _Messages:
        self._messages.start()
        return self._messages

    def __exit__(self, *_: object) -> None:
        """The thread ends with its process."""


def _ask(app: App, mode: Mode) -> dict[str, Any]:
    """Ask for a run and wait for its end: seconds from the request to start and end."""
    run_id = request_run(app, app.connection("erp"), mode=mode, asked_by="benchmark")
    statement = select(Run.asked_at, Run.started_at, Run.finished_at, Run.state).where(Run.id == run_id)
    until = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < until:
        with reading(app.engine) as connection:
            row = connection.execute(statement).one()
        if row.finished_at is not None:
            start, end = ((moment - row.asked_at).total_seconds() for moment in (row.started_at, row.finished_at))
            return {"seconds": round(end, 4), "to_start": round(start, 4), "state": str(row.state)}
        time.sleep(0.02)
    raise RuntimeError(f"run {run_id} was not over within {_LONGEST_SECONDS:.0f} s")


def _lag(app: App, count: int) -> dict[str, Any]:
    """Runs that find nothing new, one after another."""
    found = []
    for _ in range(count):
        found.append(_ask(app, "incremental"))
        time.sleep(0.05)
    starts = sorted(one["to_start"] for one in found)
    return {
        "seconds": round(statistics.median(starts), 4),
        "p95": starts[round(len(starts) * 0.95) - 1],
        "most": starts[-1],
        "done_p50": round(statistics.median(one["seconds"] for one in found), 4),
        "all_succeeded": all(one["state"] == "succeeded" for one in found),
    }


def _pushed(app: App) -> int:
    """Wait until the outbox is empty; how many are left if that takes too long."""
    left = 1
    until = time.monotonic() + _LONGEST_SECONDS
    while left and time.monotonic() < until:
        time.sleep(0.2)
        with reading(app.engine) as connection:
            left = connection.execute(select(func.count()).select_from(Push)).scalar_one()
    return left


def main() -> None:
    """Trigger in this process, and say when the worker began and ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=["wait", "w1", "w4", "w3", "lag"])
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--pushed", action="store_true")
    arguments = parser.parse_args()

    # It reads the configuration that the environment names, which the process that imports this one has not.
    from workers.doorbell import CeleryDoorbell  # noqa: PLC0415

    app = open_app(load_settings(None, os.environ).settings, doorbell=CeleryDoorbell())
    watch = Stopwatch()
    if arguments.step == "wait":
        found = _ask(app, "incremental")
    elif arguments.step == "lag":
        found = _lag(app, arguments.count)
    else:
        found = _ask(app, "full" if arguments.step in syncd_runs.FULL else "incremental")
    if arguments.pushed:
        found["left"] = _pushed(app)
    watch.stop()
    app.close()
    watch.report(**found)


if __name__ == "__main__":
    main()
