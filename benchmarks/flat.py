"""Does anything grow while nothing changes? A running worker reads the same full list again and again.

After each read: memory and open files of all its processes, keys in Redis, rows and bytes of each table. A first third
of the reads warms caches up; what counts is how much more there is at the end than after that third. Asked of it: flat
over a million records without a change. Runs add a row each, which the nightly tidying takes away again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import psutil
import psycopg
from psycopg import sql
from redis import Redis

from benchmarks.celery_lag import House
from benchmarks.chain import Lane
from benchmarks.measure import BOOKKEEPING, sizes_of

__all__ = ["run_flat"]

_RECORDS: Final = 1_000_000
_MOST_MB: Final = 15.0
"""By how much memory may be more at the end: an allocator is never quite at rest."""


def run_flat(
    new_lane: Callable[[str], Lane], count: int, say: Callable[[str], None], records: int = _RECORDS
) -> Iterator[dict[str, Any]]:
    """One line: what there was after a third of the reads, and what at the end."""
    rounds = max(6, records // count)
    lane = new_lane("flat")
    with House(lane, count, paused=True) as house:
        house.trigger("w1")
        states, seconds, cpu = [], 0.0, 0.0
        say(f"flat: {rounds} times {count} records without a change")
        for _ in range(rounds):
            found = house.trigger("w4")
            if found["state"] != "succeeded":
                raise RuntimeError(f"a read ended as {found['state']}")
            seconds += found["seconds"]
            cpu += found["worker_cpu_seconds"]
            states.append(_state(house, lane))
    first, last = states[rounds // 3 - 1], states[-1]
    wrong = _grown(first, last)
    yield {
        "system": "syncd",
        "workload": "flat",
        "target": lane.target,
        "n": rounds * count,
        "seconds": round(seconds, 2),
        "worker_cpu_seconds": round(cpu, 2),
        "per_second": round(rounds * count / seconds),
        "after_a_third": first,
        "at_the_end": last,
        "memory_mb_each": [one["memory_mb"] for one in states],
        "right": not wrong,
        **({"wrong": wrong} if wrong else {}),
    }


def _state(house: House, lane: Lane) -> dict[str, Any]:
    processes = house.processes()
    with psycopg.connect(lane.database, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' "
            "AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        rows = {name: _count(connection, name) for name, _ in tables}
    client = Redis.from_url(house.redis)
    keys = int(client.dbsize())
    client.close()
    return {
        "memory_mb": round(sum(sizes_of(process.pid)[0] for process in processes) / 2**20, 1),
        "open_files": sum(_files(process) for process in processes),
        "processes": len(processes),
        "redis_keys": keys,
        "rows": sum(number for name, number in rows.items() if name not in BOOKKEEPING),
        "runs": rows["runs"],
        "table_mb": round(sum(size for name, size in tables if name not in BOOKKEEPING) / 2**20, 1),
    }


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])


def _files(process: psutil.Process) -> int:
    try:
        return process.num_fds()
    except psutil.NoSuchProcess:
        return 0


def _grown(first: dict[str, Any], last: dict[str, Any]) -> list[str]:
    most = {"memory_mb": _MOST_MB, "open_files": 2, "redis_keys": 1, "rows": 0, "table_mb": 1.0}
    return [
        f"{name}: {first[name]} after a third, {last[name]} at the end"
        for name, more in most.items()
        if last[name] > first[name] + more
    ]
