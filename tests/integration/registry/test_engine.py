"""Is a database opened the same way, whoever else has it open?"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import OperationalError

from syncd.registry.engine import asking, open_engine, reading, writing
from syncd.registry.tables import Counter
from tests.fixtures.registries import bare, fresh


def test_a_new_sqlite_file_that_another_process_writes_to_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, other.execute, ["COMMIT"])
    release.start()
    engine = open_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    engine.dispose()
    release.join()
    other.close()


def test_a_write_that_waits_in_vain_for_another_is_told_as_every_other_error_of_the_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("syncd.registry.engine.SQLITE_BUSY_MS", 10)
    path = fresh(bare(), "busy")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        engine = open_engine(f"sqlite:///{path}?")  # another URL than that of the engine that is kept
        with pytest.raises(OperationalError, match="locked"), writing(engine):
            pass
        other.execute("COMMIT")
    with writing(engine) as connection:
        connection.execute(insert(Counter).values(name="a", value=1))
    engine.dispose()


def test_what_is_read_in_one_go_is_of_one_moment(registry: Engine) -> None:
    def names(connection: Connection) -> list[str]:
        return list(connection.scalars(select(Counter.name).order_by(Counter.name)))

    with writing(registry) as connection:
        connection.execute(insert(Counter).values(name="a", value=1))
    with reading(registry) as connection:
        assert names(connection) == ["a"]
        with writing(registry) as other:
            other.execute(insert(Counter).values(name="b", value=1))
        assert names(connection) == ["a"]
    with reading(registry) as connection:
        assert names(connection) == ["a", "b"]


def test_a_question_by_itself_leaves_its_connection_as_it_was(registry: Engine) -> None:
    def names() -> list[str]:
        with asking(registry) as connection:
            return list(connection.scalars(select(Counter.name)))

    def write_and_fail() -> None:
        with writing(registry) as connection:  # by the connection that was given back last
            connection.execute(insert(Counter).values(name="a", value=1))
            raise LookupError

    assert names() == []
    with pytest.raises(LookupError):
        write_and_fail()
    assert names() == []


def test_a_new_sqlite_file_is_its_owners_alone(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/registry.db")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE customers (name TEXT)")
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    engine.dispose()
    assert modes == dict.fromkeys(("registry.db", "registry.db-wal", "registry.db-shm"), 0o600)
