"""Which changes were written for Optima and not yet seen in it? They count as held: the import will make them so.

Optima's import says nothing that a program could read. So a change waits until reading shows it, and of each element it
is known what it was before: then a third value is somebody's newer edit, and the old one an import that has not run.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from adapters.optima.card import Card, encode
from adapters.optima.elements import GROUPS
from syncd.domain.compact import squeeze
from syncd.folder.database import Database
from syncd.sentence import Sentence

__all__ = ["Change", "Waiting", "merged", "overlaid", "still"]

_SCHEMA: Final = "CREATE TABLE IF NOT EXISTS waiting (code TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for one contractor.

    Attributes:
        at: Moment of the last writing, in seconds since 1970.
        created: Optima does not have the contractor yet.
        before: Text of each changed element before it was written; what was erased since is not in it.
        after: Text of each changed element as written; empty for a new contractor that was not changed since.
        card: The contractor as it will be.
        files: Names of the files in outbox/.
    """

    at: float
    created: bool
    before: Mapping[str, str]
    after: Mapping[str, str]
    card: Card
    files: tuple[str, ...]


def still(change: Change, held: Card | None) -> Change | None:
    """What of a change is not yet in Optima, which holds `held`; ``None`` if nothing is to be waited for."""
    if held is None:
        return change if change.created else None
    after = {
        name: text
        for name, text in change.after.items()
        if not _same(name, held.get(name), text)
        and (name not in change.before or _same(name, held.get(name), change.before[name]))
    }
    return msgspec.structs.replace(change, created=False, after=after) if after else None


def overlaid(change: Change | None, held: Card | None) -> Card | None:
    """The contractor as it will be when the import has run."""
    if change is None:
        return held
    return change.card if held is None else held.changed(change.after)


def merged(earlier: Change | None, later: Change) -> Change:
    """Both changes of one contractor as one: what was first, and what will be last."""
    if earlier is None:
        return later
    return msgspec.structs.replace(
        later,
        created=earlier.created,
        before={**later.before, **earlier.before},
        after={**earlier.after, **later.after},
        files=(*earlier.files, *later.files),
    )


def _same(name: str, one: str, other: str) -> bool:
    if name == GROUPS:  # Optima orders them as it likes
        return set(one.split("\n")) == set(other.split("\n"))
    return squeeze(one) == squeeze(other) if name == "NIP" else one == other


class Waiting:
    """The stored changes; every call is a transaction of its own, from any thread or process."""

    def __init__(self, path: Path) -> None:
        self._database = Database(
            path,
            name=Sentence("list of waiting changes"),
            version=1,
            schema=_SCHEMA,
            cure="Let Optima import what lies in outbox/, then delete waiting.sqlite3.",
        )

    def all(self) -> dict[str, Change]:
        """Every change by acronym, in lower case."""
        with self._database.open() as db:
            return {code: _decode(body) for code, body in db.execute("SELECT code, body FROM waiting ORDER BY code")}

    def get(self, code: str) -> Change | None:
        """What waits for one contractor."""
        with self._database.open() as db:
            return _get(db, code)

    @contextlib.contextmanager
    def writing(self, code: str) -> Iterator[Slot]:
        """Change what waits for one contractor: stored when the ``with`` block ends, as it was if it raises."""
        with self._database.open(write=True) as db:
            yield Slot(db, code)

    def settle(self, code: str, seen: Change, rest: Change | None) -> bool:
        """Put `rest` in the place of `seen`, unless another writer was faster; answer whether that was done."""
        with self.writing(code) as slot:
            if slot.change != seen:
                return False
            slot.put(rest)
        return True

    def scrub(self, codes: Collection[str]) -> int:
        """Forget what was before these contractors' last changes; answer how many there were."""
        gone = 0
        for code in codes:
            with self.writing(code) as slot:
                if slot.change is not None and slot.change.before:
                    slot.put(msgspec.structs.replace(slot.change, before={}))
                    gone += 1
        if gone:
            self._database.vacuum()
        return gone


class Slot:
    """One contractor's place in the list, while it is locked."""

    def __init__(self, db: sqlite3.Connection, code: str) -> None:
        self._db = db
        self._code = code.casefold()

    @property
    def change(self) -> Change | None:
        """What waits now."""
        return _get(self._db, self._code)

    def put(self, change: Change | None) -> None:
        """Store what waits from now on; ``None`` for nothing."""
        if change is None:
            self._db.execute("DELETE FROM waiting WHERE code = ?", (self._code,))
        else:
            self._db.execute("INSERT OR REPLACE INTO waiting VALUES (?, ?)", (self._code, encode(change)))


_decode: Final = msgspec.json.Decoder(Change).decode


def _get(db: sqlite3.Connection, code: str) -> Change | None:
    row = db.execute("SELECT body FROM waiting WHERE code = ?", (code.casefold(),)).fetchone()
    return None if row is None else _decode(row[0])
