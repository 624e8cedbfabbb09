"""Is an error of the database told by what helps against it?"""

from __future__ import annotations

import sqlite3

import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from syncd.errors import Unavailable
from syncd.registry.trouble import away, explain


@pytest.mark.parametrize(
    ("text", "told", "cure"),
    [
        ("database or disk is full", "disk of the registry's database is full", "Make room"),
        ("could not extend file: No space left on device", "disk of the registry's database is full", "Make room"),
        ("database is locked", "keeps the database locked", "Try again"),
        ("unable to open database file", "cannot be opened or written", "Let the user"),
        ("attempt to write a readonly database", "cannot be opened or written", "Let the user"),
        ("disk I/O error", "cannot be reached", "`database`"),
    ],
)
def test_a_driver_says_it_in_its_own_words(text: str, told: str, cure: str) -> None:
    own = sqlite3.OperationalError(text)
    for error in (own, OperationalError("SELECT 1", {}, own)):
        found = explain(error)
        assert isinstance(found, Unavailable)
        assert (told in found.message, cure in found.cure) == (True, True)


def test_a_mistake_of_ours_is_not_explained_away() -> None:
    assert explain(KeyError("x")) is None
    assert explain(sqlite3.ProgrammingError("wrong number of bindings")) is None


@pytest.mark.parametrize(
    ("error", "is_away"),
    [
        (OperationalError("", {}, errors.OperationalError("connection refused")), True),
        (OperationalError("", {}, errors.AdminShutdown()), True),
        (OperationalError("", {}, errors.ConnectionFailure()), True),
        (OperationalError("", {}, errors.LockNotAvailable()), False),
        (OperationalError("", {}, errors.DiskFull()), False),
        (OperationalError("", {}, sqlite3.OperationalError("disk I/O error")), False),
        (ProgrammingError("", {}, errors.UndefinedTable()), False),
    ],
)
def test_a_server_that_is_away_is_told_from_one_that_refuses(error: DBAPIError, is_away: bool) -> None:
    assert away(error) is is_away
