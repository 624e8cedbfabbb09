"""How is Optima read through the files that it exports for praca rozproszona?"""

from __future__ import annotations

import functools
import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from adapters.optima.card import Card
from adapters.optima.mapping import emails_of
from adapters.optima.options import Options
from adapters.optima.source import Batch
from adapters.optima.xml_card import card_of_element, element_text
from syncd import xml
from syncd.domain import tax
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord
from syncd.folder.claiming import Folder, fits
from syncd.folder.intake import Intake
from syncd.folder.reading import read_pages
from syncd.folder.rows import Ending, Row, broken
from syncd.folder.scrub import delete_holding, forgotten, holds_text
from syncd.folder.state import Keys, State
from syncd.ports import Context, Health, Record, Scrubbed
from syncd.sentence import Counted, Sentence

__all__ = ["ExportReader", "XmlSource", "keys_of"]


class ExportReader:
    """Reads one export: contractors of the section KONTRAHENCI, and none of those that other sections repeat."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:
        self._skip = frozenset(code.casefold() for code in options.skip)
        try:
            self._records = xml.records(stream, "KONTRAHENT", fallback_encoding=options.encoding)
        except InvalidRecord as error:
            raise broken(error.message, 0, 0, code=error.code, cure=error.cure) from None
        self.encoding = self._records.encoding

    def __iter__(self) -> Iterator[Row]:
        for item in self._records:
            if not _is_listed(item.element):
                continue
            code, error = "", None
            try:
                code = element_text(item.element, "AKRONIM")
                xml.check_letters(item.element)  # all of it: what syncd does not read is written back as it is
            except InvalidRecord as unreadable:
                unreadable.record = code or None
                error = unreadable
            if code.casefold() not in self._skip:
                yield Row(item.line, item.raw, functools.partial(_texts, item.element), error)

    def ending(self) -> Ending:
        return Ending(proven=True, how="the closing root element was seen; no count is declared")


class XmlSource:
    """The folder that Optima exports to."""

    def __init__(self, options: Options, context: Context, folder: Folder, state: Path) -> None:
        self._options = options
        self._folder = folder
        self._state = State(state)
        self._snapshot = options.mode == "snapshot"
        self._intake = Intake(
            folder,
            self._state,
            read=lambda _name, stream: ExportReader(stream, options),
            name=_named,
            key="AKRONIM",
            snapshot=self._snapshot,
            keep_days=options.archive_days,
            now=context.now,
        )

    def check(self) -> Health:
        waiting = self._folder.waiting()
        self._state.require()
        warnings = []
        if not os.access(self._folder.root, os.W_OK):
            warnings.append(Sentence("the folder is read-only, so exports cannot be claimed from it"))
        broken_files = self._folder.claimed("quarantine")
        if broken_files:
            warnings.append(
                Sentence(
                    Counted(
                        "%(count)s export is in quarantine; the last one is %(name)s",
                        "%(count)s exports are in quarantine; the last one is %(name)s",
                    ),
                    count=len(broken_files),
                    name=broken_files[-1].name,
                )
            )
        return Health(
            detail=Sentence(
                Counted("%(count)s export waits in the folder", "%(count)s exports wait in the folder"),
                count=len(waiting),
            ),
            warnings=tuple(warnings),
        )

    def batches(self, cursor: str | None, *, full: bool) -> Iterator[Batch]:
        limit = self._options.page
        for page in read_pages(self._intake, self._state, cursor, full=full, limit=limit, snapshot=self._snapshot):
            items = [card_of(item) if isinstance(item, Record) else item for item in page.records]
            yield Batch(items=items, cursor=page.cursor, end=page.end)

    def card(self, external_id: str) -> Card | None:
        raw = self._state.raw(external_id)
        if raw is None and self._state.is_scrubbed(external_id):
            raise Scrubbed("what the exports said of this contractor was erased", record=external_id)
        return None if raw is None else card_of(Record(external_id, raw))

    def cards(self, codes: Sequence[str]) -> Sequence[Card]:
        found = ((code, self._state.raw(code)) for code in codes)
        return [card_of(Record(code, raw)) for code, raw in found if raw is not None]

    def matching(self, contractor: Contractor) -> Sequence[Card]:
        wanted = _keys(contractor.number, contractor.tax_id, contractor.email)
        return self.cards(self._state.find(wanted))

    def scrub(self, external_ids: Collection[str]) -> list[Sentence]:
        """Forget what the exports said of these contractors."""
        known = self._state.files()
        rows = self._state.scrub(external_ids)
        deleted = delete_holding(self._folder, external_ids, holds_text(self._options.encoding), known)
        return [*forgotten(rows), *deleted]

    def close(self) -> None:
        """There is nothing to give back: files are open only while they are read."""


def wanted_name(options: Options, name: str) -> bool:
    """Whether a file of this name is an export."""
    return fits(name, options.pattern)


def card_of(record: Record) -> Card:
    """A stored KONTRAHENT as a card."""
    return card_of_element(xml.parse(record.raw))


def keys_of(card: Card) -> Keys:
    """What a contractor can be found by."""
    return _keys(card.code, tax.split(card.get("NIP")).number, next(iter(emails_of(card)), ""))


def _keys(number: str, tax_id: str, email: str) -> Keys:
    return Keys(number.strip().casefold(), tax_id.strip().upper(), email.strip().casefold())


def _texts(element: xml.Element, name: str) -> Sequence[str]:
    return [element_text(element, name)]


def _is_listed(element: xml.Element) -> bool:
    section = element.getparent()
    return section is not None and xml.local_name(section) == "KONTRAHENCI"


def _named(row: Row) -> tuple[str, Keys]:
    code = row.values("AKRONIM")[0]
    if not code:
        raise InvalidRecord("AKRONIM is empty", field="number", cure="Give the contractor an acronym in Optima.")
    card = Card(values={name: row.values(name)[0] for name in ("AKRONIM", "NIP", "EMAIL")})
    return code, keys_of(card)
