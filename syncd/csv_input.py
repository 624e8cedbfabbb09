"""How are the rows of a CSV file read that a person made?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from syncd.errors import InvalidRecord
from syncd.sentence import Sentence

__all__ = ["CsvRow", "header_of", "read_csv"]


class CsvRow(NamedTuple):
    """One row.

    Attributes:
        line: Line of the file on which it begins, from 1.
        cells: Texts by column.
    """

    line: int
    cells: Mapping[str, str]


def read_csv(data: bytes, *, needed: tuple[str, ...] = ()) -> Iterator[CsvRow]:
    """Rows with commas, semicolons or tabs between; empty lines are left out.

    Args:
        data: UTF-8, with or without a byte order mark.
        needed: Columns without which no row says anything.

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
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = header_of(next(lines, []), needed=needed)
        begin = lines.line_num
        for line in lines:
            if any(field.strip() for field in line):
                yield CsvRow(begin + 1, dict(zip(names, line, strict=False)))
            begin = lines.line_num
    except csv.Error as error:
        raise InvalidRecord(
            Sentence("line %(line_num)s of the file cannot be read: %(error)s", line_num=lines.line_num, error=error),
            code="table-unreadable",
            cure="Export it again.",
        ) from None


def header_of(cells: Sequence[str], *, needed: tuple[str, ...] = ()) -> list[str]:
    """Names of columns in lower case.

    Raises:
        InvalidRecord: If one that is needed is missing, or one is there twice.
    """
    names = [cell.strip().lower() for cell in cells]
    missing = [name for name in needed if name not in names]
    if missing:
        raise InvalidRecord(
            Sentence("the file has no column %(names)s", names=" or ".join(missing)),
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
