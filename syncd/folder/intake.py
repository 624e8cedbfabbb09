"""How does a dropped file get into the state, and when does it leave ``processing/``?

A file stays in ``processing/`` until a read starts from a cursor that lies behind it: only then has the run that
read it stored everything. A crash before that reads it again, and the state brings its records again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import count, islice
from typing import BinaryIO, Final, TypeAlias

import msgspec

from syncd.errors import InvalidRecord
from syncd.folder.claiming import Claimed, Folder, reachable, sha256_of
from syncd.folder.position import Position
from syncd.folder.rows import Ending, Reader, Row
from syncd.folder.state import FileFacts, Ingest, Keys, State
from syncd.sentence import Counted, Sentence, joined

__all__ = ["Intake", "Opened"]

Opened: TypeAlias = Callable[[str, BinaryIO], Reader]
"""Makes the reader of a file from its name and its bytes."""

_BATCH: Final = 500
_DAY_SECONDS: Final = 86_400


class Intake:
    """Takes dropped files in.

    Args:
        read: Makes the reader of a file.
        name: Tells a row's external id and what it can be found by; raises `InvalidRecord` if it has none.
        key: What the external id is called in the files, for messages.
        snapshot: A file holds everybody, against changes only.
        keep_days: Days after which what was written and never answered by a file is forgotten.
    """

    def __init__(
        self,
        folder: Folder,
        state: State,
        *,
        read: Opened,
        name: Callable[[Row], tuple[str, Keys]],
        key: str,
        snapshot: bool,
        keep_days: int,
        now: Callable[[], datetime],
    ) -> None:
        self._folder = folder
        self._state = state
        self._read = read
        self._name = name
        self._key = key
        self._snapshot = snapshot
        self._keep_days = keep_days
        self._now = now

    def run(self, done: Position | None) -> None:
        """Archive what was stored, claim what is finished, and read every claimed file into the state.

        Args:
            done: What the last stored run had read; ``None`` if there was none.

        Raises:
            SuspiciousRun: If a file is broken. It is in quarantine then, and the state as if it had never come.
        """
        self._folder.require()
        known = self._state.files()
        if done is not None:
            self._archive(done, known)
        names = {place: self._folder.claimed(place) for place in ("archive", "processing", "quarantine")}
        if not known:
            for file in names["archive"][-1:] if self._snapshot else names["archive"]:
                self._take_in(file)
        given = [file.seq for files in names.values() for file in files]
        highest = max([0, *given, *known, *([done.seq] if done else [])])
        claimed = self._folder.claim(count(highest + 1).__next__)
        for file in [*names["processing"], *claimed]:
            if file.seq not in known:
                self._take_in(file)

    def _archive(self, done: Position, known: Iterable[int]) -> None:
        whole = Position(done.seq) == done
        for file in self._folder.claimed("processing"):
            if file.seq in known and (file.seq < done.seq or (whole and file.seq == done.seq)):
                self._folder.archive(file)
        now = self._now()
        self._folder.prune(now)
        self._state.settle(
            done.seq if whole else done.seq - 1,
            snapshot=self._snapshot,
            written_since=now.timestamp() - self._keep_days * _DAY_SECONDS,
        )

    def _take_in(self, file: Claimed) -> None:
        with self._folder.whole(file, self._now):
            sha256 = sha256_of(file.path)
            last, repeated = self._state.last_file(), self._state.repeats(sha256)
            with reachable(), file.path.open("rb") as stream, self._state.ingest() as ingest:
                if last is not None and repeated:
                    # Only the last one: A, B, A is a customer who was changed and changed back.
                    ingest.repeat(msgspec.structs.replace(last, seq=file.seq, name=file.name))
                else:
                    self._fill(ingest, file, sha256, self._read(file.name, stream))

    def _fill(self, ingest: Ingest, file: Claimed, sha256: str, reader: Reader) -> None:
        records = nameless = 0
        rows = iter(reader)
        while batch := list(islice(self._named(rows, file), _BATCH)):
            nameless += sum(isinstance(item[2], InvalidRecord) and item[2].record is None for item in batch)
            self._store(ingest, Position(file.seq, records), batch)
            records += len(batch)
        ending = reader.ending()
        doubt = Sentence("the file holds no records") if not records else ""
        if nameless:
            doubt = Sentence(
                Counted("%(count)s piece of it has no readable key", "%(count)s pieces of it have no readable key"),
                count=nameless,
            )
        ingest.finish(
            FileFacts(
                seq=file.seq,
                name=file.name,
                sha256=sha256,
                records=records,
                proven=ending.proven and not doubt,
                how=_how(file, ending, reader, doubt),
                declared=ending.declared,
            ),
            snapshot=self._snapshot,
            written_before=file.path.stat().st_mtime,
        )

    def _named(self, rows: Iterator[Row], file: Claimed) -> Iterator[tuple[str, bytes, Keys | InvalidRecord]]:
        for row in rows:
            where = f"{file.name} line {row.line}"
            if row.error is not None:
                yield row.error.record or where, row.raw, row.error
                continue
            try:
                external_id, keys = self._name(row)
            except InvalidRecord as error:
                yield error.record or where, row.raw, error
            else:
                yield external_id, row.raw, keys

    def _store(self, ingest: Ingest, after: Position, batch: list[tuple[str, bytes, Keys | InvalidRecord]]) -> None:
        """Store a batch. Of two records with one key a delta means the later one; a snapshot contradicts itself."""
        good: list[tuple[int, str, bytes, Keys]] = []
        met = ingest.already_seen(after.seq, [item[0] for item in batch]) if self._snapshot else {}
        for place, (external_id, raw, found) in enumerate(batch, after.place + 1):
            if isinstance(found, InvalidRecord):
                ingest.reject(after.seq, place, external_id, raw, found)
            elif self._snapshot and met.setdefault(external_id, raw) != raw:
                ingest.reject(after.seq, place, external_id, raw, _twice(self._key))
            else:
                good.append((place, external_id, raw, found))
        ingest.put(after.seq, good)


def _twice(column: str) -> InvalidRecord:
    return InvalidRecord(
        "the file has two different records with this key; the first one was used",
        code="duplicate-code",
        field=column,
        cure="Give each record a key of its own in the ERP.",
    )


def _how(file: Claimed, ending: Ending, reader: Reader, doubt: str) -> str:
    return joined((doubt or ending.how, reader.encoding.how), of=file.name)
