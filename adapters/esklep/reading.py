"""Which records does an export hold, and what proves that they are all? XML or CSV, strictly by the options."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import BinaryIO, Final, Protocol

import msgspec

from adapters.esklep.options import Options
from adapters.esklep.words import Words
from syncd import xml
from syncd.domain.encoding import CHUNK, Decoder, detect
from syncd.errors import InvalidRecord, SuspiciousRun
from syncd.sentence import Counted, Sentence, sentence_of

__all__ = ["Ending", "Reader", "Row", "open_reader"]

_NEEDED: Final = frozenset({"id", "erp_id", "name", "status"})
"""What a CSV has to have a column for."""

_canonical: Final = msgspec.json.Encoder(order="deterministic").encode


class Row(msgspec.Struct, frozen=True):
    """One record.

    Attributes:
        line: Where it stands, from 1.
        raw: The same bytes for the same record, wherever it stands.
        error: Why it is none.
    """

    line: int
    raw: bytes
    error: InvalidRecord | None = None


class Ending(msgspec.Struct, frozen=True):
    """What an export's end proves, and how many records it says it has."""

    proven: bool
    how: str
    declared: int | None = None


class Reader(Protocol):
    """Reads one open export, once."""

    def __iter__(self) -> Iterator[Row]:
        """Records in the order of the export.

        Raises:
            SuspiciousRun: If it is broken or cut; nothing may be concluded from what came before.
        """

    def ending(self) -> Ending:
        """What the end proves; to be asked after the last record.

        Raises:
            SuspiciousRun: If it declares another count.
        """


def open_reader(stream: BinaryIO, options: Options, words: Words) -> Reader:
    """Read by what the panel exports.

    Raises:
        SuspiciousRun: If the encoding is none that syncd reads.
    """
    try:
        if options.export == "csv":
            return CsvReader(stream, options, words)
        return XmlReader(stream, options, words)
    except InvalidRecord as error:
        raise _broken(error.message, 0, code=error.code, cure=error.cure) from None


class XmlReader:
    """Reads an XML export in constant memory."""

    def __init__(self, stream: BinaryIO, options: Options, words: Words) -> None:
        self._count_name = words.names["count"]
        self._records = xml.records(stream, words.names["record"], fallback_encoding=options.encoding)

    def __iter__(self) -> Iterator[Row]:
        for item in self._records:
            yield Row(item.line, item.raw)

    def ending(self) -> Ending:
        said = self._records.root.get(self._count_name, "") if self._count_name else ""
        seen = self._records.count
        if not said.isdecimal():
            return Ending(proven=True, how="the closing root element was seen; no count is declared")
        if int(said) != seen:
            raise _broken(
                Sentence(
                    Counted("the export declares %(count)s customer", "the export declares %(count)s customers"),
                    count=int(said),
                ),
                seen,
                code="count-differs",
            )
        return Ending(
            True,
            Sentence(
                Counted(
                    "the closing root element was seen, and %(count)s customer is declared",
                    "the closing root element was seen, and %(count)s customers are declared",
                ),
                count=seen,
            ),
            seen,
        )


class CsvReader:
    """Reads a CSV export with a header."""

    def __init__(self, stream: BinaryIO, options: Options, words: Words) -> None:
        self._decoder = Decoder(detect(stream, fallback=options.encoding))
        self._stream = stream
        self._delimiter = options.delimiter
        self._columns = words.names
        self._last = ""
        self._count = 0

    def __iter__(self) -> Iterator[Row]:
        rows = csv.reader(self._lines(), delimiter=self._delimiter, strict=True)
        try:
            head = [name.strip() for name in next(rows, [])]
            for meaning, column in self._columns.items():
                self._demand_one(head, column, needed=meaning in _NEEDED)
            for cells in rows:
                if cells:
                    self._count += 1
                    yield self._row(rows.line_num, head, cells)
        except csv.Error:
            raise _broken("the quotes of a line do not fit, or do not end", self._count) from None
        except InvalidRecord as error:
            raise _broken(error.message, self._count, code=error.code, cure=error.cure) from None

    @staticmethod
    def _demand_one(head: list[str], column: str, *, needed: bool) -> None:
        """A column that is there twice would be read as whichever comes last."""
        found = head.count(column)
        if (column and found > 1) or (needed and not found):
            raise _broken(
                Sentence("the column %(column)s is more than once in the first line", column=repr(column))
                if found
                else Sentence("the column %(column)s is not in the first line", column=repr(column)),
                0,
                code="column-missing",
                cure="Correct the options columns and delimiter, or the export.",
            )

    def _row(self, line: int, head: list[str], cells: list[str]) -> Row:
        if len(cells) == len(head):
            return Row(line, _canonical(dict(zip(head, cells, strict=True))))
        if not self._last.endswith("\n"):
            raise _broken("the last line ends in the middle", self._count - 1)
        error = InvalidRecord(
            Sentence(
                Counted(
                    "the line has %(count)s column, and the first one %(columns)s",
                    "the line has %(count)s columns, and the first one %(columns)s",
                ),
                count=len(cells),
                columns=len(head),
            ),
            code="line-broken",
            cure="A delimiter inside of a text must be quoted.",
        )
        return Row(line, _canonical(cells), error)

    def ending(self) -> Ending:
        if not self._last.endswith("\n"):
            return Ending(proven=False, how="the last line has no line break, so the export may have been cut")
        return Ending(proven=True, how="the last line ends with a line break; no count is declared")

    def _lines(self) -> Iterator[str]:
        """Lines with their ends, split at line feeds only: a form feed in a text ends no line."""
        rest = ""
        while chunk := self._stream.read(CHUNK):
            *whole, rest = (rest + self._decoder.decode(chunk)).split("\n")
            for line in whole:
                self._last = f"{line}\n"
                yield self._last
        rest += self._decoder.decode(b"", final=True)
        if rest:
            self._last = rest
            yield rest


def _broken(message: str, count: int, *, code: str = "file-broken", cure: str = "") -> SuspiciousRun:
    return SuspiciousRun(
        Sentence(
            Counted(
                "%(message)s; %(count)s customer was whole until there",
                "%(message)s; %(count)s customers were whole until there",
            ),
            message=sentence_of(message),
            count=count,
        ),
        code=code,
        cure=cure or "The export was cut on its way: make it again.",
    )
