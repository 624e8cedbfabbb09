"""What did 1C say last about each contractor, and what waits for it?

A small SQLite file beside the dropped files. A file goes into it as a whole or not at all, so a list that turns out
to be cut leaves nothing behind; pages of a read come out of it. What 1C stated, what it fetched and did not yet
confirm, and what it has still to fetch are kept apart, and lie one over the other in what counts as held.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import msgspec

from adapters.commerceml.mapping import Keys
from adapters.commerceml.statement import compose, overlay, parts_of_raw
from syncd.domain.contractor import digest
from syncd.errors import InvalidRecord
from syncd.folder.database import Database
from syncd.sentence import Sentence, unpack

__all__ = ["Entry", "FileFacts", "State", "digest_of", "end_of", "file_at", "held", "position"]

_PLACES: Final = 32
"""Bits of a position that number the contractors of one file."""

_SCHEMA: Final = """
CREATE TABLE files (
    seq INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, records INTEGER NOT NULL,
    snapshot INTEGER NOT NULL, proven INTEGER NOT NULL, how TEXT NOT NULL, declared INTEGER,
    scrubbed INTEGER NOT NULL DEFAULT 0, said TEXT);
CREATE TABLE rows (
    external_id TEXT PRIMARY KEY, position INTEGER NOT NULL, seen INTEGER NOT NULL, stated BLOB NOT NULL,
    source BLOB NOT NULL, number TEXT NOT NULL, tax_id TEXT NOT NULL, email TEXT NOT NULL);
CREATE INDEX rows_position ON rows (position, external_id);
CREATE INDEX rows_number ON rows (number) WHERE number <> '';
CREATE INDEX rows_tax_id ON rows (tax_id) WHERE tax_id <> '';
CREATE INDEX rows_email ON rows (email) WHERE email <> '';
CREATE TABLE pending (
    external_id TEXT PRIMARY KEY, sent BLOB, changes BLOB, version INTEGER NOT NULL, at REAL NOT NULL, offered TEXT,
    offered_version INTEGER, delivered_at REAL) WITHOUT ROWID;
