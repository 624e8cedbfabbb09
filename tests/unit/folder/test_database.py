"""Is the small file beside a folder's files whole, private, and made by one?"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from syncd.errors import Misconfigured
from syncd.folder.database import Database


def database(folder: Path, *, version: int = 1, upgrades: dict[int, str] | None = None) -> Database:
    return Database(
        folder / "state.sqlite3",
        name="state",
        version=version,
        schema="CREATE TABLE words (word TEXT);INSERT INTO words VALUES ('made')",
        upgrades=upgrades or {},
        cure="Delete it.",
    )


def words(kept: Database) -> list[str]:
    with kept.open() as db:
        return [word for (word,) in db.execute("SELECT word FROM words")]


def break_off(kept: Database) -> None:
    with kept.open(write=True) as db:
        db.execute("INSERT INTO words VALUES ('lost')")
        raise ZeroDivisionError


def test_what_raises_is_forgotten(tmp_path: Path) -> None:
    kept = database(tmp_path)
    with pytest.raises(ZeroDivisionError):
        break_off(kept)
    assert words(kept) == ["made"]


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    words(database(tmp_path))
    assert (tmp_path / "state.sqlite3").stat().st_mode & 0o077 == 0


def test_an_older_version_is_upgraded_and_keeps_what_it_had(tmp_path: Path) -> None:
    words(database(tmp_path))
    newer = database(tmp_path, version=2, upgrades={1: "INSERT INTO words VALUES ('upgraded')"})
    assert words(newer) == words(newer) == ["made", "upgraded"]


def test_several_that_open_it_at_once_make_its_tables_once(tmp_path: Path) -> None:
    found: list[list[str]] = []
    racers = [threading.Thread(target=lambda: found.append(words(database(tmp_path)))) for _ in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert found == [["made"]] * 8


def test_a_damaged_file_is_named_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(Misconfigured, match="the state is damaged") as caught:
        words(database(tmp_path))
    assert caught.value.cure == "Delete it."


@pytest.mark.parametrize("look", [words, Database.require])
def test_a_folder_that_is_not_there_is_said_of_the_file_that_was_to_be_in_it(
    tmp_path: Path, look: Callable[[Database], object]
) -> None:
    with pytest.raises(Misconfigured, match=r"gone/state\.sqlite3: No such file") as caught:
        look(database(tmp_path / "gone"))
    assert (caught.value.code, caught.value.field) == ("folder-missing", "state")
    assert list(tmp_path.iterdir()) == []


def test_what_was_deleted_is_gone_from_the_file(tmp_path: Path) -> None:
    kept = database(tmp_path)
    with kept.open(write=True) as db:
        db.execute("INSERT INTO words VALUES ('canary')")
        db.execute("DELETE FROM words WHERE word = 'canary'")
    kept.vacuum()
    assert b"canary" not in (tmp_path / "state.sqlite3").read_bytes()
    with closing(sqlite3.connect(tmp_path / "state.sqlite3")) as db:
        assert db.execute("SELECT count(*) FROM words").fetchone() == (1,)
