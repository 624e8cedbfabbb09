"""How are the rows of a CSV file read that a person made?"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from syncd.errors import InvalidRecord
from syncd.sentence import Sentence

__all__ = ["QUOTE_IT", "CsvRow", "header_of", "read_csv", "torn_row"]

QUOTE_IT: Final = "Put quotation marks around a cell that holds the separator."

_LONGEST: Final = 1_000_000
"""Characters of a cell."""


class CsvRow(NamedTuple):
    """One row.

    Attributes:
        line: Line of the file on which it begins, from 1.
        cells: Texts by column.
        surplus: Cells with a text that stand behind the last column: a separator in a cell without quotation marks
            has torn it, and nobody knows which.
    """

    line: int
    cells: Mapping[str, str]
    surplus: int = 0


def read_csv(data: bytes, *, known: Collection[str] = (), hollow: bool = False) -> Iterator[CsvRow]:
    """Rows with commas, semicolons or tabs between; empty lines are left out.

    Args:
        data: UTF-8, with or without a byte order mark.
        known: Columns of which a file has to have one; one without any line is empty and has none.
        hollow: Whether a row whose cells are all empty is one, as where each row is owed an answer.

    Raises:
        InvalidRecord: If it is no UTF-8, has no such columns or one twice, or a quote is never closed.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidRecord(
            Sentence("byte %(start)s of the file is not UTF-8", start=error.start),
            code="table-unreadable",
            cure="Save it as CSV in UTF-8.",
        ) from None
    first, _, _ = text.partition("\n")
    delimiter = max(";\t,", key=first.count)
    csv.field_size_limit(_LONGEST)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begin, names = 0, list[str]()
    try:
        names = header_of(next(lines, []), known=known)
        begin = lines.line_num
        for line in lines:
            if any(field.strip() for field in line) or (hollow and line):
                surplus = sum(1 for field in line[len(names) :] if field.strip())
                yield CsvRow(begin + 1, dict(zip(names, line, strict=False)), surplus)
            begin = lines.line_num
    except csv.Error as error:
        raise InvalidRecord(
            Sentence(
                "line %(line_num)s of the file cannot be read, at column %(column)s: %(error)s",
                line_num=begin + 1,
                column=_faulty_column(text, begin, delimiter, names),
                error=error,
            ),
            code="table-unreadable",
            cure="Put quotation marks around the whole cell and double those inside it, or export the file again.",
        ) from None


def _faulty_column(text: str, begin: int, delimiter: str, names: Sequence[str]) -> str:
    """Where a row stops to be one: the column's name, or its number where it has none."""
    row = "".join(islice(io.StringIO(text, newline=""), begin, None))
    whole = re.compile(rf'(?:"(?:[^"]|"")*"|(?!")[^{delimiter}\r\n]*){delimiter}')
    at = column = 0
    while (cell := whole.match(row, at)) and cell.end() - at <= _LONGEST:
        at, column = cell.end(), column + 1
    return repr(names[column]) if column < len(names) and names[column] else str(column + 1)


def torn_row(surplus: int) -> str:
    """Say of a row with cells behind the last column why nothing of it is believed; `QUOTE_IT` is the cure."""
    return f"the row goes on behind its last column, with {'1 cell' if surplus == 1 else f'{surplus} cells'}"


def header_of(cells: Sequence[str], *, known: Collection[str] = ()) -> list[str]:
    """Names of columns in lower case.

    Raises:
        InvalidRecord: If none of those known is there, or one is there twice.
    """
    names = [cell.strip().lower() for cell in cells]
    if known and names and not set(known).intersection(names):
        raise InvalidRecord(
            Sentence("the file has none of the columns: %(names)s", names=", ".join(known)),
            code="table-unreadable",
            cure="Its first line names the columns.",
        )
    doubled = next((name for name in names if name and names.count(name) > 1), None)
    if doubled:
        raise InvalidRecord(
            Sentence("the column %(doubled)s is there twice", doubled=repr(doubled)),
            code="table-unreadable",
            cure="Leave one of them out.",
        )
    return names
