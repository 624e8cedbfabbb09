"""What did the files say last about each contractor?

A small SQLite file beside the dropped files. A file goes into it as a whole or not at all, so a list that turns out
to be cut leaves nothing behind; pages of a read come out of it, so that a file read again brings only what changed.
It can be deleted: what is in ``archive/`` and ``processing/`` fills it again.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from syncd.domain.contractor import digest
from syncd.errors import InvalidRecord
from syncd.folder.database import Database
from syncd.folder.position import Position
from syncd.sentence import Sentence, pack, unpack

__all__ = ["Entry", "FileFacts", "Keys", "State", "apart"]

_encode: Final = msgspec.json.Encoder(order="sorted", decimal_format="string").encode

_WRITTEN: Final = b"written "
"""Before what was written for the ERP and is newer than its own word."""

_SCHEMA: Final = """
CREATE TABLE files (
    seq INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, records INTEGER NOT NULL,
    proven INTEGER NOT NULL, how TEXT NOT NULL, declared INTEGER, scrubbed INTEGER NOT NULL DEFAULT 0,
    said TEXT);
CREATE TABLE scrubbed (digest TEXT PRIMARY KEY, seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE rows (
    external_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, place INTEGER NOT NULL, seen INTEGER NOT NULL,
    raw BLOB NOT NULL, number TEXT NOT NULL, tax_id TEXT NOT NULL, email TEXT NOT NULL);
CREATE INDEX rows_place ON rows (seq, place);
CREATE INDEX rows_number ON rows (number) WHERE number <> '';
CREATE INDEX rows_tax_id ON rows (tax_id) WHERE tax_id <> '';
CREATE INDEX rows_email ON rows (email) WHERE email <> '';
CREATE TABLE rejected (
    seq INTEGER NOT NULL, place INTEGER NOT NULL, external_id TEXT NOT NULL, raw BLOB NOT NULL, message TEXT NOT NULL,
    code TEXT NOT NULL, cure TEXT NOT NULL, field TEXT, said TEXT, PRIMARY KEY (seq, place)) WITHOUT ROWID;
CREATE TABLE written (
    external_id TEXT PRIMARY KEY, at REAL NOT NULL, contractor BLOB NOT NULL,
    number TEXT NOT NULL, tax_id TEXT NOT NULL, email TEXT NOT NULL, changes TEXT NOT NULL) WITHOUT ROWID;
"""

_UPSERT: Final = """
INSERT INTO rows VALUES (:external_id, :seq, :place, :seq, :raw, :number, :tax_id, :email)
ON CONFLICT (external_id) DO UPDATE SET
    seq = CASE WHEN raw = excluded.raw THEN seq ELSE excluded.seq END,
    place = CASE WHEN raw = excluded.raw THEN place ELSE excluded.place END,
    seen = excluded.seen, raw = excluded.raw,
    number = excluded.number, tax_id = excluded.tax_id, email = excluded.email
"""

_PAGE: Final = """
SELECT seq, place, rows.external_id, raw, NULLIF(written.changes, '{}'),
    NULL AS message, NULL AS code, NULL AS cure, NULL AS field, NULL AS said
FROM rows LEFT JOIN written ON written.external_id = rows.external_id
WHERE (seq, place) > (:seq, :place)
UNION ALL
SELECT seq, place, external_id, raw, NULL, message, code, cure, field, said FROM rejected
WHERE (seq, place) > (:seq, :place)
ORDER BY 1, 2 LIMIT :limit
"""

_SECOND_VERSION: Final = """
CREATE TABLE scrubbed (digest TEXT PRIMARY KEY, seen INTEGER NOT NULL) WITHOUT ROWID;
ALTER TABLE files ADD COLUMN scrubbed INTEGER NOT NULL DEFAULT 0
"""

_THIRD_VERSION: Final = "ALTER TABLE written ADD COLUMN changes TEXT NOT NULL DEFAULT '{}'"

_FOURTH_VERSION: Final = "ALTER TABLE rejected ADD COLUMN said TEXT"
"""How the message was made: see `syncd.sentence`."""

_FIFTH_VERSION: Final = "ALTER TABLE files ADD COLUMN said TEXT"
"""The same of ``how``."""

_UPGRADES: Final = (_SECOND_VERSION, _THIRD_VERSION, _FOURTH_VERSION, _FIFTH_VERSION)

_FACTS: Final = "SELECT seq, name, sha256, records, proven, how, declared, said FROM files"

_CLOSE: Final = "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)"

_FIND: Final = """
SELECT external_id FROM {table}
WHERE (:number <> '' AND number = :number AND number <> '')
   OR (:tax_id <> '' AND tax_id = :tax_id AND tax_id <> '')
   OR (:email <> '' AND email = :email AND email <> '')
"""


class Keys(msgspec.Struct, frozen=True):
    """What a contractor can be found by, in comparable form; empty where there is none."""

    number: str = ""
    tax_id: str = ""
    email: str = ""


class Entry(msgspec.Struct, frozen=True):
    """One record, or one rejected piece, and where it stands."""

    at: Position
    external_id: str
    raw: bytes
    error: InvalidRecord | None = None


class FileFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A file that went in as a whole."""

    seq: int
    name: str
    sha256: str
    records: int
    proven: bool
    how: str
    declared: int | None


def apart(raw: bytes) -> tuple[dict[str, Any], bytes]:
    """Take apart what `State.page` gave: fields written since, in the registry's shape, and the file's own word."""
    if not raw.startswith(_WRITTEN):
        return {}, raw
    line, _, rest = raw.removeprefix(_WRITTEN).partition(b"\n")
    return msgspec.json.decode(line), rest


class State:
    """The stored statements; every call is a transaction of its own, from any thread or process."""

    def __init__(self, path: Path) -> None:
        self._database = Database(
            path,
            name=Sentence("state of the folder"),
            version=5,
            schema=_SCHEMA,
            upgrades={version: ";".join(_UPGRADES[version - 1 :]) for version in range(1, 5)},
            cure="Delete the state file; it is filled again from archive/ and processing/.",
        )

    def require(self) -> None:
        """Look whether it can be kept: see `syncd.folder.database.Database.require`."""
        self._database.require()

    def files(self) -> dict[int, FileFacts]:
        """Every file that went in and is not archived for long, by its number."""
        with self._database.open() as db:
            return {row[0]: _facts(row) for row in db.execute(f"{_FACTS} ORDER BY seq")}

    def last_file(self) -> FileFacts | None:
        """The file that went in last."""
        with self._database.open() as db:
            row = db.execute(f"{_FACTS} ORDER BY seq DESC LIMIT 1").fetchone()
        return None if row is None else _facts(row)

    @contextlib.contextmanager
    def ingest(self) -> Iterator[Ingest]:
        """Take in one file: stored when the ``with`` block ends, forgotten if it raises."""
        with self._database.open(write=True) as db:
            yield Ingest(db)

    def page(self, after: Position, limit: int) -> list[Entry]:
        """The next entries in the order of reading.

        With what a file says comes what was written for the ERP after the file was made, if its writer noted the
        changes: see `apart`.
        """
        with self._database.open() as db:
            found = db.execute(_PAGE, {"seq": after.seq, "place": after.place, "limit": limit}).fetchall()
        return [
            Entry(
                Position(seq, place),
                external_id,
                _WRITTEN + changes.encode() + b"\n" + raw if changes else raw,
                None if message is None else InvalidRecord(unpack(message, said), code=code, cure=cure, field=field),
            )
            for seq, place, external_id, raw, changes, message, code, cure, field, said in found
        ]

    def raw(self, external_id: str) -> bytes | None:
        """What the files said last about one contractor."""
        with self._database.open() as db:
            row = db.execute("SELECT raw FROM rows WHERE external_id = ?", (external_id,)).fetchone()
        return None if row is None else row[0]

    def written(self, external_id: str) -> bytes | None:
        """What was last written for the ERP, while no newer file has answered it."""
        with self._database.open() as db:
            row = db.execute("SELECT contractor FROM written WHERE external_id = ?", (external_id,)).fetchone()
        return None if row is None else row[0]

    def repeats(self, sha256: str) -> bool:
        """Whether a file says the same as the one before it. After a scrub it says more than the state has."""
        with self._database.open() as db:
            row = db.execute("SELECT sha256, scrubbed FROM files ORDER BY seq DESC LIMIT 1").fetchone()
        return row is not None and (row[0], row[1]) == (sha256, 0)

    def is_scrubbed(self, external_id: str) -> bool:
        """Whether what the files said of a contractor was erased here, and none has said anything since."""
        with self._database.open() as db:
            found = db.execute("SELECT 1 FROM scrubbed WHERE digest = ?", (_digest(external_id),)).fetchone()
        return found is not None

    def scrub(self, external_ids: Collection[str]) -> int:
        """Forget contractors; answer how many statements of them there were. What was written for the ERP stays.

        The file is written anew, because what is deleted stands in it otherwise.
        """
        gone = 0
        with self._database.open(write=True) as db:
            last = db.execute("SELECT max(seq) FROM files").fetchone()[0] or 0
            for external_id in external_ids:
                rows = db.execute("DELETE FROM rows WHERE external_id = ?", (external_id,)).rowcount
                rows += db.execute("DELETE FROM rejected WHERE external_id = ?", (external_id,)).rowcount
                if rows:
                    db.execute("INSERT OR REPLACE INTO scrubbed VALUES (?, ?)", (_digest(external_id), last))
                gone += rows
            if gone:
                db.execute("UPDATE files SET scrubbed = 1")
        self._database.vacuum()
        return gone

    def note_written(
        self,
        external_id: str,
        contractor: bytes,
        keys: Keys,
        at: datetime,
        changes: Mapping[str, Any] = {},
    ) -> None:
        """Remember what was written, until the ERP's own word replaces it.

        Args:
            changes: Fields that were changed, which count instead of what an older file says of them.
        """
        with self._database.open(write=True) as db:
            row = db.execute("SELECT changes FROM written WHERE external_id = ?", (external_id,)).fetchone()
            before = msgspec.json.decode(row[0]) if row else {}
            both = _encode({**before, **msgspec.to_builtins(changes)}).decode()
            db.execute(
                "INSERT OR REPLACE INTO written VALUES (?, ?, ?, ?, ?, ?, ?)",
                (external_id, at.timestamp(), contractor, keys.number, keys.tax_id, keys.email, both),
            )

    def find(self, keys: Keys) -> list[str]:
        """External ids of contractors with one of these keys; what was written counts before what was read."""
        wanted = msgspec.to_builtins(keys)
        with self._database.open() as db:
            read = {row[0] for row in db.execute(_FIND.format(table="rows"), wanted)}
            wrote = {row[0] for row in db.execute(_FIND.format(table="written"), wanted)}
            superseded = {
                external_id
                for external_id in read
                if db.execute("SELECT 1 FROM written WHERE external_id = ?", (external_id,)).fetchone()
            }
        return sorted((read - superseded) | wrote)

    def settle(self, seq: int, *, snapshot: bool, written_since: float) -> None:
        """Forget what is only needed until it was delivered: files up to `seq`, and their rejected pieces.

        The last snapshot's stay, as every full read is of it. What was written before `written_since` and never
        answered by a file goes as well.
        """
        with self._database.open(write=True) as db:
            last = db.execute("SELECT max(seq) FROM files").fetchone()[0] or 0
            db.execute("DELETE FROM files WHERE seq <= ? AND seq < ?", (seq, last))
            db.execute("DELETE FROM rejected WHERE seq <= ? AND (seq < ? OR NOT ?)", (seq, last, snapshot))
            db.execute("DELETE FROM written WHERE at < ?", (written_since,))


class Ingest:
    """One file on its way into the state."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def already_seen(self, seq: int, external_ids: Sequence[str]) -> dict[str, bytes]:
        """Which of these the file numbered `seq` had before, and how."""
        marks = ",".join("?" * len(external_ids))
        sql = f"SELECT external_id, raw FROM rows WHERE seen = ? AND external_id IN ({marks})"  # noqa: S608 - marks only
        return dict(self._db.execute(sql, (seq, *external_ids)).fetchall())

    def put(self, seq: int, rows: Sequence[tuple[int, str, bytes, Keys]]) -> None:
        """Store records; one that says the same as before keeps its old place, so that no read brings it again."""
        self._db.executemany(
            _UPSERT,
            [
                {
                    "seq": seq,
                    "place": place,
                    "external_id": external_id,
                    "raw": raw,
                    "number": keys.number,
                    "tax_id": keys.tax_id,
                    "email": keys.email,
                }
                for place, external_id, raw, keys in rows
            ],
        )

    def reject(self, seq: int, place: int, external_id: str, raw: bytes, error: InvalidRecord) -> None:
        """Keep a piece that is no record. If its contractor is known, the file still counts as having it."""
        self._db.execute(
            "INSERT OR REPLACE INTO rejected VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (seq, place, external_id, raw, error.message, error.code, error.cure, error.field, pack(error.message)),
        )
        self._db.execute("UPDATE rows SET seen = ? WHERE external_id = ?", (seq, external_id))

    def finish(self, facts: FileFacts, *, snapshot: bool, written_before: float) -> None:
        """Close the file.

        Args:
            snapshot: Who is not in a proven file is gone.
            written_before: Moment of the file; what was written for the ERP until then is answered by it.
        """
        self._db.execute(_CLOSE, (*msgspec.structs.astuple(facts), pack(facts.how)))
        self._db.execute(
            "DELETE FROM written WHERE at <= ? AND external_id IN (SELECT external_id FROM rows WHERE seen = ?)",
            (written_before, facts.seq),
        )
        if snapshot:
            self._db.execute("DELETE FROM rejected WHERE seq < ?", (facts.seq,))
            if facts.proven:
                self._db.execute("DELETE FROM rows WHERE seen < ?", (facts.seq,))
                self._db.execute("DELETE FROM scrubbed WHERE seen < ?", (facts.seq,))

    def repeat(self, facts: FileFacts) -> None:
        """Note a file that says the same as the one before it: nothing else changes."""
        self._db.execute(_CLOSE, (*msgspec.structs.astuple(facts), pack(facts.how)))


def _digest(external_id: str) -> str:
    return digest(external_id.encode()).hex()


def _facts(row: tuple[int, str, str, int, int, str, int | None, str | None]) -> FileFacts:
    seq, name, sha256, records, proven, how, declared, said = row
    return FileFacts(
        seq=seq,
        name=name,
        sha256=sha256,
        records=records,
        proven=bool(proven),
        how=unpack(how, said),
        declared=declared,
    )
