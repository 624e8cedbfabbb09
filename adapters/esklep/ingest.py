"""What becomes of the stored customers when an export says something of them?

Most exports say of most customers what the one before said: they keep their place, so that no read brings them again.
Of those whom we have written since, the export may be older than the import.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from syncd.errors import InvalidRecord
from syncd.sentence import pack

__all__ = ["PUT", "Export", "Held", "Ingest", "Keys", "Settle"]

PUT: Final = "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
"""External id, then the fields of `Held`, then those of `Keys`."""


class Keys(msgspec.Struct, frozen=True):
    """What a customer can be found by, in comparable form; empty where there is none."""

    number: str = ""
    tax_id: str = ""
    email: str = ""


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """An export that went in as a whole."""

    seq: int
    name: str
    sha256: str
    proven: bool
    how: str
    declared: int | None


class Held(msgspec.Struct, frozen=True):
    """A stored customer: `raw` counts as held, `shop` is what the last export said, `written` when we last wrote."""

    seq: int
    place: int
    seen: int
    raw: bytes
    shop: bytes | None
    written: float | None

    def after(self, seq: int, place: int, shop: bytes, kept: bytes | None) -> Held:
        """This customer after an export; it is news where other bytes count as held than before.

        Args:
            kept: What counts as held while our own write waits; ``None`` believes the export.
        """
        raw = shop if kept is None else kept
        written = self.written if kept is not None else None
        if raw == self.raw:
            return msgspec.structs.replace(self, seen=seq, shop=shop, written=written)
        return Held(seq, place, seq, raw, shop, written)


Settle = Callable[[str, Held, bytes], bytes | None]
"""Says what counts as held of a customer whom we have written, now that an export says these bytes."""


class Ingest:
    """One export on its way into the state."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def put(self, seq: int, rows: Sequence[tuple[int, str, bytes, Keys]], settle: Settle) -> list[int]:
        """Store customers; one that says the same as before keeps its old place, so that no read brings it again.

        Args:
            rows: Place, external id, bytes and keys.

        Returns:
            Places of customers whom this export has already, with other bytes.
        """
        known = self._known([row[1] for row in rows])
        twice, values = [], {}
        for place, external_id, raw, keys in rows:
            old = known.get(external_id)
            if old is not None and old.seen == seq:
                if old.shop != raw:
                    twice.append(place)
                continue
            if old is None:
                new = Held(seq, place, seq, raw, raw, None)
            else:
                kept = settle(external_id, old, raw) if old.written is not None and old.shop is not None else None
                new = old.after(seq, place, raw, kept)
            known[external_id] = new
            values[external_id] = (external_id, *msgspec.structs.astuple(new), *msgspec.structs.astuple(keys))
        self._db.executemany(PUT, values.values())
        return twice

    def forget(self, external_ids: Sequence[str]) -> None:
        """Who was anonymised is nobody any more, whatever was written of them."""
        self._db.executemany("DELETE FROM rows WHERE external_id = ?", [(external_id,) for external_id in external_ids])

    def reject(self, seq: int, place: int, external_id: str, raw: bytes, error: InvalidRecord) -> None:
        """Keep a piece that is no record. If its customer is known, the export still counts as having it."""
        self._db.execute(
            "INSERT OR REPLACE INTO rejected VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (seq, place, external_id, raw, error.message, error.code, error.cure, error.field, pack(error.message)),
        )
        self._db.execute("UPDATE rows SET seen = ? WHERE external_id = ?", (seq, external_id))

    def finish(self, export: Export, *, written_since: float) -> None:
        """Close the export: who is not in a proven one is gone, but for those whose first import is still to come.

        Args:
            written_since: How long ago a file can have been written that is still to be imported.
        """
        self._note(export)
        self._db.execute("DELETE FROM rejected WHERE seq < ?", (export.seq,))
        if export.proven:
            self._db.execute(
                "DELETE FROM rows WHERE seen < ? AND NOT (shop IS NULL AND coalesce(written, 0) > ?)",
                (export.seq, written_since),
            )
            self._db.execute("DELETE FROM scrubbed")

    def repeat(self, export: Export) -> None:
        """Note an export that says the same as the one before it: nothing else changes."""
        self._note(export)
        self._db.execute("UPDATE rows SET seen = ?", (export.seq,))

    def _note(self, export: Export) -> None:
        self._db.execute("DELETE FROM exports")
        values = (*msgspec.structs.astuple(export), pack(export.how))
        self._db.execute("INSERT INTO exports VALUES (?, ?, ?, ?, ?, ?, 0, ?)", values)

    def _known(self, external_ids: Sequence[str]) -> dict[str, Held]:
        marks = ",".join("?" * len(external_ids))
        sql = f"SELECT external_id, seq, place, seen, raw, shop, written FROM rows WHERE external_id IN ({marks})"  # noqa: S608 - marks only
        return {row[0]: Held(*row[1:]) for row in self._db.execute(sql, external_ids)}
