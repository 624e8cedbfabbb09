"""What does the shop hold of each customer, by its last export and by what was written since?

A small SQLite file. An export goes into it as a whole or not at all; pages of a read come out of it, so that an export
brings only what changed. What was written for the import stands in the place of what the export says, until an export
shows that the shop has moved: an export made before the import would look like an edit in the shop. It can be deleted:
the last export in ``archive/`` fills it again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from adapters.esklep.ingest import PUT, Export, Held, Ingest, Keys
from syncd.domain.contractor import digest
from syncd.errors import InvalidRecord
from syncd.folder.database import Database
from syncd.folder.position import END, Position
from syncd.sentence import Sentence, unpack

__all__ = ["Entry", "State", "Waiting"]

_SCHEMA: Final = """
CREATE TABLE exports (
    seq INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, proven INTEGER NOT NULL, how TEXT NOT NULL,
    declared INTEGER, scrubbed INTEGER NOT NULL DEFAULT 0, said TEXT);
CREATE TABLE rows (
    external_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, place INTEGER NOT NULL, seen INTEGER NOT NULL,
    raw BLOB NOT NULL, shop BLOB, written REAL, number TEXT NOT NULL, tax_id TEXT NOT NULL, email TEXT NOT NULL);
CREATE INDEX rows_place ON rows (seq, place);
CREATE INDEX rows_written ON rows (written) WHERE written IS NOT NULL;
CREATE INDEX rows_number ON rows (number) WHERE number <> '';
CREATE INDEX rows_tax_id ON rows (tax_id) WHERE tax_id <> '';
CREATE INDEX rows_email ON rows (email) WHERE email <> '';
CREATE TABLE rejected (
    seq INTEGER NOT NULL, place INTEGER NOT NULL, external_id TEXT NOT NULL, raw BLOB NOT NULL, message TEXT NOT NULL,
    code TEXT NOT NULL, cure TEXT NOT NULL, field TEXT, said TEXT, PRIMARY KEY (seq, place)) WITHOUT ROWID;
