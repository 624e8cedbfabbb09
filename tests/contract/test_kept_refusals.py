"""Is what was said of a file kept with how it was made, also in a folder that an older syncd left?"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.commerceml import ingest as of_1c
from adapters.commerceml import state as for_1c
from adapters.esklep import ingest as of_esklep
from adapters.esklep import state as for_esklep
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord
from syncd.folder import state as for_files
from syncd.folder.position import Position
from syncd.sentence import Sentence, joined, pack

WIDE: Final = Sentence("the line has %(seen)s columns, and others have %(wanted)s", seen=5, wanted=4)
REFUSED: Final = InvalidRecord(WIDE, code="line-broken", cure="A delimiter inside of a text must be quoted.")

ENDED: Final = joined(
    (Sentence("its last line declares %(declared)s records", declared=2), Sentence("it holds no contractors")),
    of="a.csv",
)
FACTS: Final[dict[str, Any]] = {
    "seq": 1,
    "name": "a.csv",
    "sha256": "0",
    "proven": True,
    "how": ENDED,
    "declared": 2,
}


def by_file(path: Path) -> Any:
    state = for_files.State(path)
    with state.ingest() as ingest:
        ingest.reject(1, 1, "a.csv line 2", b"x", REFUSED)
    return state.page(Position(), 10)


def by_esklep(path: Path) -> Any:
    state = for_esklep.State(path)
    with state.ingest() as ingest:
        ingest.reject(1, 1, "a.csv line 2", b"x", REFUSED)
    return state.page(Position(0), 10)


def by_1c(path: Path) -> Any:
    state = for_1c.State(path)
    with state.open(write=True) as db:
        of_1c.Ingest(db, 1, 0.0, lambda _raw, _id: Contractor(name="x")).reject(
            for_1c.position(1, 1), "a.xml line 2", b"x", REFUSED
        )
    return state.page((0, ""), 10)


def how_by_file(path: Path) -> str:
    state = for_files.State(path)
    with state.ingest() as ingest:
        ingest.finish(for_files.FileFacts(**FACTS, records=1), snapshot=True, written_before=0.0)
    last = state.last_file()
    return last.how if last is not None else ""


def how_by_esklep(path: Path) -> str:
    state = for_esklep.State(path)
    with state.ingest() as ingest:
        ingest.finish(of_esklep.Export(**FACTS), written_since=0.0)
    last = state.last_export()
    return last.how if last is not None else ""


def how_by_1c(path: Path) -> str:
    state = for_1c.State(path)
    with state.open(write=True) as db:
        ingest = of_1c.Ingest(db, 1, 0.0, lambda _raw, _id: Contractor(name="x"))
        ingest.finish(for_1c.FileFacts(**FACTS, records=1, snapshot=True))
    return state.files()[1].how


@pytest.mark.parametrize(
    ("keep", "version", "tables"),
    [
        (by_file, 3, ("rejected", "files")),
        (by_esklep, 1, ("rejected", "exports")),
        (by_1c, 1, ("rejected", "files")),
    ],
)
def test_a_refused_piece_can_be_told_in_other_languages(
    tmp_path: Path, keep: Callable[[Path], Any], version: int, tables: tuple[str, ...]
) -> None:
    path = tmp_path / "state.sqlite3"
    for _ in ("new", "left by the version before"):
        (entry,) = keep(path)
        assert (entry.error.message, pack(entry.error.message)) == (WIDE, pack(WIDE))
        leave(path, version, tables)


@pytest.mark.parametrize(
    ("keep", "version", "tables"),
    [
        (how_by_file, 4, ("files",)),
        (how_by_esklep, 2, ("exports",)),
        (how_by_1c, 2, ("files",)),
    ],
)
def test_how_a_file_ended_can_be_told_in_other_languages(
    tmp_path: Path, keep: Callable[[Path], str], version: int, tables: tuple[str, ...]
) -> None:
    path = tmp_path / "state.sqlite3"
    for _ in ("new", "left by the version before"):
        how = keep(path)
        assert (how, pack(how)) == (ENDED, pack(ENDED))
        leave(path, version, tables)


def leave(path: Path, version: int, tables: tuple[str, ...]) -> None:
    """What a version would have left that kept in these tables only the English text, with nothing in them."""
    with closing(sqlite3.connect(path)) as db, db:
        for table in tables:
            db.execute(f"DELETE FROM {table}")
            db.execute(f"ALTER TABLE {table} DROP COLUMN said")
        db.execute(f"PRAGMA user_version = {version}")
