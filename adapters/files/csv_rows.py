"""Which rows does a CSV file hold? Strictly by the options: sniffing delimiters is a guess."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from adapters.files.options import Options
from adapters.files.rows import canonical, check_count, lines_of, nothing, number_in
from syncd.domain.encoding import Decoder, detect
from syncd.domain.fieldmap import Values
from syncd.errors import InvalidRecord, SuspiciousRun
from syncd.folder.rows import Ending, Row, broken
from syncd.sentence import Counted, Sentence

__all__ = ["CsvReader"]

_HINT: Final = "sep="
"""How a spreadsheet tells itself the delimiter, in a line before the header."""


class CsvReader:
    """Reads one CSV file.

    Args:
        columns: Those that the configuration names; a header without one of them is a broken file.
    """

    def __init__(self, stream: BinaryIO, options: Options, columns: Sequence[str]) -> None:
        self.encoding = detect(stream, fallback=options.encoding)
        self._stream = stream
        self._options = options
        self._columns = columns
        self._decoder = Decoder(self.encoding)
        self._last = ""
        self._count = 0
        self._trailer: list[str] | None = None

    def __iter__(self) -> Iterator[Row]:
        quote = self._options.quote
        rows = csv.reader(
            self._watched(),
            delimiter=self._options.delimiter,
            quotechar=quote or None,
            quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
            strict=True,
        )
        numbered = _numbered(rows)
        try:
            width, picks = self._head(numbered)
            yield from self._rows(numbered, width, picks)
        except InvalidRecord as error:
            raise self._broken(error.message, code=error.code, cure=error.cure) from None

    def ending(self) -> Ending:
        if self._options.declared_count:
            declared = number_in("".join((self._trailer or [])[1:2]))
            check_count(declared, self._count, self._decoder.offset)
            return Ending(
                proven=True,
                how=Sentence(
                    Counted("its last line declares %(count)s record", "its last line declares %(count)s records"),
                    count=declared,
                ),
                declared=declared,
            )
        if not self._last.endswith("\n"):
            return Ending(proven=False, how="the last line has no line break, so the file may have been cut")
        return Ending(proven=True, how="the last line ends with a line break; no count is declared")

    def _watched(self) -> Iterator[str]:
        """The file's lines, the last one kept in sight."""
        for number, line in enumerate(lines_of(self._stream, self._decoder)):
            self._last = line
            bare = line.rstrip("\r\n").lower()
            if number == 0 and bare.startswith(_HINT) and len(bare) == len(_HINT) + 1:
                continue
            yield line

    def _rows(
        self, numbered: Iterator[tuple[int, list[str] | InvalidRecord]], width: int, picks: list[tuple[str, int]]
    ) -> Iterator[Row]:
        for line, cells in numbered:
            if self._trailer is not None and cells:
                raise self._broken("there are lines behind the one that declares the count")
            if isinstance(cells, InvalidRecord):
                self._count += 1
                yield Row(line, self._last.encode(), nothing, cells)
                continue
            if not cells:
                continue
            if self._options.declared_count and cells[0] == self._options.declared_count:
                self._trailer = cells
                continue
            width = width or len(cells)
            if len(cells) != width and not self._last.endswith("\n"):
                raise self._broken("the last line ends in the middle")
            self._count += 1
            if len(cells) != width:
                yield Row(line, canonical(cells), nothing, _wrong_width(len(cells), width))
            else:
                named = {column: cells[index] for column, index in picks}
                yield Row(line, canonical(named), _values(named))

    def _head(self, numbered: Iterator[tuple[int, list[str] | InvalidRecord]]) -> tuple[int, list[tuple[str, int]]]:
        """How many columns there are, and where each one stands that the configuration names."""
        if not self._options.header:
            return 0, [(column, int(column) - 1) for column in self._columns]
        _, head = next(numbered, (0, []))
        if isinstance(head, InvalidRecord):
            raise head
        names = [name.strip() for name in head]
        for column in self._columns:
            if names.count(column) != 1:
                raise self._broken(
                    Sentence("the column %(column)s is more than once in the first line", column=repr(column))
                    if column in names
                    else Sentence("the column %(column)s is not in the first line", column=repr(column)),
                    code="column-missing",
                    cure="Correct the options key, fields and delimiter, or the export.",
                )
        return len(names), [(column, names.index(column)) for column in self._columns]

    def _broken(self, message: str, *, code: str = "file-broken", cure: str = "") -> SuspiciousRun:
        return broken(message, self._count, self._decoder.offset, code=code, cure=cure)


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | InvalidRecord]]:
    """Rows with their last line's number; a badly quoted one as an error, after which the next one is read."""
    while True:
        try:
            cells: list[str] | InvalidRecord = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            cells = _fault(error)
        yield rows.line_num, cells  # type: ignore[attr-defined]  # csv.reader has it, Iterator does not say so


def _fault(error: csv.Error) -> InvalidRecord:
    """What the csv module objects to.

    Raises:
        InvalidRecord: If the fault goes beyond one line.
    """
    if "new-line character" in str(error):
        return InvalidRecord(
            "a carriage return stands inside of a line",
            code="line-broken",
            cure="Let lines end with a line feed, and quote a text of several lines.",
        )
    if "unexpected end of data" in str(error) or "field larger than" in str(error):
        raise InvalidRecord(
            "a quoted text does not end",
            code="file-broken",
            cure="The file was cut, or quotes inside of a text are not doubled, or the quote option is wrong.",
        ) from None
    return InvalidRecord(
        "the line's quotes do not fit", code="line-broken", cure="Quotes inside of a text must be doubled."
    )


def _wrong_width(seen: int, wanted: int) -> InvalidRecord:
    return InvalidRecord(
        Sentence(
            Counted(
                "the line has %(count)s column, and others have %(wanted)s",
                "the line has %(count)s columns, and others have %(wanted)s",
            ),
            count=seen,
            wanted=wanted,
        ),
        code="line-broken",
        cure="A delimiter inside of a text must be quoted.",
    )


def _values(named: dict[str, str]) -> Values:
    return lambda column: (named[column],) if column in named else ()
