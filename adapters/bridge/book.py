"""What does the simulated system behind a bridge hold, in memory and on disk?

Each record has the number of its creation, by which full listings go, and the number of its last change, by which
listings of changes go. Its bytes on the wire are made when it changes, so that a page is a join of ready pieces.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from syncd.domain.contractor import Contractor
from syncd.errors import NotFound, VersionConflict

__all__ = ["Book", "Row"]

_encode = msgspec.json.Encoder(order="deterministic", decimal_format="string").encode


class Row(msgspec.Struct, frozen=True):
    """One record.

    Attributes:
        created: Number of its creation.
        change: Number of its last change; also its version.
    """

    created: int
    change: int
    modified: datetime
    contractor: Contractor

    @property
    def external_id(self) -> str:
        """Has a slash, as codes of real systems do."""
        return f"K/{self.created}"

    def wire(self) -> bytes:
        """The record as the protocol sends it."""
        item = {"id": self.external_id, "version": str(self.change), "modified": self.modified}
        return _encode(item | {"contractor": self.contractor})


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the file: a record as it became, or without contractor: its removal."""

    created: int
    change: int
    modified: datetime
    contractor: Contractor | None = None


def _keys(contractor: Contractor) -> set[tuple[str, str]]:
    """What a record is found by: field and value."""
    emails = {("email", contractor.email), ("email", contractor.login_email)}
    keys = {("number", contractor.number), ("tax_id", contractor.tax_id)} | emails
    return {(field, value) for field, value in keys if value}


class Book:
    """All records. Safe to use from several threads.

    Args:
        file: Keeps the state beyond the process: one line for each change, tidied up at each start.
        now: The system's clock, in UTC.
    """

    def __init__(self, file: Path | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.now = now
        self.last_change = 0
        self._last_created = 0
        self._lock = threading.RLock()
        self._rows: dict[int, Row] = {}
        self._wire: dict[int, bytes] = {}
        self._created: list[int] = []
        self._changes: list[tuple[int, int]] = []
        self._index: dict[tuple[str, str], set[int]] = {}
        self._file: IO[bytes] | None = None
        if file is not None:
            self._replay(file)

    def __len__(self) -> int:
        return len(self._created)

    def rows(self) -> list[Row]:
        """All records in the order of creation."""
        with self._lock:
            return [self._rows[number] for number in self._created]

    def add(self, contractor: Contractor) -> Row:
        """Store a new record."""
        with self._lock:
            self._last_created += 1
            return self._change(self._last_created, contractor)

    def fill(self, contractors: Iterable[Contractor]) -> None:
        """Store these records if there are none."""
        with self._lock:
            if not self._created:
                for contractor in contractors:
                    self.add(contractor)

    def get(self, external_id: str) -> Row:
        """One record.

        Raises:
            NotFound: If there is none.
        """
        number = external_id.removeprefix("K/")
        with self._lock:
            row = self._rows.get(int(number)) if number.isdecimal() else None
        if row is None or row.external_id != external_id:
            raise NotFound("there is no such record", record=external_id)
        return row

    def edit(self, external_id: str, version: str | None = None, **values: Any) -> Row:
        """Change fields of a record.

        Args:
            version: What the caller last saw; ``None`` does not compare.

        Raises:
            NotFound: If there is no such record.
            VersionConflict: If it has changed since.
        """
        with self._lock:
            row = self.get(external_id)
            if version is not None and version != str(row.change):
                raise VersionConflict("the record has changed in the meantime", record=external_id)
            return self._change(row.created, msgspec.structs.replace(row.contractor, **values))

    def facts(self) -> Mapping[str, Any]:
        """What the system says of itself."""
        return {"name": "bridge simulator", "contractors": len(self)}

    def create(self, values: Mapping[str, Any]) -> Row:
        """Store a new record with these fields."""
        return self.add(Contractor(**values))

    def write(self, external_id: str, version: str | None, values: Mapping[str, Any]) -> Row:
        """Change fields of a record; see `edit`."""
        return self.edit(external_id, version, **values)

    def spoil(self, external_id: str, wire: bytes) -> None:
        """Let a record go over the wire as these bytes."""
        with self._lock:
            self._wire[self.get(external_id).created] = wire

    def remove(self, external_id: str) -> None:
        """Delete a record without a trace."""
        with self._lock:
            row = self.get(external_id)
            self.last_change += 1
            self._drop(row.created)
            self._write(_Line(row.created, self.last_change, self._moment()))

    def matching(self, field: str, value: str) -> list[bytes]:
        """The wire's bytes of records with that value; an e-mail may be the contact's or the log-in's."""
        with self._lock:
            return [self._wire[number] for number in sorted(self._index.get((field, value), ()))]

    def listing(self, after: int, limit: int) -> tuple[list[bytes], int | None, int]:
        """Records created after `after`: their bytes, the next `after` (``None`` at the end), the count of all."""
        with self._lock:
            start = bisect_right(self._created, after)
            page = self._created[start : start + limit]
            more = start + limit < len(self._created)
            return [self._wire[number] for number in page], page[-1] if more else None, len(self._created)

    def changes(self, after: int, until: int, limit: int, since: int) -> tuple[list[bytes], int | None, int]:
        """Records changed after `after` and not after `until`, in that order; the count is of those after `since`."""
        with self._lock:
            first, start, end = (bisect_left(self._changes, (number + 1, 0)) for number in (since, after, until))
            page = self._changes[start : min(start + limit, end)]
            more = start + limit < end
            return [self._wire[number] for _, number in page], page[-1][0] if more else None, end - first

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _moment(self) -> datetime:
        return self.now().replace(microsecond=0)

    def _change(self, created: int, contractor: Contractor) -> Row:
        self.last_change += 1
        row = Row(created, self.last_change, self._moment(), contractor)
        self._put(row)
        self._write(_Line(row.created, row.change, row.modified, contractor))
        return row

    def _put(self, row: Row) -> None:
        self._drop(row.created)
        self._rows[row.created] = row
        self._wire[row.created] = row.wire()
        insort(self._created, row.created)
        insort(self._changes, (row.change, row.created))
        for key in _keys(row.contractor):
            self._index.setdefault(key, set()).add(row.created)

    def _drop(self, created: int) -> None:
        row = self._rows.pop(created, None)
        if row is not None:
            del self._wire[created]
            del self._created[bisect_left(self._created, created)]
            del self._changes[bisect_left(self._changes, (row.change, created))]
            for key in _keys(row.contractor):
                self._index[key].discard(created)

    def _replay(self, file: Path) -> None:
        """Take in what an earlier process wrote, but for a last line that was cut by its end."""
        known = file.read_bytes().splitlines(keepends=True) if file.exists() else []
        for text in known:
            if not text.endswith(b"\n"):
                break
            line = msgspec.json.decode(text, type=_Line)
            self._last_created = max(self._last_created, line.created)
            self.last_change = max(self.last_change, line.change)
            if line.contractor is None:
                self._drop(line.created)
            else:
                self._put(Row(line.created, line.change, line.modified, line.contractor))
        tidy = file.with_name(f"{file.name}.new")
        with tidy.open("wb") as new:
            # Numbers are never given twice: the last ones stand first, as if that record had been removed.
            new.write(_encode(_Line(self._last_created, self.last_change, self._moment())) + b"\n")
            for row in self._rows.values():
                new.write(_encode(_Line(row.created, row.change, row.modified, row.contractor)) + b"\n")
        tidy.replace(file)
        self._file = file.open("ab")

    def _write(self, line: _Line) -> None:
        if self._file is not None:
            self._file.write(_encode(line) + b"\n")
            self._file.flush()
