"""Is what was said of a piece of a file kept with how it was made, also in a folder that an older syncd left?"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.commerceml import ingest as of_1c
from adapters.commerceml import state as for_1c
from adapters.esklep import state as for_esklep
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord
from syncd.folder import state as for_files
from syncd.sentence import Sentence, pack

WIDE: Final = Sentence("the line has %(seen)s columns, and others have %(wanted)s", seen=5, wanted=4)
REFUSED: Final = InvalidRecord(WIDE, code="line-broken", cure="A delimiter inside of a text must be quoted.")


def by_file(path: Path) -> Any:
    state = for_files.State(path)
    with state.ingest() as ingest:
        ingest.reject(1, 1, "a.csv line 2", b"x", REFUSED)
    return state.page(for_files.Position(), 10)


def by_esklep(path: Path) -> Any:
    state = for_esklep.State(path)
    with state.ingest() as ingest:
        ingest.reject(1, 1, "a.csv line 2", b"x", REFUSED)
    return state.page(for_esklep.Position(0), 10)


def by_1c(path: Path) -> Any:
    state = for_1c.State(path)
    with state.open(write=True) as db:
        of_1c.Ingest(db, 1, 0.0, lambda _raw, _id: Contractor(name="x")).reject(
            for_1c.position(1, 1), "a.xml line 2", b"x", REFUSED
        )
    return state.page((0, ""), 10)


@pytest.mark.parametrize(("keep", "version"), [(by_file, 3), (by_esklep, 1), (by_1c, 1)])
def test_a_refused_piece_can_be_told_in_other_languages(
    tmp_path: Path, keep: Callable[[Path], Any], version: int
) -> None:
    path = tmp_path / "state.sqlite3"
    for _ in ("new", "left by the version before"):
        (entry,) = keep(path)
        assert (entry.error.message, pack(entry.error.message)) == (WIDE, pack(WIDE))
        with sqlite3.connect(path) as db:
            db.execute("ALTER TABLE rejected DROP COLUMN said")
            db.execute(f"PRAGMA user_version = {version}")