CREATE TABLE scrubbed (digest TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE numbers (last INTEGER NOT NULL);
INSERT INTO numbers VALUES (0)
"""

_SECOND_VERSION: Final = "ALTER TABLE rejected ADD COLUMN said TEXT"
"""How the message was made: see `syncd.sentence`."""

_THIRD_VERSION: Final = "ALTER TABLE exports ADD COLUMN said TEXT"
"""The same of ``how``."""

_PAGE: Final = """
SELECT seq, place, external_id, raw, NULL AS message, NULL AS code, NULL AS cure, NULL AS field, NULL AS said
FROM rows
WHERE (seq, place) > (:seq, :place)
UNION ALL
SELECT seq, place, external_id, raw, message, code, cure, field, said FROM rejected
WHERE (seq, place) > (:seq, :place)
ORDER BY 1, 2 LIMIT :limit
"""

_FIND: Final = """
SELECT external_id FROM rows
WHERE (:number <> '' AND number = :number AND number <> '')
   OR (:tax_id <> '' AND tax_id = :tax_id AND tax_id <> '')
   OR (:email <> '' AND email = :email AND email <> '')
ORDER BY external_id
"""


class Entry(msgspec.Struct, frozen=True):
    """One customer, or one rejected piece, and where it stands."""

    at: Position
    external_id: str
    raw: bytes
    error: InvalidRecord | None = None


class Waiting(msgspec.Struct, frozen=True):
    """What was written and no export has shown yet; `oldest` in seconds of the epoch."""

    count: int
    oldest: float


class State:
    """The stored statements; every call is a transaction of its own, from any thread or process."""

    def __init__(self, path: Path) -> None:
        self._database = Database(
            path,
            name=Sentence("state of the folder"),
            version=3,
            schema=_SCHEMA,
            upgrades={1: f"{_SECOND_VERSION};{_THIRD_VERSION}", 2: _THIRD_VERSION},
            cure="Delete the state file; it is filled again from the last export in archive/.",
        )

    def require(self) -> None:
        """Look whether it can be kept: see `syncd.folder.database.Database.require`."""
        self._database.require()

    def last_export(self) -> Export | None:
        """The export that went in last."""
        with self._database.open() as db:
            row = db.execute(
                "SELECT seq, name, sha256, proven, how, declared, said FROM exports ORDER BY seq DESC LIMIT 1"
            ).fetchone()
        if row is None:
            return None
        seq, name, sha256, proven, how, declared, said = row
        how = unpack(how, said)
        return Export(seq=seq, name=name, sha256=sha256, proven=bool(proven), how=how, declared=declared)

    def count(self) -> int:
        """How many customers the shop has, as far as is known."""
        with self._database.open() as db:
            (number,) = db.execute("SELECT (SELECT count(*) FROM rows) + (SELECT count(*) FROM rejected)").fetchone()
        return int(number)

    def repeats(self, sha256: str) -> bool:
        """Whether an export says the same as the one before it. After a scrub it says more than the state has."""
        with self._database.open() as db:
            row = db.execute("SELECT sha256, scrubbed FROM exports ORDER BY seq DESC LIMIT 1").fetchone()
        return row is not None and (row[0], row[1]) == (sha256, 0)

    def next_number(self, after: int) -> int:
        """A number for an export that nobody else gets, above `after`."""
        with self._database.open(write=True) as db:
            (number,) = db.execute("UPDATE numbers SET last = max(last, ?) + 1 RETURNING last", (after,)).fetchone()
        return int(number)

    @contextlib.contextmanager
    def ingest(self) -> Iterator[Ingest]:
        """Take in one export: stored when the ``with`` block ends, forgotten if it raises."""
        with self._database.open(write=True) as db:
            yield Ingest(db)

    def page(self, after: Position, limit: int) -> list[Entry]:
        """The next entries in the order of reading."""
        with self._database.open() as db:
            found = db.execute(_PAGE, {"seq": after.seq, "place": after.place, "limit": limit}).fetchall()
        return [
            Entry(
                Position(seq, place),
                external_id,
                raw,
                None if message is None else InvalidRecord(unpack(message, said), code=code, cure=cure, field=field),
            )
            for seq, place, external_id, raw, message, code, cure, field, said in found
        ]

    def held(self, external_id: str) -> Held | None:
        """What the shop holds of one customer, as far as is known."""
        with self._database.open() as db:
            row = db.execute(
                "SELECT seq, place, seen, raw, shop, written FROM rows WHERE external_id = ?", (external_id,)
            ).fetchone()
        return None if row is None else Held(*row)

    def find(self, keys: Keys) -> list[str]:
        """External ids of customers with one of these keys."""
        with self._database.open() as db:
            return [row[0] for row in db.execute(_FIND, msgspec.to_builtins(keys))]

    def note_written(self, external_id: str, raw: bytes, keys: Keys, at: datetime) -> None:
        """Remember what was written, until an export shows that the shop has moved."""
        with self._database.open(write=True) as db:
            row = db.execute("SELECT seq, place, seen, shop FROM rows WHERE external_id = ?", (external_id,)).fetchone()
            if row is None:
                last = db.execute("SELECT coalesce(max(seq), 1) FROM exports").fetchone()[0]
                # Behind all records of that export, each at a place of its own.
                place = db.execute("SELECT coalesce(max(place), 0) + 1 FROM rows WHERE seq = ?", (last,)).fetchone()[0]
                row = (last, max(place, END >> 1), 0, None)
            seq, place, seen, shop = row
            values = (external_id, seq, place, seen, raw, shop, at.timestamp(), *msgspec.structs.astuple(keys))
            db.execute(PUT, values)
            db.execute("DELETE FROM scrubbed WHERE digest = ?", (_digest(external_id),))

    def waiting(self) -> Waiting:
        """What was written and has not been shown by an export."""
        with self._database.open() as db:
            count, oldest = db.execute("SELECT count(*), min(written) FROM rows WHERE written IS NOT NULL").fetchone()
        return Waiting(count, oldest or 0.0)

    def is_scrubbed(self, external_id: str) -> bool:
        """Whether what was known of a customer was erased here, and no export has said anything since."""
        with self._database.open() as db:
            found = db.execute("SELECT 1 FROM scrubbed WHERE digest = ?", (_digest(external_id),)).fetchone()
        return found is not None

    def scrub(self, external_ids: Collection[str]) -> int:
        """Forget customers; answer how many statements of them there were.

        The file is written anew, because what is deleted stands in it otherwise.
        """
        gone = 0
        with self._database.open(write=True) as db:
            for external_id in external_ids:
                rows = db.execute("DELETE FROM rows WHERE external_id = ?", (external_id,)).rowcount
                rows += db.execute("DELETE FROM rejected WHERE external_id = ?", (external_id,)).rowcount
                if rows:
                    db.execute("INSERT OR REPLACE INTO scrubbed VALUES (?)", (_digest(external_id),))
                gone += rows
            if gone:
                db.execute("UPDATE exports SET scrubbed = 1")
        self._database.vacuum()
        return gone


def _digest(external_id: str) -> str:
    return digest(external_id.encode()).hex()
