"""What waits for 1C, what has it fetched, and what has it not confirmed?

One row for each contractor. Changes gather in it until 1C fetches them, and lie over what it said until its next file
answers them. What was offered counts as fetched only when 1C says so, and only in the version that was offered.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from adapters.commerceml.mapping import Keys
from adapters.commerceml.state import State, held
from adapters.commerceml.statement import compose, parts_of_raw

__all__ = ["Offer", "Pending", "Standing"]


class Offer(msgspec.Struct, frozen=True):
    """Changes of one contractor.

    Attributes:
        before: What 1C holds, as far as it said so or fetched it; empty for one that is new to it.
        version: Higher with each change.
    """

    external_id: str
    before: bytes
    changes: bytes
    version: int


class Standing(msgspec.Struct, frozen=True):
    """How far the writes are.

    Attributes:
        waiting: Contractors with changes that 1C has to fetch.
        unconfirmed: Contractors whose changes it fetched and no file has answered.
        since: When the oldest of those was fetched, in seconds since 1970.
    """

    waiting: int
    unconfirmed: int
    since: float | None


_WRITE: Final = """
INSERT INTO pending (external_id, changes, version, at) VALUES (:external_id, :changes, 1, :at)
ON CONFLICT (external_id) DO UPDATE SET changes = excluded.changes, version = version + 1, at = excluded.at
"""

_ROW: Final = """
INSERT INTO rows VALUES (:external_id, 0, :seen, x'', x'', :number, :tax_id, :email)
ON CONFLICT (external_id) DO UPDATE SET number = excluded.number, tax_id = excluded.tax_id, email = excluded.email
"""

_OFFERS: Final = """
SELECT pending.external_id, stated, sent, changes, version FROM pending LEFT JOIN rows USING (external_id)
WHERE changes IS NOT NULL AND (:external_id = '' OR pending.external_id = :external_id)
ORDER BY at, pending.external_id LIMIT :limit
"""


class Pending:
    """The writes of one connection."""

    def __init__(self, state: State) -> None:
        self._state = state

    def waiting(self) -> int:
        """How many contractors have changes that 1C has to fetch."""
        with self._state.open() as db:
            return int(db.execute("SELECT count(*) FROM pending WHERE changes IS NOT NULL").fetchone()[0])

    def standing(self) -> Standing:
        """How far the writes are."""
        with self._state.open() as db:
            row = db.execute(
                "SELECT count(changes), count(sent), min(CASE WHEN sent IS NOT NULL THEN delivered_at END) FROM pending"
            ).fetchone()
        return Standing(*row)

    def write(self, external_id: str, changes: bytes, keys: Keys, at: datetime) -> Offer:
        """Gather changes of a contractor; answer all that now wait."""
        with self._state.open(write=True) as db:
            before = db.execute("SELECT changes FROM pending WHERE external_id = ?", (external_id,)).fetchone()
            if before is not None and before[0] is not None:
                merged = {**parts_of_raw(before[0]), **parts_of_raw(changes)}
                changes = compose(merged, emptied=True)
            db.execute(_WRITE, {"external_id": external_id, "changes": changes, "at": at.timestamp()})
            seen = db.execute("SELECT max(seq) FROM files").fetchone()[0] or 0
            db.execute(_ROW, {"external_id": external_id, "seen": seen, **msgspec.to_builtins(keys)})
            return _offers(db, 1, external_id)[0]

    def offer(self, offered: str, limit: int) -> Sequence[Offer]:
        """Take what waits, oldest first, and note in whose hands it is."""
        with self._state.open(write=True) as db:
            found = _offers(db, limit)
            db.executemany(
                "UPDATE pending SET offered = ?, offered_version = version WHERE external_id = ?",
                [(offered, one.external_id) for one in found],
            )
        return found

    def of(self, external_id: str) -> Offer:
        """What waits for one contractor that has something waiting."""
        with self._state.open() as db:
            return _offers(db, 1, external_id)[0]

    def note(self, external_id: str, offered: str) -> None:
        """Say where the changes of one contractor lie."""
        with self._state.open(write=True) as db:
            db.execute(
                "UPDATE pending SET offered = ?, offered_version = version WHERE external_id = ?",
                (offered, external_id),
            )

    def placed(self) -> dict[str, str | None]:
        """Where what waits lies, by external id."""
        with self._state.open() as db:
            return dict(db.execute("SELECT external_id, offered FROM pending WHERE changes IS NOT NULL").fetchall())

    def fetched(self, offered: str, at: datetime) -> int:
        """1C has what was offered so. What changed again meanwhile waits on; answer how many are done."""
        with self._state.open(write=True) as db:
            done = db.execute(
                "SELECT external_id, sent, changes FROM pending"
                " WHERE offered = ? AND offered_version = version AND changes IS NOT NULL",
                (offered,),
            ).fetchall()
            for external_id, sent, changes in done:
                whole = compose({**(parts_of_raw(sent) if sent else {}), **parts_of_raw(changes)}, emptied=True)
                db.execute(
                    "UPDATE pending SET sent = ?, changes = NULL, offered = NULL, delivered_at = ?"
                    " WHERE external_id = ?",
                    (whole, at.timestamp(), external_id),
                )
        return len(done)


def _offers(db: sqlite3.Connection, limit: int, external_id: str = "") -> list[Offer]:
    found = db.execute(_OFFERS, {"limit": limit, "external_id": external_id}).fetchall()
    return [Offer(name, held(stated or b"", sent), changes, version) for name, stated, sent, changes, version in found]
