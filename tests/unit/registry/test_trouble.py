"""Is an error of the database told by what helps against it?"""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from syncd.errors import Unavailable
from syncd.registry.trouble import explain


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
