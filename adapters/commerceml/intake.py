"""How does a dropped file get into the state, and what becomes of the file?

It is claimed, read into the state in one transaction, and archived. A crash in between leaves it in ``processing/``,
where its number says whether it went in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count

from adapters.commerceml.archives import opened
from adapters.commerceml.documents import Document, Found
from adapters.commerceml.ingest import Ingest, Understand
from adapters.commerceml.options import Options
from adapters.commerceml.state import FileFacts, State, file_at, position
from adapters.commerceml.statement import compose, parts_of
from syncd.errors import InvalidRecord, SuspiciousRun
from syncd.folder.claiming import SUBFOLDERS, Claimed, Folder, fits, reachable, sha256_of
from syncd.sentence import Counted, Sentence, joined

__all__ = ["Intake"]


class Intake:
    """Takes dropped files in."""

    def __init__(
        self, folder: Folder, state: State, options: Options, understand: Understand, now: Callable[[], datetime]
    ) -> None:
        self._folder = folder
        self._state = state
        self._options = options
        self._understand = understand
        self._now = now

    def run(self, done: int | None) -> None:
        """Claim what is finished, and read every claimed file into the state.

        Args:
            done: The position that the last run had reached: numbers go on behind it even if all files are lost.

        Raises:
            SuspiciousRun: If a file is broken. It is in quarantine then, and the state as if it had never come.
        """
        self._folder.waiting()
        known = self._state.files()
        names = {where: self._folder.claimed(where) for where in SUBFOLDERS}
        if not known:
            self._refill(names)
        given = [file.seq for files in names.values() for file in files]
        claimed = self._folder.claim(count(max([0, *given, *known, file_at(done or 0)]) + 1).__next__)
        for file in [*names["processing"], *claimed]:
            if file.seq not in known:
                self._take_in(file)
            self._folder.archive(file)
        keep = max((facts.seq for facts in known.values() if facts.snapshot), default=0)
        self._folder.prune(self._now(), keep)

    def _refill(self, names: Mapping[str, list[Claimed]]) -> None:
        """The state was lost: read what is kept, from the last list of everybody on."""
        kept = names["archive"]
        snapshots = [place for place, file in enumerate(kept) if self._is_snapshot(file.name)]
        for file in kept[snapshots[-1] if snapshots else 0 :]:
            self._take_in(file)

    def _is_snapshot(self, name: str) -> bool:
        return bool(self._options.snapshot) and fits(name, self._options.snapshot)

    def _take_in(self, file: Claimed) -> None:
        with self._folder.whole(file, self._now):
            sha256 = sha256_of(file.path)
            last = max(self._state.files().values(), key=lambda facts: facts.seq, default=None)
            repeated = last is not None and self._state.repeats(sha256)
            with reachable(), self._state.open(write=True) as db:
                ingest = Ingest(db, file.seq, file.written, self._understand)
                if last is not None and repeated:
                    # Only the last one: A, B, A is a customer who was changed and changed back.
                    ingest.finish_same(last, file.seq, file.name)
                else:
                    self._fill(ingest, file, sha256)

    def _fill(self, ingest: Ingest, file: Claimed, sha256: str) -> None:
        place = records = nameless = 0
        listed = False
        doubts: list[str] = []
        declared: int | None = None
        how: str = Sentence("it holds no XML")
        with opened(file.path, limit=self._options.unpacked_limit) as streams:
            for name, stream in streams:
                snapshot = self._is_snapshot(file.name) or self._is_snapshot(name)
                document = Document(stream, encoding=self._options.encoding, roles=self._options.roles)
                for found in document:
                    place += 1
                    nameless += not found.external_id
                    records += found.error is None and snapshot
                    self._store(ingest, file, found, position(file.seq, place), snapshot=snapshot)
                how = document.how
                listed = listed or snapshot
                if snapshot and document.partial:
                    doubts.append(Sentence("it holds documents, or says that it has changes only"))
                if snapshot and self._options.declared_count:
                    declared = (declared or 0) + self._declared(document)
        doubts += [
            Sentence(
                Counted("%(count)s contractor of it has no Ид", "%(count)s contractors of it have no Ид"),
                count=nameless,
            )
        ] * bool(nameless)
        doubts += [Sentence("it holds no contractors")] * (not records)
        proof = joined(doubts) or Sentence("the closing root element was seen; no count is declared")
        if not doubts and declared is not None:
            proof = Sentence(
                Counted(
                    "the closing root element was seen, and %(count)s contractor is declared",
                    "the closing root element was seen, and %(count)s contractors are declared",
                ),
                count=declared,
            )
        ingest.finish(
            FileFacts(
                seq=file.seq,
                name=file.name,
                sha256=sha256,
                records=place,
                snapshot=listed,
                proven=listed and not doubts,
                how=joined((proof, how), of=file.name),
                declared=declared,
            )
        )

    def _declared(self, document: Document) -> int:
        declared = document.declared(self._options.declared_count)
        if declared != document.count:
            read = Sentence(Counted("%(count)s byte read", "%(count)s bytes read"), count=document.offset)
            said = Sentence(
                "the file does not declare how many contractors it has, and has %(count)s (%(read)s)",
                count=document.count,
                read=read,
            )
            if declared is not None:
                said = Sentence(
                    "the file declares %(declared)s, and has %(count)s (%(read)s)",
                    declared=declared,
                    count=document.count,
                    read=read,
                )
            raise SuspiciousRun(
                said,
                code="count-differs",
                cure="The file was cut or its writer has a fault: export it again.",
            )
        return declared

    def _store(self, ingest: Ingest, file: Claimed, found: Found, at: int, *, snapshot: bool) -> None:
        """Store one contractor. In a list of everybody the same one twice contradicts itself; else the later counts."""
        if found.inside and self._options.documents == "ignore":
            return
        if found.error is not None:
            ingest.reject(at, found.external_id or f"{file.name} line {found.line}", found.raw, found.error)
            return
        whole = not found.inside or self._options.documents == "replace"
        before = ingest.already(found.external_id) if snapshot and whole else None
        if before is not None and before != compose(parts_of(found.element)):
            error = InvalidRecord(
                "the file has two different contractors with this Ид; the first one was used",
                code="duplicate-code",
                field="Ид",
                cure="Let the export state each contractor once.",
            )
            ingest.reject(at, found.external_id, found.raw, error)
            return
        ingest.take(at, found, whole=whole)
