"""How does one statement of 1C go into the state, and which of our writes does it answer?

A whole statement replaces what was known; one inside of a document lies over it. What 1C fetched before the file was
written is answered by it: the file has the last word, also where 1C did not take a change.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

import msgspec

from adapters.commerceml.mapping import Keys, keys_of
from adapters.commerceml.state import FileFacts, digest_of, held
from adapters.commerceml.statement import Parts, compose, overlay, parts_of_raw
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord

__all__ = ["Ingest", "Understand"]

Understand = Callable[[bytes, str], Contractor | None]
"""The contractor that a statement makes; ``None`` for one that makes no sense."""

_ROW: Final = """
SELECT position, stated, sent, changes, delivered_at FROM rows LEFT JOIN pending USING (external_id)
WHERE external_id = ?
"""

_UPSERT: Final = """
INSERT INTO rows VALUES (:external_id, :position, :seen, :stated, :number, :tax_id, :email)
ON CONFLICT (external_id) DO UPDATE SET position = excluded.position, seen = excluded.seen, stated = excluded.stated,
    number = excluded.number, tax_id = excluded.tax_id, email = excluded.email
"""

_CREATED: Final = """
SELECT external_id, sent, changes FROM rows JOIN pending USING (external_id)
WHERE stated = x'' AND sent IS NOT NULL AND delivered_at <= ? AND tax_id = ?
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

    def take(self, position: int, external_id: str, parts: Parts, *, whole: bool) -> None:
        """Store a statement. One that says the same as before keeps its place, so that no read brings it again."""
        external_id = self._known_as(external_id, parts)
        row = self._db.execute(_ROW, (external_id,)).fetchone()
        at, stated, sent, changes, delivered_at = row or (None, b"", None, None, 0.0)
        answered = sent is not None and float(delivered_at) <= self._arrived
        now = compose(parts)
        if not whole:
            # What the document does not mention, 1C has: what it said before, and what it fetched since.
            before = held(stated, sent) if answered else stated
            now = compose(overlay(parts_of_raw(before) if before else {}, parts))
        if answered:
            self._db.execute("UPDATE pending SET sent = NULL WHERE external_id = ?", (external_id,))
            self._db.execute("DELETE FROM pending WHERE external_id = ? AND changes IS NULL", (external_id,))
            sent = None
        moved = at is None or answered or now != stated
        contractor = self._understand(held(now, sent, changes), external_id) if moved else None
        self._db.execute("DELETE FROM rejected WHERE external_id = ?", (external_id,))
        self._db.execute("DELETE FROM scrubbed WHERE digest = ?", (digest_of(external_id),))
        if not moved:
            self._db.execute("UPDATE rows SET seen = ? WHERE external_id = ?", (self._seq, external_id))
            return
        keys = keys_of(contractor) if contractor is not None else Keys()
        values = {"external_id": external_id, "position": position, "seen": self._seq, "stated": now}
        self._db.execute(_UPSERT, values | msgspec.to_builtins(keys))

    def already(self, external_id: str) -> bytes | None:
        """What this file said of a contractor before."""
        row = self._db.execute(
            "SELECT stated FROM rows WHERE external_id = ? AND seen = ?", (external_id, self._seq)
        ).fetchone()
        return None if row is None else row[0]

    def reject(self, position: int, external_id: str, raw: bytes, error: InvalidRecord) -> None:
        """Keep a piece that is no record. If its contractor is known, the file still counts as having it."""
        self._db.execute(
            "INSERT OR REPLACE INTO rejected VALUES (?, ?, ?, ?, ?, ?, ?)",
            (position, external_id, raw, error.message, error.code, error.cure, error.field),
        )
        self._db.execute("UPDATE rows SET seen = ? WHERE external_id = ?", (self._seq, external_id))

    def finish(self, facts: FileFacts) -> None:
        """Close the file. Who is not in a proven snapshot is gone, and so are creates that 1C fetched and lacks."""
        self._db.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (
                facts.seq,
                facts.name,
                facts.sha256,
                facts.records,
                facts.snapshot,
                facts.proven,
                facts.how,
                facts.declared,
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

    def _known_as(self, theirs: str, parts: Parts) -> str:
        """Our name of a contractor: 1C may give one that we made an Ид of its own, and find it by its tax number."""
        alias = self._db.execute("SELECT ours FROM aliases WHERE theirs = ?", (theirs,)).fetchone()
        if alias is not None:
            return str(alias[0])
        if self._db.execute("SELECT 1 FROM rows WHERE external_id = ?", (theirs,)).fetchone() is not None:
            return theirs
        told = self._understand(compose(parts), theirs)
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