CREATE TABLE aliases (theirs TEXT PRIMARY KEY, ours TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE rejected (
    position INTEGER PRIMARY KEY, external_id TEXT NOT NULL, raw BLOB NOT NULL, message TEXT NOT NULL,
    code TEXT NOT NULL, cure TEXT NOT NULL, field TEXT, said TEXT);
CREATE TABLE scrubbed (digest TEXT PRIMARY KEY, seen INTEGER NOT NULL) WITHOUT ROWID;
"""

_SECOND_VERSION: Final = "ALTER TABLE rejected ADD COLUMN said TEXT"
"""How the message was made: see `syncd.sentence`."""

_THIRD_VERSION: Final = "ALTER TABLE files ADD COLUMN said TEXT"
"""The same of ``how``."""

_PAGE: Final = """
SELECT position, external_id, stated, sent, changes, NULL AS message, NULL AS code, NULL AS cure, NULL AS field,
    NULL AS said
FROM rows LEFT JOIN pending USING (external_id) WHERE (position, external_id) > (:position, :external_id)
UNION ALL
SELECT position, external_id, raw, NULL, NULL, message, code, cure, field, said FROM rejected
WHERE (position, external_id) > (:position, :external_id)
ORDER BY 1, 2 LIMIT :limit
"""

_FIND: Final = """
SELECT external_id FROM rows
WHERE (:number <> '' AND number = :number AND number <> '')
   OR (:tax_id <> '' AND tax_id = :tax_id AND tax_id <> '')
   OR (:email <> '' AND email = :email AND email <> '')
ORDER BY 1
"""


def position(seq: int, place: int) -> int:
    """The point in the order of reading where contractor `place` of file `seq` stands. Created ones stand at 0."""
    return seq << _PLACES | place


def end_of(seq: int) -> int:
    """A point behind every contractor of file `seq`."""
    return position(seq + 1, 0) - 1


def file_at(place: int) -> int:
    """The number of the file in which a position lies."""
    return place >> _PLACES


class Entry(msgspec.Struct, frozen=True):
    """One contractor as it counts as held, or one piece of a file that is none."""

    position: int
    external_id: str
    raw: bytes
    error: InvalidRecord | None = None


class FileFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A file that went in as a whole.

    Attributes:
        snapshot: Whether it lists everybody.
    """

    seq: int
    name: str
    sha256: str
    records: int
    snapshot: bool
    proven: bool
    how: str
    declared: int | None


def held(stated: bytes, *changes: bytes | None) -> bytes:
    """A statement with what was written since; the same bytes where nothing was."""
    if not any(changes):
        return stated
    parts = parts_of_raw(stated) if stated else {}
    for change in changes:
        if change:
            parts = overlay(parts, parts_of_raw(change))
    return compose(parts)


class State:
    """The stored statements; every call is a transaction of its own, from any thread or process."""

    def __init__(self, path: Path) -> None:
        self._database = Database(
            path,
            name=Sentence("state of the folder"),
            version=3,
            schema=_SCHEMA,
            upgrades={1: f"{_SECOND_VERSION};{_THIRD_VERSION}", 2: _THIRD_VERSION},
            cure="Restore it from a backup; without one delete it: it is filled again from archive/, but what waited "
            "for 1C is lost then.",
        )

    def require(self) -> None:
        """Look whether it can be kept: see `syncd.folder.database.Database.require`."""
        self._database.require()

    def exists(self) -> bool:
        """Whether anything was ever read or written."""
        return self._database.path.exists()

    def files(self) -> dict[int, FileFacts]:
        """Every file that went in and is still of interest, by its number."""
        with self.open() as db:
            rows = db.execute(
                "SELECT seq, name, sha256, records, snapshot, proven, how, declared, said FROM files ORDER BY seq"
            )
            return {
                seq: FileFacts(
                    seq=seq,
                    name=name,
                    sha256=sha256,
                    records=records,
                    snapshot=bool(snapshot),
                    proven=bool(proven),
                    how=unpack(how, said),
                    declared=declared,
                )
                for seq, name, sha256, records, snapshot, proven, how, declared, said in rows
            }

    def repeats(self, sha256: str) -> bool:
        """Whether a file says the same as the one before it. After a scrub it says more than the state has."""
        with self.open() as db:
            row = db.execute("SELECT sha256, scrubbed FROM files ORDER BY seq DESC LIMIT 1").fetchone()
            waits = db.execute("SELECT 1 FROM pending WHERE sent IS NOT NULL LIMIT 1").fetchone()
        return row is not None and (row[0], row[1]) == (sha256, 0) and waits is None

    def page(self, after: tuple[int, str], limit: int) -> list[Entry]:
        """The next entries in the order of reading."""
        with self.open() as db:
            found = db.execute(_PAGE, {"position": after[0], "external_id": after[1], "limit": limit}).fetchall()
        return [
            Entry(at, external_id, held(raw, sent, changes))
            if message is None
            else Entry(at, external_id, raw, InvalidRecord(unpack(message, said), code=code, cure=cure, field=field))
            for at, external_id, raw, sent, changes, message, code, cure, field, said in found
        ]

    def raw(self, external_id: str) -> bytes | None:
        """What counts as held of one contractor."""
        with self.open() as db:
            row = db.execute(
                "SELECT stated, sent, changes FROM rows LEFT JOIN pending USING (external_id) WHERE external_id = ?",
                (external_id,),
            ).fetchone()
        return None if row is None else held(*row)

    def find(self, keys: Keys) -> list[str]:
        """External ids of contractors that have one of these keys."""
        with self.open() as db:
            return [row[0] for row in db.execute(_FIND, msgspec.to_builtins(keys))]

    def settle(self, done: int) -> None:
        """Forget what is only needed until it was delivered: files and rejected pieces up to the position `done`.

        The last snapshot stays, as the proof of every full read, and so does the last file, which another may repeat.
        """
        with self.open(write=True) as db:
            db.execute(
                "DELETE FROM files WHERE seq < ? AND seq < (SELECT max(seq) FROM files)"
                " AND seq IS NOT (SELECT max(seq) FROM files WHERE snapshot)",
                (file_at(done),),
            )
            db.execute("DELETE FROM rejected WHERE position <= ?", (done,))

    def is_scrubbed(self, external_id: str) -> bool:
        """Whether what 1C said of a contractor was erased here, and it has said nothing since."""
        with self.open() as db:
            found = db.execute("SELECT 1 FROM scrubbed WHERE digest = ?", (digest_of(external_id),)).fetchone()
        return found is not None

    def names_of(self, external_ids: Collection[str]) -> set[str]:
        """All ids by which files can name these contractors: 1C may have given one of its own."""
        with self.open() as db:
            rows = db.execute("SELECT theirs, ours FROM aliases").fetchall()
        return {*external_ids, *(theirs for theirs, ours in rows if ours in set(external_ids))}

    def scrub(self, external_ids: Collection[str]) -> int:
        """Forget what 1C said and fetched of contractors; answer how many statements there were.

        What it has still to fetch stays: it is what overwrites them there. The file is written anew, because what is
        deleted stands in it otherwise.
        """
        gone = 0
        with self.open(write=True) as db:
            last = db.execute("SELECT max(seq) FROM files").fetchone()[0] or 0
            for external_id in external_ids:
                count = db.execute("DELETE FROM rows WHERE external_id = ?", (external_id,)).rowcount
                count += db.execute("DELETE FROM rejected WHERE external_id = ?", (external_id,)).rowcount
                db.execute("DELETE FROM pending WHERE external_id = ? AND changes IS NULL", (external_id,))
                db.execute("UPDATE pending SET sent = NULL WHERE external_id = ?", (external_id,))
                if count:
                    db.execute("INSERT OR REPLACE INTO scrubbed VALUES (?, ?)", (digest_of(external_id), last))
                gone += count
            if gone:
                db.execute("UPDATE files SET scrubbed = 1")
        self._database.vacuum()
        return gone

    def open(self, *, write: bool = False) -> AbstractContextManager[sqlite3.Connection]:
        """One transaction: stored when the ``with`` block ends, forgotten if it raises."""
        return self._database.open(write=write)


def digest_of(external_id: str) -> str:
    """What stands for an id that may not be kept."""
    return digest(external_id.encode()).hex()
