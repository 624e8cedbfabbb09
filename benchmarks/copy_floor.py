"""What is the least that an initial load can take? The finished rows of syncd's registry, copied into empty tables.

Nothing is fetched, parsed or decided: the rows are ready on disk, and go into tables with the same keys and indexes in
one transaction, by COPY on PostgreSQL and by one prepared statement a table on SQLite.
"""

from __future__ import annotations

import argparse
import pickle
import sqlite3
import time
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from benchmarks.stopwatch import Stopwatch

__all__ = ["TABLES", "keep"]

TABLES: Final = (
    "connections",
    "groups",
    "runs",
    "contractors",
    "memberships",
    "bindings",
    "plan_lines",
    "pushes",
    "listings",
)
"""What an initial load fills, parents first."""

_READ_BYTES: Final = 1 << 20


def keep(database: str, folder: Path) -> None:
    """Write the finished rows of `database` into files in `folder`."""
    if database.startswith("sqlite"):
        with sqlite3.connect(_file(database)) as source:
            for table in TABLES:
                rows = source.execute(f"SELECT * FROM {table}").fetchall()
                (folder / table).write_bytes(pickle.dumps(rows))
        return
    with psycopg.connect(database) as connection, connection.cursor() as cursor:
        for table in TABLES:
            with (folder / table).open("wb") as file, cursor.copy(_copy(table, "TO STDOUT")) as copy:
                for data in copy:
                    file.write(data)


def _copy(table: str, direction: str) -> sql.Composed:
    return sql.SQL("COPY {} {}").format(sql.Identifier(table), sql.SQL(direction))


def _file(database: str) -> str:
    return database.removeprefix("sqlite:///")


def _load_postgresql(database: str, folder: Path) -> tuple[Stopwatch, dict[str, float]]:
    seconds: dict[str, float] = {}
    with psycopg.connect(database) as connection:
        watch = Stopwatch()
        with connection.cursor() as cursor:
            for table in TABLES:
                start = time.perf_counter()
                with (folder / table).open("rb") as file, cursor.copy(_copy(table, "FROM STDIN")) as copy:
                    while data := file.read(_READ_BYTES):
                        copy.write(data)
                seconds[table] = round(time.perf_counter() - start, 3)
        connection.commit()
        watch.stop()
    return watch, seconds


def _load_sqlite(database: str, folder: Path) -> tuple[Stopwatch, dict[str, float]]:
    seconds: dict[str, float] = {}
    ready = {table: pickle.loads((folder / table).read_bytes()) for table in TABLES}
    with sqlite3.connect(_file(database), isolation_level=None) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        watch = Stopwatch()
        connection.execute("BEGIN IMMEDIATE")
        for table, rows in ready.items():
            start = time.perf_counter()
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
            seconds[table] = round(time.perf_counter() - start, 3)
        connection.execute("COMMIT")
        watch.stop()
    return watch, seconds


def main() -> None:
    """Load the kept rows in this process and say what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step")
    parser.add_argument("--database", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    arguments = parser.parse_args()
    load = _load_sqlite if arguments.database.startswith("sqlite") else _load_postgresql
    watch, seconds = load(arguments.database, arguments.folder)
    watch.report(seconds_by_table=seconds)


if __name__ == "__main__":
    main()
