"""How does an export of the panel get into the state?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from adapters.esklep.ingest import Export, Ingest, Keys, Settle
from adapters.esklep.mapping import Texts, external_id_of, status_of, texts_of
from adapters.esklep.options import Options
from adapters.esklep.reading import Ending, Row, open_reader
from adapters.esklep.state import State
from adapters.esklep.words import Words
from syncd import xml
from syncd.domain.compact import split
from syncd.errors import InvalidRecord
from syncd.folder.claiming import Claimed, Folder, reachable, sha256_of
from syncd.sentence import Counted, Sentence, joined

__all__ = ["Intake", "keys_of_texts"]

_BATCH: Final = 500
_HOUR_SECONDS: Final = 3600.0

_Named = tuple[int, str, bytes, Keys | InvalidRecord | None]
"""Place, id and bytes of a record, and what it is found by, why it is none, or that it was anonymised."""


class Intake:
    """Takes exports in.

    Args:
        settle: What counts as held of a customer whom we have written.
    """

    def __init__(
        self,
        folder: Folder,
        state: State,
        options: Options,
        words: Words,
        *,
        settle: Settle,
        now: Callable[[], datetime],
    ) -> None:
        self._folder = folder
        self._state = state
        self._options = options
        self._words = words
        self._settle = settle
        self._now = now

    def run(self) -> None:
        """Claim what is finished and read it into the state, oldest first.

        Raises:
            SuspiciousRun: If an export is broken. It is in quarantine then, and the state as if it had never come.
        """
        self._folder.waiting()  # says so if there is no folder
        last = self._state.last_export()
        archived = self._folder.claimed("archive")
        begun = self._folder.claimed("processing")
        if last is None:
            begun = [*archived[-1:], *begun]
        given = [file.seq for file in (*archived, *begun, *self._folder.claimed("quarantine"))]
        highest = max([0, *given, *([last.seq] if last else [])])
        claimed = self._folder.claim(lambda: self._state.next_number(highest))
        for file in [*begun, *claimed]:
            known = self._state.last_export()
            if known is None or file.seq > known.seq:
                self._take_in(file)
            self._folder.archive(file)
        kept = self._folder.claimed("archive")
        self._folder.prune(self._now(), kept[-1].seq if kept else None)  # the state can be made anew from the last one

    def written_since(self) -> float:
        """How long ago a file can have been written that is still to be imported."""
        return self._now().timestamp() - self._options.import_hours * _HOUR_SECONDS

    def _take_in(self, file: Claimed) -> None:
        with self._folder.whole(file, self._now):
            sha256 = sha256_of(file.path)
            last = self._state.last_export()
            with self._state.ingest() as ingest:
                # A repeated export says nothing new, unless something was written since: then it says that this waits.
                if last is not None and self._state.repeats(sha256) and not self._state.waiting().count:
                    ingest.repeat(_export(file, sha256, Ending(last.proven, last.how, last.declared)))
                else:
                    self._fill(ingest, file, sha256)

    def _fill(self, ingest: Ingest, file: Claimed, sha256: str) -> None:
        nameless = records = 0
        with reachable(), file.path.open("rb") as stream:
            reader = open_reader(stream, self._options, self._words)
            named = self._named(iter(reader), file)
            while batch := list(islice(named, _BATCH)):
                records += len(batch)
                good = [(place, id_, raw, found) for place, id_, raw, found in batch if isinstance(found, Keys)]
                ingest.forget([id_ for _, id_, _, found in batch if found is None])
                for place, id_, raw, found in batch:
                    if isinstance(found, InvalidRecord):
                        nameless += found.record is None
                        ingest.reject(file.seq, place, id_, raw, found)
                twice = set(ingest.put(file.seq, good, self._settle))
                for place, id_, raw, _ in good:
                    if place in twice:
                        ingest.reject(file.seq, place, id_, raw, _twice())
            ending = reader.ending()
        doubt = (
            Sentence(
                Counted("%(count)s piece of it has no readable id", "%(count)s pieces of it have no readable id"),
                count=nameless,
            )
            if nameless
            else ""
        )
        if not records:
            doubt = Sentence("the export holds no customers")
        if doubt:
            ending = Ending(proven=False, how=doubt, declared=ending.declared)
        ingest.finish(_export(file, sha256, ending), written_since=self.written_since())

    def _named(self, rows: Iterator[Row], file: Claimed) -> Iterator[_Named]:
        """Records with their id."""
        for place, row in enumerate(rows, 1):
            where = f"{file.name} line {row.line}"
            if row.error is not None:
                yield place, where, row.raw, row.error
                continue
            try:
                texts, element = texts_of(row.raw, self._words, self._options.separator)
                external_id = external_id_of(texts)
            except InvalidRecord as error:
                yield place, where, row.raw, error
                continue
            if not external_id:
                yield place, where, row.raw, _no_id()
                continue
            try:
                if element is not None:
                    xml.check_letters(element)  # all of it: what syncd does not read is written back as it is
                nobody = status_of(texts, self._words) == "anonymised"
                yield place, external_id, row.raw, None if nobody else keys_of_texts(texts)
            except InvalidRecord as error:
                error.record = external_id
                yield place, external_id, row.raw, error


def keys_of_texts(texts: Texts) -> Keys:
    """What a customer can be found by, without understanding all of it."""
    number, tax_id, email = ("".join(texts(meaning)[:1]).strip() for meaning in ("number", "tax_id", "email"))
    return Keys(number, split(tax_id).number if tax_id else "", email.casefold())


def _export(file: Claimed, sha256: str, ending: Ending) -> Export:
    how = joined([ending.how], of=file.name)
    return Export(seq=file.seq, name=file.name, sha256=sha256, proven=ending.proven, how=how, declared=ending.declared)


def _no_id() -> InvalidRecord:
    return InvalidRecord(
        "the customer has neither an id of the ERP nor one of the shop",
        cure="Correct the options names or columns: id and erp_id.",
    )


def _twice() -> InvalidRecord:
    return InvalidRecord(
        "the export has two different customers with this id; the first one was used",
        code="duplicate-code",
        field="id",
        cure="Give each customer an id of its own.",
    )
