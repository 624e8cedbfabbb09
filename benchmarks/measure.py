"""What did a step cost? Memory and CPU of process trees, rows, WAL and commits of PostgreSQL."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import psutil
import psycopg

__all__ = ["BOOKKEEPING", "Counters", "Tree", "cpu_of_tree", "quiet", "read_counters", "sizes_of"]

_EVERY_SECONDS: Final = 0.05

BOOKKEEPING: Final = frozenset({"runs", "leases", "counters", "connections", "cursors", "workers", "alembic_version"})
"""Tables of syncd that say how work stands; all others are the registry."""


class Tree(threading.Thread):
    """Watches the memory of a process and its children until `stop`.

    Attributes:
        peak_pss: Most bytes at one moment, memory that processes share counted once.
        peak_rss: The same with shared memory counted for each process.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak_pss = 0
        self.peak_rss = 0
        self._root = psutil.Process(pid)
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        while not self._ended.wait(_EVERY_SECONDS):
            try:
                processes = [self._root, *self._root.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            sizes = [sizes_of(process.pid) for process in processes]
            self.peak_pss = max(self.peak_pss, sum(pss for pss, _ in sizes))
            self.peak_rss = max(self.peak_rss, sum(rss for _, rss in sizes))


def sizes_of(pid: int) -> tuple[int, int]:
    """PSS and RSS in bytes; nothing for a process that has ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0, 0
    found = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in text.splitlines()[1:] if line.endswith("kB")}
    return found.get("Pss", 0), found.get("Rss", 0)


def cpu_of_tree(pid: int) -> float:
    """CPU seconds of a process and its children so far, those that have ended included."""
    total = 0.0
    root = psutil.Process(pid)
    for process in [root, *root.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


@dataclass(frozen=True)
class Counters:
    """What PostgreSQL has counted so far in one database.

    Attributes:
        rows: Rows inserted, changed and removed, by table.
        wal: Position in the log, in bytes.
        images: Whole pages that were written into the log since they were first touched after a checkpoint.
        cpu: CPU seconds of the server.
    """

    rows: dict[str, int]
    wal: int
    images: int
    commits: int
    cpu: float

    def since(self, before: Counters) -> dict[str, Any]:
        """The difference, as fields of a measurement."""
        rows = {name: count - before.rows.get(name, 0) for name, count in self.rows.items()}
        written = {name: count for name, count in sorted(rows.items()) if count}
        return {
            "rows_written": sum(count for name, count in written.items() if name not in BOOKKEEPING),
            "rows_by_table": written,
            "wal_bytes": self.wal - before.wal,
            "wal_page_images": self.images - before.images,
            "commits": self.commits - before.commits,
            "server_cpu_seconds": round(self.cpu - before.cpu, 2),
        }


def read_counters(url: str) -> Counters:
    """Ask the server; counters of a session that has just ended are in."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables "
            "WHERE schemaname NOT LIKE 'pg_temp%'"
        ).fetchall()
        rows: dict[str, int] = {}
        for name, count in found:
            rows[name] = rows.get(name, 0) + count
        wal, images, commits = _one(
            connection,
            "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'), wal_fpi, xact_commit FROM pg_stat_wal, "
            "pg_stat_database WHERE datname = current_database()",
        )
        file = _one(connection, "SELECT pg_read_file('postmaster.pid', 0, 20)")[0]
    return Counters(rows, int(wal), int(images), int(commits), cpu_of_tree(int(file.split()[0])))


def quiet(url: str, longest: float = 20.0) -> None:
    """Wait until no autovacuum is at work: its share must not be counted for who comes next."""
    until = time.monotonic() + longest
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < until:
            busy = _one(connection, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'")[0]
            if not busy:
                return
            time.sleep(0.2)


def _one(connection: psycopg.Connection[Any], query: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(query).fetchone()
    assert row is not None
    return row
