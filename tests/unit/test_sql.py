"""What do errors of a foreign database mean, in the words of each kind of server?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import Engine, event

from syncd.errors import AuthFailed, Misconfigured, SyncError, Unavailable
from syncd.ports import Secret
from syncd.sql.database import Database


@contextmanager
def failing(error: sqlite3.Error) -> Iterator[None]:
    """Let every statement end in this error, as its driver would raise it."""

    def fail(*_: object) -> NoReturn:
        raise error

    event.listen(Engine, "do_execute", fail)
    try:
        yield
    finally:
        event.remove(Engine, "do_execute", fail)


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (sqlite3.OperationalError("Login failed for user 'syncd'. (18456)"), AuthFailed),
        (sqlite3.ProgrammingError("The SELECT permission was denied on the object 'Kontrahenci' (229)"), AuthFailed),
        (sqlite3.ProgrammingError("permission denied for table customers"), AuthFailed),
        (sqlite3.ProgrammingError("Invalid object name 'CDN.Kontrahenci'. (208)"), Misconfigured),
        (sqlite3.OperationalError("was deadlocked on lock resources with another process (1205)"), Unavailable),
    ],
)
def test_an_error_says_who_has_to_act(tmp_path: Path, error: sqlite3.Error, meaning: type[SyncError]) -> None:
    (tmp_path / "erp.db").touch()
    database = Database(Secret("sqlite:///erp.db"), tmp_path)
    with failing(error), pytest.raises(meaning), database.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    database.close()
