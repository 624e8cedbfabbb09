"""How does one statement of 1C go into the state, and which of our writes does it answer?

A whole statement replaces what was known; one inside of a document lies over it. What 1C fetched before the file was
written is answered by it: the file has the last word, also where 1C did not take a change.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

import msgspec

from adapters.commerceml.documents import Found
from adapters.commerceml.mapping import Keys, keys_of
from adapters.commerceml.state import FileFacts, digest_of, held
from adapters.commerceml.statement import compose, overlay, parts_of, parts_of_raw
from syncd.domain.contractor import Contractor, digest
from syncd.errors import InvalidRecord
from syncd.sentence import pack

__all__ = ["Ingest", "Understand"]

Understand = Callable[[bytes, str], Contractor | None]
"""The contractor that a statement makes; ``None`` for one that makes no sense."""

_ROW: Final = """
SELECT position, stated, source, sent, changes, delivered_at FROM rows LEFT JOIN pending USING (external_id)
WHERE external_id = ?
"""

_UPSERT: Final = """
INSERT INTO rows VALUES (:external_id, :position, :seen, :stated, :source, :number, :tax_id, :email)
ON CONFLICT (external_id) DO UPDATE SET position = excluded.position, seen = excluded.seen, stated = excluded.stated,
    source = excluded.source,    number = excluded.number, tax_id = excluded.tax_id, email = excluded.email
"""

_CREATED: Final = """
SELECT external_id, sent, changes FROM rows JOIN pending USING (external_id)
WHERE stated = x'' AND sent IS NOT NULL AND delivered_at <= ? AND tax_id = ?
"""

_AWAITED: Final = """
SELECT 1 FROM rows JOIN pending USING (external_id)
WHERE stated = x'' AND sent IS NOT NULL AND delivered_at <= ? LIMIT 1
"""

_ABSENT: Final = """
SELECT external_id FROM rows LEFT JOIN pending USING (external_id)
WHERE seen < ? AND NOT (stated = x'' AND ifnull(changes IS NOT NULL OR delivered_at > ?, 0))
"""


class Ingest:
    """One file on its way into the state.

    Args:
        arrived: When the file was written, in seconds since 1970.
    """

    def __init__(self, db: sqlite3.Connection, seq: int, arrived: float, understand: Understand) -> None:
        self._db = db
        self._seq = seq
        self._arrived = arrived
        self._understand = understand
        self._awaited = db.execute(_AWAITED, (arrived,)).fetchone() is not None

    def take(self, position: int, found: Found, *, whole: bool) -> None:
        """Store a statement. One that says the same as before keeps its place, so that no read brings it again."""
        external_id = self._known_as(found)
        row = self._db.execute(_ROW, (external_id,)).fetchone()
        at, stated, source, sent, changes, delivered_at = row or (None, b"", b"", None, None, 0.0)
        answered = sent is not None and float(delivered_at) <= self._arrived
        written = digest(found.raw) if whole else b""
        if written and written == source and not answered:
            self._see(external_id)
            return
        now = compose(parts_of(found.element))
        if not whole:
            # What the document does not mention, 1C has: what it said before, and what it fetched since.
            before = held(stated, sent) if answered else stated
            now = compose(overlay(parts_of_raw(before) if before else {}, parts_of(found.element)))
        if answered:
            self._db.execute("UPDATE pending SET sent = NULL WHERE external_id = ?", (external_id,))
            self._db.execute("DELETE FROM pending WHERE external_id = ? AND changes IS NULL", (external_id,))
            sent = None
        self._see(external_id)
        if at is not None and not answered and now == stated:
            self._db.execute("UPDATE rows SET source = ? WHERE external_id = ?", (written, external_id))
            return
        contractor = self._understand(held(now, sent, changes), external_id)
        keys = keys_of(contractor) if contractor is not None else Keys()
        values = {
            "external_id": external_id,
            "position": position,
            "seen": self._seq,
            "stated": now,
            "source": written,
        }
        self._db.execute(_UPSERT, values | msgspec.to_builtins(keys))

    def _see(self, external_id: str) -> None:
        """1C has this contractor, and said something that can be used."""
        self._db.execute("UPDATE rows SET seen = ? WHERE external_id = ?", (self._seq, external_id))
        self._db.execute("DELETE FROM rejected WHERE external_id = ?", (external_id,))
        self._db.execute("DELETE FROM scrubbed WHERE digest = ?", (digest_of(external_id),))

    def already(self, external_id: str) -> bytes | None:
        """What this file said of a contractor before."""
        row = self._db.execute(
            "SELECT stated FROM rows WHERE external_id = ? AND seen = ?", (external_id, self._seq)
        ).fetchone()
        return None if row is None else row[0]

    def reject(self, position: int, external_id: str, raw: bytes, error: InvalidRecord) -> None:
        """Keep a piece that is no record. If its contractor is known, the file still counts as having it."""
        self._db.execute(
            "INSERT OR REPLACE INTO rejected VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (position, external_id, raw, error.message, error.code, error.cure, error.field, pack(error.message)),
        )
        self._db.execute("UPDATE rows SET seen = ? WHERE external_id = ?", (self._seq, external_id))

    def finish(self, facts: FileFacts) -> None:
        """Close the file. Who is not in a proven snapshot is gone, and so are creates that 1C fetched and lacks."""
        self._db.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
            (
                facts.seq,
                facts.name,
                facts.sha256,
                facts.records,
                facts.snapshot,
                facts.proven,
                facts.how,
                facts.declared,
                pack(facts.how),
            ),
        )
        if not (facts.snapshot and facts.proven):
            return
        gone = self._db.execute(_ABSENT, (facts.seq, self._arrived)).fetchall()
        # A change that waits for somebody who is gone goes too: it would make them again.
        self._db.executemany("DELETE FROM pending WHERE external_id = ?", gone)
        self._db.executemany("DELETE FROM rows WHERE external_id = ?", gone)
        self._db.execute("DELETE FROM scrubbed WHERE seen < ?", (facts.seq,))

    def finish_same(self, facts: FileFacts, seq: int, name: str) -> None:
        """Note a file that says the same as the one before it: nothing else changes."""
        self._db.execute("UPDATE rows SET seen = ? WHERE seen = ?", (seq, facts.seq))
        self.finish(msgspec.structs.replace(facts, seq=seq, name=name))

    def _known_as(self, found: Found) -> str:
        """Our name of a contractor: 1C may give one that we made an Ид of its own, and find it by its tax number."""
        theirs = found.external_id
        alias = self._db.execute("SELECT ours FROM aliases WHERE theirs = ?", (theirs,)).fetchone()
        if alias is not None:
            return str(alias[0])
        if self._db.execute("SELECT 1 FROM rows WHERE external_id = ?", (theirs,)).fetchone() is not None:
            return theirs
        if not self._awaited:
            return theirs
        told = self._understand(compose(parts_of(found.element)), theirs)
        if told is None or not told.tax_id:
            return theirs
        made = [
            external_id
            for external_id, sent, changes in self._db.execute(_CREATED, (self._arrived, told.tax_id.upper()))
            if (ours := self._understand(held(b"", sent, changes), external_id)) is not None
            and ours.registrations.get("kpp", "") in ("", told.registrations.get("kpp", ""))
        ]
        if len(made) != 1:
            return theirs
        self._db.execute("INSERT INTO aliases VALUES (?, ?)", (theirs, made[0]))
        return str(made[0])
